"""Lints of how the clock of a rule runs: pauses, stops, stages, legs, warnings, and hours that do not exist."""

from collections.abc import Iterator
from itertools import pairwise

from streams.core.calendar import Calendar
from streams.core.deadlines import UNITS, Due, Span, Term, due, lead, share
from streams.core.findings import Found, Subject
from streams.core.kinds import HANDED_OVER, REPORTS, TYPE_OF_KIND
from streams.core.rules import Deadline, Level, Stage

_HOURS = frozenset({"working_hour", "working_day_at_hour", "half_day"})
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def event_never_comes(subject: Subject) -> Iterator[Found]:
    """What an official system reports is no fact of the case: it starts, stops and pauses nothing."""
    for rule in subject.deadlines():
        stages = {kind: f"stage {stage.id}" for stage in rule.stages for kind in (stage.begins, stage.ends)}
        pauses = {kind: f"pause {what.why}" for kind, (what, _) in rule.pausing.items()}
        ends = dict.fromkeys(rule.ends | rule.posted | rule.cancels, "its end")
        named = {**stages, **pauses, **ends, rule.starts: "its start"}
        where, kind = next(((named[kind], kind) for kind in sorted(REPORTS) if kind in named), (None, 0))
        if where is not None:
            yield Found(
                f"deadline {rule.id}",
                f"{where} waits for {TYPE_OF_KIND[kind]}, which is no fact of the case and never comes",
                "name an event of the evidence: what official systems report is compared with it, no more",
            )


def pause_never_runs(subject: Subject) -> Iterator[Found]:
    """What begins a pause starts or stops the clock too: outside of the clock there is no pause."""
    for rule in subject.deadlines():
        stops = rule.stops(posted=False) | rule.stops(posted=True)
        for kind, (what, begins) in sorted(rule.pausing.items()):
            where = f"deadline {rule.id} pause {what.why}"
            if begins and kind in stops:
                yield Found(
                    where,
                    f"{TYPE_OF_KIND[kind]} begins it and stops the clock at once: it never runs",
                    "name the event that is written when the wait begins, or take it out of duty_ends_at and cancels",
                )
            elif kind == rule.starts:
                yield Found(
                    where,
                    f"{TYPE_OF_KIND[kind]} {'begins' if begins else 'ends'} it and starts the clock: it never runs",
                    "what is waited for before the start is no pause: take it out, or let the clock start earlier",
                )


def start_is_stop(subject: Subject) -> Iterator[Found]:
    """The clock stops with the event that starts it: nothing is ever late."""
    for rule in subject.deadlines():
        if rule.starts in rule.stops(posted=False) | rule.stops(posted=True):
            over = " (the result is handed over)" if rule.starts in HANDED_OVER else ""
            yield Found(
                f"deadline {rule.id}",
                f"{TYPE_OF_KIND[rule.starts]}{over} starts the clock and stops it",
                "mend starts, duty_ends_at, ends_when_posted or cancels",
            )


def stages_with_a_hole(subject: Subject) -> Iterator[Found]:
    """Between two stages, or before the first and after the last, the case is in none: nobody answers for that time."""
    for rule in subject.deadlines():
        if not rule.stages:
            continue
        first, last = rule.stages[0], rule.stages[-1]
        for one, other in pairwise(rule.stages):
            if one.ends != other.begins:
                yield _hole(rule, other, f"{one.id} ends with {_name(one.ends)}, {other.id} begins with", other.begins)
        if first.begins != rule.starts:
            yield _hole(
                rule, first, f"the clock starts with {_name(rule.starts)}, {first.id} begins with", first.begins
            )
        if last.ends not in rule.ends:
            yield _hole(rule, last, f"the duty ends with {_named(rule.ends)}, {last.id} ends with", last.ends)


def stages_too_long(subject: Subject) -> Iterator[Found]:
    """Every stage in time, and the case late."""
    for rule in subject.deadlines():
        terms = [stage.term for stage in rule.stages]
        if not terms or None in terms:
            continue
        for start in subject.starts(rule):
            at = start
            for term in terms:
                assert term is not None
                at = Span(due(rule.calendar, term, at).at, True)
            if at.at > due(rule.calendar, rule.term, start).at:
                told = " + ".join(_term(term) for term in terms if term is not None)
                yield Found(
                    f"deadline {rule.id}",
                    f"its stages may take {told}, the whole has {_term(rule.term)}",
                    "targets of stages are no law: make them fit into the term",
                )
                break


def level_out_of_reach(subject: Subject) -> Iterator[Found]:
    """A warning that never comes before the due, or that stands from the first moment."""
    for rule in subject.deadlines():
        for term, whose in ((rule.term, f"deadline {rule.id}"), *((cut.term, f"cut {cut.id}") for cut in rule.cuts)):
            for level in rule.levels:
                why = _why_out_of_reach(rule.calendar, term, level, subject.starts(rule))
                if why is not None:
                    yield Found(
                        whose,
                        f"at_risk {level.name} of a term of {_term(term)} {why}",
                        f"name a level that lies between its start and its due, such as {_advice(term)}",
                    )


def same_day_of_several(subject: Subject) -> Iterator[Found]:
    """A term of the same day that has several days."""
    for rule in subject.deadlines():
        if rule.term.unit == "same_day" and rule.term.amount > 1:
            yield Found(
                f"deadline {rule.id}",
                f"same_day with amount = {rule.term.amount}: a day that is the same is one",
                "say amount = 1, or unit = working_day",
            )


def hours_missing(subject: Subject) -> Iterator[Found]:
    """Hours are counted on a weekday that is worked and has none: Monday's would be taken without a word."""
    for rule in subject.deadlines():
        terms = [rule.term, *(leg.term for leg in rule.legs), *(stage.term for stage in rule.stages if stage.term)]
        units = sorted({term.unit for term in terms} & _HOURS)
        units += sorted({level.unit for level in rule.levels} & _HOURS - set(units))
        without = [day for day in range(7) if rule.calendar.week[day] and not rule.calendar.hours[day]]
        if units and without:
            yield Found(
                f"deadline {rule.id}",
                f"counts {', '.join(units)} by calendar {rule.calendar.id}, which works on "
                f"{', '.join(_WEEKDAYS[day] for day in without)} and has no hours then: Monday's are taken",
                "give that weekday hours in hours_of, or take it out of week",
            )


def leg_longer_than_group(subject: Subject) -> Iterator[Found]:
    """A leg in time, and the group late."""
    for rule in subject.deadlines():
        for leg in rule.legs:
            starts = subject.starts(rule)
            if any(due(rule.calendar, leg.term, one).at > due(rule.calendar, rule.term, one).at for one in starts):
                yield Found(
                    f"deadline {rule.id} leg {leg.id}",
                    f"{_term(leg.term)} may end after the {_term(rule.term)} of the group",
                    "a group ends with its last leg: mend one of the two terms, or mark in nv what is in doubt",
                )


def _hole(rule: Deadline, stage: Stage, told: str, kind: int) -> Found:
    return Found(
        f"deadline {rule.id} stage {stage.id}",
        f"{told} {_name(kind)}",
        "let each stage begin with the event that ends the one before it, from starts to duty_ends_at",
    )


def _why_out_of_reach(calendar: Calendar, term: Term, level: Level, starts: list[Span]) -> str | None:
    ends = [(start, due(calendar, term, start)) for start in starts]
    if level.percent == 100:
        return None
    if level.percent:
        is_late = all(share(calendar, term, start, 0, end, level.percent) >= end.at for start, end in ends)
        return "is the due itself" if is_late else None
    is_early = all(_lead(calendar, level, end) <= start.at for start, end in ends if end.at > start.at)
    return "holds from the start" if is_early else None


def _lead(calendar: Calendar, level: Level, end: Due) -> int:
    return lead(calendar, level.unit, end, level.amount)


def _advice(term: Term) -> str:
    if term.amount > 1:
        return f'{{ amount = 1, unit = "{term.unit}" }}'
    return '{ amount = 2, unit = "working_hour" }' if UNITS[term.unit].scale == 1 else "{ percent = 75 }"


def _term(term: Term) -> str:
    return f"{term.amount} {term.unit}"


def _name(kind: int) -> str:
    return TYPE_OF_KIND[kind]


def _named(kinds: frozenset[int]) -> str:
    return " or ".join(TYPE_OF_KIND[kind] for kind in sorted(kinds))
