"""A due explained day by day: what was counted, what was skipped and why, so that a clerk can check it by hand."""

from typing import NamedTuple

from streams.core.calendar import Calendar
from streams.core.clock import Clock
from streams.core.deadlines import HOUR, UNITS, Due, Span, Term, measure
from streams.core.pauses import Pause, span_of

WEEKEND = "weekend"
# The first day is not counted; a last day off rolls on (Civil Code 2015, Articles 147 and 148, nv).
FIRST, COUNTED, OFF, PAUSED, ROLLED = "first_day", "counted", "off", "paused", "rolled_on"


class Day(NamedTuple):
    """One local day between start and due. `used` is how much of the term is used up at its end, in the measure of
    the term; `why` names the holiday, the decree, the weekend, or the document of a pause."""

    day: int
    what: str
    used: int
    why: str | None


def days_of(clock: Clock, term: Term, start: Span, due: Due, pauses: list[Pause]) -> list[Day]:
    """Every day from the start to the due, both counted."""
    calendar = clock.calendar
    first = calendar.day_of(start.at, stands_for_day=start.is_day)
    amount = term.amount * UNITS[term.unit].scale
    found: list[Day] = []
    used = 0
    for day in range(first, due.day + 1):
        ends = Span(min(calendar.end_of(day), due.at), True)
        paused, pause = _paused(calendar, term, pauses, ends)
        after = measure(calendar, term.unit, start, ends) - paused
        found.append(_day(calendar, day, day == first, used, after, amount, pause))
        used = after
    return found


def in_hours(unit: str) -> bool:
    """Whether a term of that unit is measured in seconds."""
    return UNITS[unit].scale == HOUR


def why_off(calendar: Calendar, day: int) -> str:
    """Why nobody works on a day: the holiday or decree, else the weekend."""
    return calendar.reasons.get(day) or WEEKEND


def _day(calendar: Calendar, day: int, is_first: bool, used: int, after: int, amount: int, pause: Pause | None) -> Day:
    reason = calendar.reasons.get(day)
    if after > used:
        return Day(day, ROLLED if used >= amount else COUNTED, min(after, amount), reason)
    if not calendar.is_working(day):
        return Day(day, OFF, after, why_off(calendar, day))
    if is_first:
        return Day(day, FIRST, after, reason)
    return Day(day, PAUSED if pause is not None else OFF, after, reason if pause is None else pause.what.why)


def _paused(calendar: Calendar, term: Term, pauses: list[Pause], until: Span) -> tuple[int, Pause | None]:
    """How much of the term pauses that count took until then, and the last of them that had begun."""
    total, last = 0, None
    reached: Span | None = None
    for pause in pauses:
        begins = span_of(pause.asked)
        if pause.refused is not None or begins.at >= until.at:
            continue
        ends = until if pause.ended is None else min(span_of(pause.ended), until)
        begins = begins if reached is None else max(begins, reached)
        total += measure(calendar, term.unit, begins, ends)
        reached = ends if reached is None else max(ends, reached)
        last = pause
    return total, last


def is_reception(hours: tuple[tuple[int, int], ...], second: int) -> bool:
    """Whether a second of the day lies in the hours of reception, which are half-open."""
    return any(opens <= second < closes for opens, closes in hours)
