"""A worker with 250,000 cases in its table, killed with -9, judges the next event in under ten seconds."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from schemas.codec import decode, encode
from schemas.topics import CASES_CURRENT, LOG
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.adapters.kafka_groups import committed_offsets
from streams.core.engine import ENGINE
from streams.core.rules import rules_hash
from streams.ports import Outgoing
from streams.rules_file import VIETNAM, load_rules
from streams.settings import Settings
from tests.acceptance.deployments import Deploy

pytestmark = [pytest.mark.services, pytest.mark.kills]

CASES, BATCH = 250_000, 5000
NEXT_CASE = "case-000017"
RESTART_SECONDS_MAX = 10.0
PATIENCE_SECONDS = 240.0


@pytest.mark.timeout(500)
def test_a_worker_with_250_000_cases_judges_the_next_event_soon_after_a_kill(deployed: Deploy) -> None:
    deployment = deployed(VIETNAM)
    settings = deployment.settings
    worker = deployment.start("cases")
    asyncio.run(_fill(settings))
    asyncio.run(_wait_durable(settings))
    worker.kill()
    asyncio.run(_write(settings, [_fact(NEXT_CASE, 2, "card.received_at_unit", "2026-01-07T03:00:00Z")]))
    asyncio.run(_write_everywhere(settings, [_tick("2026-01-08T00:00:00Z")]))

    began = time.monotonic()
    deployment.start("cases", wait=False)
    asyncio.run(_wait_ready_case(settings))
    took = time.monotonic() - began

    print(f"{CASES:,} cases: next event judged {took:.1f} s after the restart began")
    assert took < RESTART_SECONDS_MAX


async def _fill(settings: Settings) -> None:
    """The beginning of a log, so many cases, and a tick that judges them all."""
    rules = load_rules(VIETNAM)
    await _write_everywhere(
        settings,
        [
            {"type": "clock.started", "kind": "simulated", "until": "2027-01-01T00:00:00Z"},
            {"type": "engine.activated", "version": ENGINE},
            {"type": "rules.activated", "hash": rules_hash(rules), "content": rules},
        ],
    )
    for start in range(0, CASES, BATCH):
        facts = [
            _fact(f"case-{n:06d}", 1, "case.completed", "2026-01-05T03:00:00Z") for n in range(start, start + BATCH)
        ]
        await _write(settings, facts)
    await _write_everywhere(settings, [_tick("2026-01-06T00:00:00Z")])


def _fact(token: str, number: int, kind: str, at: str) -> dict[str, Any]:
    return {
        "type": kind,
        "case": token,
        "fact": f"{int(token[5:]) * 16 + number:016x}",
        "time": at,
        "precision": "second",
        "source": "urn:hoso:test",
        "version": 1,
        "data": {"unit": "G01.801.001", "procedure": "card", "variant": "new"},
    }


def _tick(at: str) -> dict[str, Any]:
    return {"type": "clock.ticked", "at": at, "linked_to": None, "rules": None, "engine": ENGINE}


async def _write(settings: Settings, entries: Sequence[Mapping[str, Any]]) -> None:
    log = settings.topic(LOG)
    async with KafkaWriter(settings.kafka) as writer:
        await writer.append([Outgoing(log, entry["case"].encode(), encode(entry)) for entry in entries])


async def _write_everywhere(settings: Settings, entries: Sequence[Mapping[str, Any]]) -> None:
    log, partitions = settings.topic(LOG), range(settings.log_partitions)
    async with KafkaWriter(settings.kafka) as writer:
        await writer.append([Outgoing(log, None, encode(entry), n) for n in partitions for entry in entries])


async def _wait_durable(settings: Settings) -> None:
    """Until the case worker has made durable all that the log holds."""
    log, group = settings.topic(LOG), f"{settings.prefix}hoso-cases"
    ends = await KafkaReader(settings.kafka).end_offsets(log)
    deadline = time.monotonic() + PATIENCE_SECONDS

    async def left() -> int:
        done = await committed_offsets(settings.kafka, group)
        return sum(end - done.get(f"{log}/{partition}", 0) for partition, end in ends.items())

    while waiting := await left():
        assert time.monotonic() < deadline, f"{waiting} entries are not durable after {PATIENCE_SECONDS:.0f} s"
        await asyncio.sleep(0.2)


async def _wait_ready_case(settings: Settings) -> None:
    """Until the newest view of the case shows the event that came while no worker ran."""
    reader, topic = KafkaReader(settings.kafka), settings.topic(CASES_CURRENT)
    seen = dict(await reader.end_offsets(topic))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for partition, end in (await reader.end_offsets(topic)).items():
            views = []
            async for records in reader.read(topic, partition, seen[partition], end):
                views += [decode(record.value) for record in records if record.value is not None]
            if any(view["case"] == NEXT_CASE and view["observed"] == "ready" for view in views):
                return
            seen[partition] = end
        await asyncio.sleep(0.05)
    raise AssertionError(f"the event was not judged within {PATIENCE_SECONDS:.0f} s")
