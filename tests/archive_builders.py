"""Records of the four archived topics, every field defaulted, so that what is set is what matters."""

from collections.abc import Sequence
from typing import Any

from schemas.codec import encode
from schemas.entries import CONTROL_ENTRY, FactEntry
from schemas.flags import CASE_VIEW, FLAG
from streams.ports import Headers, Record

PREFIX = "t."
TOKEN = "AbCdEfGhIjKlMnOpQrStUv"
FLAG_ID = "0123456789abcdef0123456789abcdef"
RULES = "f" * 32
APPENDED = 1_767_582_007_123
JUDGED: Headers = (
    ("judged_at", b"2026-01-14T00:00:00Z"),
    ("engine", b"1"),
    ("rules", RULES.encode()),
    ("log", b"3/41"),
)


def fact(offset: int = 0, *, token: str = TOKEN, partition: int = 0, headers: Headers = (), **fields: Any) -> Record:
    """An entry of the log: one fact."""
    entry = FactEntry(
        **{
            "type": "case.completed",
            "case": token,
            "fact": f"{offset:016x}",
            "time": "2026-01-05T03:00:00Z",
            "source": "urn:hoso:onestop:H26-01",
            "data": {"unit": "G01.801.001", "procedure": "card"},
            **fields,
        }
    )
    return entry_record(offset, entry.model_dump(exclude_none=True), partition, token.encode(), headers)


def tick(offset: int = 0, at: str = "2026-01-14T00:00:00Z", *, partition: int = 0) -> Record:
    entry = CONTROL_ENTRY.validate_python({"type": "clock.ticked", "at": at, "rules": RULES, "engine": "1"})
    return entry_record(offset, entry.model_dump(), partition, None)


def entry_record(
    offset: int, entry: dict[str, Any], partition: int = 0, key: bytes | None = None, headers: Headers = ()
) -> Record:
    return Record(PREFIX + "log", partition, offset, APPENDED + offset, key, encode(entry), headers)


def case(offset: int = 0, *, token: str = TOKEN, version: int = 1, partition: int = 0, **fields: Any) -> Record:
    """The newest view of a case."""
    view: dict[str, Any] = {
        "case": token,
        "version": version,
        "merged_into": None,
        "linked": [],
        "unit": "G01.801.001",
        "inherited_from": None,
        "procedure": "card",
        "channel": None,
        "variant": "new",
        "observed": "processing",
        "official": [
            {"system": "portal", "code": "4", "state": "processing", "since": "2026-01-05T10:00:00+07:00"},
        ],
        "opened": "2026-01-05T08:00:00+07:00",
        "due_computed": "2026-01-13T17:00:00+07:00",
        "due_legal": "2026-01-13T17:00:00+07:00",
        "due_provincial": None,
        "due_declared": None,
        "ended": None,
        "verdict": "overdue",
        "assumed_start": False,
        "provisional": False,
        "illegal": 0,
        "flags": ["overdue"],
        "review": [],
        "rule": "card-2023",
        "pauses": [],
        "extensions": [],
        "held": [],
        "waits": [],
        "moved": None,
        "legs": [],
        "counts": [],
        **fields,
    }
    CASE_VIEW.validate_json(encode(view))
    return Record(PREFIX + "cases.current", partition, offset, APPENDED + offset, token.encode(), encode(view), ())


def flag(
    offset: int = 0, *, flag_id: str = FLAG_ID, cycle: int = 1, version: int = 1, partition: int = 0, **fields: Any
) -> Record:
    """One version of one cycle of a flag."""
    value: dict[str, Any] = {
        "flag_id": flag_id,
        "cycle": cycle,
        "version": version,
        "case": TOKEN,
        "class": "overdue",
        "leg": None,
        "state": "raised",
        "since": "2026-01-13T17:00:00+07:00",
        "until": None,
        "unit": "G01.801.001",
        "procedure": "card",
        "accountable": "G01.801.001",
        "scored_unit": "G01.801.001",
        "due": "2026-01-13T17:00:00+07:00",
        "due_kind": "legal",
        "level": "100%",
        "difference": None,
        "provisional": False,
        "source": None,
        "known_late": False,
        "basis": {
            "rule": "card-2023",
            "hash": "a" * 16,
            "calendar": "vn",
            "days": "b" * 16,
            "decision": None,
            "source": "Law 26/2023",
        },
        "evidence": [
            {
                "fact": "c" * 16,
                "type": "case.completed",
                "time": "2026-01-05T10:00:00+07:00",
                "precision": "second",
                "strength": None,
                "origin": None,
                "hash": "d" * 16,
            },
        ],
        "life": None,
        "wording": "Quá hạn",
        **fields,
    }
    FLAG.validate_json(encode(value))
    return Record(PREFIX + "flags", partition, offset, APPENDED + offset, TOKEN.encode(), encode(value), JUDGED)


def code(offset: int = 0, sealed: bytes | None = b"sealed", *, token: str = TOKEN, partition: int = 0) -> Record:
    return Record(PREFIX + "codes", partition, offset, APPENDED + offset, token.encode(), sealed, ())


def renumbered(records: Sequence[Record]) -> list[Record]:
    """The same records at offsets 0, 1, 2 … of their partitions."""
    ends: dict[tuple[str, int], int] = {}
    placed = []
    for record in records:
        place = (record.topic, record.partition)
        offset = ends.get(place, 0)
        ends[place] = offset + 1
        placed.append(record._replace(offset=offset))
    return placed
