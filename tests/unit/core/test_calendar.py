"""Working days and local time of a calendar, from the domain's own examples."""

from datetime import UTC, date, datetime, timedelta

import pytest

from streams.core.calendar import day_date, weekday
from streams.core.errors import RulesRefused
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


# The ends of the table of days


@pytest.mark.parametrize(
    "start, amount, last",
    [
        ("1899-12-25", 1, "1900-01-02"),  # a day before the first is taken for the first, a Monday
        ("1900-01-01", 1, "1900-01-02"),
        ("1900-01-02", -1, "1900-01-01"),
        ("1900-01-01", -1, "1900-01-01"),
        ("1900-01-03", -9, "1900-01-01"),
        ("2199-12-30", 1, "2199-12-31"),
        ("2199-12-31", 1, "2200-01-01"),
        ("2199-12-31", 9, "2200-01-01"),
        ("2300-01-01", 1, "2200-01-01"),
    ],
)
def test_working_days_are_counted_from_1900_to_2200(start: str, amount: int, last: str) -> None:
    assert day_date(a_calendar().add_working_days(day(start), amount)) == date.fromisoformat(last)


def test_after_the_last_day_no_day_is_counted() -> None:
    assert a_calendar().working_days(day("2199-12-31"), day("2300-01-01")) == 1


@pytest.mark.parametrize("when", ["1899-12-25", "2200-01-02"])
def test_on_a_day_that_it_does_not_know_a_calendar_has_no_hours(when: str) -> None:
    calendar = a_calendar()

    assert (calendar.is_working(day(when)), calendar.hours_of(day(when)), calendar.reception_of(day(when))) == (
        False,
        (),
        (),
    )


def test_a_calendar_does_not_write_out_its_days() -> None:
    assert len(repr(a_calendar())) < 2000


# Clocks that change


SPRING, AUTUMN = (int(datetime(2015, *when, tzinfo=UTC).timestamp()) for when in ((3, 8, 7), (11, 1, 6)))
NEW_YORK = a_calendar(offsets=[[-(1 << 40), -5 * 3600], [SPRING, -4 * 3600], [AUTUMN, -5 * 3600]])
# Sài Gòn went from eight hours ahead to seven at midnight of 13 June 1975, and has never changed since.
JUNE_1975 = int(datetime(1975, 6, 12, 16, tzinfo=UTC).timestamp())
SAIGON = a_calendar(offsets=[[-(1 << 40), 8 * 3600], [JUNE_1975, 7 * 3600]])


def test_a_clock_changes_at_the_very_second() -> None:
    found = [NEW_YORK.offset(at) // 3600 for at in (SPRING - 1, SPRING, AUTUMN - 1, AUTUMN)]

    assert found == [-5, -4, -4, -5]


@pytest.mark.parametrize(
    "local, utc",
    [
        ("2015-03-08 01:59:59", "2015-03-08 06:59:59"),
        ("2015-03-08 02:30:00", "2015-03-08 07:30:00"),  # skipped: read by the first offset
        ("2015-03-08 03:00:00", "2015-03-08 07:00:00"),
        ("2015-03-08 09:00:00", "2015-03-08 13:00:00"),
        ("2015-11-01 00:59:59", "2015-11-01 04:59:59"),
        ("2015-11-01 01:30:00", "2015-11-01 05:30:00"),  # repeated: likewise
        ("2015-11-01 02:00:00", "2015-11-01 07:00:00"),
        ("2015-11-01 09:00:00", "2015-11-01 14:00:00"),
    ],
)
def test_a_time_of_day_is_read_by_the_clock_of_its_hour(local: str, utc: str) -> None:
    assert NEW_YORK.instant(*day_and_second(local)) == utc_instant(utc)


@pytest.mark.parametrize(
    "local, utc",
    [
        ("1975-06-12 09:00:00", "1975-06-12 01:00:00"),
        ("1975-06-12 20:00:00", "1975-06-12 12:00:00"),
        ("1975-06-13 09:00:00", "1975-06-13 02:00:00"),
    ],
)
def test_a_time_of_day_before_the_last_change_is_read_by_the_clock_before_it(local: str, utc: str) -> None:
    assert SAIGON.instant(*day_and_second(local)) == utc_instant(utc)


def day_and_second(text: str) -> tuple[int, int]:
    moment = datetime.fromisoformat(text)
    return day(text[:10]), moment.hour * 3600 + moment.minute * 60 + moment.second


def utc_instant(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}Z").timestamp())


# Hours


MORNING, EARLY, LONG = ((28_800, 43_200),), ((25_200, 36_000),), ((25_200, 79_200),)


def test_each_weekday_has_its_own_hours() -> None:
    calendar = a_calendar(hours=[MORNING, LONG, LONG, LONG, EARLY, (), ()], days=SWAP)

    found = [calendar.hours_of(day(f"2026-01-{number:02d}")) for number in (5, 6, 9, 10, 11)]

    assert found == [MORNING, LONG, EARLY, MORNING, ()]


def test_dossiers_are_taken_in_on_a_saturday_with_hours_and_on_no_weekday_off() -> None:
    calendar = a_calendar(reception=[MORNING, LONG, LONG, LONG, LONG, EARLY, ()], days={"2026-01-07": 0})

    found = [calendar.reception_of(day(f"2026-01-{number:02d}")) for number in (5, 6, 7, 10, 11)]

    assert found == [MORNING, LONG, (), EARLY, ()]


def test_on_a_day_worked_by_decree_dossiers_are_taken_in_at_its_own_hours_or_else_at_mondays() -> None:
    calendar = a_calendar(
        reception=[MORNING, LONG, LONG, LONG, LONG, EARLY, ()], days={"2026-01-10": 1, "2026-01-11": 1}
    )

    assert [calendar.reception_of(day(when)) for when in ("2026-01-10", "2026-01-11")] == [EARLY, MORNING]


def test_a_calendar_needs_hours_on_monday_and_on_no_other_day() -> None:
    a_calendar(hours=[MORNING, (), (), (), (), (), ()])

    with pytest.raises(RulesRefused, match="calendar plain: hours need a span on Monday: a day worked by decree has"):
        a_calendar(hours=[(), MORNING, MORNING, MORNING, MORNING, (), ()])


# Two calendars beside each other


def test_the_days_on_which_two_calendars_differ_are_told_with_both_ends() -> None:
    plain, other = a_calendar(), a_calendar(days=SWAP)
    second, tenth = day("2026-01-02"), day("2026-01-10")

    assert plain.differences(other, second, tenth) == other.differences(plain, second, tenth) == [second, tenth]
    assert plain.differences(other, second + 1, tenth - 1) == []


def test_a_calendar_as_it_was_known_on_a_day_lacks_what_was_decided_later() -> None:
    holiday, decree = {"2026-01-01": 0}, {"2026-01-02": "2025-12-25", "2026-01-10": "2025-12-25"}
    now, then = a_calendar(days=holiday | SWAP, decided=decree), a_calendar(days=holiday)

    found = now.known_on(day("2025-12-24"))

    assert (found.counts, found.working, found.exceptions) == (then.counts, then.working, then.exceptions)
    assert found.id == f"plain@{day('2025-12-24')}"
    assert now.known_on(day("2025-12-25")) is now


def test_more_days_make_another_calendar_as_if_they_had_stood_in_its_row() -> None:
    first, second = {"2026-01-10": 1}, {"2026-01-02": 0}
    whole = a_calendar(id="both", days=second | first, reasons={"2026-01-10": "a decree", "2026-01-02": "a storm"})

    found = a_calendar(days=first, reasons={"2026-01-10": "a decree"}).with_days(
        "both", {day("2026-01-02"): 0}, {day("2026-01-02"): "a storm"}
    )

    assert found == whole


def test_the_order_of_days_in_a_row_means_nothing() -> None:
    assert a_calendar(days=dict(reversed(SWAP.items()))) == a_calendar(days=SWAP)


def test_the_hash_of_days_counts_both_ends_and_what_each_day_is() -> None:
    calendar = a_calendar(days=SWAP)
    ends = day("2026-01-02"), day("2026-01-10")
    hashes = [
        calendar.days_hash(*ends),
        calendar.days_hash(ends[0] + 1, ends[1]),
        calendar.days_hash(ends[0], ends[1] - 1),
        a_calendar(days=SWAP | {"2026-01-02": 1}).days_hash(*ends),
        a_calendar(days={"2026-01-05": 0, "2026-01-10": 1}).days_hash(*ends),
    ]

    assert len(set(hashes)) == len(hashes)


def test_the_hash_of_days_stays_what_flags_have_borne_so_far() -> None:
    assert a_calendar(days=SWAP).days_hash(day("2026-01-01"), day("2026-01-31")) == "cf6d479dba1b4710"
