"""False-backlog days (C20): how long cases stood open in the scoring system although the duty was done, by cause.

Of each case the seconds in which it is falsely pending, within a period. Over all cases they are the area under the
curve of the number of cases that are falsely pending at each instant. Each second is the unit's that had the case then.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from streams.core.facts import AT
from streams.core.instants import DAY
from streams.core.interval import Interval
from streams.core.lines import Lines
from streams.core.stages import OPERATOR

HUNG, OUT_OF_SYNC, NOT_UPDATED = "hung", "out_of_sync", "not_updated"


def false_backlog(spans: Iterable[Interval], leg: str, first: int, until: int) -> dict[str, int]:
    """By cause, the seconds from `first` to `until` in which a case, or a leg of a group, is falsely pending.

    The cause is *hung* as long as it cannot be updated, else *out_of_sync* where the operator answers for it (the
    unit's own system is closed), else *not_updated*. Causes without a second are left out.
    """
    own = [one for one in spans if one.leg == leg]
    hung = [_within(one, first, until) for one in own if one.flag_class == "hung"]
    found: dict[str, int] = {}
    for one in own:
        if one.flag_class != "falsely_pending":
            continue
        begins, ends = _within(one, first, until)
        whole = max(0, ends - begins)
        stuck = _covered(hung, begins, ends)
        for cause, seconds in (
            (HUNG, stuck),
            (OUT_OF_SYNC if one.accountable == OPERATOR else NOT_UPDATED, whole - stuck),
        ):
            if seconds:
                found[cause] = found.get(cause, 0) + seconds
    return found


def by_unit(
    spans: Sequence[Interval], lines: Lines, leg: str, first: int, until: int
) -> dict[tuple[str | None, str], int]:
    """The same by unit and cause: a transfer parts what came before it from what comes after. `lines` are those of the
    case, or of the leg."""
    found: dict[tuple[str | None, str], int] = {}
    for unit, since, ends in _had(lines, first, until):
        for cause, seconds in false_backlog(spans, leg, since, ends).items():
            found[unit, cause] = found.get((unit, cause), 0) + seconds
    return found


def in_days(seconds: int) -> Fraction:
    """Seconds as days of 24 hours."""
    return Fraction(seconds, DAY)


def _had(lines: Lines, first: int, until: int) -> Iterator[tuple[str | None, int, int]]:
    """Which unit had a case from `first` to `until`, from when to when."""
    edges = sorted({first, until, *(fact[AT] for fact in lines.transfers if first < fact[AT] < until)})
    for since, ends in pairwise(edges):
        yield lines.unit_at(since), since, ends


def _within(one: Interval, first: int, until: int) -> tuple[int, int]:
    return max(one.since, first), until if one.until is None else min(one.until, until)


def _covered(stretches: Iterable[tuple[int, int]], begins: int, ends: int) -> int:
    """How much of a stretch others cover, however they overlap."""
    covered, reached = 0, begins
    for since, until in sorted(stretches):
        since, until = max(since, reached), min(until, ends)
        if since < until:
            covered, reached = covered + until - since, until
    return covered
