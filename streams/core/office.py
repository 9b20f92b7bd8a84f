"""Office time: the next open instant, and so many office seconds on or back.

Beyond the days that a calendar knows there is no office time to count: seconds are then taken as they are.
"""

from streams.core.calendar import Calendar
from streams.core.instants import DAY


def next_open(calendar: Calendar, at: int) -> tuple[int, int]:
    """The local (day, second) at which the office is first open at or after an instant; hours are half-open."""
    day, second = calendar.local(at)
    for opens, closes in calendar.hours_of(day):
        if second < closes:
            return day, max(second, opens)
    day = calendar.add_working_days(day, 1)
    return day, calendar.hours_of(day)[0][0]


def add_office_seconds(calendar: Calendar, at: int, seconds: int) -> int:
    """The instant at which so many seconds of office time have passed since `at`."""
    day, second = next_open(calendar, at)
    while True:
        for opens, closes in calendar.hours_of(day):
            start = max(opens, second)
            if start >= closes:
                continue
            if seconds <= closes - start:
                return calendar.instant(day, start + seconds)
            seconds -= closes - start
        after = calendar.add_working_days(day, 1)
        if after <= day:
            return at + seconds
        day, second = after, 0


def subtract_office_seconds(calendar: Calendar, at: int, seconds: int) -> int:
    """The last instant from which so many seconds of office time pass until `at`."""
    day, second = calendar.local(at)
    while True:
        for opens, closes in reversed(calendar.hours_of(day)):
            end = min(closes, second)
            if end <= opens:
                continue
            if seconds <= end - opens:
                return calendar.instant(day, end - seconds)
            seconds -= end - opens
        before = calendar.working_day_before(day - 1)
        if before >= day:
            return at - seconds
        day, second = before, DAY


def office_seconds(calendar: Calendar, start: int, end: int) -> int:
    """Seconds of office time between two instants."""
    if end <= start:
        return 0
    (first, from_second), (last, to_second) = calendar.local(start), calendar.local(end)
    total, day = 0, first
    while day <= last:
        low, high = (from_second if day == first else 0), (to_second if day == last else DAY)
        total += sum(max(0, min(closes, high) - max(opens, low)) for opens, closes in calendar.hours_of(day))
        after = calendar.add_working_days(day, 1)
        if after <= day:
            break
        day = after
    return total
