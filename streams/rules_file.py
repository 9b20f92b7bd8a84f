"""Rules from TOML files, expanded to the plain content that `rules.activated` carries and the core compiles.

Here, and only here, the `holidays` package and the time-zone database are read: what they say goes into the content,
so that its hash covers them.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from streams.core.calendar import LAST_DAY
from streams.core.errors import RulesRefused
from streams.core.rules import compile_rules

VIETNAM = Path(__file__).parent / "rules" / "vn"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR = 2000

_DEADLINE_DEFAULTS: Mapping[str, Any] = {
    "variants": [],
    "place_kinds": [],
    "law_of": "received",
    "duty_bearer": "unit",
    "due_governs": "computed",
    "grace_working_days": 1,
    "urgent_working_hours": 4,
}
_DEADLINE_FIELDS = frozenset(
    {*_DEADLINE_DEFAULTS, "id", "procedure", "amount", "unit", "calendar", "starts", "duty_ends_at", "effective_from",
     "effective_until", "source", "at_risk", "stage", "example"}
)  # fmt: skip
_CALENDAR_FIELDS = frozenset(
    {"id", "zone", "source", "horizon", "week", "hours", "hours_of", "off", "worked", "country", "swap"}
)


class Example(NamedTuple):
    """A worked example of a rule: run as a test, printed in the manual. `due` is a day or an instant."""

    rule: str
    received: datetime
    completed: datetime | None
    due: date
    why: str


def load_rules(folder: Path) -> dict[str, Any]:
    """The content of all TOML files under a folder; raises RulesRefused with file, row and reason."""
    files = sorted(folder.rglob("*.toml")) if folder.is_dir() else []
    if not files:
        raise RulesRefused(str(folder), "no rule files (*.toml) there")
    documents = [_read(path) for path in files]
    content = {
        "calendars": [_calendar(row) for row in _rows(documents, "calendar")],
        "deadlines": [_deadline(row) for row in _rows(documents, "deadline")],
        "official": [_official(row) for row in _rows(documents, "official")],
        "scoring": next((doc["scoring"]["system"] for doc in documents if "scoring" in doc), "portal"),
    }
    compile_rules(content)
    return content


def load_examples(folder: Path) -> list[Example]:
    """The worked examples of all rules under a folder."""
    rows = _rows([_read(path) for path in sorted(folder.rglob("*.toml"))], "deadline")
    return [
        Example(row["id"], example["received"], example.get("completed"), example["due"], example["why"])
        for row in rows
        for example in row.get("example", ())
    ]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesRefused(str(path), str(error)) from error


def _rows(documents: Iterable[Mapping[str, Any]], table: str) -> list[Mapping[str, Any]]:
    return [row for document in documents for row in document.get(table, ())]


def _deadline(row: Mapping[str, Any]) -> dict[str, Any]:
    where = f"deadline {row.get('id', '?')}"
    _check_fields(where, row, _DEADLINE_FIELDS)
    plain = {key: _plain(value) for key, value in row.items() if key not in {"stage", "example"}}
    missing = {"id", "procedure", "amount", "unit", "calendar", "starts", "duty_ends_at", "effective_from"} - set(plain)
    if missing:
        raise RulesRefused(where, f"{', '.join(sorted(missing))} missing")
    stages = [{key: _plain(value) for key, value in stage.items()} for stage in row.get("stage", ())]
    return {**_DEADLINE_DEFAULTS, "at_risk": _risk(row), "source": "", "stages": stages, **plain}


def _risk(row: Mapping[str, Any]) -> dict[str, Any]:
    """One working day before the due; terms of one working day or less are counted in hours."""
    days = row.get("unit") in {"working_day", "working_day_at_hour", "calendar_day"}
    if days and row.get("amount", 0) > 1:
        return {"amount": 1, "unit": row["unit"]}
    return {"amount": 2, "unit": "working_hour"}


def _official(row: Mapping[str, Any]) -> dict[str, Any]:
    missing = {"system", "code", "state"} - set(row)
    if missing:
        raise RulesRefused(f"official {row.get('system', '?')}", f"{', '.join(sorted(missing))} missing")
    return {key: str(_plain(value)) for key, value in row.items()}


def _calendar(row: Mapping[str, Any]) -> dict[str, Any]:
    where = f"calendar {row.get('id', '?')}"
    _check_fields(where, row, _CALENDAR_FIELDS)
    missing = {"id", "zone", "source", "horizon", "week", "hours"} - set(row)
    if missing:
        raise RulesRefused(where, f"{', '.join(sorted(missing))} missing")
    hours = [_span(where, text) for text in row["hours"]]
    by_day = row.get("hours_of", {})
    return {
        "id": row["id"],
        "zone": row["zone"],
        "source": row["source"],
        "horizon": row["horizon"].isoformat(),
        "week": [int(day in row["week"]) for day in WEEKDAYS],
        "hours": [
            [_span(where, text) for text in by_day[day]] if day in by_day else hours if day in row["week"] else []
            for day in WEEKDAYS
        ],
        "days": {day.isoformat(): worked for day, worked in sorted(_days(row).items())},
        "offsets": _offsets(where, row["zone"]),
    }


def _days(row: Mapping[str, Any]) -> dict[date, int]:
    """Exceptions to the plain week: the package's days first, then what decrees and lists in the data say."""
    days: dict[date, int] = {}
    if "country" in row:
        package = holidays.country_holidays(row["country"], years=range(FIRST_YEAR, row["horizon"].year + 1))
        days |= dict.fromkeys(package, 0)
        days |= dict.fromkeys(package.weekend_workdays, 1)
    for swap in row.get("swap", ()):
        days |= dict.fromkeys(_dates(swap.get("off", ())), 0) | dict.fromkeys(_dates(swap.get("worked", ())), 1)
    return days | dict.fromkeys(_dates(row.get("off", ())), 0) | dict.fromkeys(_dates(row.get("worked", ())), 1)


def _dates(value: date | Sequence[date]) -> Iterator[date]:
    yield from [value] if isinstance(value, date) else value


def _span(where: str, text: str) -> list[int]:
    try:
        opens, closes = ((int(part[:2]) * 60 + int(part[3:5])) * 60 for part in text.split("-"))
    except ValueError as error:
        raise RulesRefused(where, f"hours {text}: expected like 08:30-17:00") from error
    if not 0 <= opens < closes <= 86_400:
        raise RulesRefused(where, f"hours {text}: they must begin before they end, within one day")
    return [opens, closes]


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


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _check_fields(where: str, row: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = set(row) - known
    if unknown:
        raise RulesRefused(where, f"unknown field {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
