"""Units that end by decree: their open cases go to the successor at once, and nobody tells a fact of each.

Districts ended on 2025-03-01, communes were merged on 2025-07-01. What a decree moves stands among a case's facts as if
its transfer had been told, so that days stay with the unit that held them; it is law, and no evidence.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from streams.core.facts import AT, DATA, DECREED, Fact
from streams.core.kinds import TRANSFERRED
from streams.core.lines import Lines

_FOR_EVER = 1 << 40


class Succession(NamedTuple):
    """From when on another unit stands in a unit's place, and by which decision."""

    at: int
    successor: str
    decision: str


def decreed(lines: Lines, table: Mapping[str, Succession]) -> list[Succession]:
    """The moves of a case by decree, between its own transfers: a unit that took it in after its end had it for its
    successor. Of decrees of one day only where they lead counts."""
    own = [(fact[AT], lines.strings[fact[DATA]["m"]]) for fact in lines.transfers]
    held = [(lines.opened[AT], lines.said("u")), *own]
    ends = [at for at, _ in held[1:]] + [_FOR_EVER]
    found: dict[int, Succession] = {}
    for (since, unit), until in zip(held, ends, strict=True):
        seen = set[str]()
        while unit is not None and unit in table and unit not in seen:
            seen.add(unit)
            move = table[unit]
            since = max(since, move.at)
            if since >= until:
                break
            found[since] = move._replace(at=since)
            unit = move.successor
    return list(found.values())


def with_decrees(
    facts: Sequence[Fact], strings: Sequence[str], found: Sequence[Succession]
) -> tuple[list[Fact], list[str]]:
    """The facts and the transfers by decree, in order, with the table of strings that both point into; a unit ends with
    the end of a day."""
    told = list(strings)
    moved: list[Fact] = []
    for one in found:
        first = len(told)
        told += [one.successor, one.decision]
        name = int.from_bytes(blake2b(f"{one.at}|{one.successor}".encode(), digest_size=8).digest(), "big")
        moved.append([one.at, TRANSFERRED, name, {"m": first, "d": first + 1, "y": 1, DECREED: 1}])
    return sorted([*facts, *moved], key=lambda fact: (fact[AT], fact[1], fact[2])), told
