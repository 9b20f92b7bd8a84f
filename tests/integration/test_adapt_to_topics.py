"""A register through a real Kafka: its rows reach hoso.handover and pass intake, and told twice they are one fact."""

import asyncio
from pathlib import Path

import pytest

from schemas.codec import decode
from streams.adapters.kafka import KafkaReader
from streams.adapters.sealing import LetterSealer
from streams.adapters.topics_admin import create_topics
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Record
from streams.settings import Settings
from tests.intake_builders import CODES, PUBLIC_KEY, TOKEN_KEY
from tests.register_builders import ROW, register_file
from tests.unit.test_cli import run

pytestmark = pytest.mark.services


def test_a_register_told_twice_on_a_wall_clock_is_one_fact_of_the_log(kafka: str, prefix: str, tmp_path: Path) -> None:
    numbers = {"replication": 1, "min_insync": 1, "log_partitions": 3, "source_partitions": 1}
    settings = Settings.model_validate({"kafka": kafka, "prefix": prefix, "demo": True} | numbers)
    asyncio.run(create_topics(settings))
    file = register_file(tmp_path, ROW, "079204001234,06/01/2026,,")
    words = ("adapt", "register-csv", str(file), "--unit", "G01.801.001")

    codes = [run(*words, kafka=kafka, prefix=prefix, clock="wall")[0] for _ in range(2)]

    records = asyncio.run(_all(KafkaReader(kafka), prefix + "handover"))
    limits = IntakeLimits(300, settings.message_bytes_max)
    written = Intake(prefix, limits, TOKEN_KEY, CODES, LetterSealer(PUBLIC_KEY)).step(records)
    entries = [decode(each.value) for each in written if each.topic == prefix + "log" and each.value]
    assert codes == [1, 1]
    assert [(each["type"], each["precision"], each["time"]) for each in entries] == [
        ("card.returned", "day", "2026-01-06T17:00:00Z")
    ] * 2
    assert len({each["fact"] for each in entries}) == 1
    assert not [each for each in written if each.topic == prefix + "dead-letters"]
    assert asyncio.run(_all(KafkaReader(kafka), prefix + "control")) == []


async def _all(reader: KafkaReader, topic: str) -> list[Record]:
    ends = await reader.end_offsets(topic)
    return [
        one for partition, end in ends.items() async for chunk in reader.read(topic, partition, 0, end) for one in chunk
    ]
