"""Late, or about to be: overdue, at risk, and an appointment that is not the day the law computes."""

from collections.abc import Iterator

from streams.core.clock import Clock
from streams.core.deadlines import lead, share
from streams.core.facts import AT
from streams.core.interval import Interval, told
from streams.core.lines import Lines
from streams.core.pauses import Running, span_of
from streams.core.promise import difference
from streams.core.promise import since as promised_since
from streams.core.rules import Level, Rules
from streams.core.stages import UNIT, holder_at, holders, overran

# The level of a term that is used up.
USED_UP = "100%"


def overdue(lines: Lines, clock: Clock, _rules: Rules) -> Iterator[Interval]:
    """After the due, until the result is ready. A hand-over alone, after due, proves neither late nor in time."""
    if clock.due is None or clock.paused or clock.rule is None:
        return
    if clock.is_proven_in_time or clock.says_nothing_of_readiness:
        return
    held = holders(lines, clock) if clock.rule.stages else []
    owner = overran(held, clock, clock.due.at - 1)
    shown = [fact for one in held if one.since[AT] <= clock.due.at for fact in (one.since, one.by)]
    evidence = told(*shown, clock.ended, clock.proof)
    yield Interval(
        "overdue",
        clock.due.at,
        clock.proven_at,
        evidence,
        clock.due,
        clock.due_kind,
        owner.owner if owner else UNIT,
        USED_UP,
    )


def at_risk(lines: Lines, clock: Clock, _rules: Rules) -> Iterator[Interval]:
    """The due is near, the clock runs, the result is not ready: an interval a level, each ended by the next."""
    rule, end, done_at = clock.rule, clock.ended, clock.done_at
    if rule is None:
        return
    held = holders(lines, clock) if rule.stages and clock.stretches else []
    for stretch in clock.stretches:
        last = min(at for at in (stretch.until, stretch.due.at, done_at) if at is not None)
        ranked = [(_reached(clock, level, stretch), level.name) for level in rule.levels]
        # Of levels that were reached before the stretch began, the last is the one that holds.
        reached = [(max(at, stretch.since), name) for at, name in sorted(ranked)]
        following = [begins for begins, _ in reached[1:]]
        for (begins, name), next_level in zip(reached, [*following, last], strict=False):
            ends = min(next_level, last)
            if begins < ends:
                holder = holder_at(held, begins)
                closing = (end, clock.proof) if done_at == ends else ()
                evidence = told(holder.by if holder else None, *closing)
                owner = holder.owner if holder else UNIT
                yield Interval("at_risk", begins, ends, evidence, stretch.due, clock.due_kind, owner, name)


def wrong_due(lines: Lines, clock: Clock, _rules: Rules) -> Iterator[Interval]:
    """The appointment given is not the day that law and decision compute."""
    found = difference(lines, clock)
    if found is None or clock.begun_by:
        return
    begins, until = promised_since(clock)[AT], clock.done_at
    if until is None or begins < until:
        evidence = told(clock.ended, clock.proof)
        yield Interval("wrong_due", begins, until, evidence, clock.declared, "appointment", UNIT, None, found)


def _reached(clock: Clock, level: Level, stretch: Running) -> int:
    """The instant at which a level is reached under the due of a stretch."""
    assert clock.rule is not None
    assert clock.start is not None
    if not level.percent:
        return lead(clock.calendar, level.unit, stretch.due, level.amount)
    term = clock.rule.term if clock.cut is None else clock.cut.term
    return share(clock.calendar, term, span_of(clock.start), stretch.used, stretch.due, level.percent)
