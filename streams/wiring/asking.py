"""When is it due: a case that is only asked about, and every step of the answer as plain values."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from streams.core.calendar import Calendar, day_date
from streams.core.clock import Clock
from streams.core.deadlines import UNITS, Due, Span, Term, due
from streams.core.errors import CoreError
from streams.core.explain import days_of, in_hours, is_reception
from streams.core.facts import DATA, KIND
from streams.core.kinds import TYPE_OF_KIND
from streams.core.pauses import Extension, Pause, span_of
from streams.core.promise import difference
from streams.core.question import PAUSES, Answer, Longer, NoRule, Question, Wait, answer, leg_due, leg_of, rules_of
from streams.core.rules import FOR_EVER, Deadline, Rules
from streams.rules_file import load_examples
from streams.wiring.law import Law, due_text, local, moment

_WHOLE_DAYS = frozenset({"working_day", "calendar_day"})
# What a start outside of the hours of reception does to a term, by its unit.
_OUTSIDE = {
    "working_day": "this does not move a term of whole days",
    "calendar_day": "this does not move a term of whole days",
    "working_day_at_hour": "the term begins when the office opens next",
    "working_hour": "the term begins when the office opens next",
    "half_day": "it belongs to the half day that opens next",
    "clock_hour": "a term of clock hours runs all the same",
    "same_day": "only the cut-off moves a term of the same day",
}


# Why a pause or an extension does not count, by its code (core.pauses); a code not known here is shown as it is.
REFUSED = {
    "no_document": "no numbered document tells of it",
    "before_start": "it lies before the start of the term",
    "after_due": "it came after the due then in force",
    "after_end": "it came after the end of the case",
    "not_later": "the new due is not later than the one in force",
    "recorded_after_due": "it was written down only after the due",
    "no_end": "the result came, and nothing says when the wait was over",
}

# What the days of an answer are counted in.
MEASURES = {unit: "seconds" if in_hours(unit) else "half_days" if unit == "half_day" else "days" for unit in UNITS}


class Paused(NamedTuple):
    """A pause as a person names it: one of core.question.PAUSES, from and to."""

    why: str
    begins: date
    ends: date | None


class Asked(NamedTuple):
    """What a person asks: a date where only the day is known, a time of day without offset in the rules' zone.

    `extensions` are pairs: when it was told, and the new due.
    """

    procedure: str
    start: date
    completed: date | None = None
    variant: str | None = None
    place_kind: str | None = None
    unit: str | None = None
    leg: str | None = None
    posted: bool = False
    pauses: Sequence[Paused] = ()
    extensions: Sequence[tuple[date, date]] = ()
    appointment: date | None = None


class Disordered(CoreError):
    """What is asked cannot have happened in that order."""


def explained(law: Law, asked: Asked) -> dict[str, Any]:
    """The due of such a case with its rule, its calendar and every day between; raises NoRule and Disordered."""
    _refuse_unknown(law, asked)
    zone = law.rules.calendar
    received = moment(asked.start, zone)
    completed = None if asked.completed is None else moment(asked.completed, zone)
    found = answer(_question(asked, received, completed, zone), law.rules)
    clock, rule = found.clock, found.clock.rule
    assert rule is not None
    assert clock.start is not None
    leg = None if asked.leg is None else leg_of(rule, asked.leg)
    governing = rule.term if clock.cut is None else min(rule.term, clock.cut.term, key=lambda term: term.amount)
    if leg is None:
        term, end, pauses = governing, clock.computed, clock.pauses
    else:
        term, end, pauses = leg.term, leg_due(clock, leg), []
    return {
        "procedure": asked.procedure,
        "received": _shown(zone, received),
        "completed": None if completed is None else _shown(zone, completed),
        "rule": _rule(rule, found),
        "leg": None if leg is None else {"id": leg.id, "agency": leg.agency, "source": leg.source, "nv": leg.nv},
        "term": _term(term),
        "calendar": _calendar(law, clock),
        "starts": {"event": TYPE_OF_KIND[clock.start[KIND]], "at": _shown(clock.calendar, span_of(clock.start))},
        "measure": MEASURES[term.unit],
        "days": [] if end is None else _days(clock, term, end, pauses),
        "pauses": [_pause(clock, pause) for pause in clock.pauses],
        "extensions": [_extension(clock, each) for each in clock.extensions],
        "due": None if end is None else _due(clock.calendar, end),
        "due_kind": None if leg is not None else clock.due_kind,
        "legal": None if clock.legal is None else _due(clock.calendar, clock.legal),
        "provincial": _provincial(clock),
        "appointment": None if asked.appointment is None else _appointment(found, governing, asked.appointment),
        "notes": list(_notes(law, found, asked, received, term)),
    }


def _told_apart(law: Law, asked: Asked) -> Iterator[tuple[str, str | None, set[str], bool]]:
    """By what rules of the procedure tell cases apart, on any day: what is given, the choices there are, and whether
    some rule holds for what is none of them."""
    rules = rules_of(asked.procedure, law.rules)
    ids = {rule.id for rule in rules}
    examples = [each for each in load_examples(law.folder) if each.rule in ids]
    for what, given, named, shown in (
        ("variant", asked.variant, [rule.variants for rule in rules], {each.variant for each in examples}),
        ("place", asked.place_kind, [rule.place_kinds for rule in rules], {each.place_kind for each in examples}),
    ):
        choices = frozenset[str]().union(*named)
        # A worked example may name one more that a rule for all of them covers.
        yield what, given, {*choices, *filter(None, shown)} if choices else set(), not all(named)


def _refuse_unknown(law: Law, asked: Asked) -> None:
    """A variant or place that no rule names on any day is a slip: it would be answered by the rule for all others."""
    for what, given, choices, has_others in _told_apart(law, asked):
        if given is not None and choices and given not in choices:
            others = f"; for any other leave --{what} out" if has_others else ""
            told = ", ".join(sorted(choices))
            raise NoRule(f"no rule of {asked.procedure} names {what} {given}: the choices are {told}{others}")


def _question(asked: Asked, received: Span, completed: Span | None, zone: Calendar) -> Question:
    if completed is not None and completed < received:
        raise Disordered(f"--completed {asked.completed} lies before START {asked.start}")
    pauses = []
    for why, begins, ends in asked.pauses:
        begun, ended = moment(begins, zone), None if ends is None else moment(ends, zone)
        if ended is not None and ended < begun:
            raise Disordered(f"--pause {begins}..{ends}: it must begin before it ends")
        pauses.append(Wait(begun, ended, why))
    return Question(
        asked.procedure,
        received,
        completed,
        asked.variant,
        asked.place_kind,
        asked.unit,
        asked.posted,
        pauses,
        None if asked.appointment is None else moment(asked.appointment, zone).at,
        [Longer(moment(told, zone), moment(end, zone)) for told, end in asked.extensions],
    )


def _shown(calendar: Calendar, span: Span) -> str:
    """A day as a day, an instant with its offset."""
    if span.is_day:
        return str(day_date(calendar.day_of(span.at, stands_for_day=True)))
    return local(calendar, span.at)


def _term(term: Term) -> str:
    return f"{term.amount} {term.unit}"


def _rule(rule: Deadline, found: Answer) -> dict[str, Any]:
    return {
        "id": rule.id,
        "hash": rule.hash,
        "source": rule.source,
        "nv": rule.nv,
        "term": _term(rule.term),
        "law_of": rule.law_of,
        "law_day": str(day_date(found.own_day)),
        "effective_from": str(day_date(rule.from_day)),
        "effective_until": None if rule.until_day == FOR_EVER else str(day_date(rule.until_day)),
        "ends": sorted(TYPE_OF_KIND[kind] for kind in (rule.posted if found.clock.posted else rule.ends)),
    }


def _calendar(law: Law, clock: Clock) -> dict[str, Any]:
    assert clock.rule is not None
    (row,) = [row for row in law.content["calendars"] if row["id"] == clock.rule.calendar.id]
    return {"id": clock.calendar.id, "zone": row["zone"], "source": row["source"], "horizon": row["horizon"]}


def _days(clock: Clock, term: Term, end: Due, pauses: list[Pause]) -> list[dict[str, Any]]:
    assert clock.start is not None
    return [
        {"day": str(day_date(day)), "what": what, "used": used, "why": why}
        for day, what, used, why in days_of(clock, term, span_of(clock.start), end, pauses)
    ]


def _due(calendar: Calendar, end: Due) -> dict[str, Any]:
    return {
        "at": local(calendar, end.at),
        "text": due_text(calendar, end),
        "day": str(day_date(end.day)),
        "provisional": end.provisional,
    }


def _provincial(clock: Clock) -> dict[str, Any] | None:
    if clock.provincial is None or clock.cut is None:
        return None
    cut = clock.cut
    named = {"decision": cut.decision, "source": cut.source, "nv": cut.nv, "term": _term(cut.term)}
    return _due(clock.calendar, clock.provincial) | named


def _pause(clock: Clock, pause: Pause) -> dict[str, Any]:
    since = _shown(clock.calendar, span_of(pause.asked))
    until = None if pause.ended is None else _shown(clock.calendar, span_of(pause.ended))
    return {"why": pause.what.why, "since": since, "until": until, "used": pause.used, "refused": pause.refused}


def _extension(clock: Clock, given: Extension) -> dict[str, Any]:
    calendar, at = clock.calendar, given.fact[DATA]["x"]
    end = Due(at, calendar.day_of(at, stands_for_day=True), False)
    return {
        "told": _shown(calendar, span_of(given.fact)),
        "before": due_text(calendar, given.before),
        "new_due": due_text(calendar, end),
        "refused": given.refused,
    }


def _appointment(found: Answer, term: Term, given: date) -> dict[str, Any]:
    """Beside the due as it was at the start: who gave the appointment knew of no pause yet."""
    clock = found.clock
    assert clock.start is not None
    at_start = due(clock.calendar, term, span_of(clock.start))
    differs = difference(found.lines, clock)
    working_days, why = (0, None) if differs is None else differs
    declared = clock.declared
    if why is None and clock.rule is not None and clock.rule.governs != "declared" and declared is not None:
        days = clock.calendar.working_days(*sorted((at_start.day, declared.day)))
        working_days = days if declared.day > at_start.day else -days
        why = None if declared.day == at_start.day else "decreed_later"
    return {"given": str(given), "beside": str(day_date(at_start.day)), "working_days": working_days, "why": why}


def _notes(law: Law, found: Answer, asked: Asked, received: Span, term: Term) -> Iterator[str]:
    """What a reader might stumble over."""
    clock = found.clock
    rule, start = clock.rule, clock.start
    assert rule is not None
    assert start is not None
    if found.supposed:
        yield f"the term runs from {TYPE_OF_KIND[rule.starts]}, taken to have happened when the dossier was complete"
    if span_of(start).is_day and term.unit not in _WHOLE_DAYS:
        yield f"only the day is known, and stands for its end; a term of {term.unit} looks at the hour: add T09:00"
    if not received.is_day:
        yield from _outside_reception(law.rules, clock.calendar, asked.unit, received.at, term.unit)
    for what, given, choices, _ in _told_apart(law, asked):
        if given is not None and not choices:
            yield f"the rules of {asked.procedure} tell no {what}s apart: --{what} changes nothing"
    for why in dict.fromkeys(pause.why for pause in asked.pauses):
        if PAUSES[why][0] not in rule.pausing:
            yield f"rule {rule.id} knows no pause {why}: --pause {why}: changes nothing"
    yield from _refusals(clock)
    if asked.leg is not None and (clock.pauses or clock.extensions):
        yield "pauses and extensions move the due of the group, not those of its legs"
    elif clock.paused:
        yield "the clock stands still since the last request: no due before the answer"
    if clock.due_kind == "appointment":
        yield f"by rule {rule.id} the appointment given is what counts; the rest is computed beside it"


def _refusals(clock: Clock) -> Iterator[str]:
    """Pauses and extensions that do not count, each with the reason in words."""
    for pause in clock.pauses:
        if pause.refused is not None:
            since = _shown(clock.calendar, span_of(pause.asked))
            yield f"the {pause.what.why} pause from {since} does not count: {REFUSED.get(pause.refused, pause.refused)}"
    for given in clock.extensions:
        if given.refused is not None:
            told = _shown(clock.calendar, span_of(given.fact))
            yield f"the extension of {told} does not count: {REFUSED.get(given.refused, given.refused)}"


def _outside_reception(rules: Rules, calendar: Calendar, unit: str | None, at: int, term_unit: str) -> Iterator[str]:
    day, second = calendar.local(at)
    hours = rules.reception(calendar, unit, day)
    if not is_reception(hours, second):
        shown = ", ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in hours) or "none that day"
        yield f"received outside of the hours of reception ({shown}): {_OUTSIDE[term_unit]}"


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}"
