"""A worker with 250,000 cases in its table, killed with -9, judges the next event in under ten seconds."""

import asyncio
import time

import pytest

from schemas.codec import decode
from schemas.topics import CASES_CURRENT
from streams.adapters.kafka import KafkaReader
from streams.rules_file import VIETNAM, load_rules
from streams.settings import Settings
from tests.acceptance.deployments import Deploy
from tests.acceptance.told_log import PATIENCE_SECONDS, begin, fact, tick, wait_durable, write, write_everywhere

pytestmark = [pytest.mark.services, pytest.mark.kills]

CASES, NEXT_CASE = 250_000, 17
RESTART_SECONDS_MAX = 10.0


@pytest.mark.timeout(500)
def test_a_worker_with_250_000_cases_judges_the_next_event_soon_after_a_kill(deployed: Deploy) -> None:
    deployment = deployed(VIETNAM)
    settings = deployment.settings
    worker = deployment.start("cases")
    asyncio.run(begin(settings, load_rules(VIETNAM), CASES))
    asyncio.run(write_everywhere(settings, [tick("2026-01-06T00:00:00Z")]))
    asyncio.run(wait_durable(settings))
    worker.kill()
    asyncio.run(write(settings, [fact(NEXT_CASE, "card.received_at_unit", "2026-01-07T03:00:00Z", nth=2)]))
    asyncio.run(write_everywhere(settings, [tick("2026-01-08T00:00:00Z")]))

    began = time.monotonic()
    deployment.start("cases", wait=False)
    asyncio.run(_wait_ready_case(settings))
    took = time.monotonic() - began

    print(f"{CASES:,} cases: next event judged {took:.1f} s after the restart began")
    assert took < RESTART_SECONDS_MAX


async def _wait_ready_case(settings: Settings) -> None:
    """Until the newest view of the case shows the event that came while no worker ran."""
    reader, topic, token = KafkaReader(settings.kafka), settings.topic(CASES_CURRENT), fact(NEXT_CASE)["case"]
    seen = dict(await reader.end_offsets(topic))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for partition, end in (await reader.end_offsets(topic)).items():
            views = []
            async for records in reader.read(topic, partition, seen[partition], end):
                views += [decode(record.value) for record in records if record.value is not None]
            if any(view["case"] == token and view["observed"] == "ready" for view in views):
                return
            seen[partition] = end
        await asyncio.sleep(0.05)
    raise AssertionError(f"the event was not judged within {PATIENCE_SECONDS:.0f} s")
