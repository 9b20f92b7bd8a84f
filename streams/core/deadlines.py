"""When a term ends: one function a unit of time, in a table.

The first day is not counted; a term of whole days ends at 24:00 of its last day; a last day off rolls on to the next
working day (Civil Code 2015, Articles 147 and 148, nv).
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from streams.core.calendar import Calendar
from streams.core.office import add_office_seconds, next_open, office_seconds, subtract_office_seconds

HOUR = 3600


class Span(NamedTuple):
    """Where a term starts, or a pause lies: instants, with a mark where they stand for whole days."""

    at: int
    is_day: bool


class Due(NamedTuple):
    """The last instant that is still in time, the local day it lies on, and whether that day is beyond the horizon."""

    at: int
    day: int
    provisional: bool


class Unit(NamedTuple):
    """A unit of terms: how to add an amount to a start, how to subtract a lead from a due, how to measure a pause."""

    add: Callable[[Calendar, Span, int], tuple[int, int]]
    lead: Callable[[Calendar, Due, int], int]
    measure: Callable[[Calendar, Span, Span], int]


def due(calendar: Calendar, unit: str, start: Span, amount: int, paused: int = 0) -> Due:
    """The end of a term of `amount` units from `start`, moved on by `paused` (as `pause` measures it)."""
    kind = UNITS[unit]
    scale = HOUR if unit in HOURLY else 1
    at, day = kind.add(calendar, start, amount * scale + paused)
    return Due(at, day, day > calendar.horizon)


def lead(calendar: Calendar, unit: str, end: Due, amount: int) -> int:
    """The instant `amount` units before a due."""
    return UNITS[unit].lead(calendar, end, amount * (HOUR if unit in HOURLY else 1))


def pause(calendar: Calendar, unit: str, begins: Span, ends: Span) -> int:
    """How much of a term a pause takes, in the unit's own measure (days, or seconds for hours)."""
    return UNITS[unit].measure(calendar, begins, ends)


def _day(calendar: Calendar, span: Span) -> int:
    return calendar.day_of(span.at, stands_for_day=span.is_day)


def _working_day(calendar: Calendar, start: Span, amount: int) -> tuple[int, int]:
    day = calendar.add_working_days(_day(calendar, start), amount)
    return calendar.end_of(day), day


def _working_day_at_hour(calendar: Calendar, start: Span, amount: int) -> tuple[int, int]:
    first, second = next_open(calendar, start.at)
    day = calendar.add_working_days(first, amount)
    return calendar.instant(day, second), day


def _working_hour(calendar: Calendar, start: Span, seconds: int) -> tuple[int, int]:
    at = add_office_seconds(calendar, start.at, seconds)
    return at, calendar.local(at)[0]


def _clock_hour(calendar: Calendar, start: Span, seconds: int) -> tuple[int, int]:
    at = start.at + seconds
    return at, calendar.local(at)[0]


def _calendar_day(calendar: Calendar, start: Span, amount: int) -> tuple[int, int]:
    day = calendar.roll_on(_day(calendar, start) + amount)
    return calendar.end_of(day), day


def _lead_days(calendar: Calendar, end: Due, amount: int) -> int:
    """The end of the working day that lies `amount` working days before the last one."""
    return calendar.end_of(calendar.working_day_before(end.day, amount))


def _lead_same_hour(calendar: Calendar, end: Due, amount: int) -> int:
    return calendar.instant(calendar.working_day_before(end.day, amount), calendar.local(end.at)[1])


def _lead_office(calendar: Calendar, end: Due, seconds: int) -> int:
    return subtract_office_seconds(calendar, end.at, seconds)


def _lead_seconds(_calendar: Calendar, end: Due, seconds: int) -> int:
    return end.at - seconds


def _paused_working_days(calendar: Calendar, begins: Span, ends: Span) -> int:
    return max(0, calendar.working_days(_day(calendar, begins), _day(calendar, ends)))


def _paused_days(calendar: Calendar, begins: Span, ends: Span) -> int:
    return max(0, _day(calendar, ends) - _day(calendar, begins))


def _paused_office(calendar: Calendar, begins: Span, ends: Span) -> int:
    return office_seconds(calendar, begins.at, ends.at)


def _paused_seconds(_calendar: Calendar, begins: Span, ends: Span) -> int:
    return max(0, ends.at - begins.at)


HOURLY = frozenset({"working_hour", "clock_hour"})
UNITS: Mapping[str, Unit] = {
    "working_day": Unit(_working_day, _lead_days, _paused_working_days),
    "working_day_at_hour": Unit(_working_day_at_hour, _lead_same_hour, _paused_working_days),
    "working_hour": Unit(_working_hour, _lead_office, _paused_office),
    "clock_hour": Unit(_clock_hour, _lead_seconds, _paused_seconds),
    "calendar_day": Unit(_calendar_day, _lead_days, _paused_days),
}
