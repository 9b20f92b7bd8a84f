"""When terms end, for each unit of time: a day is a day, never 24 or 8 hours."""

import pytest

from streams.core.calendar import day_date
from streams.core.deadlines import UNITS, Due, due, lead, pause
from tests.core_builders import a_calendar, at, day, shown, span, vietnam

VN = vietnam().calendar
PLAIN = a_calendar()
# Boston's office: 8:30 to 17:00, half-open.
BOSTON = a_calendar(hours=[[[30_600, 61_200]]] * 5 + [[], []])


@pytest.mark.parametrize(
    "start, last_day",
    [
        ("2026-01-05 08:00", "2026-01-13"),
        ("2026-01-05 21:00", "2026-01-13"),
        ("2026-01-05 23:59:59", "2026-01-13"),
        ("2026-01-04 08:00", "2026-01-12"),  # on a Sunday: Monday is the first day counted
        ("2026-01-04 21:00", "2026-01-12"),
        ("2025-12-29 09:00", "2026-01-09"),
        ("2026-02-11 09:00", "2026-02-27"),  # Tết in between
    ],
)
def test_seven_working_days_end_at_24_00_of_the_seventh(start: str, last_day: str) -> None:
    found = due(VN, "working_day", span(start), 7)

    assert (shown(found.at), found.day) == (shown(at(f"{last_day} 24:00")), day(last_day))


def test_a_start_that_stands_for_a_day_is_not_counted_either() -> None:
    by_second, by_day = span("2026-01-05 10:00"), span("2026-01-06 00:00", is_day=True)

    assert due(VN, "working_day", by_day, 7) == due(VN, "working_day", by_second, 7)


@pytest.mark.parametrize(
    "start, end",
    [
        ("2026-01-05 10:15:30", "2026-01-08 10:15:30"),
        ("2026-01-05 08:29:59", "2026-01-08 08:30"),  # before opening: at opening of the same day
        ("2026-01-05 08:30", "2026-01-08 08:30"),
        ("2026-01-05 16:59:59", "2026-01-08 16:59:59"),
        ("2026-01-05 17:00", "2026-01-09 08:30"),  # at closing the office is closed
        ("2026-01-10 12:00", "2026-01-15 08:30"),
        ("2026-01-08 12:00", "2026-01-13 12:00"),
    ],
)
def test_working_days_at_the_hour_keep_the_time_of_day(start: str, end: str) -> None:
    assert shown(due(BOSTON, "working_day_at_hour", span(start), 3).at) == end


@pytest.mark.parametrize(
    "start, end",
    [
        ("2026-01-05 08:00", "2026-01-05 17:30"),
        ("2026-01-05 10:00", "2026-01-06 10:00"),
        ("2026-01-09 16:30", "2026-01-12 16:30"),
        ("2026-01-10 09:00", "2026-01-12 17:30"),
    ],
)
def test_eight_working_hours_are_hours_of_the_office(start: str, end: str) -> None:
    assert shown(due(PLAIN, "working_hour", span(start), 8).at) == end


def test_clock_hours_run_through_nights_and_holidays() -> None:
    found = due(VN, "clock_hour", span("2026-02-14 10:00"), 48)

    assert found == Due(at("2026-02-16 10:00"), day("2026-02-16"), False)


@pytest.mark.parametrize(
    "start, amount, last_day",
    [
        ("2026-01-05 10:00", 4, "2026-01-09"),
        ("2026-01-05 10:00", 5, "2026-01-10"),  # a worked Saturday
        ("2026-01-05 10:00", 6, "2026-01-12"),  # a Sunday rolls on
        ("2026-02-10 10:00", 7, "2026-02-23"),  # into Tết: on to the first day after it
    ],
)
def test_calendar_days_count_all_days_and_a_last_day_off_rolls_on(start: str, amount: int, last_day: str) -> None:
    found = due(VN, "calendar_day", span(start), amount)

    assert (shown(found.at), found.day) == (shown(at(f"{last_day} 24:00")), day(last_day))


def test_a_due_beyond_the_horizon_is_provisional() -> None:
    calendar = a_calendar(horizon="2026-01-13")

    found = [due(calendar, "working_day", span("2026-01-05 10:00"), amount).provisional for amount in (6, 7)]

    assert found == [False, True]


@pytest.mark.parametrize(
    "unit, amount, begins",
    [
        ("working_day", 1, "2026-01-12 24:00"),
        ("working_day", 2, "2026-01-10 24:00"),
        ("calendar_day", 2, "2026-01-10 24:00"),
        ("working_day_at_hour", 2, "2026-01-10 15:00"),
        ("working_hour", 4, "2026-01-13 09:30"),
        ("clock_hour", 16, "2026-01-12 23:00"),
    ],
)
def test_a_lead_before_a_due(unit: str, amount: int, begins: str) -> None:
    """The due: Tuesday 13 January 2026, at 15:00 where a time of day counts."""
    at_hour = unit not in {"working_day", "calendar_day"}
    end = Due(at("2026-01-13 15:00" if at_hour else "2026-01-13 24:00"), day("2026-01-13"), False)

    assert shown(lead(VN, unit, end, amount)) == shown(at(begins))


@pytest.mark.parametrize(
    "unit, length",
    [
        ("working_day", 3),
        ("working_day_at_hour", 3),
        ("calendar_day", 5),
        ("working_hour", 2 * 8 * 3600 + 30 * 60 + 2 * 3600),
        ("clock_hour", 4 * 86_400 + 17 * 3600),
    ],
)
def test_a_pause_is_measured_in_the_units_own_measure(unit: str, length: int) -> None:
    """From Wednesday 7 January 17:00 to Monday 12 January 10:00, on a plain week."""
    found = pause(PLAIN, unit, span("2026-01-07 17:00"), span("2026-01-12 10:00"))

    assert found == length


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_pause_within_an_instant_takes_nothing(unit: str) -> None:
    assert pause(PLAIN, unit, span("2026-01-07 09:00"), span("2026-01-07 09:00")) == 0


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_pause_moves_the_end_of_a_term_by_its_own_length(unit: str) -> None:
    start = span("2026-01-05 10:00")
    length = pause(PLAIN, unit, span("2026-01-06 10:00"), span("2026-01-08 10:00"))

    plain, moved = due(PLAIN, unit, start, 4), due(PLAIN, unit, start, 4, length)

    assert length > 0
    assert moved.at > plain.at
    if unit in {"working_day", "working_day_at_hour"}:
        assert PLAIN.working_days(plain.day, moved.day) == 2


def test_the_due_of_a_rule_is_a_date_of_the_calendars_own_zone() -> None:
    assert day_date(due(VN, "working_day", span("2026-01-05 23:59"), 7).day).isoformat() == "2026-01-13"
