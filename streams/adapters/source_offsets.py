"""Where a consumer group stands in its topics, and where they end: asked each second, over one kept connection."""

from collections.abc import Collection, Mapping
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

Place = tuple[str, int]


class SourceOffsets(Protocol):
    """Offsets of (topic, partition) places."""

    async def ends(self, places: Collection[Place]) -> Mapping[Place, int]:
        """Where a committed reader would stop. What is appended after the call began may or may not be in it."""
        ...

    async def start(self, place: Place) -> int:
        """Where the group goes on: at what it has committed, or at the oldest record that is left."""
        ...


class RecordsSkipped(RuntimeError):
    """Records that intake has not forwarded are gone from the topic: time must not pass over them in silence."""

    def __init__(self, place: Place, offset: int, oldest: int) -> None:
        super().__init__(
            f"{place[0]}/{place[1]} begins at offset {oldest}, intake stands at {offset}: bring the records back, or "
            f"move the group's offset to {oldest} knowing what is missing (kafka-consumer-groups --reset-offsets)"
        )


class KafkaSourceOffsets:
    def __init__(self, bootstrap: str, group: str) -> None:
        self._bootstrap, self._group = bootstrap, group
        self._consumer: AIOKafkaConsumer | None = None
        self._admin: AIOKafkaAdminClient | None = None

    async def open(self) -> None:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, isolation_level="read_committed", enable_auto_commit=False
        )
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await self._consumer.start()
        await self._admin.start()

    async def ends(self, places: Collection[Place]) -> Mapping[Place, int]:
        assert self._consumer is not None, "asked before open"
        if not places:
            return {}
        ends = await self._consumer.end_offsets([TopicPartition(*place) for place in places])
        return {(place.topic, place.partition): offset for place, offset in ends.items()}

    async def start(self, place: Place) -> int:
        assert self._consumer is not None and self._admin is not None, "asked before open"  # noqa: PT018
        at = TopicPartition(*place)
        oldest: int = (await self._consumer.beginning_offsets([at]))[at]
        committed = (await self._admin.list_consumer_group_offsets(self._group, partitions=[at])).get(at)
        # Nothing committed is told as offset -1.
        if committed is None or committed.offset < 0:
            return oldest
        if committed.offset < oldest:
            raise RecordsSkipped(place, committed.offset, oldest)
        offset: int = committed.offset
        return offset

    async def close(self) -> None:
        if self._consumer is not None and self._admin is not None:
            await self._consumer.stop()
            await self._admin.close()
            self._consumer = self._admin = None
