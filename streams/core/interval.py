"""A stretch of event time in which something is wrong with a case: what a flag is made of."""

from collections.abc import Iterable
from typing import NamedTuple

from streams.core.deadlines import Due
from streams.core.facts import ID, Fact
from streams.core.promise import Difference

_FOR_EVER = 1 << 40


class Interval(NamedTuple):
    """A stretch in which a class of flag holds: after `since` and before `until`.

    `accountable` is an owner (schemas.envelope.Owner). `evidence` is what it rests on beside the ground that all flags
    of the case share (`clock.ground`). `level` says how much of the term is used up, or how near its end is.
    """

    flag_class: str
    since: int
    until: int | None
    evidence: tuple[Fact, ...]
    due: Due | None = None
    due_kind: str | None = None
    accountable: str = "unit"
    level: str | None = None
    difference: Difference | None = None
    # Of an interlinked group, the leg it holds for; empty for the whole case.
    leg: str = ""
    # How long after `since` it may be told: until then nobody knows that no source was silent.
    patience: int = 0
    # The feeds whose silence it takes for evidence, where they are not those of its class (core.unclaimed).
    rests: frozenset[str] | None = None

    @property
    def told_from(self) -> int:
        """From when on it may be told."""
        return self.since + self.patience


def told(*facts: Fact | None) -> tuple[Fact, ...]:
    """The facts that there are."""
    return tuple(fact for fact in facts if fact is not None)


def joined(found: Iterable[Interval]) -> list[Interval]:
    """Intervals of one class in order of leg and time, those of a leg that overlap or touch made one."""
    whole: list[Interval] = []
    for one in sorted(found, key=lambda interval: (interval.leg, interval.since, interval.until or _FOR_EVER)):
        before = whole[-1] if whole and whole[-1].leg == one.leg else None
        if before is not None and (before.until is None or one.since <= before.until):
            until = None if before.until is None or one.until is None else max(before.until, one.until)
            evidence = {fact[ID]: fact for fact in (*before.evidence, *one.evidence)}
            whole[-1] = before._replace(until=until, evidence=tuple(evidence.values()))
        else:
            whole.append(one)
    return whole
