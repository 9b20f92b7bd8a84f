"""From the lines of a case to the stretches of time in which something is wrong with it, each with its evidence.

An interval holds after `since` and before `until`. Definitions and graces: the class table of docs/domain.md.
"""

from collections.abc import Iterator
from typing import NamedTuple

from streams.core.clock import Clock
from streams.core.deadlines import Due, lead, share
from streams.core.facts import AT, DATA, Fact, is_day
from streams.core.lines import Lines
from streams.core.office import subtract_office_seconds
from streams.core.official import CLOSED, OPEN, UNKNOWN
from streams.core.pauses import Running, span_of
from streams.core.promise import Difference, difference
from streams.core.promise import since as promised_since
from streams.core.rules import Deadline, Level, Rules
from streams.core.stages import UNIT, holder_at, holders

# The level of a term that is used up.
USED_UP = "100%"


class Interval(NamedTuple):
    """A stretch in which a class of flag holds; `accountable` is an owner: unit, ministry, operator or citizen.

    `evidence` is what it rests on beside the ground that all flags of the case share (`clock.ground`). `level` says
    how much of the term is used up, or how near its end is.
    """

    flag_class: str
    since: int
    until: int | None
    evidence: tuple[Fact, ...]
    due: Due | None
    due_kind: str | None
    accountable: str
    level: str | None = None
    difference: Difference | None = None


def intervals(lines: Lines, clock: Clock, rules: Rules) -> list[Interval]:
    """All intervals of a case by its visible facts, those still ahead included, in order of class and time."""
    if clock.rule is None or clock.rule.bearer != "unit":
        return []
    return [
        *_overdue(lines, clock),
        *_at_risk(clock),
        *_falsely_pending(lines, clock, rules),
        *_wrong_due(lines, clock),
    ]


def _overdue(lines: Lines, clock: Clock) -> Iterator[Interval]:
    """After the due, until the result is ready. A hand-over alone, after due, proves neither late nor in time."""
    if clock.due is None or clock.paused or clock.rule is None:
        return
    end = clock.ended
    if clock.is_proven_in_time or clock.says_nothing_of_readiness:
        return
    holder = holder_at(holders(lines, clock), clock.due.at) if clock.rule.stages else None
    owner, stage = (UNIT, None) if holder is None else (holder.owner, holder.by)
    evidence = tuple(fact for fact in (stage, end, clock.proof) if fact is not None)
    yield Interval("overdue", clock.due.at, clock.proven_at, evidence, clock.due, clock.due_kind, owner, USED_UP)


def _at_risk(clock: Clock) -> Iterator[Interval]:
    """The due is near, the clock runs, the result is not ready: an interval a level, each ended by the next."""
    rule, end = clock.rule, clock.ended
    if rule is None:
        return
    for stretch in clock.stretches:
        last = min(at for at in (stretch.until, stretch.due.at, end[AT] if end else None) if at is not None)
        reached = sorted((max(_reached(clock, level, stretch), stretch.since), level.name) for level in rule.levels)
        following = [begins for begins, _ in reached[1:]]
        for (begins, name), next_level in zip(reached, [*following, last], strict=False):
            ends = min(next_level, last)
            if begins < ends:
                closing = (end,) if end is not None and end[AT] == ends else ()
                yield Interval("at_risk", begins, ends, closing, stretch.due, clock.due_kind, UNIT, name)


def _reached(clock: Clock, level: Level, stretch: Running) -> int:
    """The instant at which a level is reached under the due of a stretch."""
    assert clock.rule is not None
    assert clock.start is not None
    if not level.percent:
        return lead(clock.calendar, level.unit, stretch.due, level.amount)
    term = clock.rule.term if clock.cut is None else clock.cut.term
    return share(clock.calendar, term, span_of(clock.start), stretch.used, stretch.due, level.percent)


def _wrong_due(lines: Lines, clock: Clock) -> Iterator[Interval]:
    """The appointment given is not the day that law and decision compute."""
    found = difference(lines, clock)
    if found is None:
        return
    begins = promised_since(clock)[AT]
    end = clock.ended
    if end is None or begins < end[AT]:
        closing = () if end is None else (end,)
        until = None if end is None else end[AT]
        kind = "appointment"
        yield Interval("wrong_due", begins, until, closing, clock.declared, kind, UNIT, None, found)


def _falsely_pending(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """The duty is done by evidence, and the scoring system still shows the case open after the grace."""
    rule, done = clock.rule, clock.ended
    if rule is None or done is None:
        return
    for before, opening, closing in _open_runs(lines, rules):
        since = max(opening, done, key=lambda fact: fact[AT])
        begins = _after_grace(clock, rule, since)
        if closing is None or begins < closing[AT]:
            until = closing[AT] if closing else None
            owner, other = _who_closes(lines, rules, until)
            evidence = tuple(fact for fact in (done, before, opening, other, closing) if fact is not None)
            due = clock.declared or clock.computed
            kind = None if due is None else "appointment" if clock.declared else "legal"
            yield Interval("falsely_pending", begins, until, evidence, due, kind, owner)


def _open_runs(lines: Lines, rules: Rules) -> Iterator[tuple[Fact | None, Fact, Fact | None]]:
    """Runs in which the scoring system showed the case open: the report before each, the one that opened it, and the
    one that closed it.

    A code that no rule maps says nothing: the case stays as it was shown before.
    """
    before: Fact | None = None
    opening: Fact | None = None
    for fact in lines.official.get(rules.scoring, ()):
        state = rules.official_state(rules.scoring, lines.strings[fact[DATA]["o"]])
        if state == UNKNOWN:
            continue
        is_open = state in OPEN
        if is_open and opening is None:
            opening = fact
        elif not is_open and opening is not None:
            yield before, opening, fact
            opening = None
        if not is_open:
            before = fact
    if opening is not None:
        yield before, opening, None


def _after_grace(clock: Clock, rule: Deadline, since: Fact) -> int:
    """The end of the grace; on the due day already the rule's working hours before closing, whatever the grace."""
    calendar = clock.calendar
    day = calendar.day_of(since[AT], stands_for_day=is_day(since))
    begins = calendar.end_of(calendar.add_working_days(day, rule.grace))
    due = clock.declared or clock.computed
    if due is not None and since[AT] <= due.at:
        begins = min(begins, max(since[AT], _urgent(clock, rule, due)))
    return begins


def _urgent(clock: Clock, rule: Deadline, due: Due) -> int:
    """The instant from which, on the due day, no grace holds any more: so many working hours before closing."""
    return subtract_office_seconds(clock.calendar, clock.calendar.end_of(due.day), rule.urgent_seconds)


def _who_closes(lines: Lines, rules: Rules, until: int | None) -> tuple[str, Fact | None]:
    """The unit, if its own system was open too, or unknown, as long as the flag held; the operator, where the unit's
    system had closed the case; and the fact that says so."""
    for system, facts in sorted(lines.official.items()):
        shown = [fact for fact in facts if until is None or fact[AT] <= until]
        if system != rules.scoring and shown:
            state = rules.official_state(system, lines.strings[shown[-1][DATA]["o"]])
            if state in CLOSED:
                return "operator", shown[-1]
    return "unit", None
