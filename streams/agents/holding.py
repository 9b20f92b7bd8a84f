"""Which partitions this worker holds, and how it comes to hold and to leave them; no Faust in it.

A rebalance is `pause`, then `assign`. Faust itself would go by its difference of assignments; that misses what happened
while this worker was away, and a recovery that was cut short.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from streams.agents.ending import leave
from streams.agents.jobs import Job, Start
from streams.agents.vitals import Place, Vitals
from streams.ports import Record

Resume = Callable[[Mapping[Place, Start]], Awaitable[None]]


@dataclass(frozen=True)
class _Role:
    job: Job
    commits: bool


class Holding:
    """Jobs by topic and places by job. `fail` ends the process; it is never expected to return."""

    def __init__(self, vitals: Vitals, fail: Callable[[BaseException], object] = leave) -> None:
        self.vitals = vitals
        self._fail = fail
        self._roles: dict[str, _Role] = {}
        self._starts: dict[Place, Start] = {}  # of every place held: where its reading goes on
        self._committed: dict[Place, int] = {}
        self._generation = -1
        self._memory_is_old = False
        self._taking: asyncio.Task[None] | None = None
        self._nothing_in_hand = asyncio.Event()
        self._nothing_in_hand.set()

    def add(self, topics: Collection[str], job: Job, *, commits: bool) -> None:
        """`commits`: the group's offsets follow what the job has handled; else they are not our concern."""
        for topic in topics:
            assert topic not in self._roles, f"two jobs for {topic}"
            self._roles[topic] = _Role(job, commits)

    async def handle(self, place: Place, records: Sequence[Record]) -> None:
        vitals = self.vitals
        vitals.chunks_in_hand += 1
        self._nothing_in_hand.clear()
        try:
            await self._roles[place[0]].job.handle(place, records)
            next_offset = records[-1].offset + 1
            self._starts[place] = vitals.next_offsets[place] = next_offset
            vitals.appended_at[place] = records[-1].timestamp / 1000
        finally:
            vitals.chunks_in_hand -= 1
            if not vitals.chunks_in_hand:
                self._nothing_in_hand.set()
        vitals.records_handled += len(records)
        vitals.chunks_handled += 1
        vitals.progress()

    def busy(self) -> set[Place]:
        """Places of which nothing should be fetched for now."""
        return {place for job in self._jobs() for place in job.busy()}

    def uncommitted(self) -> dict[Place, int]:
        """Offsets that the group should know and does not yet."""
        return {
            place: start
            for place, start in self._starts.items()
            if self._roles[place[0]].commits and self._committed.get(place) != start
        }

    def committed(self, offsets: Mapping[Place, int]) -> None:
        self._committed.update(offsets)

    async def pause(self) -> None:
        """Returns when no chunk is in work and all that was done is durable. The caller has stopped the flow."""
        if self._taking is not None:
            self._taking.cancel()
            await asyncio.wait({self._taking})
        await self._nothing_in_hand.wait()
        for job in self._jobs():
            self._starts |= await job.settle()

    def assign(self, places: Collection[Place], generation: int, resume: Resume) -> None:
        """Hold exactly these places from now on; when all are held, `resume` is told where each goes on."""
        # Each rebalance we took part in adds one. In a generation we missed, our places may have been another worker's.
        self._memory_is_old |= generation != self._generation + 1
        self._generation = generation
        self._taking = asyncio.create_task(self._assign(frozenset(places), resume))

    async def leave_all(self) -> None:
        """`pause`, and let go of everything."""
        await self.pause()
        await self._drop(self._starts)

    async def _assign(self, places: frozenset[Place], resume: Resume) -> None:
        try:
            kept = frozenset() if self._memory_is_old else places & self._starts.keys()
            await self._drop(self._starts.keys() - kept)
            self._memory_is_old = False
            self.vitals.recovering = True
            async with asyncio.TaskGroup() as group:
                for place in sorted(places - kept):
                    group.create_task(self._take(place))
            self.vitals.recovering = False
            self.vitals.assigned = places
            # Each place is read from its start again, also one that was kept.
            self.vitals.handed.clear()
            self.vitals.left.clear()
            self.vitals.progress()
            await resume({place: self._starts[place] for place in places})
        except Exception as error:  # noqa: BLE001  (the outermost frame of this task)
            self._fail(error)

    async def _take(self, place: Place) -> None:
        start = await self._roles[place[0]].job.take(place)
        self._starts[place] = self.vitals.next_offsets[place] = start

    async def _drop(self, places: Collection[Place]) -> None:
        for place in sorted(places):
            del self._starts[place]
            self._committed.pop(place, None)
            self.vitals.next_offsets.pop(place, None)
            self.vitals.appended_at.pop(place, None)
            await self._roles[place[0]].job.drop(place)

    def _jobs(self) -> list[Job]:
        return list({id(role.job): role.job for role in self._roles.values()}.values())
