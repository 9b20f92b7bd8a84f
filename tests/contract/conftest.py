"""One log for each contract test, first in memory and then on a real Kafka, with the same three ways to use it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.adapters.kafka import KafkaReader, KafkaTransactions, KafkaWriter
from streams.adapters.kafka_follower import Follower, KafkaFollower
from streams.adapters.kafka_trimmer import KafkaTrimmer, Trimmer
from streams.adapters.memory import MemoryLog, MemoryReader, MemoryTransactions, MemoryWriter
from streams.adapters.memory_intake import MemoryFollower, MemoryTrimmer
from streams.ports import Reader, Record, Transactions, Writer

SESSION_SECONDS = 6


@dataclass(frozen=True)
class Log:
    """How a test reaches one implementation of the ports. Names of topics, ids and groups are made unique by it."""

    topic: Callable[[str, int], Awaitable[str]]  # creates it with so many partitions, returns its full name
    writer: Callable[[], Awaitable[Writer]]
    transactions: Callable[[str], Transactions]
    reader: Callable[[int], Reader]  # with so many records a chunk at most
    committed: Callable[[str, str, int], Awaitable[int | None]]  # of (group, topic, partition)
    follower: Callable[[str, int], Awaitable[Follower]]  # of (topic, partition)
    trimmer: Trimmer

    async def all(self, topic: str, partition: int = 0) -> list[Record]:
        reader = self.reader(1000)
        end = (await reader.end_offsets(topic))[partition]
        return [record async for chunk in reader.read(topic, partition, 0, end) for record in chunk]


def values(records: Sequence[Record]) -> list[bytes | None]:
    return [record.value for record in records]


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.services)])
async def log(request: pytest.FixtureRequest, prefix: str) -> AsyncIterator[Log]:
    async with AsyncExitStack() as cleanup:
        if request.param == "memory":
            yield _in_memory(prefix)
        else:
            yield _on_kafka(request.getfixturevalue("kafka"), prefix, cleanup)


def _in_memory(prefix: str) -> Log:
    partitions: dict[str, int] = {}
    log = MemoryLog(partitions)

    async def topic(name: str, count: int) -> str:
        partitions[prefix + name] = count
        return prefix + name

    async def writer() -> Writer:
        return MemoryWriter(log)

    async def committed(group: str, topic: str, partition: int) -> int | None:
        return log.committed.get((group, topic, partition))

    async def follower(topic: str, partition: int) -> Follower:
        return MemoryFollower(log, topic, partition)

    return Log(
        topic,
        writer,
        lambda name: MemoryTransactions(log, prefix + name),
        lambda chunk: MemoryReader(log, chunk_records=chunk),
        committed,
        follower,
        MemoryTrimmer(log),
    )


def _on_kafka(bootstrap: str, prefix: str, cleanup: AsyncExitStack) -> Log:
    async def topic(name: str, count: int) -> str:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            response = await admin.create_topics([NewTopic(prefix + name, count, 1)])
            assert all(error == 0 for _, error, *_ in response.topic_errors), response
        finally:
            await admin.close()
        return prefix + name

    async def writer() -> Writer:
        return await cleanup.enter_async_context(KafkaWriter(bootstrap))

    def transactions(name: str) -> Transactions:
        made = KafkaTransactions(bootstrap, prefix + name, SESSION_SECONDS)
        cleanup.push_async_callback(made.close)
        return made

    async def committed(group: str, topic: str, partition: int) -> int | None:
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
        await consumer.start()
        try:
            found: int | None = await consumer.committed(TopicPartition(topic, partition))
            return found
        finally:
            await consumer.stop()

    async def follower(topic: str, partition: int) -> Follower:
        made = KafkaFollower(bootstrap, topic, partition)
        cleanup.push_async_callback(made.close)
        await made.open()
        return made

    def reader(chunk: int) -> Reader:
        return KafkaReader(bootstrap, chunk_records=chunk)

    return Log(topic, writer, transactions, reader, committed, follower, KafkaTrimmer(bootstrap))
