"""A run cut at the ticks of a simulated clock: each tick with just what became known since the one before."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from streams.pipeline.telling import ticks
from streams.simulator.days import ZONE, end_of
from streams.simulator.district import District, last_day
from streams.simulator.told import Told


class Step(NamedTuple):
    """A tick, in seconds, and what became known up to it."""

    at: int
    told: Sequence[Told]


def cut(history: Sequence[Told], every: int, until: datetime) -> Iterator[Step]:
    """What is told in order, with ticks each so many seconds from local midnight on, the last at or after `until`."""
    last = int(until.timestamp())
    first = int(history[0].delivered.timestamp()) if history else last
    place = 0
    for at in ticks(first, last, every, ZONE):
        begun = place
        while place < len(history) and history[place].delivered.timestamp() <= at:
            place += 1
        yield Step(at, history[begun:place])


def end_of_run(district: District, days: int, history: Sequence[Told]) -> datetime:
    """The first midnight by which so many days of intake and their tail are over, and everything late has arrived."""
    over = end_of(last_day(district, days))
    return max(over, end_of(history[-1].delivered.astimezone(ZONE).date())) if history else over
