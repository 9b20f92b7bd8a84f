"""When a term ends: one row a unit of time, in a table.

The first day is not counted; a term of whole days ends at 24:00 of its last day; a last day off rolls on to the next
working day (Civil Code 2015, Articles 147 and 148, nv).
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from streams.core.calendar import Calendar
from streams.core.instants import DAY
from streams.core.office import (
    add_half_days,
    add_office_seconds,
    half_days,
    next_open,
    office_seconds,
    subtract_half_days,
    subtract_office_seconds,
)

HOUR = 3600


class Term(NamedTuple):
    """How long a duty may last: so many units.

    Only *same_day* reads the rest, in seconds since midnight: what starts after `cut_off` counts as of the next
    working day; it ends at `ends_at`, and where it was moved to another day at `next_ends_at`.
    """

    unit: str
    amount: int
    cut_off: int = DAY
    ends_at: int = DAY
    next_ends_at: int = DAY


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
    """A unit of terms: how to add an amount to a start, how to move a due on, how to subtract a lead from it, how to
    measure a stretch.

    `scale` is how many of its measure one unit has: hours are measured in seconds, days in days.
    """

    add: Callable[[Calendar, Term, Span, int], tuple[int, int]]
    move: Callable[[Calendar, Due, int], tuple[int, int]]
    lead: Callable[[Calendar, Due, int], int]
    measure: Callable[[Calendar, Span, Span], int]
    scale: int = 1


def due(calendar: Calendar, term: Term, start: Span, paused: int = 0) -> Due:
    """The end of a term from `start`, moved on by `paused` (as `measure` gives it)."""
    kind = UNITS[term.unit]
    return _due(calendar, kind.add(calendar, term, start, term.amount * kind.scale + paused))


def move(calendar: Calendar, term: Term, end: Due, paused: int) -> Due:
    """A due that was set by an extension, moved on by a pause."""
    return _due(calendar, UNITS[term.unit].move(calendar, end, paused)) if paused else end


def lead(calendar: Calendar, unit: str, end: Due, amount: int) -> int:
    """The instant `amount` units before a due."""
    kind = UNITS[unit]
    return kind.lead(calendar, end, amount * kind.scale)


def share(calendar: Calendar, term: Term, start: Span, paused: int, end: Due, percent: int) -> int:
    """The instant at which so much of a term is used up: the end of that unit of it, for hours to the second."""
    kind = UNITS[term.unit]
    total = kind.measure(calendar, start, Span(end.at, True)) - paused
    part = -(-total * percent // 100)
    if part >= total:
        return end.at
    return kind.add(calendar, Term(term.unit, term.amount), start, part + paused)[0]


def measure(calendar: Calendar, unit: str, begins: Span, ends: Span) -> int:
    """How much of a term a stretch of time takes, in the unit's own measure (days, half days, or seconds for hours).

    Of two stretches that follow each other the measures add up.
    """
    return UNITS[unit].measure(calendar, begins, ends)


def _due(calendar: Calendar, end: tuple[int, int]) -> Due:
    at, day = end
    return Due(at, day, day > calendar.horizon)


def _day(calendar: Calendar, span: Span) -> int:
    return calendar.day_of(span.at, stands_for_day=span.is_day)


def _working_day(calendar: Calendar, _term: Term, start: Span, amount: int) -> tuple[int, int]:
    day = calendar.add_working_days(_day(calendar, start), amount)
    return calendar.end_of(day), day


def _working_day_at_hour(calendar: Calendar, _term: Term, start: Span, amount: int) -> tuple[int, int]:
    first, second = next_open(calendar, start.at)
    day = calendar.add_working_days(first, amount)
    return calendar.instant(day, second), day


def _working_hour(calendar: Calendar, _term: Term, start: Span, seconds: int) -> tuple[int, int]:
    at = add_office_seconds(calendar, start.at, seconds)
    return at, calendar.day_of(at, stands_for_day=True)


def _clock_hour(calendar: Calendar, _term: Term, start: Span, seconds: int) -> tuple[int, int]:
    at = start.at + seconds
    return at, calendar.day_of(at, stands_for_day=True)


def _calendar_day(calendar: Calendar, _term: Term, start: Span, amount: int) -> tuple[int, int]:
    day = calendar.roll_on(_day(calendar, start) + amount)
    return calendar.end_of(day), day


def _half_day(calendar: Calendar, _term: Term, start: Span, amount: int) -> tuple[int, int]:
    at = add_half_days(calendar, _in_half_day(start), amount)
    return at, calendar.day_of(at, stands_for_day=True)


def _same_day(calendar: Calendar, term: Term, start: Span, amount: int) -> tuple[int, int]:
    """The day of the start itself, where it is worked and the cut-off not passed, else the next working day.

    A start known only to the day stands for its end, after any cut-off.
    """
    day, second = (_day(calendar, start), DAY) if start.is_day else calendar.local(start.at)
    first = day if second <= term.cut_off and calendar.is_working(day) else calendar.add_working_days(day, 1)
    last = calendar.add_working_days(first, amount - 1)
    return calendar.instant(last, term.ends_at if last == day else term.next_ends_at), last


def _move_working_days(calendar: Calendar, end: Due, amount: int) -> tuple[int, int]:
    """So many working days on, at the same time of day."""
    day = calendar.add_working_days(end.day, amount)
    return calendar.instant(day, end.at - calendar.instant(end.day)), day


def _move_days(calendar: Calendar, end: Due, amount: int) -> tuple[int, int]:
    day = calendar.roll_on(end.day + amount)
    return calendar.instant(day, end.at - calendar.instant(end.day)), day


def _move_office(calendar: Calendar, end: Due, seconds: int) -> tuple[int, int]:
    return _working_hour(calendar, _NO_TERM, Span(end.at, True), seconds)


def _move_seconds(calendar: Calendar, end: Due, seconds: int) -> tuple[int, int]:
    return _clock_hour(calendar, _NO_TERM, Span(end.at, True), seconds)


def _move_half_days(calendar: Calendar, end: Due, amount: int) -> tuple[int, int]:
    at = add_half_days(calendar, subtract_half_days(calendar, end.at, 0) - 1, amount)
    return at, calendar.day_of(at, stands_for_day=True)


def _lead_days(calendar: Calendar, end: Due, amount: int) -> int:
    """The end of the working day that lies `amount` working days before the last one."""
    return calendar.end_of(calendar.working_day_before(end.day, amount))


def _lead_same_hour(calendar: Calendar, end: Due, amount: int) -> int:
    return calendar.instant(calendar.working_day_before(end.day, amount), calendar.local(end.at)[1])


def _lead_office(calendar: Calendar, end: Due, seconds: int) -> int:
    return subtract_office_seconds(calendar, end.at, seconds)


def _lead_seconds(_calendar: Calendar, end: Due, seconds: int) -> int:
    return end.at - seconds


def _lead_half_days(calendar: Calendar, end: Due, amount: int) -> int:
    return subtract_half_days(calendar, end.at, amount)


def _working_days(calendar: Calendar, begins: Span, ends: Span) -> int:
    return max(0, calendar.working_days(_day(calendar, begins), _day(calendar, ends)))


def _days(calendar: Calendar, begins: Span, ends: Span) -> int:
    return max(0, _day(calendar, ends) - _day(calendar, begins))


def _office_seconds(calendar: Calendar, begins: Span, ends: Span) -> int:
    return office_seconds(calendar, begins.at, ends.at)


def _seconds(_calendar: Calendar, begins: Span, ends: Span) -> int:
    return max(0, ends.at - begins.at)


def _half_days(calendar: Calendar, begins: Span, ends: Span) -> int:
    return half_days(calendar, _in_half_day(begins), _in_half_day(ends))


def _in_half_day(span: Span) -> int:
    """An instant of the half day that a span belongs to: a term that ends with one belongs to it; what is known only to
    the day comes after all of that day, in the half day that opens next."""
    return span.at - span.is_day


_NO_TERM = Term("", 0)
UNITS: Mapping[str, Unit] = {
    "working_day": Unit(_working_day, _move_working_days, _lead_days, _working_days),
    "working_day_at_hour": Unit(_working_day_at_hour, _move_working_days, _lead_same_hour, _working_days),
    "working_hour": Unit(_working_hour, _move_office, _lead_office, _office_seconds, HOUR),
    "clock_hour": Unit(_clock_hour, _move_seconds, _lead_seconds, _seconds, HOUR),
    "calendar_day": Unit(_calendar_day, _move_days, _lead_days, _days),
    "half_day": Unit(_half_day, _move_half_days, _lead_half_days, _half_days),
    "same_day": Unit(_same_day, _move_working_days, _lead_days, _working_days),
}
