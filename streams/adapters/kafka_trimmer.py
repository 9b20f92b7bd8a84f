"""The oldest records of a topic, deleted before their time: what is done with and holds more than should be kept."""

from collections.abc import Mapping
from typing import Protocol

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete


class Trimmer(Protocol):
    """Deletes for good."""

    async def trim(self, topic: str, starts: Mapping[int, int]) -> None:
        """Delete what stands below an offset, by partition; what is deleted already stays so."""
        ...


class KafkaTrimmer:
    """Trimmer by DeleteRecords. It is needed rarely, so it keeps no connection."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def trim(self, topic: str, starts: Mapping[int, int]) -> None:
        below = {TopicPartition(topic, number): RecordsToDelete(before_offset=at) for number, at in starts.items()}
        if below:
            admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
            await admin.start()
            try:
                await admin.delete_records(below)
            finally:
                await admin.close()
