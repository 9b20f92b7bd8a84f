"""`hoso report` reads a log on a real Kafka: over its partitions it says what it says of the same entries in a file."""

import asyncio
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from schemas.codec import encode
from schemas.topics import LOG
from streams.adapters.kafka import KafkaWriter
from streams.adapters.topics_admin import create_topics
from streams.cli import app
from streams.ports import Outgoing
from streams.rules_file import VIETNAM, load_rules
from streams.settings import Settings
from tests.core_builders import activation, at, completed, entry, official, ready, received, returned, tick

pytestmark = pytest.mark.services

PARTITIONS = 3


def cases() -> list[dict[str, Any]]:
    """Forty cases of four units; every third was never closed in the system, every fifth was late."""
    told: list[dict[str, Any]] = []
    for number in range(40):
        about: dict[str, Any] = {"case": f"case-{number}", "unit": f"G01.801.00{number % 4}"}
        done = "2026-01-15 09:00" if number % 5 == 0 else "2026-01-12 09:00"
        told += [
            received(appointment_at="2026-01-13 17:00", **about),
            completed(**about),
            official("2", "2026-01-05 10:00", **about),
            ready(done, **about),
            returned(done.replace("09:", "10:"), **about),
        ]
        if number % 3:
            told.append(official("9", done.replace("09:", "11:"), **about))
    return [*told, entry("complaint.filed", "2026-01-20 09:00", case="place", unit="G01.801.001", procedure=None)]


async def fill(settings: Settings, told: list[dict[str, Any]]) -> None:
    await create_topics(settings)
    log = settings.topic(LOG)
    law, last = activation(load_rules(VIETNAM)), tick(at("2026-02-03 12:00"))
    everywhere = range(PARTITIONS)
    async with KafkaWriter(settings.kafka) as writer:
        await writer.append([Outgoing(log, None, encode(law), number) for number in everywhere])
        await writer.append(
            [Outgoing(log, one["case"].encode(), encode(one), len(one["case"]) % PARTITIONS) for one in told]
        )
        await writer.append([Outgoing(log, None, encode(last), number) for number in everywhere])


def report(source: str, period: str, **settings: str) -> dict[str, Any]:
    env = {f"HOSO_{name.upper()}": value for name, value in settings.items()}
    result = CliRunner().invoke(app, ["report", source, "--period", period, "--json"], env=env)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_a_topic_and_a_file_of_the_same_entries_give_the_same_report(kafka: str, prefix: str, tmp_path: Path) -> None:
    settings = Settings(
        demo=True,
        kafka=kafka,
        prefix=prefix,
        log_partitions=PARTITIONS,
        source_partitions=1,
        replication=1,
        min_insync=1,
    )
    told = cases()
    asyncio.run(fill(settings, told))
    file = tmp_path / "log.jsonl"
    lines = [activation(load_rules(VIETNAM)), *told, tick(at("2026-02-03 12:00"))]
    file.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in lines))

    for period in ("2026-01", "2026-02"):
        of_topic = report(f"kafka:{settings.topic(LOG)}", period, kafka=kafka, prefix=prefix, demo="true")
        assert of_topic == report(str(file), period)
    january = report(str(file), "2026-01")["rates"][0]
    # 14 were never closed; of the 26 others five were late: 5, 10, 20, 25 and 35. By evidence eight of all were.
    assert (january["counted"], january["in_time"], january["proven"]) == (40, 21, 32)
