"""Office time, half-open: at the second of closing the office is closed."""

import pytest

from streams.core.office import add_office_seconds, next_open, office_seconds, subtract_office_seconds
from tests.core_builders import a_calendar, at, day, shown

HOUR = 3600
# Monday 5 to Friday 9 January 2026, 8:00 to 12:00 and 13:30 to 17:30.
CALENDAR = a_calendar()


@pytest.mark.parametrize(
    "when, opens",
    [
        ("2026-01-05 07:00", "2026-01-05 08:00"),
        ("2026-01-05 08:00", "2026-01-05 08:00"),
        ("2026-01-05 11:59:59", "2026-01-05 11:59:59"),
        ("2026-01-05 12:00", "2026-01-05 13:30"),
        ("2026-01-05 17:29:59", "2026-01-05 17:29:59"),
        ("2026-01-05 17:30", "2026-01-06 08:00"),
        ("2026-01-05 23:00", "2026-01-06 08:00"),
        ("2026-01-09 18:00", "2026-01-12 08:00"),
        ("2026-01-10 10:00", "2026-01-12 08:00"),
    ],
)
def test_the_office_is_next_open(when: str, opens: str) -> None:
    assert shown(CALENDAR.instant(*next_open(CALENDAR, at(when)))) == opens


@pytest.mark.parametrize(
    "start, hours, end",
    [
        ("2026-01-05 08:00", 1, "2026-01-05 09:00"),
        ("2026-01-05 08:00", 4, "2026-01-05 12:00"),
        ("2026-01-05 11:00", 2, "2026-01-05 14:30"),
        ("2026-01-05 08:00", 8, "2026-01-05 17:30"),
        ("2026-01-05 10:00", 8, "2026-01-06 10:00"),
        ("2026-01-05 20:00", 8, "2026-01-06 17:30"),
        ("2026-01-09 17:00", 1, "2026-01-12 08:30"),
        ("2026-01-05 08:00", 80, "2026-01-16 17:30"),
    ],
)
def test_office_hours_on_and_back(start: str, hours: int, end: str) -> None:
    found = add_office_seconds(CALENDAR, at(start), hours * HOUR)

    assert shown(found) == end
    assert office_seconds(CALENDAR, at(start), found) == hours * HOUR


@pytest.mark.parametrize(
    "end, hours, start",
    [
        ("2026-01-06 00:00", 4, "2026-01-05 13:30"),
        ("2026-01-06 00:00", 5, "2026-01-05 11:00"),
        ("2026-01-06 09:00", 2, "2026-01-05 16:30"),
        ("2026-01-12 08:00", 8, "2026-01-09 08:00"),
        ("2026-01-11 10:00", 1, "2026-01-09 16:30"),
        ("2026-01-05 10:00", 0, "2026-01-05 10:00"),
    ],
)
def test_office_hours_before_an_instant(end: str, hours: int, start: str) -> None:
    found = subtract_office_seconds(CALENDAR, at(end), hours * HOUR)

    assert shown(found) == start
    assert office_seconds(CALENDAR, found, at(end)) == hours * HOUR


@pytest.mark.parametrize(
    "start, end, seconds",
    [
        ("2026-01-05 12:00", "2026-01-05 13:30", 0),
        ("2026-01-05 11:00", "2026-01-05 14:00", HOUR * 3 // 2),
        ("2026-01-05 00:00", "2026-01-06 00:00", 8 * HOUR),
        ("2026-01-09 00:00", "2026-01-13 00:00", 16 * HOUR),
        ("2026-01-10 00:00", "2026-01-11 00:00", 0),
        ("2026-01-10 10:00", "2026-01-12 09:00", HOUR),
        ("2026-01-06 00:00", "2026-01-05 00:00", 0),
    ],
)
def test_office_time_between_two_instants(start: str, end: str, seconds: int) -> None:
    assert office_seconds(CALENDAR, at(start), at(end)) == seconds


def test_a_worked_saturday_has_office_hours() -> None:
    calendar = a_calendar(days={"2026-01-10": 1})

    assert next_open(calendar, at("2026-01-10 09:00")) == (day("2026-01-10"), 9 * HOUR)
    assert shown(add_office_seconds(calendar, at("2026-01-09 17:00"), HOUR)) == "2026-01-10 08:30"


@pytest.mark.timeout(1)
@pytest.mark.parametrize("when", ["1900-01-01 07:00", "2300-01-01 10:00"])
def test_office_time_ends_also_at_the_ends_of_the_calendar(when: str) -> None:
    """1900-01-01 is what many systems write for *none*, and intake lets it in as an appointment."""
    if when < "2000":
        assert subtract_office_seconds(CALENDAR, at(when), HOUR) <= at(when)
    else:
        assert office_seconds(CALENDAR, at("2026-01-05"), at(when)) > 0
