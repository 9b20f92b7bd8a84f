"""Asks Kafka whether it works: a record makes the round trip, through both coordinators."""

import asyncio
import contextlib
import logging
import secrets
import socket
from concurrent.futures import ThreadPoolExecutor

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

# The client warns of each refusal that we ask about on purpose; without a handler, Python prints that on stderr.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())

CONNECT_SECONDS_MAX = 1.0
ANSWER_SECONDS_MAX = 20.0


def ask_kafka(host: str, port: int) -> str | None:
    """Why Kafka does not work yet, or None: it works."""
    try:
        # Cheaper than a client, and without the client's complaints in our log.
        socket.create_connection((host, port), CONNECT_SECONDS_MAX).close()
        # In a thread: the caller may have an event loop of its own.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, round_trip(f"{host}:{port}")).result()
    except (KafkaError, OSError, TimeoutError) as error:
        return repr(error)
    return None


async def round_trip(bootstrap: str) -> None:
    """One record in a transaction, and a look at a group: for both, Kafka first makes a topic and refuses."""
    name = f"stack-probe-{secrets.token_hex(4)}"
    async with asyncio.timeout(ANSWER_SECONDS_MAX), contextlib.AsyncExitStack() as undo:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        undo.push_async_callback(admin.close)
        await admin.start()
        await admin.create_topics([NewTopic(name, 1, 1)])
        undo.push_async_callback(admin.delete_topics, [name])
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=name)
        undo.push_async_callback(producer.stop)
        await producer.start()
        async with producer.transaction():
            await producer.send_and_wait(name, b"")
        await admin.list_consumer_group_offsets(name)
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed")
        undo.push_async_callback(consumer.stop)
        await consumer.start()
        consumer.assign([TopicPartition(name, 0)])
        await consumer.seek_to_beginning()
        await consumer.getone()
