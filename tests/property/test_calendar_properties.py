"""Local time against the time-zone database, and counts of days against counting them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from streams.core.calendar import Calendar, compile_calendar, day_date, day_number
from streams.core.office import add_office_seconds, office_seconds, subtract_office_seconds
from streams.rules_file import VIETNAM, load_rules

EXAMPLES = Path(__file__).parents[2] / "examples"


def first_calendar(folder: Path) -> Calendar:
    return compile_calendar(load_rules(folder)["calendars"][0])


CALENDARS = {
    calendar.zone: calendar for calendar in (first_calendar(VIETNAM), first_calendar(EXAMPLES / "foia" / "rules"))
}
calendars = st.sampled_from(sorted(CALENDARS)).map(CALENDARS.__getitem__)
instants = st.integers(0, 4_000_000_000)
days = st.integers(15_000, 30_000)


@given(calendars, instants)
def test_offsets_are_those_of_the_database(calendar: Calendar, instant: int) -> None:
    offset = datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(calendar.zone)).utcoffset()

    assert timedelta(seconds=calendar.offset(instant)) == offset


@given(calendars, instants)
def test_the_local_time_of_an_instant_is_the_databases(calendar: Calendar, instant: int) -> None:
    local = datetime.fromtimestamp(instant, ZoneInfo(calendar.zone))

    day, second = calendar.local(instant)

    assert (day_date(day), second) == (local.date(), local.hour * 3600 + local.minute * 60 + local.second)


@given(calendars, days, st.integers(0, 86_399))
def test_a_local_time_of_day_is_the_instant_that_reads_so(calendar: Calendar, day: int, second: int) -> None:
    instant = calendar.instant(day, second)
    assume(calendar.local(instant) == (day, second))

    zone = ZoneInfo(calendar.zone)
    expected = datetime.combine(day_date(day), datetime.min.time(), zone) + timedelta(seconds=second)
    assert instant == int(expected.timestamp())


@given(calendars, st.integers(0, 365 * 40), st.integers(0, 86_399))
def test_every_local_time_that_a_clock_shows_has_an_instant(calendar: Calendar, day: int, second: int) -> None:
    zone = ZoneInfo(calendar.zone)
    wall = datetime.combine(date(1990, 1, 1) + timedelta(days=day), datetime.min.time()) + timedelta(seconds=second)
    shows = wall.replace(tzinfo=zone)
    assume(shows.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall)

    assert calendar.instant(day_number(wall.date()), second) == int(shows.timestamp())


def test_an_hour_that_the_clock_skips_is_read_by_its_first_offset() -> None:
    """On 8 March 2015 New York's clocks went from 2:00 to 3:00."""
    skipped = datetime(2015, 3, 8, 2, 30, tzinfo=ZoneInfo("America/New_York"))

    found = CALENDARS["America/New_York"].instant(day_number(skipped.date()), 2 * 3600 + 1800)

    assert found == int(skipped.timestamp())


def test_an_hour_that_the_clock_repeats_is_read_by_its_first_offset() -> None:
    """On 1 November 2015 New York's clocks went from 2:00 back to 1:00."""
    first = datetime(2015, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"))

    found = CALENDARS["America/New_York"].instant(day_number(first.date()), 3600 + 1800)

    assert found == int(first.timestamp())


@given(calendars, days, st.integers(1, 60))
def test_working_days_on_are_working_days_between(calendar: Calendar, day: int, amount: int) -> None:
    last = calendar.add_working_days(day, amount)

    walked = [each for each in range(day + 1, last + 1) if calendar.is_working(each)]
    assert len(walked) == amount == calendar.working_days(day, last)
    assert walked[-1] == last


@given(calendars, days)
def test_rolling_on_finds_the_first_working_day_from_a_day_on(calendar: Calendar, day: int) -> None:
    rolled = calendar.roll_on(day)

    assert calendar.is_working(rolled)
    assert not any(calendar.is_working(each) for each in range(day, rolled))


@given(calendars, st.integers(1_300_000_000, 2_000_000_000), st.integers(1, 200_000))
def test_office_seconds_on_and_back_are_office_seconds_between(calendar: Calendar, instant: int, seconds: int) -> None:
    after, before = add_office_seconds(calendar, instant, seconds), subtract_office_seconds(calendar, instant, seconds)

    assert office_seconds(calendar, instant, after) == seconds == office_seconds(calendar, before, instant)
    assert office_seconds(calendar, instant, after - 1) == seconds - 1
    assert office_seconds(calendar, before + 1, instant) == seconds - 1
