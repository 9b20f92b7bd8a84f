"""One partition followed over one kept connection: whoever must know each second what was added reads only that."""

from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.ports import Record


class Follower(Protocol):
    """A partition read from its beginning on, each committed record once."""

    async def upto(self, end: int) -> list[Record]:
        """The records not read yet, up to an end offset that the broker has told; perhaps some beyond it.

        A call that is cancelled loses none: the next one returns them.
        """
        ...


class KafkaFollower:
    def __init__(self, bootstrap: str, topic: str, partition: int = 0) -> None:
        self._bootstrap, self._at = bootstrap, TopicPartition(topic, partition)
        self._consumer: AIOKafkaConsumer | None = None
        self._found: list[Record] = []

    async def open(self) -> None:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await self._consumer.start()
        self._consumer.assign([self._at])
        await self._consumer.seek_to_beginning(self._at)

    async def upto(self, end: int) -> list[Record]:
        consumer = self._consumer
        assert consumer is not None, "followed before open"
        while await consumer.position(self._at) < end:
            for records in (await consumer.getmany(self._at, timeout_ms=100)).values():
                self._found += [
                    Record(one.topic, one.partition, one.offset, one.timestamp, one.key, one.value, one.headers)
                    for one in records
                ]
        found, self._found = self._found, []
        return found

    async def close(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
            self._consumer = None
