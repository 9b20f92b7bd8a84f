"""Cases that an official system no longer tells of: in one complete snapshot, absent from the next."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from streams.core.clock import Clock
from streams.core.facts import AT, DATA, KIND, Fact, text
from streams.core.interval import Interval, told
from streams.core.kinds import OBSERVED
from streams.core.lines import Lines
from streams.core.rules import Rules
from streams.core.stages import OPERATOR


def vanished(lines: Lines, _clock: Clock, _rules: Rules) -> Iterator[Interval]:
    """From the end of the snapshot that lacks the case until the system tells of it again, of whichever system."""
    for system, snapshots in sorted(lines.snapshots.items()):
        reports = lines.official.get(system, [])
        held = {text(fact, "ss", lines.strings): fact for fact in reports if fact[KIND] == OBSERVED}
        if not held:
            continue
        for before, after in pairwise(one for one in snapshots if one.complete):
            if before.name in held and after.name not in held:
                again = next((fact for fact in reports if fact[AT] > after.ended), None)
                until = None if again is None else again[AT]
                evidence = told(held[before.name], again)
                yield Interval("vanished", after.ended, until, evidence, accountable=OPERATOR)


def last_snapshots(facts: Sequence[Fact], strings: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The snapshot in which each system that takes any showed the case last."""
    last: dict[str, str] = {}
    for fact in facts:
        if fact[KIND] == OBSERVED:
            last[strings[fact[DATA]["s"]]] = strings[fact[DATA]["ss"]]
    yield from last.items()
