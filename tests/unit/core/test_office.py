"""Office time, half-open: at the second of closing the office is closed."""

import pytest

from streams.core.office import (
    add_half_days,
    add_office_seconds,
    half_days,
    next_open,
    office_seconds,
    subtract_half_days,
    subtract_office_seconds,
)
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


ROUND_THE_CLOCK = a_calendar(week=[1] * 7, hours=[[[0, 86_400]]] * 7)


def test_an_office_that_never_closes_counts_every_second() -> None:
    start, end = at("2026-01-09 10:00"), at("2026-01-11 16:00")

    assert add_office_seconds(ROUND_THE_CLOCK, start, 54 * HOUR) == end
    assert subtract_office_seconds(ROUND_THE_CLOCK, end, 54 * HOUR) == start
    assert office_seconds(ROUND_THE_CLOCK, start, end) == 54 * HOUR


@pytest.mark.parametrize(
    "when, closed",
    [
        ("2026-01-06 00:00", "2026-01-05 17:30"),
        ("2026-01-05 13:00", "2026-01-05 12:00"),
        ("2026-01-05 08:00", "2026-01-02 17:30"),  # at its opening the office has not been open yet
    ],
)
def test_no_office_time_before_an_instant_is_the_last_closing_up_to_it(when: str, closed: str) -> None:
    assert shown(subtract_office_seconds(CALENDAR, at(when), 0)) == closed


# Half days: each span of office hours is one, however many a day has


SHIFTS = [[28_800, 36_000], [39_600, 46_800], [50_400, 57_600]]  # to 10:00, 13:00 and 16:00
THREE_A_DAY = a_calendar(hours=[SHIFTS, SHIFTS, SHIFTS, SHIFTS, [[28_800, 36_000]], [], []])


@pytest.mark.parametrize(
    "amount, closes",
    [
        (0, "2026-01-12 13:00"),
        (1, "2026-01-12 10:00"),
        (2, "2026-01-09 10:00"),
        (3, "2026-01-08 16:00"),
        (4, "2026-01-08 13:00"),
        (5, "2026-01-08 10:00"),
        (6, "2026-01-07 16:00"),
    ],
)
def test_half_days_back_are_closings_of_spans(amount: int, closes: str) -> None:
    """Friday the 9th has one span only."""
    end = at("2026-01-12 13:00")

    assert shown(subtract_half_days(THREE_A_DAY, end, amount)) == closes
    assert half_days(THREE_A_DAY, at(closes), end) == amount
    assert add_half_days(THREE_A_DAY, at(closes) - 1, amount) == end


@pytest.mark.parametrize("amount, closes", [(0, "2026-01-12 17:30"), (1, "2026-01-12 12:00"), (2, "2026-01-09 17:30")])
def test_half_days_before_midnight_are_those_of_the_day_that_ends_then(amount: int, closes: str) -> None:
    assert shown(subtract_half_days(CALENDAR, at("2026-01-12 24:00"), amount)) == closes


def test_a_half_day_may_lie_at_either_end_of_a_day() -> None:
    calendar = a_calendar(hours=[[[0, 1], [86_399, 86_400]]] * 5 + [[], []])

    assert half_days(calendar, at("2026-01-05 00:00"), at("2026-01-07 00:00")) == 4
    assert half_days(calendar, at("2026-01-05 00:00:01"), at("2026-01-06 23:59:59")) == 2


# The ends of the calendar: 1 January 1900, a Monday, and 1 January 2200, a Wednesday


def test_a_term_of_office_hours_at_the_end_of_the_calendar_still_ends_after_its_start() -> None:
    assert add_office_seconds(CALENDAR, at("2200-01-01 16:30"), 2 * HOUR) > at("2200-01-01 16:30")


@pytest.mark.parametrize("start, amount", [("2199-12-31 14:00", 2), ("2200-01-01 09:00", 2), ("2200-01-01 14:00", 1)])
def test_half_days_end_with_the_last_closing_that_the_calendar_knows(start: str, amount: int) -> None:
    assert shown(add_half_days(CALENDAR, at(start), amount)) == "2200-01-01 17:30"


def test_beyond_the_calendar_no_half_day_closes() -> None:
    assert half_days(CALENDAR, at("2199-12-31 08:00"), at("2300-01-01 10:00")) == 2


def test_half_days_before_the_calendar_are_not_counted() -> None:
    assert subtract_half_days(CALENDAR, at("1900-01-03 14:00"), 9) == at("1900-01-03 14:00")
