"""What intake asks of a broker beside records, on a log in memory: append times, ends, and where its group stands."""

from collections.abc import Collection, Mapping, Sequence

from streams.adapters.memory import MemoryLog, MemoryReader
from streams.adapters.source_offsets import Place
from streams.ports import Outgoing, Record


class MemoryAnnouncer:
    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    async def announce(self, records: Sequence[Outgoing]) -> int:
        self._log.append(records)
        return self._log.now


class MemorySourceOffsets:
    """Nothing is ever deleted from a log in memory, so its oldest offset is 0."""

    def __init__(self, log: MemoryLog, group: str) -> None:
        self._log, self._group = log, group

    async def ends(self, places: Collection[Place]) -> Mapping[Place, int]:
        return {place: len(self._log.slots(*place)) for place in places}

    async def start(self, place: Place) -> int:
        return self._log.committed.get((self._group, *place), 0)


class MemoryTrimmer:
    """Trimmer on a memory log."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    async def trim(self, topic: str, starts: Mapping[int, int]) -> None:
        self._log.trim(topic, starts)


class MemoryFollower:
    """Follower on a memory log."""

    def __init__(self, log: MemoryLog, topic: str, partition: int = 0) -> None:
        self._reader, self._topic, self._partition = MemoryReader(log), topic, partition
        self._next = 0

    async def upto(self, end: int) -> list[Record]:
        found: list[Record] = []
        async for records in self._reader.read(self._topic, self._partition, self._next, end):
            found += records
        self._next = max(self._next, end)
        return found
