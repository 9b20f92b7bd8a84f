"""A due explained day by day: what was counted, what was skipped and why, so that a clerk can check it by hand."""

from typing import NamedTuple

from streams.core.calendar import Calendar
from streams.core.clock import Clock
from streams.core.deadlines import HOUR, UNITS, Due, Span, Term, due, measure
from streams.core.pauses import Pause, span_of

WEEKEND = "weekend"
# The first day is not counted; a last day off rolls on (Civil Code 2015, Articles 147 and 148, nv).
FIRST, COUNTED, OFF, PAUSED, ROLLED, EXTENDED = "first_day", "counted", "off", "paused", "rolled_on", "extended"


class Day(NamedTuple):
    """One local day between start and due. `used` is how much of the term is used up at its end, in the measure of
    the term; `why` names the holiday, the decree, the weekend, or the document of a pause."""

    day: int
    what: str
    used: int
    why: str | None


def days_of(clock: Clock, term: Term, start: Span, end: Due, pauses: list[Pause]) -> list[Day]:
    """Every day from the start to the due, both counted."""
    calendar = clock.calendar
    first = calendar.day_of(start.at, stands_for_day=start.is_day)
    amount = term.amount * UNITS[term.unit].scale
    is_counted_at_once = _is_first_day_counted(calendar, term, start, first)
    extended = _extended_after(clock, end)
    found: list[Day] = []
    used = 0
    for day in range(first, end.day + 1):
        until = Span(min(calendar.end_of(day), end.at), True)
        paused, pause = _paused(calendar, term, start, pauses, until)
        after = measure(calendar, term.unit, start, until) - paused + is_counted_at_once
        beyond = EXTENDED if extended is not None and day > extended else ROLLED
        found.append(_day(calendar, day, day == first, used, after, amount, beyond, pause))
        used = after
    return found


def in_hours(unit: str) -> bool:
    """Whether a term of that unit is measured in seconds."""
    return UNITS[unit].scale == HOUR


def why_off(calendar: Calendar, day: int) -> str:
    """Why nobody works on a day: the holiday or decree, else the weekend."""
    return calendar.reasons.get(day) or WEEKEND


def _is_first_day_counted(calendar: Calendar, term: Term, start: Span, first: int) -> bool:
    """Whether the day of the start is the first of the term: only that of a term of the same day can be."""
    return term.unit == "same_day" and due(calendar, term._replace(amount=1), start).day == first


def _extended_after(clock: Clock, end: Due) -> int | None:
    """The last day before an extension, where one counts for this due."""
    if end != clock.computed:
        return None
    return min((one.before.day for one in clock.extensions if one.refused is None), default=None)


def _day(
    calendar: Calendar,
    day: int,
    is_first: bool,
    used: int,
    after: int,
    amount: int,
    beyond: str,
    pause: Pause | None,
) -> Day:
    reason = calendar.reasons.get(day)
    if after > used:
        return Day(day, beyond if used >= amount else COUNTED, min(after, amount), reason)
    if not calendar.is_working(day):
        return Day(day, OFF, min(after, amount), why_off(calendar, day))
    if is_first:
        return Day(day, FIRST, after, reason)
    what, why = (OFF, reason) if pause is None else (PAUSED, pause.what.why)
    return Day(day, what, min(after, amount), why)


def _paused(calendar: Calendar, term: Term, start: Span, pauses: list[Pause], until: Span) -> tuple[int, Pause | None]:
    """How much of the term pauses that count took until then, and the last of them that had begun.

    A pause that had begun before the start takes of the term what lies after the start.
    """
    total, last, reached = 0, None, start
    for pause in pauses:
        begins = span_of(pause.asked)
        if pause.refused is not None or begins.at >= until.at:
            continue
        ends = until if pause.ended is None else min(span_of(pause.ended), until)
        total += measure(calendar, term.unit, max(begins, reached), ends)
        reached = max(ends, reached)
        last = pause
    return total, last


def is_reception(hours: tuple[tuple[int, int], ...], second: int) -> bool:
    """Whether a second of the day lies in the hours of reception, which are half-open."""
    return any(opens <= second < closes for opens, closes in hours)
