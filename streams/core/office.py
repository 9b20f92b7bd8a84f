"""Office time: the next open instant, so many office seconds or half days on or back.

A half day is one span of office hours, morning or afternoon.

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


def is_working_time(calendar: Calendar, at: int) -> bool:
    """Whether an instant lies between the first opening and the last closing of a working day, noon included."""
    day, second = calendar.local(at)
    hours = calendar.hours_of(day)
    return bool(hours) and hours[0][0] <= second < hours[-1][1]


def working_day_seconds(calendar: Calendar) -> int:
    """The office time of the longest day of the week."""
    return max(sum(closes - opens for opens, closes in hours) for hours in calendar.hours)


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


def add_half_days(calendar: Calendar, at: int, amount: int) -> int:
    """The closing of the `amount`-th half day after that of an instant, which itself is not counted; an instant
    outside office hours belongs to the half day that opens next."""
    day, second = next_open(calendar, at)
    later = sum(closes > second for _, closes in calendar.hours_of(day)) - 1
    while amount > later:
        amount -= later
        after = calendar.add_working_days(day, 1)
        if after <= day:
            break
        day, later = after, len(calendar.hours_of(after))
    closing = [closes for _, closes in calendar.hours_of(day)]
    return calendar.instant(day, closing[min(len(closing) - 1, len(closing) - later - 1 + amount)])


def subtract_half_days(calendar: Calendar, at: int, amount: int) -> int:
    """The closing that lies `amount` half days before the last one up to an instant."""
    day, second = calendar.local(at)
    day, second = (day, second) if second else (day - 1, DAY)
    while True:
        closing = [closes for _, closes in calendar.hours_of(day) if closes <= second]
        if amount < len(closing):
            return calendar.instant(day, closing[-1 - amount])
        amount -= len(closing)
        before = calendar.working_day_before(day - 1)
        if before >= day:
            return at
        day, second = before, DAY


def half_days(calendar: Calendar, start: int, end: int) -> int:
    """How many half days lie from that of `start` to that of `end`: the first is not counted, the last is.

    An instant outside office hours belongs to the half day that opens next.
    """
    (first, second), (last, until) = next_open(calendar, start), next_open(calendar, end)
    if (last, until) <= (first, second):
        return 0
    total, day = -_half_day_of(calendar, first, second), first
    while day < last:
        total += len(calendar.hours_of(day))
        day = calendar.add_working_days(day, 1)
    return total + _half_day_of(calendar, last, until)


def _half_day_of(calendar: Calendar, day: int, second: int) -> int:
    """Which half day of a day a second lies in, the first as 0."""
    return sum(closes <= second for _, closes in calendar.hours_of(day))
