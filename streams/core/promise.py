"""The appointment given beside the due that law and decision compute, and what explains that they differ.

Compared by days, as the official reports do, and with the due as it was at the start: who gave the appointment knew
of no pause yet. The explanations are ways of counting that offices and software are known to use.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from streams.core.calendar import weekday
from streams.core.clock import Clock
from streams.core.deadlines import Span, Term, due
from streams.core.facts import AT, Fact
from streams.core.lines import Lines
from streams.core.office import next_open
from streams.core.pauses import span_of
from streams.core.rules import Deadline


class Difference(NamedTuple):
    """By how many working days the appointment lies after the computed due (before it: negative), and what way of
    counting gives just that day; *unexplained* where none of the known ones does."""

    working_days: int
    why: str


class _Counting(NamedTuple):
    """What a way of counting starts from."""

    rule: Deadline
    clock: Clock
    term: Term
    start: Span
    opened: Span


def difference(lines: Lines, clock: Clock) -> Difference | None:
    """How the appointment differs from the due computed at the start; None where it does not, or there is no such, or
    where only a later decree makes it differ."""
    rule, start, declared = clock.rule, clock.start, clock.declared
    if rule is None or start is None or declared is None or rule.governs == "declared":
        return None
    term = rule.term if clock.cut is None else clock.cut.term
    counting = _Counting(rule, clock, term, span_of(start), span_of(lines.opened))
    computed = due(clock.calendar, term, counting.start).day
    calendar = clock.calendar
    assert clock.promised is not None
    given = span_of(clock.promised)
    known = calendar.known_on(calendar.day_of(given.at, stands_for_day=given.is_day))
    if declared.day in (computed, due(known, term, counting.start).day):
        # Right by what was decreed when it was given: a later decree is nobody's mistake.
        return None
    days = calendar.working_days(min(computed, declared.day), max(computed, declared.day))
    why = next((name for name, count in WAYS.items() if count(counting) == declared.day), "unexplained")
    return Difference(days if declared.day > computed else -days, why)


def since(clock: Clock) -> Fact:
    """The fact with which both are known: the appointment, or the start of the term."""
    assert clock.promised is not None
    assert clock.start is not None
    return max(clock.promised, clock.start, key=lambda fact: fact[AT])


def _legal(counting: _Counting) -> int | None:
    """The legal term, although a decision cut it."""
    if counting.clock.cut is None:
        return None
    return due(counting.clock.calendar, counting.rule.term, counting.start).day


def _from_reception(counting: _Counting) -> int:
    """From the day of reception, although the dossier was complete later."""
    return due(counting.clock.calendar, counting.term, counting.opened).day


def _first_day_counted(counting: _Counting) -> int | None:
    """The day of the start counted as the first."""
    if counting.term.amount < 2:
        return None
    return due(counting.clock.calendar, counting.term._replace(amount=counting.term.amount - 1), counting.start).day


def _days_off_forgotten(counting: _Counting) -> int | None:
    """Monday to Friday counted, holidays and swaps forgotten."""
    if counting.term.unit not in {"working_day", "working_day_at_hour"}:
        return None
    calendar = counting.clock.calendar
    day = calendar.day_of(counting.start.at, stands_for_day=counting.start.is_day)
    if counting.term.unit == "working_day_at_hour":
        day = next_open(calendar, counting.start.at)[0]
    left = counting.term.amount
    while left:
        day += 1
        left -= calendar.week[weekday(day)]
    return day


def _calendar_days(counting: _Counting) -> int:
    """Days counted, not working days."""
    return due(counting.clock.calendar, Term("calendar_day", counting.term.amount), counting.start).day


WAYS: Mapping[str, Callable[[_Counting], int | None]] = {
    "cut_ignored": _legal,
    "counted_from_reception": _from_reception,
    "first_day_counted": _first_day_counted,
    "days_off_forgotten": _days_off_forgotten,
    "calendar_days_counted": _calendar_days,
}
