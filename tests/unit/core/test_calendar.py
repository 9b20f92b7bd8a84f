"""Working days and local time of a calendar, from the domain's own examples."""

from datetime import date, timedelta

import pytest

from streams.core.calendar import day_date, weekday
from tests.core_builders import MON_FRI, a_calendar, at, calendar_row, content_of, day, vietnam

VN = vietnam().calendar
SWAP = {"2026-01-02": 0, "2026-01-10": 1}


@pytest.mark.parametrize(
    "start, amount, last",
    [
        ("2026-01-05", 7, "2026-01-13"),  # Saturday 10 January is worked
        ("2025-12-29", 7, "2026-01-09"),  # 1 January is a holiday, 2 January off by decree
        ("2026-01-10", 1, "2026-01-12"),
        ("2026-01-09", 1, "2026-01-10"),
        ("2026-01-11", 1, "2026-01-12"),  # from a Sunday as from the Saturday before
        ("2026-02-13", 1, "2026-02-23"),  # over Tết: 16 to 20 February
        ("2026-04-24", 1, "2026-04-28"),  # Giỗ Tổ falls on Sunday 26 April and moves to Monday
    ],
)
def test_working_days_of_vietnam(start: str, amount: int, last: str) -> None:
    assert day_date(VN.add_working_days(day(start), amount)) == date.fromisoformat(last)


def test_without_the_swap_the_term_over_new_year_ends_a_day_earlier() -> None:
    holiday = {"2026-01-01": 0}
    without, with_swap = a_calendar(days=holiday), a_calendar(days=holiday | SWAP)

    ends = [day_date(each.add_working_days(day("2025-12-29"), 7)) for each in (without, with_swap)]

    assert ends == [date(2026, 1, 8), date(2026, 1, 9)]


def test_tet_of_2026_is_off() -> None:
    week = [day("2026-02-16") + number for number in range(7)]

    assert [VN.is_working(each) for each in week] == [False] * 7


def test_a_day_without_exceptions_follows_the_plain_week() -> None:
    calendar = a_calendar()

    worked = [calendar.is_working(day("2026-01-05") + number) for number in range(7)]

    assert worked == [bool(each) for each in MON_FRI]


def test_weekdays_are_counted_from_monday() -> None:
    assert [weekday(day("2026-01-05") + number) for number in range(8)] == [0, 1, 2, 3, 4, 5, 6, 0]


def test_a_date_is_the_day_of_its_number() -> None:
    days = [date(1970, 1, 1) + timedelta(days=number) for number in (0, 1, 20_458)]

    assert [day_date(day(each.isoformat())) for each in days] == days


def test_a_last_day_off_rolls_on_to_the_next_working_day() -> None:
    found = [day_date(VN.roll_on(day(each))) for each in ("2026-01-09", "2026-01-10", "2026-01-11", "2026-02-14")]

    assert found == [date(2026, 1, 9), date(2026, 1, 10), date(2026, 1, 12), date(2026, 2, 23)]


def test_working_days_between_leave_out_the_first_and_count_the_last() -> None:
    assert VN.working_days(day("2026-01-09"), day("2026-01-12")) == 2
    assert a_calendar().working_days(day("2026-01-09"), day("2026-01-12")) == 1
    assert VN.working_days(day("2026-01-09"), day("2026-01-09")) == 0


def test_a_day_ends_at_24_00_of_its_own_zone() -> None:
    assert VN.end_of(day("2026-01-13")) == at("2026-01-14 00:00")


def test_an_instant_that_stands_for_a_day_belongs_to_the_day_that_ends_with_it() -> None:
    midnight = at("2026-01-06 00:00")

    assert VN.day_of(midnight, stands_for_day=True) == day("2026-01-05")
    assert VN.day_of(midnight, stands_for_day=False) == day("2026-01-06")


def test_a_day_off_has_no_office_hours_and_a_saturday_worked_by_decree_has_mondays() -> None:
    calendar = a_calendar(days=SWAP)
    monday = calendar.hours_of(day("2026-01-05"))

    assert monday == ((28_800, 43_200), (48_600, 63_000))
    assert calendar.hours_of(day("2026-01-02")) == ()
    assert calendar.hours_of(day("2026-01-10")) == monday
    assert calendar.hours_of(day("2026-01-11")) == ()


def test_the_hash_of_days_covers_the_exceptions_between_two_days_and_no_other() -> None:
    plain, swapped = a_calendar(), a_calendar(days=SWAP)
    january = day("2026-01-01"), day("2026-01-31")

    assert plain.days_hash(*january) != swapped.days_hash(*january)
    assert swapped.days_hash(*january) == a_calendar(days=SWAP | {"2026-02-02": 0}).days_hash(*january)
    assert plain.days_hash(day("2026-01-03"), day("2026-01-09")) == swapped.days_hash(
        day("2026-01-03"), day("2026-01-09")
    )


def test_two_calendars_of_other_names_never_share_a_hash_of_days() -> None:
    span = day("2026-01-01"), day("2026-01-31")

    assert a_calendar(id="a").days_hash(*span) != a_calendar(id="b").days_hash(*span)


def test_a_calendar_says_up_to_which_day_decrees_are_known() -> None:
    assert a_calendar(horizon="2026-06-30").horizon == day("2026-06-30")


def test_a_calendar_is_a_row_of_plain_values() -> None:
    assert content_of()["calendars"] == [calendar_row()]


def test_a_day_before_1970_is_counted_like_any_other() -> None:
    calendar = a_calendar()

    assert day_date(calendar.add_working_days(day("1965-01-04"), 7)) == date(1965, 1, 13)


def test_a_day_after_2100_is_counted_like_any_other() -> None:
    calendar = a_calendar()

    assert day_date(calendar.add_working_days(day("2150-01-05"), 7)) == date(2150, 1, 14)
