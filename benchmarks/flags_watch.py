"""Flags as their readers see them: how long after the tick that judged a flag it could be read."""

import asyncio
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.adapters.kafka import KafkaReader

_POLL_MS = 50
_SECONDS_MAX = 60.0


class FlagsWatch:
    """Reads a flags topic live from these offsets on. A flag's header names the tick in the log that judged it."""

    def __init__(self, bootstrap: str, log: str, flags: str, starts: Sequence[int]) -> None:
        self._bootstrap, self._log = bootstrap, log
        self._starts = {TopicPartition(flags, number): start for number, start in enumerate(starts)}
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, isolation_level="read_committed"
        )
        self._read: list[tuple[float, bytes]] = []
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._consumer.assign(list(self._starts))
        for place, start in self._starts.items():
            self._consumer.seek(place, start)
        self._reading = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._reading is not None
        self._reading.cancel()
        await asyncio.wait({self._reading})
        await self._consumer.stop()

    async def late(self, least: int) -> list[float]:
        """Seconds from its tick until it was read, of each flag; waits until at least so many are."""
        async with asyncio.timeout(_SECONDS_MAX):
            while len(self._read) < least:  # noqa: ASYNC110  (the consumer does not say when it has read)
                await asyncio.sleep(_POLL_MS / 1000)
        read = list(self._read)
        appended = await self._appended({place for _, place in read})
        return [at - appended[place] for at, place in read]

    async def _follow(self) -> None:
        while True:
            fetched = await self._consumer.getmany(timeout_ms=_POLL_MS)
            at = time.time()
            self._read += [(at, dict(record.headers)["log"]) for records in fetched.values() for record in records]

    async def _appended(self, places: set[bytes]) -> dict[bytes, float]:
        """When the broker appended each of these ticks."""
        found: dict[bytes, float] = {}
        reader = KafkaReader(self._bootstrap)
        for place in places:
            partition, offset = (int(part) for part in place.split(b"/"))
            async for records in reader.read(self._log, partition, offset, offset + 1):
                found[place] = records[0].timestamp / 1000
        return found
