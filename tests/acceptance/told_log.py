"""A log written by a test itself, entry by entry, in place of intake and the controller."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.codec import encode
from schemas.topics import LOG
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.adapters.kafka_groups import committed_offsets
from streams.core.compiling import rules_hash
from streams.core.engine import ENGINE
from streams.ports import Outgoing
from streams.settings import Settings

BATCH = 5000
PATIENCE_SECONDS = 240.0


def fact(
    number: int, kind: str = "case.completed", at: str = "2026-01-05T03:00:00Z", *, nth: int = 1
) -> dict[str, Any]:
    """The nth fact of a case."""
    return {
        "type": kind,
        "case": f"case-{number:06d}",
        "fact": f"{number * 16 + nth:016x}",
        "time": at,
        "precision": "second",
        "source": "urn:hoso:test",
        "version": 1,
        "data": {"unit": "G01.801.001", "procedure": "card", "variant": "new"},
    }


def tick(at: str) -> dict[str, Any]:
    return {"type": "clock.ticked", "at": at, "linked_to": None, "rules": None, "engine": ENGINE}


def activation(rules: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "rules.activated", "hash": rules_hash(rules), "content": rules}


async def begin(settings: Settings, rules: Mapping[str, Any], cases: int) -> None:
    """The beginning of a log, and so many cases that are complete."""
    started = {"type": "clock.started", "kind": "simulated", "until": "2027-01-01T00:00:00Z"}
    await write_everywhere(settings, [started, {"type": "engine.activated", "version": ENGINE}, activation(rules)])
    for start in range(0, cases, BATCH):
        await write(settings, [fact(number) for number in range(start, min(start + BATCH, cases))])


async def write(settings: Settings, entries: Sequence[Mapping[str, Any]]) -> None:
    log = settings.topic(LOG)
    async with KafkaWriter(settings.kafka) as writer:
        await writer.append([Outgoing(log, entry["case"].encode(), encode(entry)) for entry in entries])


async def write_everywhere(settings: Settings, entries: Sequence[Mapping[str, Any]]) -> None:
    """Entries of time and law, on every partition."""
    log, partitions = settings.topic(LOG), range(settings.log_partitions)
    async with KafkaWriter(settings.kafka) as writer:
        await writer.append([Outgoing(log, None, encode(entry), n) for n in partitions for entry in entries])


async def left(settings: Settings) -> dict[int, int]:
    """How many entries of each partition the case workers have not made durable."""
    log, group = settings.topic(LOG), f"{settings.prefix}hoso-cases"
    ends = await KafkaReader(settings.kafka).end_offsets(log)
    done = await committed_offsets(settings.kafka, group)
    return {partition: end - done.get(f"{log}/{partition}", 0) for partition, end in ends.items()}


async def wait_durable(settings: Settings) -> None:
    """Until the case workers have made durable all that the log holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while waiting := sum((await left(settings)).values()):
        assert time.monotonic() < deadline, f"{waiting} entries are not durable after {PATIENCE_SECONDS:.0f} s"
        await asyncio.sleep(0.2)
