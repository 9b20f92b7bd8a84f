"""Announcements to a topic of append time: what was written, and what time the broker says it was."""

from collections.abc import Sequence
from typing import Protocol

from aiokafka import AIOKafkaProducer

from streams.ports import Outgoing


class Announcer(Protocol):
    """Appends records of one topic and partition; returns the broker's append time, in milliseconds.

    Everything that the broker appends anywhere after the call returns is no older than what it returns.
    """

    async def announce(self, records: Sequence[Outgoing]) -> int: ...


class KafkaAnnouncer:
    """Announcer through a producer of its own, so that announcements never wait behind chunks."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None

    async def open(self) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, enable_idempotence=True, acks="all")
        await self._producer.start()

    async def announce(self, records: Sequence[Outgoing]) -> int:
        assert self._producer is not None, "announce before open"
        batch = self._producer.create_batch()
        topic, partition = records[0].topic, records[0].partition
        for record in records:
            assert (record.topic, record.partition) == (topic, partition), "one announcement goes to one place"
            appended = batch.append(timestamp=None, key=record.key, value=record.value)
            assert appended is not None, f"{len(records)} announcements do not fit into one batch"
        batch.close()
        written = await (await self._producer.send_batch(batch, topic, partition=partition))
        timestamp: int = written.timestamp
        return timestamp

    async def close(self) -> None:
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None
