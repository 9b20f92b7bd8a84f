"""What the sink reads: committed records of whole topics, from given offsets, and how much of them is left."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.adapters.kafka import KafkaReader
from streams.clock import now_seconds
from streams.ports import Position, Record
from streams.sinks.archive import Offsets

POLL_MS = 500
# A new leader may for a moment not know how far its predecessor had come.
REWIND_ATTEMPTS = 10
REWIND_SECONDS = 1.0


class RecordsGone(RuntimeError):
    """The topic no longer has, or has never had, the record that comes next: the archive would have a gap."""

    def __init__(self, place: TopicPartition, offset: int, first: int, end: int) -> None:
        super().__init__(
            f"{place.topic}/{place.partition} holds offsets {first} to {end}, the archive stands at {offset}: "
            f"restore the archive, or move its sink_offsets knowing what is missing"
        )


class Tail:
    """A consumer without a group: who may write is decided by the archive, not by Kafka."""

    def __init__(self, bootstrap: str, topics: Sequence[str], chunk_records: int) -> None:
        self._bootstrap, self._topics, self._chunk_records = bootstrap, topics, chunk_records
        self._consumer: AIOKafkaConsumer | None = None
        self._places: list[TopicPartition] = []
        self._opened_at = 0.0

    async def open(self) -> None:
        """Does nothing if it is open. Raises LookupError where a topic does not exist, KafkaError without a broker."""
        if self._consumer is not None:
            return
        reader = KafkaReader(self._bootstrap)
        self._places = [
            TopicPartition(topic, partition) for topic in self._topics for partition in await reader.partitions(topic)
        ]
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
        )
        try:
            await consumer.start()
            self._consumer = consumer
        finally:
            if self._consumer is None:
                await consumer.stop()

    async def starts(self) -> list[Position]:
        """The first offset of each partition."""
        firsts = await self._started().beginning_offsets(self._places)
        return [Position(place.topic, place.partition, firsts[place]) for place in self._places]

    async def seek(self, offsets: Offsets) -> None:
        """Goes on from these; raises RecordsGone where the topics have nothing that follows them."""
        consumer = self._started()
        await self._check(offsets)
        consumer.assign(self._places)
        for place in self._places:
            consumer.seek(place, offsets[place.topic, place.partition])
        self._opened_at = now_seconds()

    async def poll(self) -> list[Record]:
        """The next chunk, in order within each partition; empty where nothing came for a moment."""
        fetched = await self._started().getmany(timeout_ms=POLL_MS, max_records=self._chunk_records)
        return [
            Record(place.topic, place.partition, r.offset, r.timestamp, r.key, r.value, tuple(r.headers))
            for place, records in fetched.items()
            for r in records
        ]

    async def lag(self) -> dict[str, int]:
        """How many offsets of each topic are not read, as far as the broker has said."""
        consumer = self._started()
        left = dict.fromkeys(self._topics, 0)
        for place in self._places:
            if end := consumer.last_stable_offset(place):
                left[place.topic] += max(0, end - await consumer.position(place))
        return left

    def silent_seconds(self) -> float:
        """How long some partition's broker has said nothing, not even that there is nothing."""
        consumer = self._started()
        heard = [(consumer.last_poll_timestamp(place) or 0) / 1000 for place in self._places]
        return now_seconds() - max(self._opened_at, min(heard))

    async def close(self) -> None:
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            try:
                await consumer.stop()
            except asyncio.CancelledError:
                # Stopped while it is still starting its own tasks, it passes their cancellation on to us.
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise

    async def _check(self, offsets: Offsets) -> None:
        consumer = self._started()
        for attempt in range(1, REWIND_ATTEMPTS + 1):
            firsts = await consumer.beginning_offsets(self._places)
            ends = await consumer.end_offsets(self._places)
            gone = [
                RecordsGone(place, offset, firsts[place], ends[place])
                for place in self._places
                if not firsts[place] <= (offset := offsets[place.topic, place.partition]) <= ends[place]
            ]
            if not gone:
                return
            if attempt == REWIND_ATTEMPTS:
                raise gone[0]
            await asyncio.sleep(REWIND_SECONDS)

    def _started(self) -> AIOKafkaConsumer:
        assert self._consumer is not None, "the tail is not open"
        return self._consumer
