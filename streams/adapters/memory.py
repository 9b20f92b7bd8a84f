"""The ports on a log in memory, as Kafka behaves: partitions by murmur2, fencing by id, markers that take offsets."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from streams.adapters.partitioner import Partitioner
from streams.ports import Fenced, Outgoing, Position, Record


@dataclass
class MemoryLog:
    """Topics with a fixed number of partitions each; writers, transactions and readers share one."""

    partitions: Mapping[str, int]
    now: int = 0  # the append time of the next record, in milliseconds
    committed: dict[tuple[str, str, int], int] = field(default_factory=dict)  # (group, topic, partition) to position
    # A slot of None is the end marker of a transaction: it has an offset, and no reader ever sees it.
    _slots: dict[tuple[str, int], list[Record | None]] = field(default_factory=lambda: defaultdict(list))
    _holders: Counter[str] = field(default_factory=Counter)
    _partitioner: Partitioner = field(default_factory=Partitioner)

    def partitions_of(self, topic: str) -> int:
        if topic not in self.partitions:
            raise LookupError(f"topic {topic} does not exist")
        return self.partitions[topic]

    def slots(self, topic: str, partition: int) -> Sequence[Record | None]:
        return self._slots[topic, partition]

    def append(self, records: Sequence[Outgoing]) -> set[tuple[str, int]]:
        """Write at once; returns the (topic, partition) pairs that were touched."""
        self._partitioner.turn()
        placed = []
        for record in records:
            partition, partitions = record.partition, self.partitions_of(record.topic)
            if partition is None:
                partition = self._partitioner.choose(record.key, partitions)
            assert 0 <= partition < partitions, f"{record.topic} has partitions 0 to {partitions - 1}, not {partition}"
            placed.append((partition, record))
        for partition, record in placed:
            slots = self._slots[record.topic, partition]
            slots.append(
                Record(record.topic, partition, len(slots), self.now, record.key, record.value, record.headers)
            )
        return {(record.topic, partition) for partition, record in placed}

    def end_transaction(self, touched: set[tuple[str, int]]) -> None:
        for where in touched:
            self._slots[where].append(None)

    def trim(self, topic: str, starts: Mapping[int, int]) -> None:
        """Forget what stands below an offset of each partition; offsets stay as they are."""
        for partition, start in starts.items():
            slots = self._slots[topic, partition]
            slots[:start] = [None] * min(start, len(slots))

    def take_over(self, transactional_id: str) -> int:
        """A new epoch of the id, which fences every earlier one."""
        self._holders[transactional_id] += 1
        return self._holders[transactional_id]

    def epoch(self, transactional_id: str) -> int:
        return self._holders[transactional_id]


class MemoryWriter:
    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    async def append(self, records: Sequence[Outgoing]) -> None:
        self._log.append(records)


class MemoryTransactions:
    def __init__(self, log: MemoryLog, transactional_id: str) -> None:
        self._log, self._id = log, transactional_id
        self._epoch: int | None = None

    async def open(self) -> None:
        self._epoch = self._log.take_over(self._id)

    async def commit(self, records: Sequence[Outgoing], group: str, positions: Sequence[Position]) -> None:
        assert self._epoch is not None, "commit before open"
        if self._epoch != self._log.epoch(self._id):
            raise Fenced(f"transactional id {self._id} was opened by another process")
        self._log.end_transaction(self._log.append(records))
        self._log.committed.update({(group, at.topic, at.partition): at.offset for at in positions})

    async def close(self) -> None:
        self._epoch = None


class MemoryReader:
    def __init__(self, log: MemoryLog, *, chunk_records: int = 4000) -> None:
        self._log, self._chunk_records = log, chunk_records

    async def partitions(self, topic: str) -> tuple[int, ...]:
        return tuple(range(self._log.partitions_of(topic)))

    async def end_offsets(self, topic: str) -> Mapping[int, int]:
        return {partition: len(self._log.slots(topic, partition)) for partition in await self.partitions(topic)}

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        for first in range(start, end, self._chunk_records):
            slots = self._log.slots(topic, partition)[first : min(end, first + self._chunk_records)]
            if records := [slot for slot in slots if slot is not None]:
                yield records
