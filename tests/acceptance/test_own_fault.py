"""Our own fault stops a case worker before anything of its chunk is committed; after a restart the event is there."""

import asyncio

import orjson
import pytest

from schemas.codec import encode
from schemas.control import ClockRequested
from schemas.topics import CASES_CURRENT, CONTROL, LOG, SOURCES
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.adapters.kafka_groups import committed_offsets
from streams.agents.ending import FAULT_CODE
from streams.pipeline.control_keys import control_key
from streams.pipeline.tokens import normalise, token_of
from streams.ports import Outgoing
from streams.rules_file import VIETNAM
from streams.settings import DEMO_TOKEN_KEY, Settings
from streams.wiring.deployment import wait_settled
from tests.acceptance.deployments import PATIENCE_SECONDS, Deploy, read_topic, until
from tests.acceptance.faulty import POISON
from tests.intake_builders import message

pytestmark = [pytest.mark.services, pytest.mark.kills]

CASES = 40
POISONED = "dossier:P-20"
TICK = "2026-01-20T00:00:00Z"


def test_our_own_fault_stops_the_worker_and_loses_nothing(deployed: Deploy) -> None:
    poison = token_of(DEMO_TOKEN_KEY.encode(), normalise(POISONED))
    deployment = deployed(VIETNAM)
    deployment.start("intake")
    asyncio.run(_send(deployment.settings))
    until(lambda: _has_tick(deployment.settings), "a tick in the log")
    deployment.environment = {**deployment.environment, POISON: poison}

    faulty = deployment.start("cases", module="tests.acceptance.faulty", wait=False)

    assert faulty.process.wait(PATIENCE_SECONDS) == FAULT_CODE
    assert "broken on purpose" in faulty.log.read_text()
    at_fault = asyncio.run(committed_offsets(deployment.settings.kafka, f"{deployment.settings.prefix}hoso-cases"))
    place, offset = asyncio.run(_place_of(deployment.settings, poison))
    assert at_fault.get(place, 0) <= offset, "the chunk with the event that broke the core was committed"

    deployment.start("cases")
    deployment.start("sink")
    asyncio.run(wait_settled(deployment.settings, TICK, PATIENCE_SECONDS))

    seen = {orjson.loads(view)["case"] for view in read_topic(deployment.settings, CASES_CURRENT.name)}
    assert len(seen) == CASES
    assert poison in seen


async def _send(settings: Settings) -> None:
    """One completed dossier a case, and a tick behind them all."""
    source = settings.topic("submission")
    events = [
        Outgoing(source, b"%d" % n, message(id=f"p{n}", subject=f"dossier:P-{n}", data={"procedure": "card"}))
        for n in range(CASES)
    ]
    async with KafkaWriter(settings.kafka) as writer:
        await writer.append(events)
        reader = KafkaReader(settings.kafka)
        ends: dict[str, int] = {}
        for topic in SOURCES:
            name = settings.topic(topic)
            ends |= {f"{name}/{partition}": end for partition, end in (await reader.end_offsets(name)).items()}
        request = ClockRequested(at=TICK, offsets=ends)
        control = Outgoing(settings.topic(CONTROL), control_key(request), encode(request.model_dump()), 0)
        await writer.append([control])


def _has_tick(settings: Settings) -> bool:
    return any(b"clock.ticked" in entry for entry in read_topic(settings, LOG.name))


async def _place_of(settings: Settings, token: str) -> tuple[str, int]:
    """Where the log holds the entry of a case: "topic/partition" and offset."""
    reader, log = KafkaReader(settings.kafka), settings.topic(LOG)
    found = []
    for partition, end in (await reader.end_offsets(log)).items():
        async for records in reader.read(log, partition, 0, end):
            found += [(f"{log}/{partition}", r.offset) for r in records if r.key == token.encode()]
    [place] = found
    return place
