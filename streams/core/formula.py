"""The published way to count a case as handled in time, as versioned data: what a scoring system makes of its own
reports, whatever the evidence shows.

Decision 766/QĐ-TTg of 2022-06-23, indicator 2.1 (nv): in time where the end is not after the appointment, by days. The
end is when the result was done; else when it was returned; else when the case was stopped, refused or withdrawn. Of an
open case the end of the period stands for its end; of one that waits for the citizen's papers the day of the request
does, and more than one request counts as late. Without an appointment the end is held against the legal maximum.
"""

from collections.abc import Sequence
from typing import NamedTuple

from streams.core.clock import Clock
from streams.core.deadlines import due, measure
from streams.core.facts import AT, DATA, Fact, is_day
from streams.core.lines import Lines
from streams.core.official import OPEN
from streams.core.pauses import span_of
from streams.core.reported import Report, in_states, is_given, reports, runs
from streams.core.rules import Formula, Rules

REGISTERED, WITHDRAWING = "registered", "withdrawing"
_DAYS = "working_day"


class Reported(NamedTuple):
    """How a scoring system counts a case.

    `branch` names the part of the formula that decided: *ended*, *open*, *waiting*, *asked_twice*; `has_appointment`
    says whether the due is one that was given. `begun` and `end` are days; of an open case `end` is that of the period.
    `deducted` working days were waited for papers and moved the due on from `promised`.
    """

    in_time: bool
    branch: str
    begun: int
    end: int
    due: int
    promised: int
    has_appointment: bool
    deducted: int

    @property
    def is_open(self) -> bool:
        return self.branch != "ended"


def reported(lines: Lines, clock: Clock, rules: Rules, formula: Formula, at: int) -> Reported | None:
    """How the case counts by its reports up to `at`, the end of a period; None where the system does not count it:
    never shown, only registered, or bound by nothing."""
    told = [pair for pair in reports(lines, rules, rules.scoring) if pair[1] != REGISTERED]
    # A withdrawal of what was never accepted is none of the unit's.
    if all(state == WITHDRAWING for _, state in told):
        return None
    begun = _day(clock, told[0][0])
    promised, given = _appointment(clock, told)
    if promised is None:
        promised, given = _legal_maximum(clock, told[0][0]), None
        if promised is None:
            return None
    deducted = _deducted(clock, told, formula, given)
    last = clock.calendar.add_working_days(promised, deducted) if deducted else promised
    branch, end = _end(clock, told, formula, at)
    in_time = branch != "asked_twice" and end <= last
    return Reported(in_time, branch, begun, end, last, promised, given is not None, deducted)


def _end(clock: Clock, told: Sequence[Report], formula: Formula, at: int) -> tuple[str, int]:
    """The branch, and the day that counts as the end."""
    fact, state = told[-1]
    if state in formula.waiting:
        requests = [run.opening for run in runs(told, in_states(formula.waiting))]
        return ("waiting" if len(requests) <= formula.requests else "asked_twice"), _day(clock, requests[-1])
    if state in OPEN:
        return "open", clock.calendar.day_of(at, stands_for_day=True)
    closed = _since_open(told)
    for states in formula.ends:
        found = [report for report, reported_state in closed if reported_state in states]
        if found:
            # The newest that declares an end, as the system has it now; else the first that shows the state.
            declared = [report for report in found if is_given(report, "e")]
            if declared:
                return "ended", clock.calendar.day_of(declared[-1][DATA]["e"], stands_for_day=True)
            return "ended", _day(clock, found[0])
    return "ended", _day(clock, fact)


def _since_open(told: Sequence[Report]) -> list[Report]:
    """The reports since the case was last shown open."""
    opened = max((number for number, (_, state) in enumerate(told) if state in OPEN), default=-1)
    return list(told[opened + 1 :])


def _appointment(clock: Clock, told: Sequence[Report]) -> tuple[int | None, Fact | None]:
    """The day of the appointment that the system shows now, else the receipt's, and the fact that gave it first."""
    first = [] if clock.declared is None or clock.promised is None else [(clock.promised, clock.declared.day)]
    shown = [(report, _given_day(clock, report)) for report, _ in told if is_given(report, "a")]
    given = [*first, *shown]
    if not given:
        return None, None
    last = given[-1][1]
    return last, min((fact for fact, day in given if day == last), key=lambda fact: int(fact[AT]))


def _given_day(clock: Clock, report: Fact) -> int:
    return clock.calendar.day_of(report[DATA]["a"], stands_for_day=True)


def _legal_maximum(clock: Clock, begun: Fact) -> int | None:
    return None if clock.rule is None else due(clock.calendar, clock.rule.term, span_of(begun)).day


def _deducted(clock: Clock, told: Sequence[Report], formula: Formula, given: Fact | None) -> int:
    """The working days waited for papers since the appointment was given: one given later has them in it already. Of a
    wait that goes on none: its request is the end."""
    return sum(
        measure(clock.calendar, _DAYS, span_of(run.opening), span_of(run.closing))
        for run in runs(told, in_states(formula.deducted))
        if run.closing is not None and (given is None or run.opening[AT] >= given[AT])
    )


def _day(clock: Clock, fact: Fact) -> int:
    return clock.calendar.day_of(fact[AT], stands_for_day=is_day(fact))
