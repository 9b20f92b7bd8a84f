"""Builders for tests of intake and the controller: every field has a default, so that what is set is what matters."""

from collections.abc import Mapping
from typing import Any

from schemas.codec import decode, encode
from schemas.control import (
    ClockRequested,
    Control,
    Heartbeat,
    Progress,
    RulesRequested,
    SourceDrained,
    SourceRequested,
)
from schemas.envelope import PlaceEvent
from schemas.events import MODEL_OF_TYPE
from streams.adapters.sealing import CodesBox, LetterOpener, LetterSealer, new_letter_keys
from streams.core.instants import utc_text
from streams.pipeline.control_keys import control_key
from streams.pipeline.controller import Plan
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Headers, Outgoing, Record

PREFIX = "t."
TOKEN_KEY = b"a token key that only tests know."
CODES = CodesBox("a codes key that only tests know")
PRIVATE_KEY, PUBLIC_KEY = new_letter_keys()
LETTERS = LetterOpener(PRIVATE_KEY)
# 2026-01-06T00:00:00Z, when the broker appended what tests send.
APPENDED_AT = 1_767_657_600_000

RULES_HASH, OTHER_HASH = "1" * 32, "2" * 32


# What data of some types must say.
OF_FLAG = {"flag_id": "a" * 32, "since": "2026-01-20T17:00:00+07:00"}
NEEDED: dict[str, dict[str, Any]] = {
    "official.status_changed": {"system": "portal", "code": "4"},
    "official.observed": {"system": "portal", "code": "4", "snapshot": "2026-01-05"},
    "official.sync_failed": {"system": "portal"},
    "update.failed_reported": {"system": "portal"},
    "case.extended": {"new_due": "2026-01-20T17:00:00+07:00"},
    "case.transferred": {"to_unit": "G01.801.002"},
    "leg.started": {"leg": "birth"},
    "leg.ended": {"leg": "birth"},
    "flag.acknowledged": OF_FLAG,
    "flag.unacknowledged": OF_FLAG,
    "flag.snoozed": OF_FLAG | {"until": "2026-01-21T17:00:00+07:00"},
    "flag.disputed": OF_FLAG | {"evidence": "12/BC"},
    "dispute.decided": OF_FLAG | {"decision": "upheld"},
    "case.linked": {"subjects": ["dossier:BCA-2026-000123"]},
    "case.unlinked": {"subjects": ["dossier:BCA-2026-000123"]},
    "case.superseded": {"subjects": ["dossier:BCA-2026-000123"]},
    "fact.corrected": {"replaces": "a" * 16},
    "apology.issued": {"document": "XL-1"},
    "source.heartbeat": {"sent_up_to": "2026-01-05T10:00:00+07:00"},
    "official.snapshot_ended": {"system": "portal", "snapshot": "2026-01-05", "complete": True},
    "complaint.filed": {"unit": "G01.801.001"},
}


def subject_of(kind: str) -> dict[str, str]:
    """Another subject than the dossier, for events that have no case."""
    return {"subject": "unit:G01.801.001"} if issubclass(MODEL_OF_TYPE[kind], PlaceEvent) else {}


def message(**fields: Any) -> bytes:
    """A good event; a field given as None is left out, `data` is merged over none."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": "hn01-20260105-000123-2",
        "source": "urn:hoso:onestop:H26-01",
        "type": "case.completed",
        "subject": "dossier:G01.801.001-260105-000123",
        "time": "2026-01-05T10:00:00+07:00",
        "data": {},
    }
    event.update(fields)
    return encode({name: value for name, value in event.items() if value is not None})


def record(
    value: bytes | None,
    *,
    topic: str = "submission",
    partition: int = 0,
    offset: int = 0,
    timestamp: int = APPENDED_AT,
    key: bytes | None = b"any",
    headers: Headers = (),
) -> Record:
    return Record(PREFIX + topic, partition, offset, timestamp, key, value, headers)


def intake(
    *,
    tolerance_seconds: int = 300,
    message_bytes_max: int = 1024 * 1024,
    cases_max: int = 65_536,
    **limits: Any,
) -> Intake:
    bounds = IntakeLimits(tolerance_seconds, message_bytes_max, cases_max=cases_max, **limits)
    return Intake(PREFIX, bounds, TOKEN_KEY, CODES, LetterSealer(PUBLIC_KEY))


def on(topic: str, outgoing: list[Outgoing]) -> list[Outgoing]:
    """What goes to one topic."""
    return [one for one in outgoing if one.topic == PREFIX + topic]


def as_read(outgoing: Outgoing, *, partition: int = 0, offset: int = 0, timestamp: int = APPENDED_AT) -> Record:
    """The record that a reader will see of what was written."""
    return Record(outgoing.topic, partition, offset, timestamp, outgoing.key, outgoing.value, outgoing.headers)


def entries_of(outgoing: list[Outgoing]) -> list[dict[str, Any]]:
    """The entries of the log among what was written."""
    return [decode(one.value) for one in on("log", outgoing) if one.value is not None]


def plan(*, clock: str = "wall", partitions: int = 2, **fields: Any) -> Plan:
    settings: dict[str, Any] = {
        "prefix": PREFIX,
        "clock": clock,
        "expected": frozenset(("submission", number) for number in range(partitions)),
        "engine": "1",
        "rules_hash": RULES_HASH,
        "log_partitions": 2,
        "rules": {"deadlines": [], "sources": []},
        "tick_seconds": 5.0,
    }
    return Plan(**settings | fields)


def progress(partition: int, as_of: int | None, offset: int = 0, heard: int | None = None) -> Progress:
    return Progress(topic=PREFIX + "submission", partition=partition, offset=offset, as_of=as_of, heard=heard)


def clock_request(at: str, offsets: Mapping[str, int] | None = None) -> ClockRequested:
    return ClockRequested(at=at, offsets=dict(offsets or {}))


def rules_request(hash: str, content: dict[str, Any] | None = None) -> RulesRequested:  # noqa: A002
    return RulesRequested(hash=hash, content=content or {})


def source_row(name: str, minutes: int = 1, **fields: Any) -> dict[str, Any]:
    """A row of what rules expect of sources."""
    of_all: dict[str, Any] = {"per_unit": False, "feeds": [], "units": [], "procedures": []}
    return {"id": name, "name": name, **of_all, "rhythm_minutes": minutes, "source": "a test", **fields}


def beat(source: str, up_to: int, at: int | None = None) -> Heartbeat:
    """A heartbeat that says so, and counts from `at` on (from then, if not given)."""
    return Heartbeat(source=source, sent_up_to=utc_text(up_to), at=utc_text(up_to if at is None else at))


def suspend(source: str, id: str = "1", reason: str = "flood") -> SourceRequested:  # noqa: A002
    return SourceRequested(id=id, source=source, ask="suspend", reason=reason)


def resume(source: str, id: str = "2", reason: str = "repaired") -> SourceRequested:  # noqa: A002
    return SourceRequested(id=id, source=source, ask="resume", reason=reason)


def drained(source: str, asked: int) -> SourceDrained:
    return SourceDrained(source=source, asked=asked)


class ControlLog:
    """hoso.control as the broker would have it: hands out offsets to what is announced."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def say(self, *controls: Control) -> list[Record]:
        return [self._append(control_key(one), encode(one.model_dump(exclude_none=True))) for one in controls]

    def say_raw(self, key: bytes | None, value: bytes | None) -> list[Record]:
        return [self._append(key, value)]

    def _append(self, key: bytes | None, value: bytes | None) -> Record:
        self.records.append(record(value, topic="control", offset=len(self.records), key=key))
        return self.records[-1]

    def compacted(self) -> list[Record]:
        """The newest record of each key, as a restart finds them; tombstones are gone."""
        newest = {one.key: one for one in self.records}
        return sorted((one for one in newest.values() if one.value is not None), key=lambda one: one.offset)
