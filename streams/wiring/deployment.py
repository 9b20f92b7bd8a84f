"""A deployment as a whole: its database, its dead letters, and whether all of it has caught up."""

import asyncio
import secrets
from pathlib import Path
from typing import NamedTuple

import asyncpg
import psycopg
from aiokafka.errors import KafkaError

from schemas.codec import decode
from schemas.topics import CASES_CURRENT, DEAD_LETTERS, FLAGS, LOG
from streams.adapters.database import DatabaseAway, SchemaBehind
from streams.adapters.kafka import KafkaReader, TopicUnknown
from streams.adapters.kafka_groups import committed_offsets
from streams.adapters.sealing import KeyRefused, LetterOpener, SealBroken, new_letter_keys
from streams.adapters.topics_admin import TopicRefused
from streams.agents.app import group_of
from streams.agents.intake_worker import SecretMissing
from streams.clock import monotonic_seconds
from streams.core.instants import parse_utc
from streams.pipeline.cases import LawMissing
from streams.pipeline.controller import ClockMixed
from streams.pipeline.dead_letters import (
    DeadLetter,
    LetterNotFound,
    NotADeadLetter,
    Original,
    find_letter,
    list_letters,
    restore,
)
from streams.rules_file import VIETNAM, load_rules
from streams.settings import Settings
from streams.sinks.archive import AnotherDeployment
from streams.sinks.figures import UnitFigures, archived_offsets, unit_figures
from streams.sinks.incidents import Incident, archived_incidents
from streams.sinks.migrate import migrate
from streams.sinks.tail import RecordsGone

_TAIL = 200
_POLL_SECONDS = 0.2


class NotSettled(TimeoutError):
    def __init__(self, at: str, seconds: float, why: str) -> None:
        super().__init__(f"the deployment has not judged all up to {at} within {seconds:.0f} s: {why}")


class Ticks(NamedTuple):
    """The last tick of a log partition, and the offset after it."""

    at: int
    offset: int


# What a command tells in one line, and a worker ends with code 2 for: somebody has to set something right.
REFUSALS: tuple[type[Exception], ...] = (
    SecretMissing, KeyRefused, SealBroken, LetterNotFound, NotADeadLetter, SchemaBehind, AnotherDeployment, RecordsGone,
    DatabaseAway, ClockMixed, TopicRefused, TopicUnknown, LawMissing, KafkaError, asyncpg.PostgresError, psycopg.Error,
)  # fmt: skip


def write_keys(folder: Path) -> list[Path]:
    """Fresh keys of a deployment as files that only their owner may read; raises FileExistsError where one is there."""
    folder.mkdir(parents=True, exist_ok=True)
    private, public = new_letter_keys()
    contents = {
        "hoso_token_key": secrets.token_hex(32),
        "hoso_codes_key": secrets.token_hex(32),
        "hoso_dead_letters_public_key": public,
        "hoso_dead_letters_private_key": private,
    }
    paths = [folder / name for name in contents]
    for path in paths:
        if path.exists():
            raise FileExistsError(f"{path} is there already: keys are never replaced")
    for path, content in zip(paths, contents.values(), strict=True):
        path.touch(mode=0o600)
        path.write_text(content + "\n")
    return paths


def migrate_database(settings: Settings) -> list[str]:
    """The migrations that were missing and are applied now."""
    return migrate(settings.database)


def figures(settings: Settings) -> list[UnitFigures]:
    """The figures of all units, by the scoring system of the rules."""
    scoring = load_rules(settings.rules or VIETNAM)["scoring"]
    return asyncio.run(unit_figures(settings.database, scoring))


def incidents(settings: Settings, unit: str | None, *, open_only: bool) -> list[Incident]:
    """The incidents of all units, or of a unit and those beneath it."""
    return asyncio.run(archived_incidents(settings.database, unit, open_only=open_only))


def dead_letters(settings: Settings) -> list[DeadLetter]:
    """All dead letters that are still kept, in the order of their places."""

    async def found() -> list[DeadLetter]:
        letters = list_letters(KafkaReader(settings.kafka), settings.topic(DEAD_LETTERS))
        return [letter async for letter in letters]

    return sorted(asyncio.run(found()), key=lambda letter: (letter.at_partition, letter.at_offset))


def open_letter(settings: Settings, partition: int, offset: int, private_key: str) -> Original:
    """The original of a dead letter, key, value and headers, exactly as it came."""
    opener = LetterOpener(private_key)
    reader, topic = KafkaReader(settings.kafka), settings.topic(DEAD_LETTERS)
    return restore(asyncio.run(find_letter(reader, topic, partition, offset)), opener)


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
