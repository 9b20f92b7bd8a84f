"""Due dates worked out by hand from published calendars, by people who had not seen the core."""

import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from streams.core.calendar import day_number
from streams.core.compiling import compile_rules
from streams.core.question import Question, Wait, clock_of
from streams.core.rules import Rules
from streams.rules_file import VIETNAM, load_rules
from tests.core_builders import content_of, deadline_row, vietnam

FOLDER = Path(__file__).parents[2] / "hand_worked"
FILES = {path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
ROWS = [row for file in FILES.values() for row in file["date"]]
SOURCES = [source for file in FILES.values() for source in file["source"]]
CONTENT = load_rules(VIETNAM)


@cache
def law_of(unit: str, amount: int) -> Rules:
    """The calendar as shipped, and such a term from reception on."""
    rule = deadline_row(unit=unit, amount=amount, calendar="vn", starts="case.received", effective_from="2015-01-01")
    return compile_rules(content_of(rule, calendars=CONTENT["calendars"]))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['start']:%Y-%m-%d %H%M} {row['amount']} {row['unit']}")
def test_the_due_date_is_the_one_worked_out_by_hand(row: dict[str, Any]) -> None:
    rules = law_of(row["unit"], row["amount"])
    ends = [int(end.timestamp()) for end in row.get("pause", ())]
    pauses = [Wait(ends[0], ends[1])] if ends else []

    found = clock_of(Question("any", int(row["start"].timestamp()), pauses=pauses), rules).due

    assert found is not None
    assert found.at == int(_end(row["due"]).timestamp()), row["counted"]


def test_there_are_enough_of_them_and_each_tet_is_among_them() -> None:
    assert len(ROWS) >= 120
    assert {row["unit"] for row in ROWS} >= {"working_day", "calendar_day", "working_hour", "clock_hour"}
    for year in range(2021, 2027):
        named = {source["id"] for source in SOURCES if source["id"].startswith(f"tet-{year}")}
        assert sum(bool(named & set(row["sources"])) for row in ROWS) >= 5, year


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source["id"]))
def test_the_shipped_calendar_has_every_day_that_was_published(source: dict[str, Any]) -> None:
    calendar = vietnam().calendar
    wrong = [day for day in source["days_off"] if calendar.is_working(day_number(day))]
    wrong += [day for day in source["worked"] if not calendar.is_working(day_number(day))]

    assert wrong == []


def _end(due: date) -> datetime:
    """24:00 of a day in Việt Nam; an instant is itself."""
    if isinstance(due, datetime):
        return due
    zone = ROWS[0]["start"].tzinfo
    return datetime.combine(due, time(), zone) + timedelta(days=1)
