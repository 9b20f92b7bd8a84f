"""From records to rows: what of a record is kept in which column. Pure.

Rows are read by field and not through the models of `schemas`: case workers are upgraded before the sink, so a record
may have a field that this version does not know. It stays in `body`, which is kept as it came.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ormsgpack

from schemas.codec import decode, encode
from schemas.topics import CASES_CURRENT, CODES, FLAGS, LOG
from streams.core.official import OPEN
from streams.ports import Headers, Record

Row = tuple[Any, ...]

ENTRY_COLUMNS = ("log_partition", "log_offset", "appended_at", "type", "case_token", "at", "headers", "body")
CASE_COLUMNS = (
    "case_token", "version", "unit", "procedure", "channel", "variant", "observed", "official", "opened_at",
    "due_computed_at", "due_declared_at", "ended_at", "verdict", "assumed_start", "provisional", "illegal", "flags",
    "rule", "body", "merged_into", "inherited_from", "open_in", "held_stage", "held_owner", "held_since_at",
)  # fmt: skip
LINE_COLUMNS = (
    "case_token", "leg", "version", "is_rated", "procedure", "rule", "reported", "reported_unit", "reported_end",
    "evidence", "unit", "ended", "cause",
)  # fmt: skip
FLAG_COLUMNS = (
    "flag_id", "cycle", "version", "case_token", "class", "state", "since_at", "until_at", "unit", "procedure",
    "accountable", "scored_unit", "due_at", "due_kind", "provisional", "rule", "wording", "judged_at", "log_partition",
    "log_offset", "engine", "rules", "source", "life", "body",
)  # fmt: skip
CODE_COLUMNS = ("case_token", "sealed")
SOFTWARE_COLUMNS = ("source", "software", "since_at")
CLOSING_COLUMNS = ("case_token", "system", "code", "closed_at", "declared_end_at")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Unreadable(ValueError):
    """A record that one of our own processes wrote is not what it should be. Its values are not repeated here."""

    def __init__(self, record: Record, fault: Exception) -> None:
        # A KeyError names a field; the text of other errors may quote what they stumbled over.
        what = f"lacks {fault}" if isinstance(fault, KeyError) else f"is malformed ({type(fault).__name__})"
        super().__init__(f"record {record.topic}/{record.partition}/{record.offset} {what}")


@dataclass(slots=True)
class Rows:
    """The rows of one chunk. Cases, their lines and codes hold the newest of each token only; `has_law`: new rules
    stand among the entries."""

    entries: list[Row] = field(default_factory=list)
    has_law: bool = False
    cases: dict[str, Row] = field(default_factory=dict)
    lines: dict[str, list[Row]] = field(default_factory=dict)
    flag_changes: list[Row] = field(default_factory=list)
    codes: dict[str, Row] = field(default_factory=dict)
    closings: list[Row] = field(default_factory=list)
    software: list[Row] = field(default_factory=list)


def rows_of(records: Sequence[Record], prefix: str) -> Rows:
    """The rows of a chunk of the deployment's topics; raises Unreadable."""
    rows = Rows()
    for record in records:
        try:
            _add(rows, record, record.topic.removeprefix(prefix))
        except (AttributeError, KeyError, TypeError, ValueError) as fault:
            raise Unreadable(record, fault) from None
    return rows


def _add(rows: Rows, record: Record, topic: str) -> None:
    if topic == LOG.name:
        body = _body(record)
        entry = decode(body)
        rows.entries.append(_entry(record, entry, body))
        if entry["type"] == "official.status_changed":
            rows.closings += _closings(entry)
        elif entry["type"] == "source.heartbeat":
            rows.software.append((entry["source"], entry["data"]["software"], datetime.fromisoformat(entry["time"])))
        elif entry["type"] == "rules.activated":
            rows.has_law = True
    elif topic == CASES_CURRENT.name:
        body = _body(record)
        view = decode(body)
        known = rows.cases.get(view["case"])
        if known is None or known[1] < view["version"]:
            rows.cases[view["case"]] = _case(view, body)
            rows.lines[view["case"]] = list(_lines(view))
    elif topic == FLAGS.name:
        rows.flag_changes.append(_flag(record, _body(record)))
    elif topic == CODES.name:
        token = _text(record.key)
        rows.codes[token] = (token, record.value)
    else:
        raise AssertionError(f"topic {record.topic} is not archived")


def _entry(record: Record, entry: Mapping[str, Any], body: bytes) -> Row:
    token = entry.get("case")
    # The key is not kept beside the token, so it must be the same.
    if (record.key or None) != (token.encode() if token else None):
        raise ValueError("key")
    at = entry.get("time") or entry.get("at")
    return (
        record.partition,
        record.offset,
        instant_of(record.timestamp),
        entry["type"],
        token,
        at and datetime.fromisoformat(at),
        pack_headers(record.headers),
        body,
    )


def _closings(entry: Mapping[str, Any]) -> Iterator[Row]:
    """A closing and its moment, where that is told: not where only the day is known, and a snapshot never tells it."""
    data = entry["data"]
    if "ended_at" in data and entry.get("precision", "second") == "second":
        closed, ended = entry["time"], data["ended_at"]
        yield entry["case"], data["system"], data["code"], datetime.fromisoformat(closed), datetime.fromisoformat(ended)


def _case(view: Mapping[str, Any], body: bytes) -> Row:
    return (
        view["case"],
        view["version"],
        view["unit"],
        view["procedure"],
        view["channel"],
        view["variant"],
        view["observed"],
        encode(view["official"]).decode(),
        datetime.fromisoformat(view["opened"]),
        _instant(view["due_computed"]),
        _instant(view["due_declared"]),
        _instant(view["ended"]),
        view["verdict"],
        view["assumed_start"],
        view["provisional"],
        view["illegal"],
        view["flags"],
        view["rule"],
        body,
        view.get("merged_into"),
        view.get("inherited_from"),
        [] if "vanished" in view["flags"] else [line["system"] for line in view["official"] if line["state"] in OPEN],
        *_held(view),
    )


def _held(view: Mapping[str, Any]) -> Row:
    """In which stage a case is, who has it and since when: the last stretch of its clock that goes on, or else the last
    of what it waits for outside of it; nothing where neither is told."""
    for name, stretches in (("stage", view.get("held", ())), ("what", view.get("waits", ()))):
        for stretch in reversed(stretches):
            if stretch["until"] is None:
                return stretch[name], stretch["owner"], _instant(stretch["since"])
    return None, None, None


def _lines(view: Mapping[str, Any]) -> Iterator[Row]:
    """How a case counts, a row for the whole, also where that is not counted, and one for each leg that is. The whole
    of a group stands in no rate: its legs do."""
    counts = {line["leg"] or "": line for line in view.get("counts", ())}
    for leg, line in ({"": None} | counts).items():
        is_rated = bool(leg) or not view.get("legs", ())
        about = (view["case"], leg, view["version"], is_rated, view["procedure"], view["rule"])
        if line is None:
            yield (*about, None, None, None, None, None, None, None)
        else:
            yield (
                *about, line["reported"], line["reported_unit"], _day(line["reported_end"]), line["evidence"],
                line["unit"], _day(line["ended"]), line["cause"],
            )  # fmt: skip


def _flag(record: Record, body: bytes) -> Row:
    flag = decode(body)
    headers = dict(record.headers)
    partition, _, offset = headers["log"].partition(b"/")
    return (
        flag["flag_id"],
        flag["cycle"],
        flag["version"],
        flag["case"],
        flag["class"],
        flag["state"],
        _instant(flag["since"]),
        _instant(flag["until"]),
        flag["unit"],
        flag["procedure"],
        flag["accountable"],
        flag["scored_unit"],
        _instant(flag["due"]),
        flag["due_kind"],
        flag["provisional"],
        flag["basis"] and flag["basis"]["rule"],
        flag["wording"],
        datetime.fromisoformat(headers["judged_at"].decode()),
        int(partition),
        int(offset),
        headers["engine"].decode(),
        headers["rules"].decode(),
        flag.get("source"),
        flag["life"] and flag["life"]["status"],
        body,
    )


def pack_headers(headers: Headers) -> bytes | None:
    """Headers as they are kept; None for none."""
    return ormsgpack.packb(headers) if headers else None


def unpack_headers(packed: bytes | None) -> Headers:
    return tuple((name, value) for name, value in ormsgpack.unpackb(packed)) if packed else ()


def instant_of(milliseconds: int) -> datetime:
    """The broker's time as an instant, exact to the millisecond."""
    return _EPOCH + milliseconds * _MILLISECOND


def milliseconds_of(instant: datetime) -> int:
    return (instant - _EPOCH) // _MILLISECOND


def _body(record: Record) -> bytes:
    if record.value is None:
        raise KeyError("value")
    return record.value


def _text(raw: bytes | None) -> str:
    if not raw:
        raise KeyError("key")
    return raw.decode()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
