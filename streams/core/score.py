"""How one case counts in a period, by the published formula and by evidence, and why the two differ.

Both sides are shown, for and against the unit alike: a case may be charged although it was in time, and excused
although it was late. What evidence does not settle is *unsure*: in the upper bound of a rate, and not in the lower one.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from streams.core.calendar import Calendar
from streams.core.clock import Clock
from streams.core.facts import AT, is_day
from streams.core.formula import REGISTERED, Reported, reported
from streams.core.interval import Interval
from streams.core.lines import Lines
from streams.core.official import CLOSED
from streams.core.reported import reports
from streams.core.rules import Rules

IN_TIME, LATE, UNSURE = "in_time", "late", "unsure"
# What a verdict of the clock counts as; what is not named has no term, or has not begun, and is not counted.
_BY_VERDICT: Mapping[str, str] = {
    "on_time": IN_TIME,
    "open": IN_TIME,
    "paused": IN_TIME,
    "late": LATE,
    "overdue": LATE,
    "insufficient": UNSURE,
    "unknown": UNSURE,
}


class Period(NamedTuple):
    """From the first day to the last, and the instant at which it ends, or as of which it is told while it runs."""

    first: int
    end: int


class Evidenced(NamedTuple):
    """How a case counts by evidence; of an open case `end` is None. `unit` is who answers: of a late case the one that
    had it when it became late."""

    result: str
    unit: str | None
    end: int | None
    due: int | None


class Counted(NamedTuple):
    """How a case, or a leg of a group, counts in a period.

    `reported` and `evidence` are *in_time* or *late*, evidence also *unsure*; None where it is not counted. The system
    charges `reported_unit`, evidence `unit`; `cause` says why the two differ, None where they agree.
    `reported_end` is the day on which the system ended it, None while open; `ended` the one by evidence. `late_from` is
    when the system will count it late, if it does not yet and goes on to show it open.
    """

    leg: str
    reported: str | None
    reported_unit: str | None
    reported_end: int | None
    evidence: str | None
    unit: str | None
    ended: int | None
    cause: str | None
    late_from: int | None

    @property
    def is_counted(self) -> bool:
        return self.reported is not None or self.evidence is not None


class _Both(NamedTuple):
    """A case that both sides count; `today` is the day of the period's end."""

    said: Reported
    shown: Evidenced
    clock: Clock
    classes: frozenset[str]
    is_local_closed: bool
    today: int

    @property
    def was_done_by_appointment(self) -> bool:
        """Whether evidence has the case ended by the day that the system counts to."""
        return self.shown.end is not None and self.shown.end <= self.said.due

    @property
    def is_closing_why(self) -> bool:
        """Whether the system has it in time by an end only of which there is no evidence."""
        return not self.said.is_open and self.shown.end is None and self.today > self.said.due

    @property
    def is_pause_why(self) -> bool:
        """Whether evidence has it in time by pauses and extensions only."""
        is_moved = bool(self.clock.rests_on and self.clock.stretches)
        return is_moved and (self.shown.end or self.today) > self.clock.stretches[0].due.day

    @property
    def is_wait_why(self) -> bool:
        """Whether the system has it in time by what it waited for only."""
        end = self.today if self.said.branch == "waiting" else self.said.end
        return end > self.said.promised


_Table = tuple[tuple[str, Callable[[_Both], bool]], ...]

# Charged by the system although in time by evidence: the first that holds, each such that without it both agreed.
_CHARGED: _Table = (
    ("asked_twice", lambda both: both.said.branch == "asked_twice"),
    ("hung", lambda both: both.said.is_open and "hung" in both.classes and both.was_done_by_appointment),
    ("out_of_sync", lambda both: both.said.is_open and both.is_local_closed and both.was_done_by_appointment),
    ("not_updated", lambda both: both.said.is_open and both.was_done_by_appointment),
    ("closed_late", lambda both: both.was_done_by_appointment),
    ("pause_not_deducted", lambda both: both.is_pause_why),
    ("wrong_due", lambda _: True),
)
# Counted as in time by the system although late by evidence: the first that holds.
_EXCUSED: _Table = (
    ("closed_without_evidence", lambda both: both.is_closing_why),
    ("end_declared_earlier", lambda both: not both.said.is_open and (both.shown.end or 0) > both.said.due),
    ("pause_not_lawful", lambda both: both.is_wait_why),
    ("days_not_hours", lambda both: both.said.due == both.shown.due),
    ("wrong_due", lambda _: True),
)
INSUFFICIENT, TRANSFERRED = "insufficient", "transferred"
# Why only one side counts a case.
DONE_BEFORE, NO_TERM, NOT_BEGUN = "done_before", "no_term", "not_begun"
CLOSED_BEFORE, NOT_SHOWN, VANISHED = "closed_before", "not_shown", "vanished"
_ONE_SIDE = (DONE_BEFORE, NO_TERM, NOT_BEGUN, CLOSED_BEFORE, NOT_SHOWN, VANISHED)
CAUSES: tuple[str, ...] = tuple(
    dict.fromkeys([*(name for name, _ in (*_CHARGED, *_EXCUSED)), INSUFFICIENT, TRANSFERRED, *_ONE_SIDE])
)


def count(
    lines: Lines, clock: Clock, spans: Iterable[Interval], rules: Rules, period: Period, leg: str = ""
) -> Counted:
    """How a case counts, by what is known of it as of the end of the period (`lines` and `clock` are of that instant).

    Counted is what was received or handled in the period: begun by its end, and not ended before its first day.
    """
    at = period.end
    classes = frozenset(
        s.flag_class for s in spans if s.leg == leg and s.since < at and (s.until is None or at <= s.until)
    )
    said, formula = None, rules.formula_on(_day(clock.calendar, at))
    is_units = clock.rule is None or clock.rule.bearer == "unit"
    if formula is not None and is_units and "vanished" not in classes:
        said = reported(lines, clock, rules, formula, at)
    shown = evidenced(lines, clock, at)
    ours, theirs = shown, said
    if shown is not None and shown.end is not None and shown.end < period.first:
        shown = None
    if said is not None and not said.is_open and said.end < period.first:
        said = None
    charged, cause = None, None
    if said is not None:
        # Whoever has it, or had it when the system ended it; what moves at the very end of a day moves after it.
        charged = lines.unit_at((at if said.is_open else min(at, clock.calendar.end_of(said.end))) - 1)
    if said is not None and shown is not None:
        local = _is_local_closed(lines, rules)
        cause = _difference(_Both(said, shown, clock, classes, local, _day(clock.calendar, at)))
        if cause is None and shown.unit != charged:
            cause = TRANSFERRED
    elif said is not None:
        cause = DONE_BEFORE if ours is not None else NO_TERM if clock.rule is None else NOT_BEGUN
    elif shown is not None:
        cause = VANISHED if "vanished" in classes else CLOSED_BEFORE if theirs is not None else NOT_SHOWN
    return Counted(
        leg,
        None if said is None else IN_TIME if said.in_time else LATE,
        charged,
        None if said is None or said.is_open else said.end,
        None if shown is None else shown.result,
        None if shown is None else shown.unit,
        None if shown is None else shown.end,
        cause,
        clock.calendar.end_of(said.due) if said is not None and said.branch == "open" and said.in_time else None,
    )


def evidenced(lines: Lines, clock: Clock, at: int) -> Evidenced | None:
    """How a case counts by evidence at an instant; None where it has no term of the unit's, or none yet."""
    if clock.rule is None or clock.rule.bearer != "unit":
        return None
    result = _BY_VERDICT.get(clock.verdict(at))
    if result is None:
        return None
    due = clock.due or clock.last
    if result == IN_TIME and clock.ended is None and due is not None and due.at < at:
        # Past its due, and nobody knows yet whether the source that would tell its end is silent; or it waits for
        # papers, and a wait counts only once its end is known.
        result = UNSURE
    # What only the unit says, after the due, is no end before it is proven.
    done = clock.done_at
    is_whole_day = clock.ended is not None and is_day(clock.ended) and done == clock.ended[AT]
    end = None if done is None else clock.calendar.day_of(done, stands_for_day=is_whole_day)
    answers = min(due.at if result == LATE and due is not None else at, at if done is None else done + 1)
    return Evidenced(result, lines.unit_at(answers - 1), end, None if due is None else due.day)


def _difference(both: _Both) -> str | None:
    said = IN_TIME if both.said.in_time else LATE
    if both.shown.result == UNSURE:
        return INSUFFICIENT
    if both.shown.result == said:
        return None
    return next(name for name, holds in (_CHARGED if said == LATE else _EXCUSED) if holds(both))


def _is_local_closed(lines: Lines, rules: Rules) -> bool:
    told = [pair for pair in reports(lines, rules, rules.local) if pair[1] != REGISTERED]
    return rules.local != rules.scoring and bool(told) and told[-1][1] in CLOSED


def _day(calendar: Calendar, at: int) -> int:
    return calendar.day_of(at, stands_for_day=True)
