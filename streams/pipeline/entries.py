"""From a validated event to the bytes of its entry in the log."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from schemas.envelope import Event, Precision

# schemas.codec.encode's canonical form; beyond it, orjson writes the instants itself, as `…Z` to the second, which
# takes a third of the time that Python needs to make the text first.
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
_DAY = timedelta(days=1)
_NOTHING: Mapping[str, str] = {}

# Well within what datetime can hold, so that the core can add offsets and terms without an overflow.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2999, 12, 31, tzinfo=UTC)


class InstantOutOfRange(ValueError):
    """An instant that no office can mean, such as the year 1 or 9999 that a system writes for *none*."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field}: outside of the years 1900 to 2999")


def day_of(time: datetime) -> datetime:
    """The first instant of the local day, in the offset that the time was given in."""
    return time.replace(hour=0, minute=0, second=0, microsecond=0)


def instant_of(time: datetime, precision: Precision) -> datetime:
    """When it happened, in UTC: a day stands for its end, the 24:00 of the offset given.

    Raises OverflowError for an instant outside of the years 1 to 9999 in UTC.
    """
    return (time if precision == "second" else day_of(time) + _DAY).astimezone(UTC)


def fact_entry(
    event: Event,
    case: str,
    fact: str,
    at: datetime,
    recorded: datetime | None = None,
    arrived: datetime | None = None,
    version: int = 1,
    more: Mapping[str, str] = _NOTHING,
    origin: str | None = None,
) -> bytes:
    """The bytes of the FactEntry of an event; `at` is its `instant_of`, `recorded` its `recordedtime` and
    `arrived` the broker's time, all in UTC. `more` is data that intake adds: tokens, where the event names codes.
    With an `origin` it is the FactMoved that tells the event of that token to `case`.

    A plain dict, not a FactEntry: the event has been validated, and a test holds every entry against the model.
    Raises InstantOutOfRange for an instant of its data outside of the years 1900 to 2999.
    """
    data: dict[str, Any] = {}
    for name, value in event.data.__dict__.items():
        if value is not None and name != "subjects":
            data[name] = _in_range(name, value) if type(value) is datetime else value
    data |= more
    entry: dict[str, Any] = {
        "type": event.type,
        "case": case,
        "fact": fact,
        "time": at,
        "precision": event.timeprecision,
        "source": event.source,
        "version": version,
        "data": data,
    }
    if origin is not None:
        entry |= {"type": "fact.moved", "moved": event.type, "origin": origin}
    elif event.subject.startswith("lot:"):
        entry["scheme"] = "lot"
    if recorded is not None:
        entry["recorded"] = recorded
    if arrived is not None:
        entry["arrived"] = arrived
    return orjson.dumps(entry, option=_CANONICAL)


def _in_range(name: str, instant: datetime) -> datetime:
    try:
        utc = instant.astimezone(UTC)
    except OverflowError:
        raise InstantOutOfRange(f"data.{name}") from None
    if not EARLIEST <= utc <= LATEST:
        raise InstantOutOfRange(f"data.{name}")
    return utc
