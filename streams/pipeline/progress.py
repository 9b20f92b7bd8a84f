"""How far intake is: which instant of the broker's clock it may announce for each partition that it reads.

The order of steps is the proof. `announced_at` is the broker's append time of this worker's last announcement; the end
offsets are read *after* it came back. Whatever the broker appended before `announced_at` therefore stands below them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from schemas.control import Progress

Place = tuple[str, int]


class Forwarded(NamedTuple):
    """What is durably forwarded of one partition: everything below `offset`.

    `last_at` is the append time, in milliseconds, of the last record of it; None before this worker's first.
    """

    offset: int
    last_at: int | None = None


def announcements(
    announced_at: int | None, forwarded: Mapping[Place, Forwarded], ends: Mapping[Place, int]
) -> list[Progress]:
    """One announcement a partition, in the order of topic and partition.

    `announced_at` None means that this worker has announced nothing yet: it then only asks what time it is.
    """
    return [
        Progress(
            topic=place[0],
            partition=place[1],
            offset=done.offset,
            as_of=None if announced_at is None else _as_of(announced_at, done, ends.get(place)),
        )
        for place, done in sorted(forwarded.items())
    ]


def _as_of(announced_at: int, done: Forwarded, end: int | None) -> int | None:
    """Exclusive in both cases: records of one batch share an append time, and the next may bear the last one's."""
    if end is not None and done.offset >= end:
        # Never less than what a backlog would have announced a moment ago.
        return max(announced_at, done.last_at or 0)
    return done.last_at
