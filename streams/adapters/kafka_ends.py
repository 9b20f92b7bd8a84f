"""The ends of topics, asked again and again over one connection."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.adapters.kafka import KafkaReader


class KafkaEnds:
    """`await ends()` is the next offset of each partition of some topics, as "topic/partition"; opening it raises
    TopicUnknown.
    """

    def __init__(self, bootstrap: str, topics: Sequence[str]) -> None:
        self._bootstrap, self._topics = bootstrap, topics
        self._consumer: AIOKafkaConsumer | None = None
        self._places: list[TopicPartition] = []

    async def __aenter__(self) -> Self:
        reader = KafkaReader(self._bootstrap)
        for topic in self._topics:
            self._places += [TopicPartition(topic, partition) for partition in await reader.partitions(topic)]
        # Without an assignment: each question would wait for a fetch that waits for records.
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        await self._consumer.start()
        return self

    async def __call__(self) -> Mapping[str, int]:
        assert self._consumer is not None, "ends asked for before they were opened"
        found = await self._consumer.end_offsets(self._places)
        return {f"{place.topic}/{place.partition}": offset for place, offset in found.items()}

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
