"""The ports on a real Kafka: an idempotent writer, transactions fenced by an id, a reader of committed records."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import ProducerFenced, UnknownTopicOrPartitionError

from streams.adapters.kafka_batches import BATCH_BYTES_MAX, BatchQueue
from streams.ports import Fenced, Outgoing, Position, Record

# A transaction's first step is refused while the markers of the one before are still being written; the client's usual
# wait of 100 ms would be most of a commit.
TRANSACTION_RETRY_MS = 5
POLL_MS = 100


class KafkaWriter:
    """Writer through an idempotent producer: a retry neither doubles nor reorders."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None

    async def open(self) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap, enable_idempotence=True, acks="all", max_batch_size=BATCH_BYTES_MAX
        )
        self._queue = BatchQueue(self._producer)
        await self._producer.start()

    async def append(self, records: Sequence[Outgoing]) -> None:
        assert self._producer is not None, "append before open"
        await asyncio.gather(*await self._queue.put(records))

    async def close(self) -> None:
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class KafkaTransactions:
    """Transactions of one transactional id. After any failed commit, fenced or not, nothing more may be asked of it."""

    def __init__(self, bootstrap: str, transactional_id: str, timeout_seconds: float) -> None:
        self._bootstrap = bootstrap
        self._id = transactional_id
        self._timeout_ms = int(timeout_seconds * 1000)
        self._producer: AIOKafkaProducer | None = None

    async def open(self) -> None:
        """Returns when what an earlier holder left open is aborted and that holder can write no more."""
        await self.close()
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=self._id,
            # A holder that stops in mid-transaction holds up every committed reader for this long.
            transaction_timeout_ms=self._timeout_ms,
            acks="all",
            max_batch_size=BATCH_BYTES_MAX,
            retry_backoff_ms=TRANSACTION_RETRY_MS,
        )
        self._queue = BatchQueue(self._producer)
        await self._producer.start()

    async def commit(self, records: Sequence[Outgoing], group: str, positions: Sequence[Position]) -> None:
        producer = self._producer
        assert producer is not None, "commit before open"
        offsets = {TopicPartition(at.topic, at.partition): at.offset for at in positions}
        try:
            async with producer.transaction():
                # One after the other: the broker asks the coordinator about a first batch, and answers it with
                # NOT_ENOUGH_REPLICAS where the coordinator is still adding the group.
                if offsets:
                    await producer.send_offsets_to_transaction(offsets, group)
                await asyncio.gather(*await self._queue.put(records))
        except ProducerFenced as fenced:
            raise Fenced(f"transactional id {self._id} was opened by another process") from fenced

    async def close(self) -> None:
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None


class TopicUnknown(LookupError):
    def __init__(self, topic: str) -> None:
        super().__init__(f"topic {topic} does not exist: make it with hoso topics create, or mend HOSO_PREFIX")


class KafkaReader:
    """Reader of committed records, outside any consumer group; each call has a connection of its own."""

    def __init__(self, bootstrap: str, *, chunk_records: int = 4000, chunk_bytes: int = 4 * 1024 * 1024) -> None:
        self._bootstrap, self._chunk_records, self._chunk_bytes = bootstrap, chunk_records, chunk_bytes

    async def partitions(self, topic: str) -> tuple[int, ...]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await admin.start()
        try:
            [described] = await admin.describe_topics([topic])
        finally:
            await admin.close()
        if described["error_code"] == UnknownTopicOrPartitionError.errno:
            raise TopicUnknown(topic)
        return tuple(sorted(partition["partition"] for partition in described["partitions"]))

    async def end_offsets(self, topic: str) -> Mapping[int, int]:
        wanted = [TopicPartition(topic, partition) for partition in await self.partitions(topic)]
        async with self._consumer() as consumer:
            return {at.partition: offset for at, offset in (await consumer.end_offsets(wanted)).items()}

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """Ends by position: transaction markers take offsets too, so the last record need not be `end` - 1."""
        if start >= end:
            return  # a consumer that is stopped as soon as it has started raises CancelledError
        at = TopicPartition(topic, partition)
        async with self._consumer() as consumer:
            consumer.assign([at])
            consumer.seek(at, start)
            while await consumer.position(at) < end:
                fetched = await consumer.getmany(at, timeout_ms=POLL_MS, max_records=self._chunk_records)
                records = [
                    Record(topic, partition, r.offset, r.timestamp, r.key, r.value, r.headers)
                    for r in fetched.get(at, ())
                    if r.offset < end
                ]
                if records:
                    yield records

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=self._chunk_bytes,
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()
