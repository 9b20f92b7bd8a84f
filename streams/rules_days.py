"""Calendars, closures and campaigns of rule files, expanded to plain rows of days and hours.

Here, and only here, the `holidays` package and the time-zone database are read: what they say goes into the content,
so that its hash covers them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from streams.core.calendar import LAST_DAY, day_number
from streams.core.errors import RulesRefused
from streams.core.findings import Declared, DeclaredBy

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR = 2000
YEARS_BEYOND_HORIZON = 5
REASON_MAX = 400

_CALENDAR_NEEDED = frozenset({"id", "zone", "source", "horizon", "week", "hours"})
_CALENDAR_FIELDS = frozenset(
    {*_CALENDAR_NEEDED, "extends", "hours_of", "reception_of", "off", "worked", "country", "swap", "holiday"}
)
# Rows beneath a calendar: the fields that each knows, and those that it needs.
_DECREED: Mapping[Literal["swap", "holiday"], tuple[frozenset[str], frozenset[str]]] = {
    "swap": (frozenset({"off", "worked", "source", "decided_on"}), frozenset({"source"})),
    "holiday": (frozenset({"off", "source", "decided_on"}), frozenset({"off", "source"})),
}
_CLOSURE_FIELDS = frozenset({"id", "calendar", "units", "off", "worked", "source"})
_CAMPAIGN_FIELDS = frozenset({"id", "calendar", "units", "from", "to", "hours", "days", "source"})


def expand_calendars(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Calendars in the order of the files; one that extends another takes from it what it does not say itself."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        where = f"calendar {row.get('id', '?')}"
        base = row.get("extends")
        if base is not None and base not in found:
            raise RulesRefused(where, f"extends {base}, which no calendar before it is named")
        whole = {**found[base], **row} if base is not None else row
        check_fields(where, whole, _CALENDAR_FIELDS, _CALENDAR_NEEDED)
        found[row["id"]] = whole
    return [_calendar(f"calendar {name}", row) for name, row in found.items()]


def expand_closure(row: Mapping[str, Any]) -> dict[str, Any]:
    where = f"closure {row.get('id', '?')}"
    check_fields(where, row, _CLOSURE_FIELDS, frozenset({"id", "calendar", "units", "source"}))
    _check_dates(where, row)
    days = dict.fromkeys(_dates(row.get("off", ())), 0) | dict.fromkeys(_dates(row.get("worked", ())), 1)
    kept = {key: row[key] for key in ("id", "calendar", "units", "source")}
    return {**kept, "days": {day.isoformat(): worked for day, worked in sorted(days.items())}}


def expand_campaign(row: Mapping[str, Any]) -> dict[str, Any]:
    where = f"campaign {row.get('id', '?')}"
    check_fields(where, row, _CAMPAIGN_FIELDS, _CAMPAIGN_FIELDS - {"days"})
    hours = [_span(where, text) for text in row["hours"]]
    days = _weekdays(where, row.get("days", WEEKDAYS))
    return {
        **{key: row[key] for key in ("id", "calendar", "units", "source")},
        "first": a_date(where, "from", row["from"]).isoformat(),
        "last": a_date(where, "to", row["to"]).isoformat(),
        "hours": [hours if day in days else [] for day in WEEKDAYS],
    }


def declared_days(rows: Iterable[Mapping[str, Any]]) -> list[Declared]:
    """The days that rows of calendars name: each swap and holiday, and the lists; what others inherit stands once."""
    found: list[Declared] = []
    wholes: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        whole = wholes[row["id"]] = {**wholes.get(row.get("extends", ""), {}), **row}
        package = _package(whole)
        for name, one in _decreed(row):
            others = [*(other for _, other in _decreed(whole) if other is not one), whole]
            found.append(_declared(row["id"], name, one, package, others))
        found.append(_declared(row["id"], "lists", row, package, [other for _, other in _decreed(whole)]))
    return found


def check_fields(
    where: str, row: Mapping[str, Any], known: frozenset[str], needed: frozenset[str] = frozenset()
) -> None:
    unknown, missing = set(row) - known, needed - set(row)
    if unknown:
        raise RulesRefused(where, f"unknown field {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    if missing:
        raise RulesRefused(where, f"{', '.join(sorted(missing))} missing")


def second_of(where: str, text: str) -> int:
    """Seconds since midnight of a time like 15:00 or 24:00."""
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and int(minute) < 60):
        raise RulesRefused(where, f"time {text}: expected like 15:00")
    second = (int(hour) * 60 + int(minute)) * 60
    if second > 86_400:
        raise RulesRefused(where, f"time {text}: a day ends at 24:00")
    return second


def a_date(where: str, name: str, value: Any) -> date:
    if not isinstance(value, date):
        raise RulesRefused(where, f"{name} {value}: expected a date like 2026-01-02, without quotes")
    return value


def _calendar(where: str, row: Mapping[str, Any]) -> dict[str, Any]:
    a_date(where, "horizon", row["horizon"])
    _check_dates(where, row)
    for name, decreed in _decreed(row):
        _check_dates(where, decreed)
        check_fields(f"{where} {name}", decreed, *_DECREED[name])
    days = _days(row)
    hours = [_span(where, text) for text in row["hours"]]
    usual = [hours if day in _weekdays(where, row["week"]) else [] for day in WEEKDAYS]
    worked = _week(where, usual, row.get("hours_of", {}))
    return {
        "id": row["id"],
        **({"extends": row["extends"]} if "extends" in row else {}),
        "zone": row["zone"],
        "source": row["source"],
        "horizon": row["horizon"].isoformat(),
        "week": [int(day in row["week"]) for day in WEEKDAYS],
        "hours": worked,
        "reception": _week(where, worked, row.get("reception_of", {})),
        "days": {day.isoformat(): worked for day, (worked, _) in sorted(days.items())},
        "reasons": {day.isoformat(): reason for day, (_, reason) in sorted(days.items())},
        "decided": dict(sorted(_decided(where, row).items())),
        "offsets": _offsets(where, row["zone"]),
    }


def _decided(where: str, row: Mapping[str, Any]) -> dict[str, str]:
    """On which day a swap or holiday was decided, where the row says so: before, nobody could know its days."""
    return {
        day.isoformat(): a_date(where, "decided_on", decreed["decided_on"]).isoformat()
        for _, decreed in _decreed(row)
        if "decided_on" in decreed
        for day in (*_dates(decreed.get("off", ())), *_dates(decreed.get("worked", ())))
    }


def _week(where: str, usual: Sequence[Any], by_day: Mapping[str, Sequence[str]]) -> list[Any]:
    """Hours of seven weekdays: the usual ones, but for days that have their own."""
    _weekdays(where, by_day)
    return [
        [_span(where, text) for text in by_day[day]] if day in by_day else spans
        for day, spans in zip(WEEKDAYS, usual, strict=True)
    ]


def _weekdays(where: str, names: Iterable[str]) -> Iterable[str]:
    """The same, where each is the name of a weekday: a misspelt one would be a day off without a word."""
    for name in names:
        if name not in WEEKDAYS:
            raise RulesRefused(where, f"day {name} is none of {', '.join(WEEKDAYS)}")
    return names


def _span(where: str, text: str) -> list[int]:
    opens, dash, closes = text.partition("-")
    if not dash:
        raise RulesRefused(where, f"hours {text}: expected like 08:30-17:00")
    span = [second_of(where, opens), second_of(where, closes)]
    if span[0] >= span[1]:
        raise RulesRefused(where, f"hours {text}: they must begin before they end, within one day")
    return span


def _days(row: Mapping[str, Any]) -> dict[date, tuple[int, str]]:
    """Exceptions to the plain week, each with its reason: the package's days first, then what decrees and lists say."""
    days = _package(row)
    for _, decreed in _decreed(row):
        days |= _exceptions(decreed)
    return days | _exceptions(row)


def _decreed(row: Mapping[str, Any]) -> Iterator[tuple[Literal["swap", "holiday"], Mapping[str, Any]]]:
    """The rows beneath a calendar, each with the name of its table."""
    for name in _DECREED:
        yield from ((name, one) for one in row.get(name, ()))


def _package(row: Mapping[str, Any]) -> dict[date, tuple[int, str]]:
    """What the package knows of the calendar's country, some years past the horizon: statutory and lunar days are
    known long before the swaps of their year are decreed."""
    if "country" not in row:
        return {}
    # In the country's own language: the package else takes the machine's, and the hash of the rules with it.
    language = holidays.country_holidays(row["country"]).default_language
    years = range(FIRST_YEAR, row["horizon"].year + 1 + YEARS_BEYOND_HORIZON)
    package = holidays.country_holidays(row["country"], years=years, language=language)
    days = {day: (0, name[:REASON_MAX]) for day, name in package.items()}
    return days | dict.fromkeys(package.weekend_workdays, (1, "worked in place of a day off, by decree"))


def _exceptions(row: Mapping[str, Any]) -> dict[date, tuple[int, str]]:
    source = row["source"]
    return dict.fromkeys(_dates(row.get("off", ())), (0, source)) | dict.fromkeys(
        _dates(row.get("worked", ())), (1, source)
    )


def _dates(value: date | Sequence[date]) -> Iterator[date]:
    yield from [value] if isinstance(value, date) else value


def _check_dates(where: str, row: Mapping[str, Any]) -> None:
    for name in ("off", "worked"):
        for day in _dates(row.get(name, ())):
            if isinstance(a_date(where, name, day), datetime):
                raise RulesRefused(where, f"{name} {day}: expected a day without a time")


def _declared(
    calendar: str,
    by: DeclaredBy,
    row: Mapping[str, Any],
    package: Mapping[date, tuple[int, str]],
    others: Iterable[Mapping[str, Any]],
) -> Declared:
    known: dict[date, tuple[int, str]] = {}
    for other in others:
        known |= _exceptions(other)
    return Declared(
        calendar,
        by,
        tuple(day_number(day) for day in _dates(row.get("off", ()))),
        tuple(day_number(day) for day in _dates(row.get("worked", ()))),
        {day_number(day): worked for day, (worked, _) in known.items()},
        {day_number(day): worked for day, (worked, _) in package.items()},
    )


@lru_cache(maxsize=32)
def _offsets(where: str, zone: str) -> list[list[int]]:
    """Each instant at which the zone's offset changes, with the new offset in seconds; the first holds from 1970."""
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RulesRefused(where, f"zone {zone} is not in the time-zone database") from error

    def offset(at: int) -> int:
        delta = datetime.fromtimestamp(at, UTC).astimezone(info).utcoffset() or timedelta()
        return int(delta.total_seconds())

    found = [[-(1 << 40), offset(0)]]
    for day in range(1, LAST_DAY + 1):
        before, after = (day - 1) * 86_400, day * 86_400
        if offset(after) != found[-1][1]:
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if offset(middle) == found[-1][1] else (before, middle)
            found.append([after, offset(after)])
    return found
