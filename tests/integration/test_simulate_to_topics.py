"""`hoso simulate --to topics` on a real Kafka: what is refused before anything is sent, a clock that stands."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from schemas.codec import encode
from schemas.topics import LOG, SOURCES
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.adapters.kafka_clock import ClockStands, KafkaClock
from streams.adapters.topics_admin import create_topics
from streams.ports import Outgoing
from streams.settings import Settings
from tests.unit.test_cli import run

pytestmark = pytest.mark.services

STARTED = {"type": "clock.started", "kind": "simulated"}
WORDS = ("simulate", "--district", "honest", "--days", "1", "--to", "topics")


@pytest.fixture
def settings(kafka: str, prefix: str) -> Settings:
    """A deployment with its topics made, and no worker."""
    numbers = {"replication": 1, "min_insync": 1, "log_partitions": 1, "source_partitions": 1}
    made = Settings.model_validate({"kafka": kafka, "prefix": prefix, "demo": True} | numbers)
    asyncio.run(create_topics(made))
    return made


def write(settings: Settings, *entries: Mapping[str, Any]) -> None:
    async def append() -> None:
        async with KafkaWriter(settings.kafka) as writer:
            await writer.append([Outgoing(settings.topic(LOG), None, encode(entry), 0) for entry in entries])

    asyncio.run(append())


def simulate(settings: Settings, **more: str) -> tuple[int, str]:
    environment = {"kafka": settings.kafka, "prefix": settings.prefix, "clock": "simulated"} | more
    code, said = run(*WORDS, **environment)
    return code, " ".join(said.split())


def sent(settings: Settings) -> int:
    async def count() -> int:
        reader = KafkaReader(settings.kafka)
        return sum([sum((await reader.end_offsets(settings.topic(topic))).values()) for topic in SOURCES])

    return asyncio.run(count())


def tick(at: str) -> dict[str, Any]:
    return {"type": "clock.ticked", "at": at}


def test_a_log_that_has_a_later_tick_is_refused(settings: Settings) -> None:
    write(settings, STARTED, tick("2027-01-01T00:00:00Z"))

    code, said = simulate(settings)

    assert code == 2
    assert f"{settings.prefix}log stands at 2027-01-01T00:00:00Z, and this run begins with a tick at 2026-" in said
    assert "another HOSO_PREFIX" in said
    assert sent(settings) == 0


def test_a_log_on_a_wall_clock_is_refused(settings: Settings) -> None:
    write(settings, {"type": "clock.started", "kind": "wall"})

    code, said = simulate(settings)

    assert code == 2
    assert "the log runs on a wall clock and a simulated one is asked for" in said
    assert sent(settings) == 0


def test_a_deployment_without_topics_is_refused(settings: Settings) -> None:
    code, said = simulate(settings, prefix="nowhere.")

    assert code == 2
    assert "does not exist: make it with hoso topics create, or mend HOSO_PREFIX" in said


def test_a_run_beyond_the_end_of_simulated_time_is_refused(settings: Settings) -> None:
    code, said = simulate(settings, clock_until="2026-01-06T00:00:00Z")

    assert code == 2
    assert "HOSO_CLOCK_UNTIL is 2026-01-06T00:00:00Z, and this run goes on to 2026-" in said
    assert sent(settings) == 0


async def test_a_tick_that_comes_is_waited_for_and_one_that_does_not_is_named(kafka: str, prefix: str) -> None:
    numbers = {"replication": 1, "min_insync": 1, "log_partitions": 1, "source_partitions": 1}
    settings = Settings.model_validate({"kafka": kafka, "prefix": prefix, "demo": True} | numbers)
    await create_topics(settings)
    log = settings.topic(LOG)
    fact = Outgoing(log, b"token", b"no clock entry", 0)

    async with KafkaClock(kafka, log, 0.3) as clock, KafkaWriter(kafka) as writer:
        await writer.append([fact, Outgoing(log, None, encode(tick("2026-01-05T10:00:00Z")), 0)])
        await clock.reached(1_767_607_200)
        with pytest.raises(ClockStands, match=rf"{log} has no tick at 2026-01-05T10:00:01Z, 0 s after it was asked"):
            await clock.reached(1_767_607_201)
