"""What intake needs of a broker beside records: append times, ends, and where its group goes on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

from streams.adapters.announcer import Announcer, KafkaAnnouncer
from streams.adapters.kafka import KafkaTransactions, KafkaWriter
from streams.adapters.memory import MemoryLog, MemoryTransactions, MemoryWriter
from streams.adapters.memory_intake import MemoryAnnouncer, MemorySourceOffsets
from streams.adapters.source_offsets import KafkaSourceOffsets, RecordsSkipped, SourceOffsets
from streams.ports import Outgoing, Transactions, Writer

# 2026-01-01T00:00:00Z in milliseconds: the clock of the log in memory stands there.
STOOD_AT = 1_767_225_600_000


@dataclass(frozen=True)
class Broker:
    """One implementation, with a topic of two partitions whose records bear the append time."""

    topic: str
    announcer: Announcer
    offsets: SourceOffsets
    writer: Writer
    transactions: Transactions
    commit: Callable[[int, int], Awaitable[None]]  # of the group, for a partition

    def record(self, value: bytes = b"x", partition: int = 0) -> Outgoing:
        return Outgoing(self.topic, b"k", value, partition)


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.services)])
async def broker(request: pytest.FixtureRequest, prefix: str) -> AsyncIterator[Broker]:
    async with AsyncExitStack() as cleanup:
        if request.param == "memory":
            yield _in_memory(prefix)
        else:
            yield await _on_kafka(request.getfixturevalue("kafka"), prefix, cleanup)


async def test_announcements_bear_one_append_time_that_never_goes_back(broker: Broker) -> None:
    first = await broker.announcer.announce([broker.record(b"1"), broker.record(b"2")])
    second = await broker.announcer.announce([broker.record(b"3")])

    assert STOOD_AT <= first <= second
    assert await broker.offsets.ends([(broker.topic, 0)]) == {(broker.topic, 0): 3}


async def test_ends_are_told_of_each_place_that_was_asked(broker: Broker) -> None:
    await broker.writer.append([broker.record(partition=1), broker.record(partition=1)])

    assert await broker.offsets.ends([(broker.topic, 0), (broker.topic, 1)]) == {
        (broker.topic, 0): 0,
        (broker.topic, 1): 2,
    }
    assert await broker.offsets.ends([]) == {}


async def test_the_end_lies_behind_the_marker_of_a_transaction(broker: Broker) -> None:
    await broker.transactions.open()
    await broker.transactions.commit([broker.record()], "group", [])

    assert await broker.offsets.ends([(broker.topic, 0)]) == {(broker.topic, 0): 2}


async def test_a_group_that_is_new_goes_on_at_the_oldest_record(broker: Broker) -> None:
    await broker.writer.append([broker.record()])

    assert await broker.offsets.start((broker.topic, 0)) == 0


async def test_a_group_goes_on_at_what_it_committed(broker: Broker) -> None:
    await broker.writer.append([broker.record(b"%d" % n) for n in range(5)])
    await broker.commit(0, 3)

    assert await broker.offsets.start((broker.topic, 0)) == 3
    assert await broker.offsets.start((broker.topic, 1)) == 0


@pytest.mark.services
async def test_a_group_whose_next_record_was_deleted_is_told_and_does_not_go_on(kafka: str, prefix: str) -> None:
    async with AsyncExitStack() as cleanup:
        broker = await _on_kafka(kafka, prefix, cleanup)
        await broker.writer.append([broker.record(b"%d" % n) for n in range(5)])
        await broker.commit(0, 1)
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        await admin.delete_records({TopicPartition(broker.topic, 0): RecordsToDelete(before_offset=4)})
        await admin.close()

        with pytest.raises(RecordsSkipped, match="begins at offset 4, intake stands at 1"):
            await broker.offsets.start((broker.topic, 0))


def _in_memory(prefix: str) -> Broker:
    topic, group = f"{prefix}time", f"{prefix}group"
    log = MemoryLog({topic: 2}, now=STOOD_AT)

    async def commit(partition: int, offset: int) -> None:
        log.committed[group, topic, partition] = offset

    return Broker(
        topic,
        MemoryAnnouncer(log),
        MemorySourceOffsets(log, group),
        MemoryWriter(log),
        MemoryTransactions(log, "id"),
        commit,
    )


async def _on_kafka(bootstrap: str, prefix: str, cleanup: AsyncExitStack) -> Broker:
    topic, group = f"{prefix}time", f"{prefix}group"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1, topic_configs={"message.timestamp.type": "LogAppendTime"})])
    await admin.close()

    async def commit(partition: int, offset: int) -> None:
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
        consumer.assign([TopicPartition(topic, partition)])
        await consumer.start()
        await consumer.commit({TopicPartition(topic, partition): offset})
        await consumer.stop()

    announcer, offsets = KafkaAnnouncer(bootstrap), KafkaSourceOffsets(bootstrap, group)
    transactions = KafkaTransactions(bootstrap, f"{prefix}id", 6)
    for opened in (announcer, offsets):
        await opened.open()
        cleanup.push_async_callback(opened.close)
    cleanup.push_async_callback(transactions.close)
    writer = await cleanup.enter_async_context(KafkaWriter(bootstrap))
    return Broker(topic, announcer, offsets, writer, transactions, commit)
