"""A deployment as a whole: its topics, its dead letters, and whether all of it has caught up."""

import asyncio
from typing import NamedTuple

from schemas.codec import decode
from schemas.topics import CASES_CURRENT, FLAGS, LOG
from streams.adapters.kafka import KafkaReader
from streams.adapters.kafka_groups import committed_offsets
from streams.agents.app import group_of
from streams.clock import monotonic_seconds
from streams.core.instants import parse_utc
from streams.settings import Settings
from streams.sinks.figures import archived_offsets

_TAIL = 200
_POLL_SECONDS = 0.2


class NotSettled(TimeoutError):
    def __init__(self, at: str, seconds: float, why: str) -> None:
        super().__init__(f"the deployment has not judged all up to {at} within {seconds:.0f} s: {why}")


class Ticks(NamedTuple):
    """The last tick of a log partition, and the offset after it."""

    at: int
    offset: int


async def wait_settled(settings: Settings, at: str, seconds: float) -> None:
    """Returns when every log partition has a tick at or after `at`, the case workers have made durable what it judged,
    and the archive holds all of flags and cases; raises NotSettled after so many seconds."""
    wanted, deadline = parse_utc(at), monotonic_seconds() + seconds
    while missing := await _missing(settings, wanted):
        if monotonic_seconds() > deadline:
            raise NotSettled(at, seconds, missing)
        await asyncio.sleep(_POLL_SECONDS)


async def latest_tick(settings: Settings) -> int | None:
    """The instant of the last tick in the log, or None before the first."""
    reader, log = KafkaReader(settings.kafka), settings.topic(LOG)
    last = await _last_tick(reader, log, 0, (await reader.end_offsets(log))[0])
    return None if last is None else last.at


async def _missing(settings: Settings, wanted: int) -> str | None:
    reader, log = KafkaReader(settings.kafka), settings.topic(LOG)
    ends = await reader.end_offsets(log)
    handled = await committed_offsets(settings.kafka, group_of(settings, "cases"))
    for partition, end in sorted(ends.items()):
        last = await _last_tick(reader, log, partition, end)
        if last is None or last.at < wanted:
            return f"{log}/{partition} has no tick so late: is intake running, and its clock simulated?"
        if handled.get(f"{log}/{partition}", 0) < last.offset:
            return f"{log}/{partition} is not judged up to that tick: are case workers running?"
    topics = [settings.topic(topic) for topic in (FLAGS, CASES_CURRENT)]
    stored = await archived_offsets(settings.database, topics)
    for name in topics:
        for partition in ends:
            final = await _last_record(reader, name, partition)
            if stored.get(f"{name}/{partition}", 0) < final:
                return f"{name}/{partition} is not in the archive: is the sink running?"
    return None


async def _last_tick(reader: KafkaReader, topic: str, partition: int, end: int) -> Ticks | None:
    found = None
    async for records in reader.read(topic, partition, max(0, end - _TAIL), end):
        for record in records:
            if not record.key and record.value is not None:
                entry = decode(record.value)
                if entry["type"] == "clock.ticked":
                    found = Ticks(parse_utc(entry["at"]), record.offset + 1)
    return found


async def _last_record(reader: KafkaReader, topic: str, partition: int) -> int:
    """The offset after the last record; the end may be further on, behind the marker of its transaction."""
    end, after = (await reader.end_offsets(topic))[partition], 0
    async for records in reader.read(topic, partition, max(0, end - _TAIL), end):
        after = records[-1].offset + 1
    return after
