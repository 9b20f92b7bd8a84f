"""In which order the facts of a log are told, and where the ticks stand between them."""

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from streams.core.instants import utc_text

# 2100-01-01: a later date makes ticks for all the years up to it, and means nothing.
LAST = 4_102_444_800
ORDERS = ("file", "time", "reversed", "shuffled:SEED")


class OrderRefused(ValueError):
    def __init__(self, order: str) -> None:
        super().__init__(f"order {order} is none of {', '.join(ORDERS)}")


class Fact(NamedTuple):
    """A fact on its way: its instant in seconds, its line in the file, what will be written, and its event type."""

    at: int
    line: int
    payload: bytes
    type: str


class End(NamedTuple):
    """The end of a snapshot: the lines it has, and what tells that it has ended."""

    lines: frozenset[int]
    fact: Fact


def out_of_range(at: int) -> str | None:
    """Why no fact may bear an instant: systems write 1899 or 9999 where they mean *none*."""
    return None if 0 <= at < LAST else f"time {utc_text(at)} is not between 1970 and 2100"


def arranged(facts: Sequence[Fact], order: str, *, twice: bool) -> list[Fact]:
    """The facts in the order asked for; `twice` tells each of them two times, the second right after the first."""
    found = list(facts)
    name, _, seed = order.partition(":")
    if seed and name != "shuffled":
        raise OrderRefused(order)
    if name in {"time", "reversed"}:
        found.sort(key=lambda fact: (fact.at, fact.line), reverse=name == "reversed")
    elif name == "shuffled" and seed:
        random.Random(seed).shuffle(found)  # noqa: S311  (a seeded disorder, no secret)
    elif name != "file":
        raise OrderRefused(order)
    return [fact for fact in found for _ in range(2)] if twice else found


def with_ends(facts: Sequence[Fact], ends: Iterable[End]) -> list[Fact]:
    """The facts with the end of each snapshot behind the last of its lines, in whatever order those are told; without
    the ends of snapshots of which no line is told."""
    place = {fact.line: index for index, fact in enumerate(facts)}
    behind: dict[int, list[Fact]] = {}
    for end in ends:
        if end.lines & place.keys():
            behind.setdefault(max(place[line] for line in end.lines if line in place), []).append(end.fact)
    return [told for index, fact in enumerate(facts) for told in (fact, *behind.get(index, ()))]


def interleaved(facts: Sequence[Fact], instants: Iterable[int], order: str) -> Iterator[Fact | int]:
    """Facts with ticks between them. In time order each tick follows the facts up to it; in any other order the ticks
    stay in time order and are spread evenly, the last one after all facts."""
    moments = list(instants)
    told = 0
    for index, at in enumerate(moments):
        if order == "time":
            until = told
            while until < len(facts) and facts[until].at <= at:
                until += 1
        else:
            until = len(facts) * (index + 1) // len(moments)
        yield from facts[told:until]
        told = until
        yield at
