"""What a role does with the partitions it holds: the seam between Faust and everything we can run without it."""

from collections.abc import Collection, Mapping, Sequence
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
        """One chunk, never empty. When this has returned it is done, or the job's affair, which does it before the next
        of its place; this worker reads nothing of it again but what `settle` tells of."""
        ...

    def busy(self) -> Collection[Place]:
        """The places that have enough to do: nothing more of them should be fetched for now."""
        ...

    async def settle(self) -> Mapping[Place, Start]:
        """Returns as soon as nothing is in work, and all that was done is durable. No `handle` is running.

        What is long stops in the middle: of such places, tells where reading goes on.
        """
        ...

    async def drop(self, place: Place) -> None:
        """The place is another worker's now: forget it. Called after `settle`."""
        ...
