"""A stretch of event time in which something is wrong with a case: what a flag is made of."""

from typing import NamedTuple

from streams.core.deadlines import Due
from streams.core.facts import Fact
from streams.core.promise import Difference


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


def told(*facts: Fact | None) -> tuple[Fact, ...]:
    """The facts that there are."""
    return tuple(fact for fact in facts if fact is not None)
