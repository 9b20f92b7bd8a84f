"""A case that is only asked about: the clock that a dossier of that kind, place and day would have."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from streams.core.calendar import day_date
from streams.core.case import EMPTY
from streams.core.clock import Clock, read_clock
from streams.core.deadlines import Due, Span, due
from streams.core.engine import fold
from streams.core.errors import CoreError
from streams.core.findings import range_text
from streams.core.instants import utc_text
from streams.core.kinds import (
    COMPLETED,
    EXTENDED,
    FORCE_MAJEURE_BEGUN,
    FORCE_MAJEURE_ENDED,
    OFFICIAL,
    PAYMENT_RECEIVED,
    PAYMENT_REQUESTED,
    RECEIVED,
    REGISTERED,
    SUPPLEMENT_RECEIVED,
    SUPPLEMENT_REQUESTED,
    TYPE_OF_KIND,
)
from streams.core.lines import Lines, read_lines
from streams.core.pauses import span_of
from streams.core.rules import ANY, Deadline, Leg, Rules

_LATER = 1 << 40

# What a pause may be for, and the facts that begin and end it.
PAUSES: Mapping[str, tuple[int, int]] = {
    "supplement": (SUPPLEMENT_REQUESTED, SUPPLEMENT_RECEIVED),
    "payment": (PAYMENT_REQUESTED, PAYMENT_RECEIVED),
    "force_majeure": (FORCE_MAJEURE_BEGUN, FORCE_MAJEURE_ENDED),
}


class NoRule(CoreError):
    """No rule of the given law binds such a case."""


# An instant in seconds, or a span where it stands for a whole day.
Moment = int | Span


class Wait(NamedTuple):
    """A pause on a document of its own, for one of PAUSES; `ends` None where the answer has not come."""

    begins: Moment
    ends: Moment | None = None
    why: str = "supplement"


class Longer(NamedTuple):
    """An extension on a document: when it was told, and the new due."""

    told: Moment
    due: Moment


class Question(NamedTuple):
    """What is asked; `completed` None says that the dossier was complete when it was received.

    `posted`: the result goes to the citizen by post.
    """

    procedure: str
    received: Moment
    completed: Moment | None = None
    variant: str | None = None
    place_kind: str | None = None
    unit: str | None = None
    posted: bool = False
    pauses: Sequence[Wait] = ()
    appointment: int | None = None
    extensions: Sequence[Longer] = ()


class Answer(NamedTuple):
    """The clock of the case asked about, its lines, and its own day: the one that chose the law.

    `supposed`: the term runs from an event that is neither reception nor completion, taken to have happened then.
    """

    lines: Lines
    clock: Clock
    own_day: int
    supposed: bool


def clock_of(question: Question, rules: Rules) -> Clock:
    """The clock of such a case, with nothing done yet; raises NoRule where no rule binds it."""
    return answer(question, rules).clock


def answer(question: Question, rules: Rules) -> Answer:
    """All that is known of such a case; raises NoRule where no rule binds it."""
    case = EMPTY
    for offset, entry in enumerate(_entries(question)):
        case = fold(case, offset, _numbered(entry, offset))
    lines = read_lines(case.facts, case.strings, _LATER)
    clock = read_clock(lines, rules)
    spans = {"received": span_of(lines.opened), "complete": span_of(lines.first[COMPLETED])}
    if clock.rule is None:
        raise NoRule(_unbound(question, rules, spans))
    supposed = clock.start is None
    if supposed and clock.rule.starts == OFFICIAL:
        raise NoRule(f"rule {clock.rule.id} starts with {TYPE_OF_KIND[OFFICIAL]}, which is no event of a case")
    if supposed:
        # The term runs from an event that is no reception (a leg, a request to a printing centre): ask as if it were.
        start = _entry(question, TYPE_OF_KIND[clock.rule.starts], question.completed or question.received)
        case = fold(case, len(case.facts), _numbered(start, len(case.facts)))
        lines = read_lines(case.facts, case.strings, _LATER)
        clock = read_clock(lines, rules)
    assert clock.rule is not None
    return Answer(lines, clock, clock.rule.own_day(spans), supposed)


def rules_of(procedure: str, rules: Rules) -> list[Deadline]:
    """The rules that may bind a case of a procedure: its own, and those of all procedures."""
    return [rule for name in (procedure, ANY) for rule in rules.by_procedure.get(name, ())]


def leg_due(clock: Clock, leg: Leg) -> Due:
    """When one leg of an interlinked group is due, counted from the start of the group."""
    assert clock.start is not None
    return due(clock.calendar, leg.term, span_of(clock.start))


def leg_of(rule: Deadline, name: str) -> Leg:
    """A leg by its id; raises NoRule with the legs there are."""
    for leg in rule.legs:
        if leg.id == name:
            return leg
    known = ", ".join(leg.id for leg in rule.legs) or "none"
    raise NoRule(f"rule {rule.id} has no leg {name}; its legs: {known}")


def _entries(question: Question) -> list[dict[str, Any]]:
    received, completed = question.received, question.completed
    entries = [
        _entry(question, TYPE_OF_KIND[REGISTERED], received),
        _entry(question, TYPE_OF_KIND[RECEIVED], received, appointment_at=question.appointment),
        _entry(question, TYPE_OF_KIND[COMPLETED], received if completed is None else completed),
    ]
    for number, (begins, ends, why) in enumerate(question.pauses, 1):
        asked, answered = PAUSES[why]
        document = f"asked-{number}"
        entries.append(_entry(question, TYPE_OF_KIND[asked], begins, document=document))
        if ends is not None:
            entries.append(_entry(question, TYPE_OF_KIND[answered], ends, document=document))
    for number, (told, end) in enumerate(question.extensions, 1):
        new_due = end.at if isinstance(end, Span) else end
        entries.append(_entry(question, TYPE_OF_KIND[EXTENDED], told, document=f"extended-{number}", new_due=new_due))
    return entries


def _numbered(entry: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Each told fact is one of its own, also where two have one type and instant."""
    return {**entry, "fact": f"{number:016x}"}


def _entry(question: Question, name: str, moment: Moment, **more: Any) -> dict[str, Any]:
    at, is_day = moment if isinstance(moment, Span) else Span(moment, False)
    said = {
        "procedure": question.procedure,
        "variant": question.variant,
        "place_kind": question.place_kind,
        "unit": question.unit,
        "return_by": "post" if question.posted else None,
        **{key: utc_text(value) if isinstance(value, int) else value for key, value in more.items()},
    }
    return {
        "type": name,
        "case": "asked",
        "time": utc_text(at),
        "precision": "day" if is_day else "second",
        "source": "asked",
        "data": {key: value for key, value in said.items() if value is not None},
    }


def _unbound(question: Question, rules: Rules, spans: Mapping[str, Span]) -> str:
    """Why no rule binds: the procedure, the day, or the variant and place, with the choices that would do."""
    named = rules_of(question.procedure, rules)
    if not named:
        return f"procedure {question.procedure} has no rule; known are {', '.join(sorted(rules.by_procedure))}"
    there = [rule for rule in named if rule.from_day <= rule.own_day(spans) < rule.until_day]
    if not there:
        ranges = ", ".join(
            f"{rule.id} {range_text(rule.from_day, rule.until_day)}"
            for rule in sorted(named, key=lambda rule: rule.from_day)
        )
        return f"no rule of {question.procedure} is in force on {day_date(named[0].own_day(spans))}; there are {ranges}"
    variant, place = question.variant, question.place_kind
    lacks = [
        f"{what} is {given or 'not given'}, the choices are {', '.join(choices)}"
        for what, given, choices in (
            ("variant", variant, _names(rule.variants for rule in there if _fits(rule.place_kinds, place))),
            ("place", place, _names(rule.place_kinds for rule in there if _fits(rule.variants, variant))),
        )
        if choices
    ]
    if lacks:
        return f"no rule of {question.procedure} binds: {'; or '.join(lacks)}"
    pairs = "; ".join(f"{rule.id}: {_kinds(rule)}" for rule in there)
    return (
        f"no rule of {question.procedure} binds: variant is {variant or 'not given'}, place is "
        f"{place or 'not given'}; there are {pairs}"
    )


def _names(each: Iterable[Iterable[str]]) -> list[str]:
    return sorted({name for names in each for name in names})


def _fits(names: frozenset[str], given: str | None) -> bool:
    return not names or given in names


def _kinds(rule: Deadline) -> str:
    variants, places = ", ".join(sorted(rule.variants)) or "all", ", ".join(sorted(rule.place_kinds)) or "all"
    return f"variants {variants}, places {places}"
