"""What a role does with the partitions it holds: the seam between Faust and everything we can run without it."""

from collections.abc import Sequence
from typing import Protocol

from streams.agents.vitals import Place
from streams.ports import Record

Start = int  # the offset at which the reading of a place begins


class Job(Protocol):
    """Handles chunks of records. Chunks of one agent's topics come one at a time, those of other agents meanwhile.

    Of a place that stays with the worker through a rebalance, memory is kept: neither `drop` nor `take` is called.
    """

    async def take(self, place: Place) -> Start:
        """Before the first record of a place; says where reading begins. May be cancelled by another rebalance."""
        ...

    async def handle(self, place: Place, records: Sequence[Record]) -> None:
        """One chunk, never empty. Nothing of it is read again by this worker once this has returned."""
        ...

    async def settle(self) -> None:
        """Returns when all that was handled is durable. No `handle` is running."""
        ...

    async def drop(self, place: Place) -> None:
        """The place is another worker's now: forget it. Called after `settle`."""
        ...
