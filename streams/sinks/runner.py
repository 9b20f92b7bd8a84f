"""The sink: keeps what is committed on four topics in the archive, in order, however long the archive is away."""

import asyncio
from collections import Counter
from contextlib import suppress

from aiokafka.errors import KafkaError

from schemas.topics import CASES_CURRENT, CODES, FLAGS, LOG
from streams.adapters.behind import Behind
from streams.adapters.health import Pulse
from streams.clock import monotonic_seconds
from streams.exposition import Metrics
from streams.metrics import (
    ARCHIVE_OUTAGES,
    ARCHIVE_UP,
    ARCHIVED_RECORDS,
    CHUNK_COMMIT,
    CHUNK_RECORDS,
    LAG_RECORDS,
    LAG_SECONDS,
)
from streams.settings import Settings
from streams.sinks.archive import Archive, ArchiveUnavailable
from streams.sinks.postgres import PostgresArchive
from streams.sinks.tail import Tail

ROLE = "sink"
ARCHIVED = (LOG, FLAGS, CASES_CURRENT, CODES)

BACKOFF_SECONDS_MIN = 0.1
BACKOFF_SECONDS_MAX = 5.0
# A clean stop waits so long for the chunk at hand; without it the chunk is simply read again.
STOP_SECONDS_MAX = 1.5
# The broker answers every half second, be it with nothing.
SILENCE_SECONDS_MAX = 10.0
LAG_SECONDS_BETWEEN = 1.0


async def run_sink(
    settings: Settings, stop: asyncio.Event, metrics: Metrics, pulse: Pulse, archive: Archive | None = None
) -> None:
    """Runs until `stop` is set. Raises Fenced where another sink has taken over, and whatever is our own fault.

    The database must have been migrated; see `streams.sinks.migrate`.
    """
    archive = archive or PostgresArchive(settings.database, settings.prefix)
    running = asyncio.create_task(_Sink(settings, stop, metrics, pulse, archive).run())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({running}, timeout=STOP_SECONDS_MAX)
        # Without its connection a write that hangs gives up; cancelled alone, it would first ask to roll back.
        await archive.close()
    finally:
        stopping.cancel()
        if not running.done():
            running.cancel()
            await asyncio.wait({running})
    if not running.cancelled():
        running.result()


class _Sink:
    def __init__(
        self, settings: Settings, stop: asyncio.Event, metrics: Metrics, pulse: Pulse, archive: Archive
    ) -> None:
        self._stop, self._metrics, self._pulse, self._archive = stop, metrics, pulse, archive
        self._prefix = settings.prefix
        topics = [settings.topic(topic) for topic in ARCHIVED]
        self._tail = Tail(settings.kafka, topics, settings.chunk_records_max)
        self._lag_at = 0.0
        self._failures = 0
        self._behind = Behind()
        self._appended_at: dict[str, float] = {}

    async def run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    await self._tail.open()
                    await self._copy()
                except ArchiveUnavailable as outage:
                    self._metrics.count(ARCHIVE_OUTAGES)
                    self._metrics.set(ARCHIVE_UP, 0)
                    await self._wait(str(outage))
                except LookupError as missing:
                    await self._tail.close()
                    await self._wait(str(missing))
                except KafkaError as trouble:
                    if not trouble.retriable:
                        raise
                    await self._tail.close()
                    await self._wait(f"Kafka: {type(trouble).__name__}")
        finally:
            await self._archive.close()
            await self._tail.close()

    async def _copy(self) -> None:
        """From where the archive stands, chunk by chunk, until stopped."""
        await self._tail.seek(await self._archive.open(await self._tail.starts()))
        self._metrics.set(ARCHIVE_UP, 1)
        while not self._stop.is_set():
            records = await self._tail.poll()
            if records:
                began_at = monotonic_seconds()
                await self._archive.write(records)
                self._metrics.observe(CHUNK_COMMIT, monotonic_seconds() - began_at, ROLE)
                self._metrics.count(CHUNK_RECORDS, ROLE, by=len(records))
                self._appended_at |= {record.topic: record.timestamp / 1000 for record in records}
                for topic, count in Counter(record.topic for record in records).items():
                    self._metrics.count(ARCHIVED_RECORDS, topic.removeprefix(self._prefix), by=count)
                self._pulse.worked()
                self._failures = 0
            elif self._tail.silent_seconds() > SILENCE_SECONDS_MAX:
                self._pulse.waited("Kafka does not answer")
            else:
                self._pulse.rested()
                self._failures = 0
            await self._report_lag(now=monotonic_seconds())

    async def _report_lag(self, now: float) -> None:
        if now - self._lag_at < LAG_SECONDS_BETWEEN:
            return
        self._lag_at = now
        for topic, left in (await self._tail.lag()).items():
            name = topic.removeprefix(self._prefix)
            self._metrics.set(LAG_RECORDS, left, name)
            self._metrics.set(LAG_SECONDS, self._behind.seconds(topic, left, self._appended_at.get(topic)), name)

    async def _wait(self, reason: str) -> None:
        self._pulse.waited(reason)
        seconds = min(BACKOFF_SECONDS_MAX, BACKOFF_SECONDS_MIN * 2**self._failures)
        self._failures = min(self._failures + 1, 16)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
