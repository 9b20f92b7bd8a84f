"""What deployments of a test left behind, read back for comparison."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psycopg

from schemas.topics import FLAGS, LOG, Topic
from streams.adapters.kafka import KafkaReader
from streams.settings import Settings
from tools.deployment import Deployment

Deploy = Callable[..., Deployment]
PATIENCE_SECONDS = 60.0


class Said(NamedTuple):
    """Everything a run said: canonical bytes of flag changes and of the newest views of cases, sorted."""

    flag_changes: list[bytes]
    cases: list[bytes]


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Ask again and again, within a bound."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def archived(settings: Settings) -> Said:
    """What PostgreSQL holds."""
    with psycopg.connect(settings.database) as connection:
        changes = connection.execute("SELECT body FROM flag_changes").fetchall()
        cases = connection.execute("SELECT body FROM cases").fetchall()
    return Said(sorted(bytes(row[0]) for row in changes), sorted(bytes(row[0]) for row in cases))


def read_topic(settings: Settings, topic: str) -> list[bytes]:
    """The values of all committed records of a topic."""

    async def read() -> list[bytes]:
        reader, name, values = KafkaReader(settings.kafka), settings.topic(topic), []
        for partition, end in (await reader.end_offsets(name)).items():
            async for records in reader.read(name, partition, 0, end):
                values += [record.value for record in records if record.value is not None]
        return values

    return asyncio.run(read())


def ends_of(settings: Settings, topic: Topic) -> int:
    """The end offsets of a topic, summed: cheaper than to read it."""
    return sum(asyncio.run(KafkaReader(settings.kafka).end_offsets(settings.topic(topic))).values())


def check_replay(deployment: Deployment, folder: Path) -> None:
    """The flags topic, PostgreSQL and a fresh replay say the same, byte for byte."""
    flags = folder / "replay.jsonl"
    deployment.run("replay", f"kafka:{deployment.settings.topic(LOG)}", "--json", "--flags", str(flags))
    said = archived(deployment.settings)
    assert sorted(set(read_topic(deployment.settings, FLAGS.name))) == said.flag_changes
    assert sorted(set(flags.read_bytes().splitlines())) == said.flag_changes
