"""Records to batches to a producer: one append a record instead of one future a record."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.adapters.partitioner import Partitioner
from streams.ports import Outgoing

# Below the smallest max.message.bytes of our topics (1 MiB), which the broker holds against a whole batch.
BATCH_BYTES_MAX = 512 * 1024


class BatchQueue:
    """Hands records to a producer in order; those of one (topic, partition) travel in batches."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._partitioner = Partitioner()

    async def put(self, records: Iterable[Outgoing]) -> list[asyncio.Future[None]]:
        """Returns one future a batch, done when every in-sync replica has the batch."""
        return [
            await self._producer.send_batch(batch, topic, partition=partition)
            for (topic, partition), group in (await self._by_partition(records)).items()
            for batch in self._filled(group)
        ]

    async def _by_partition(self, records: Iterable[Outgoing]) -> Mapping[tuple[str, int], Sequence[Outgoing]]:
        self._partitioner.turn()
        counts: dict[str, int] = {}
        groups: dict[tuple[str, int], list[Outgoing]] = {}
        for record in records:
            partition = record.partition
            if partition is None:
                if record.topic not in counts:
                    counts[record.topic] = len(await self._producer.partitions_for(record.topic))
                partition = self._partitioner.choose(record.key, counts[record.topic])
            groups.setdefault((record.topic, partition), []).append(record)
        return groups

    def _filled(self, group: Sequence[Outgoing]) -> Iterator[BatchBuilder]:
        batch = self._producer.create_batch()
        for record in group:
            if not _append(batch, record):
                yield batch
                batch = self._producer.create_batch()
                _append(batch, record)  # an empty batch takes any record: whether it is too large the broker decides
        batch.close()
        yield batch


def _append(batch: BatchBuilder, record: Outgoing) -> bool:
    appended = batch.append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers))
    return appended is not None
