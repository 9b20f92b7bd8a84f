"""The case job: recovers a partition's rows, folds its chunks, and makes them durable by slices, a transaction each.

While one partition waits for its commit, another folds; before a partition folds again its commit is awaited. A fold
runs in a thread, one at a time: the loop has probes, heartbeats and commits to serve meanwhile. Most chunks are one
slice. Where a tick judges so many cases that there are more, they take turns with the other partitions, for minutes if
need be; a rebalance waits for no more than the slice in work.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from streams.agents.ending import leave
from streams.agents.jobs import Start
from streams.agents.rows import PartitionedRows, Rows
from streams.agents.vitals import Place, Vitals
from streams.clock import monotonic_seconds
from streams.ports import Outgoing, Position, Reader, Record, Transactions


class Writes(Protocol):
    """What one slice makes durable: rows for the changelog, records for other topics, all of the same partition."""

    @property
    def rows(self) -> Sequence[tuple[bytes, bytes]]: ...

    @property
    def records(self) -> Sequence[Outgoing]: ...

    @property
    def next_offset(self) -> int: ...


class Partition(Protocol):
    """streams.pipeline.cases.CasePartition, as far as it is needed here. Never called twice at once."""

    @property
    def next_offset(self) -> int: ...

    def steps(self, records: Sequence[Record]) -> Iterator[Writes]: ...


# Its first argument is what the job's own partitions yield from `steps`, of whatever class.
Observe = Callable[[Any, float], None]


def ignore(_writes: Writes, _seconds: float) -> None:
    return None


@dataclass(frozen=True)
class CasePorts:
    """What a case job reaches the outside through."""

    reader: Reader
    transactions: Callable[[int], Transactions]  # by partition, not yet opened
    changelog: str
    group: str
    # Told of each slice when it is durable, and how many seconds that took.
    observe: Observe = ignore
    # Chunks smaller than `large_chunk` records of one partition are folded at most once an interval.
    interval_seconds: float = 0.0
    large_chunk: int = 0


@dataclass
class _Held:
    partition: Partition
    transactions: Transactions
    work: asyncio.Task[None] | None = None
    folded_at: float = 0.0
    # The chunk in work has more than one slice; meanwhile those wait here that were fetched before it showed.
    is_long: bool = False
    waiting: deque[Sequence[Record]] = field(default_factory=deque)


class CaseJob:
    """See Job. `make` is given a partition and its recovered rows, which it changes in place."""

    def __init__(
        self,
        make: Callable[[int, Rows], Partition],
        ports: CasePorts,
        rows: PartitionedRows,
        vitals: Vitals,
        fail: Callable[[BaseException], object] = leave,
    ) -> None:
        self._make, self._ports, self._rows, self._vitals, self._fail = make, ports, rows, vitals, fail
        self._held: dict[Place, _Held] = {}
        self._folding = asyncio.Lock()
        self._is_settling = False

    async def take(self, place: Place) -> Start:
        partition = place[1]
        transactions = self._ports.transactions(partition)
        try:
            # First the id, then the rows: from here on no earlier owner can write, and what it left open is aborted.
            await transactions.open()
            rows = await self._recover(partition)
            held = _Held(await asyncio.to_thread(self._make, partition, rows), transactions)
        except BaseException:
            self._rows.drop(partition)
            await transactions.close()
            raise
        self._held[place] = held
        return held.partition.next_offset

    async def handle(self, place: Place, records: Sequence[Record]) -> None:
        held = self._held[place]
        if held.is_long:
            held.waiting.append(records)
            return
        if held.work is not None:
            await held.work
        await self._gather(held, len(records))
        slices = held.partition.steps(records)
        async with self._folding:
            first = await asyncio.to_thread(next, slices)
        held.is_long = first.next_offset <= records[-1].offset
        held.work = asyncio.create_task(self._finish(place, held, slices, first))
        held.work.add_done_callback(self._end_if_failed)

    def busy(self) -> Collection[Place]:
        return [place for place, held in self._held.items() if held.is_long]

    async def _gather(self, held: _Held, records: int) -> None:
        """A transaction costs the same for ten records as for a thousand: a partition that is read in small chunks is
        not folded again before its interval is over, while more records gather behind this chunk."""
        rest = held.folded_at + self._ports.interval_seconds - monotonic_seconds()
        if rest > 0 and records < self._ports.large_chunk:
            await asyncio.sleep(rest)
        held.folded_at = monotonic_seconds()

    async def settle(self) -> Mapping[Place, Start]:
        self._is_settling = True
        try:
            for held in self._held.values():
                if held.work is not None:
                    await held.work
        finally:
            self._is_settling = False
        left = {place: held for place, held in self._held.items() if held.is_long}
        for held in left.values():
            held.is_long = False
            held.waiting.clear()
        return {place: held.partition.next_offset for place, held in left.items()}

    async def drop(self, place: Place) -> None:
        self._rows.drop(place[1])
        await self._held.pop(place).transactions.close()

    async def _recover(self, partition: int) -> Rows:
        rows, changelog, reader = self._rows.take(partition), self._ports.changelog, self._ports.reader
        end = (await reader.end_offsets(changelog))[partition]
        async for chunk in reader.read(changelog, partition, 0, end):
            self._rows.apply(partition, chunk)
            self._vitals.rows_recovered += len(chunk)
            self._vitals.progress()
        return rows

    async def _finish(self, place: Place, held: _Held, slices: Iterator[Writes], first: Writes) -> None:
        """Make a chunk durable, and if it is long, what came meanwhile."""
        await self._commit(place, held.transactions, first)
        while held.is_long:
            async with self._folding:
                if self._is_settling:
                    return
                writes = await asyncio.to_thread(next, slices, None)
            if writes is not None:
                await self._commit(place, held.transactions, writes)
            elif held.waiting:
                slices = held.partition.steps(held.waiting.popleft())
            else:
                held.is_long = False

    async def _commit(self, place: Place, transactions: Transactions, writes: Writes) -> None:
        topic, partition = place
        rows = [Outgoing(self._ports.changelog, key, value, partition) for key, value in writes.rows]
        began_at = monotonic_seconds()
        await transactions.commit(
            [*writes.records, *rows], self._ports.group, [Position(topic, partition, writes.next_offset)]
        )
        # Holding takes a chunk for handled of which slices are still to come.
        self._vitals.next_offsets[place] = writes.next_offset
        self._vitals.progress()
        self._ports.observe(writes, monotonic_seconds() - began_at)

    def _end_if_failed(self, commit: asyncio.Task[None]) -> None:
        """Memory is ahead of what is durable, by a slice nobody will fold again: only a restart is right."""
        if not commit.cancelled() and (error := commit.exception()) is not None:
            self._fail(error)
