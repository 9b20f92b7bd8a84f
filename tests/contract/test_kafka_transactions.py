"""What only a real Kafka can show of KafkaTransactions: what a killed holder left open."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer

from streams.ports import Outgoing
from tests.contract.conftest import SESSION_SECONDS, Log, values

pytestmark = pytest.mark.services


@pytest.fixture
async def abandoned(kafka: str, prefix: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer in the middle of a transaction, as after a kill; never ended, only disconnected."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"{prefix}t", transaction_timeout_ms=60_000)
    await producer.start()
    yield producer
    await producer.client.close()
    producer._closed = True
    producer._sender.sender_task.cancel()


@pytest.mark.parametrize("log", ["kafka"], indirect=True)
async def test_open_ends_what_a_killed_holder_left_open(
    log: Log, kafka: str, prefix: str, abandoned: AIOKafkaProducer
) -> None:
    topic = await log.topic("left-open", 1)
    await (await log.writer()).append([Outgoing(topic, b"k", b"before", 0)])
    await abandoned.begin_transaction()
    await (await abandoned.send(topic, b"never committed", partition=0))
    reader = log.reader(10)
    assert await reader.end_offsets(topic) == {0: 1}  # where a committed reader stands still

    transactions = log.transactions("t")
    await asyncio.wait_for(transactions.open(), SESSION_SECONDS)
    await transactions.commit([Outgoing(topic, b"k", b"after", 0)], "group", [])

    assert values(await log.all(topic)) == [b"before", b"after"]
