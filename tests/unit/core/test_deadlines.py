"""When terms end, for each unit of time: a day is a day, never 24 or 8 hours."""

import pytest

from streams.core.calendar import day_date
from streams.core.deadlines import UNITS, Due, Term, due, lead, measure, move, share
from tests.core_builders import a_calendar, at, day, shown, span, vietnam

VN = vietnam().calendar
PLAIN = a_calendar()
# Boston's office: 8:30 to 17:00, half-open.
BOSTON = a_calendar(hours=[[[30_600, 61_200]]] * 5 + [[], []])
# An office that is open until midnight: 8:00 to 12:00 and 13:30 to 24:00.
UNTIL_MIDNIGHT = a_calendar(hours=[[[28_800, 43_200], [48_600, 86_400]]] * 5 + [[], []])


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
    found = due(VN, Term("working_day", 7), span(start))

    assert (shown(found.at), found.day) == (shown(at(f"{last_day} 24:00")), day(last_day))


def test_a_start_that_stands_for_a_day_is_not_counted_either() -> None:
    by_second, by_day = span("2026-01-05 10:00"), span("2026-01-06 00:00", is_day=True)

    assert due(VN, Term("working_day", 7), by_day) == due(VN, Term("working_day", 7), by_second)


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
    assert shown(due(BOSTON, Term("working_day_at_hour", 3), span(start)).at) == end


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
    assert shown(due(PLAIN, Term("working_hour", 8), span(start)).at) == end


def test_clock_hours_run_through_nights_and_holidays() -> None:
    found = due(VN, Term("clock_hour", 48), span("2026-02-14 10:00"))

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
    found = due(VN, Term("calendar_day", amount), span(start))

    assert (shown(found.at), found.day) == (shown(at(f"{last_day} 24:00")), day(last_day))


def test_a_due_beyond_the_horizon_is_provisional() -> None:
    calendar = a_calendar(horizon="2026-01-13")

    found = [due(calendar, Term("working_day", amount), span("2026-01-05 10:00")).provisional for amount in (6, 7)]

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
    found = measure(PLAIN, unit, span("2026-01-07 17:00"), span("2026-01-12 10:00"))

    assert found == length


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_pause_within_an_instant_takes_nothing(unit: str) -> None:
    assert measure(PLAIN, unit, span("2026-01-07 09:00"), span("2026-01-07 09:00")) == 0


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_pause_moves_the_end_of_a_term_by_its_own_length(unit: str) -> None:
    start = span("2026-01-05 10:00")
    length = measure(PLAIN, unit, span("2026-01-06 10:00"), span("2026-01-08 10:00"))

    plain, moved = due(PLAIN, Term(unit, 4), start), due(PLAIN, Term(unit, 4), start, length)

    assert length > 0
    assert moved.at > plain.at
    if unit in {"working_day", "working_day_at_hour"}:
        assert PLAIN.working_days(plain.day, moved.day) == 2


def test_the_due_of_a_rule_is_a_date_of_the_calendars_own_zone() -> None:
    assert day_date(due(VN, Term("working_day", 7), span("2026-01-05 23:59")).day).isoformat() == "2026-01-13"


# Half days: a morning or an afternoon is one, that of the start is not counted


@pytest.mark.parametrize(
    "start, amount, end",
    [
        ("2026-01-05 09:00", 1, "2026-01-05 17:30"),  # in the morning: the afternoon of the same day
        ("2026-01-05 14:00", 1, "2026-01-06 12:00"),  # in the afternoon: the next morning
        ("2026-01-05 12:00", 1, "2026-01-06 12:00"),  # over noon: it belongs to the afternoon that opens next
        ("2026-01-05 06:00", 1, "2026-01-05 17:30"),
        ("2026-01-05 17:30", 1, "2026-01-06 17:30"),  # after closing: to the next morning
        ("2026-01-09 14:00", 1, "2026-01-12 12:00"),  # a Friday afternoon
        ("2026-01-10 10:00", 1, "2026-01-12 17:30"),  # a Saturday
        ("2026-01-05 09:00", 2, "2026-01-06 12:00"),
        ("2026-01-05 09:00", 3, "2026-01-06 17:30"),
        ("2026-01-05 14:00", 8, "2026-01-09 17:30"),
    ],
)
def test_half_days_are_spans_of_office_hours(start: str, amount: int, end: str) -> None:
    found = due(PLAIN, Term("half_day", amount), span(start))

    assert (shown(found.at), found.day) == (end, day(end[:10]))


def test_half_days_back_and_between() -> None:
    end = due(PLAIN, Term("half_day", 3), span("2026-01-09 09:00"))

    assert shown(end.at) == "2026-01-12 17:30"
    assert [shown(lead(PLAIN, "half_day", end, amount)) for amount in (1, 2, 3, 4)] == [
        "2026-01-12 12:00",
        "2026-01-09 17:30",
        "2026-01-09 12:00",
        "2026-01-08 17:30",
    ]
    assert measure(PLAIN, "half_day", span("2026-01-09 09:00"), span("2026-01-12 12:00")) == 3
    assert measure(PLAIN, "half_day", span("2026-01-10 09:00"), span("2026-01-11 12:00")) == 0
    assert measure(PLAIN, "half_day", span("2026-01-09 12:00"), span("2026-01-09 17:29")) == 0


# The same day, or the next by a cut-off


THREE = Term("same_day", 1, cut_off=15 * 3600)
STAY = Term("same_day", 1, cut_off=23 * 3600, ends_at=23 * 3600, next_ends_at=8 * 3600)


@pytest.mark.parametrize(
    "start, last_day",
    [
        ("2026-01-05 08:00", "2026-01-05"),
        ("2026-01-05 15:00", "2026-01-05"),
        ("2026-01-05 15:00:01", "2026-01-06"),
        ("2026-01-09 16:00", "2026-01-12"),
        ("2026-01-10 08:00", "2026-01-12"),  # a Saturday
        ("2026-01-11 23:59:59", "2026-01-12"),
    ],
)
def test_what_comes_after_the_cut_off_is_due_the_next_working_day(start: str, last_day: str) -> None:
    found = due(PLAIN, THREE, span(start))

    assert (shown(found.at), found.day) == (shown(at(f"{last_day} 24:00")), day(last_day))


def test_without_a_cut_off_a_day_lasts_until_its_end() -> None:
    assert shown(due(PLAIN, Term("same_day", 1), span("2026-01-05 23:59:59")).at) == "2026-01-06 00:00"


def test_a_start_known_only_to_the_day_stands_after_any_cut_off() -> None:
    by_day = span("2026-01-06 00:00", is_day=True)

    assert shown(due(PLAIN, THREE, by_day).at) == "2026-01-07 00:00"
    assert shown(due(PLAIN, Term("same_day", 1), by_day).at) == "2026-01-06 00:00"


@pytest.mark.parametrize(
    "arrival, end",
    [
        ("2026-01-10 18:00", "2026-01-10 23:00"),
        ("2026-01-10 23:00", "2026-01-10 23:00"),
        ("2026-01-10 23:30", "2026-01-11 08:00"),
        ("2026-01-11 00:10", "2026-01-11 23:00"),
    ],
)
def test_a_stay_is_notified_before_23_00_or_before_8_00_of_the_next_day(arrival: str, end: str) -> None:
    every_day = a_calendar(week=[1] * 7, hours=[[[0, 86_400]]] * 7)

    assert shown(due(every_day, STAY, span(arrival)).at) == end


# How much of a term is used up


@pytest.mark.parametrize(
    "percent, end",
    [
        (1, "2026-01-07 00:00"),
        (50, "2026-01-10 00:00"),
        (57, "2026-01-10 00:00"),
        (58, "2026-01-13 00:00"),
        (75, "2026-01-14 00:00"),
        (100, "2026-01-15 00:00"),
    ],
)
def test_a_share_of_whole_days_is_used_up_at_the_end_of_a_day(percent: int, end: str) -> None:
    """Seven working days from Monday the 5th, without the swap: 6 7 8 9 12 13 14."""
    start, term = span("2026-01-05 10:00"), Term("working_day", 7)

    assert shown(share(PLAIN, term, start, 0, due(PLAIN, term, start), percent)) == end


def test_a_share_counts_no_pause() -> None:
    start, term = span("2026-01-05 10:00"), Term("working_day", 4)

    assert shown(share(PLAIN, term, start, 2, due(PLAIN, term, start, 2), 50)) == "2026-01-10 00:00"


def test_a_share_of_hours_is_exact() -> None:
    start, term = span("2026-01-05 08:00"), Term("working_hour", 8)

    assert [shown(share(PLAIN, term, start, 0, due(PLAIN, term, start), percent)) for percent in (50, 75, 100)] == [
        "2026-01-05 12:00",
        "2026-01-05 15:30",
        "2026-01-05 17:30",
    ]


def test_a_share_of_half_days_counts_up_to_that_of_the_due() -> None:
    start, term = span("2026-01-05 09:00"), Term("half_day", 2)

    assert shown(share(PLAIN, term, start, 0, due(PLAIN, term, start), 50)) == "2026-01-05 17:30"


@pytest.mark.parametrize("unit", ["working_day", "same_day", "half_day"])
def test_the_whole_of_a_term_of_one_is_its_due(unit: str) -> None:
    start, term = span("2026-01-05 10:00"), Term(unit, 1)
    end = due(PLAIN, term, start)

    assert [share(PLAIN, term, start, 0, end, percent) for percent in (1, 50, 100)] == [end.at] * 3


@pytest.mark.parametrize("unit", UNITS)
def test_a_due_that_was_set_moves_by_nothing_or_by_a_pause(unit: str) -> None:
    end = Due(at("2026-01-09 24:00"), day("2026-01-09"), False)
    moved = {
        "working_day": "2026-01-14 00:00",
        "working_day_at_hour": "2026-01-14 00:00",
        "working_hour": "2026-01-12 08:00:02",
        "clock_hour": "2026-01-10 00:00:02",
        "calendar_day": "2026-01-13 00:00",
        "half_day": "2026-01-12 17:30",
        "same_day": "2026-01-14 00:00",
    }

    assert move(PLAIN, Term(unit, 3), end, 0) is end
    assert shown(move(PLAIN, Term(unit, 3), end, 2).at) == moved[unit]


def test_a_due_in_half_days_moves_from_the_span_that_closes_with_it_however_short() -> None:
    calendar = a_calendar(hours=[[[0, 1], [86_399, 86_400]]] * 5 + [[], []])
    end = Due(at("2026-01-06 00:00:01"), day("2026-01-06"), False)

    assert shown(move(calendar, Term("half_day", 3), end, 1).at) == "2026-01-07 00:00"


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_due_that_was_moved_lies_on_the_local_day_of_its_instant(unit: str) -> None:
    end = Due(at("2026-01-09 15:00"), day("2026-01-09"), False)

    found = move(PLAIN, Term(unit, 3), end, 2)

    assert found.day == PLAIN.day_of(found.at, stands_for_day=True)


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_due_lies_on_the_local_day_of_its_instant(unit: str) -> None:
    found = due(PLAIN, Term(unit, 3), span("2026-01-05 10:00"))

    assert found.day == PLAIN.day_of(found.at, stands_for_day=True)


@pytest.mark.parametrize("unit", sorted(UNITS))
@pytest.mark.parametrize("earlier", ["2026-01-07 16:00", "2026-01-06 09:00", "2025-12-01 09:00"])
def test_a_stretch_that_ends_before_it_begins_takes_nothing(unit: str, earlier: str) -> None:
    assert measure(PLAIN, unit, span("2026-01-07 17:00"), span(earlier)) == 0


# A due at 24:00 lies on the day that ends then


MONDAY_S_END = Due(at("2026-01-05 24:00"), day("2026-01-05"), False)


@pytest.mark.parametrize(
    "unit, amount, start",
    [
        ("working_hour", 4, "2026-01-05 20:00"),
        ("clock_hour", 12, "2026-01-05 12:00"),
        ("half_day", 1, "2026-01-05 09:00"),
    ],
)
def test_a_due_at_24_00_lies_on_the_day_that_ends(unit: str, amount: int, start: str) -> None:
    assert due(UNTIL_MIDNIGHT, Term(unit, amount), span(start)) == MONDAY_S_END


@pytest.mark.parametrize(
    "unit, paused", [("working_hour", 10 * 3600 + 30 * 60), ("clock_hour", 12 * 3600), ("half_day", 1)]
)
def test_a_due_that_moves_to_24_00_lies_on_the_day_that_ends(unit: str, paused: int) -> None:
    noon = Due(at("2026-01-05 12:00"), day("2026-01-05"), False)

    assert move(UNTIL_MIDNIGHT, Term(unit, 3), noon, paused) == MONDAY_S_END


def test_a_due_at_24_00_of_the_horizon_is_not_provisional() -> None:
    calendar = a_calendar(horizon="2026-01-07")

    found = due(calendar, Term("clock_hour", 48), span("2026-01-06", is_day=True))

    assert found == Due(at("2026-01-07 24:00"), day("2026-01-07"), False)
