"""How the stages of a case went: who held it, for how much of the term, and whether within the target of the stage."""

from collections.abc import Iterator
from typing import NamedTuple

from streams.core.clock import Clock
from streams.core.deadlines import Span, measure
from streams.core.facts import AT, is_day
from streams.core.lines import Lines
from streams.core.pauses import span_of
from streams.core.stages import holders

WITHIN, OVER, NO_TARGET = "within", "over", "no_target"


class Spent(NamedTuple):
    """A stage of a case, or what it waited for: whose it was, how much it took in the measure of the term
    (deadlines.measure), and whether that is *within* or *over* its target; *no_target* where the stage has none, or
    the term is measured otherwise. `unit` had the case there last: a target is that of the stage, however many units
    share in it. `is_open`: the case stands in it still."""

    stage: str
    owner: str
    unit: str | None
    taken: int
    result: str
    is_open: bool


def spent(lines: Lines, clock: Clock, first: int, at: int) -> Iterator[Spent]:
    """Each stage that a case was in between `first` and `at`, once for each owner, with all that it took by `at`."""
    rule = clock.rule
    if rule is None or rule.bearer != "unit":
        return
    unit_of_measure = rule.term.unit
    targets = {
        stage.id: stage.term.amount for stage in rule.stages if stage.term and stage.term.unit == unit_of_measure
    }
    found: dict[tuple[str, str], tuple[str | None, int, bool]] = {}
    touched: set[tuple[str, str]] = set()
    for held in holders(lines, clock):
        if held.since[AT] > at:
            break
        key = held.stage, held.owner
        is_open = held.until is None or held.until[AT] > at
        until = Span(at, True) if is_open or held.until is None else span_of(held.until)
        taken = measure(clock.calendar, unit_of_measure, span_of(held.since), until)
        before = found[key][1] if key in found else 0
        found[key] = held.unit, before + taken, is_open
        # What ended with the first instant was of the time before, unless it began with it.
        if until.at > first or (held.since[AT] == first and not is_day(held.since)):
            touched.add(key)
    for (stage, owner), (unit, taken, is_open) in found.items():
        if (stage, owner) in touched:
            target = targets.get(stage)
            result = NO_TARGET if target is None else WITHIN if taken <= target else OVER
            yield Spent(stage, owner, unit, taken, result, is_open)
