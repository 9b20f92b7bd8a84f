"""The sink between a real Kafka and a real PostgreSQL: whatever is cut between them, everything is kept once."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.adapters.health import Pulse, State, state_of
from streams.adapters.kafka import KafkaWriter
from streams.exposition import Metrics
from streams.metrics import ARCHIVE_OUTAGES
from streams.ports import Fenced, Outgoing, Record
from streams.settings import Settings
from streams.sinks import tail
from streams.sinks.migrate import migrate
from streams.sinks.postgres import PostgresArchive
from streams.sinks.runner import run_sink
from streams.sinks.tail import RecordsGone
from tests.archive_builders import PREFIX, case, code, fact, flag, tick
from tests.gate import gate_before

pytestmark = pytest.mark.services

PARTITIONS = 2
WAIT_SECONDS_MAX = 30.0


@dataclass
class Sink:
    """One run of the sink, and how it fares."""

    settings: Settings
    stop: asyncio.Event
    metrics: Metrics
    pulse: Pulse
    task: asyncio.Task[None]

    @property
    def outages(self) -> float:
        return self.metrics.registry.get_sample_value(f"hoso_{ARCHIVE_OUTAGES.name}") or 0

    async def end(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, WAIT_SECONDS_MAX)


@pytest.fixture
async def settings(kafka: str, database: str, prefix: str) -> Settings:
    migrate(database)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    topics = [NewTopic(prefix + name, PARTITIONS, 1) for name in ("log", "flags", "cases.current", "codes")]
    await admin.create_topics(topics)
    await admin.close()
    return Settings(kafka=kafka, database=database, prefix=prefix, chunk_records_max=50)


@asynccontextmanager
async def sink(settings: Settings, archive: PostgresArchive | None = None) -> AsyncIterator[Sink]:
    """Runs until the block ends; then it is cancelled, wherever it is, unless it has ended."""
    stop, metrics, pulse = asyncio.Event(), Metrics(), Pulse()
    task = asyncio.create_task(run_sink(settings, stop, metrics, pulse, archive))
    try:
        yield Sink(settings, stop, metrics, pulse, task)
    finally:
        task.cancel()
        await asyncio.wait({task})


async def produce(settings: Settings, records: list[Record]) -> None:
    async with KafkaWriter(settings.kafka) as writer:
        await writer.append([outgoing(settings, record) for record in records])


def outgoing(settings: Settings, record: Record) -> Outgoing:
    topic = settings.prefix + record.topic.removeprefix(PREFIX)
    return Outgoing(topic, record.key, record.value, record.partition, record.headers)


def story(count: int) -> list[Record]:
    tokens = [f"token-{n:05}" for n in range(count)]
    return [
        *(fact(n, token=token, partition=n % PARTITIONS) for n, token in enumerate(tokens)),
        *(tick(partition=partition) for partition in range(PARTITIONS)),
        *(case(token=token, version=version) for token in tokens for version in (1, 2)),
        *(flag(flag_id=f"{n:032x}", version=version) for n in range(count // 2) for version in (1, 2)),
        *(code(token=token, sealed=token.encode()) for token in tokens),
    ]


def counts(database: str) -> dict[str, int]:
    with psycopg.connect(database) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
            for table in ("entries", "cases", "flags", "flag_changes", "codes")
        }


def counts_of(story_count: int) -> dict[str, int]:
    flags = story_count // 2
    return {
        "entries": story_count + PARTITIONS,
        "cases": story_count,
        "flags": flags,
        "flag_changes": 2 * flags,
        "codes": story_count,
    }


def dump(database: str) -> list[list[tuple[object, ...]]]:
    """Everything the sink keeps, offsets included."""
    with psycopg.connect(database) as connection:
        return [
            sorted(connection.execute(f"SELECT md5(t::text) FROM {table} AS t").fetchall())
            for table in ("entries", "cases", "flags", "flag_changes", "codes", "sink_offsets")
        ]


async def until(condition: Callable[[], bool], ended: asyncio.Task[None] | None = None) -> None:
    async def wait() -> None:
        while not condition():
            assert ended is None or not ended.done(), f"the sink ended: {ended.exception()!r}"
            await asyncio.sleep(0.05)

    await asyncio.wait_for(wait(), WAIT_SECONDS_MAX)


async def kept(running: Sink, story_count: int) -> None:
    await until(lambda: counts(running.settings.database) == counts_of(story_count), running.task)


async def test_what_is_committed_is_kept_and_a_clean_stop_is_quick(settings: Settings) -> None:
    await produce(settings, story(100))

    async with sink(settings) as running:
        await kept(running, 100)
        await until(lambda: state_of(running.pulse.health()) is State.IDLE, running.task)
        began = asyncio.get_running_loop().time()
        await running.end()

    assert asyncio.get_running_loop().time() - began < 2
    with psycopg.connect(settings.database) as connection:
        versions = connection.execute("SELECT DISTINCT version FROM cases").fetchall()
        origins = connection.execute(
            "SELECT DISTINCT judged_at::text, log_partition, log_offset, engine FROM flags"
        ).fetchall()
    assert versions == [(2,)]
    assert origins == [("2026-01-14 00:00:00+00", 3, 41, "1")]


class Crash(Exception):
    pass


class CrashingArchive(PostgresArchive):
    """Dies at its n-th chunk, just before or just after it is kept."""

    def __init__(self, settings: Settings, chunks: int, *, after: bool) -> None:
        super().__init__(settings.database, settings.prefix)
        self._left, self._after = chunks, after

    async def write(self, records: Sequence[Record]) -> None:
        self._left -= 1
        if self._left or self._after:
            await super().write(records)
        if not self._left:
            raise Crash


async def test_crashed_at_random_points_it_keeps_the_same_as_undisturbed(settings: Settings) -> None:
    chance = random.Random(7)
    await produce(settings, story(600))

    for crash in range(12):
        archive = CrashingArchive(settings, chance.randint(1, 6), after=crash % 2 == 0)
        async with sink(settings, archive) as running:
            with pytest.raises(Crash):
                await asyncio.wait_for(asyncio.shield(running.task), WAIT_SECONDS_MAX)
    assert counts(settings.database) != counts_of(600)
    async with sink(settings) as running:
        await kept(running, 600)
        await running.end()
    disturbed = dump(settings.database)

    forget(settings.database)
    async with sink(settings) as running:
        await kept(running, 600)
        await running.end()

    assert dump(settings.database) == disturbed


async def test_everything_read_again_changes_nothing(settings: Settings) -> None:
    await produce(settings, story(200))
    async with sink(settings) as running:
        await kept(running, 200)
        await running.end()
    once = dump(settings.database)

    with psycopg.connect(settings.database) as connection:
        connection.execute("UPDATE sink_offsets SET next_offset = 0")
    async with sink(settings) as running:
        await until(lambda: dump(settings.database)[-1] == once[-1], running.task)
        await running.end()

    assert dump(settings.database) == once


async def test_what_was_aborted_is_not_kept(settings: Settings) -> None:
    worker = AIOKafkaProducer(bootstrap_servers=settings.kafka, transactional_id=settings.prefix + "worker")
    await worker.start()
    await worker.begin_transaction()
    entry = outgoing(settings, fact(0))
    await worker.send_and_wait(entry.topic, entry.value, entry.key, entry.partition)
    await worker.abort_transaction()
    await worker.stop()
    await produce(settings, story(10))

    async with sink(settings) as running:
        await kept(running, 10)
        await running.end()


async def test_postgresql_down_is_waited_for_and_everything_follows_in_order(settings: Settings) -> None:
    async with gate_before(settings.database) as gate:
        behind = settings.model_copy(update={"database": gate.url})
        async with sink(behind) as running:
            await produce(settings, story(50))
            await until(lambda: counts(settings.database) == counts_of(50), running.task)

            await gate.shut()
            await produce(settings, story(50))
            await until(lambda: running.outages >= 3, running.task)
            assert running.pulse.health().has_work
            assert "PostgreSQL" in str(running.pulse.health().reason)

            gate.opens()
            await until(lambda: counts(settings.database)["entries"] == 2 * counts_of(50)["entries"], running.task)
            await running.end()

    with psycopg.connect(settings.database) as connection:
        ends = connection.execute(
            "SELECT next_offset - (SELECT max(log_offset) FROM entries WHERE log_partition = partition)"
            " FROM sink_offsets WHERE topic LIKE '%log'"
        ).fetchall()
    assert ends == [(1,)] * PARTITIONS


async def test_it_stops_while_postgresql_is_down(settings: Settings) -> None:
    async with gate_before(settings.database) as gate:
        await gate.shut()
        async with sink(settings.model_copy(update={"database": gate.url})) as running:
            await until(lambda: running.outages >= 1, running.task)
            await running.end()


async def test_a_sink_whose_offsets_another_owner_moved_ends_fenced(settings: Settings) -> None:
    async with sink(settings) as running:
        await produce(settings, story(10))
        await kept(running, 10)
        with psycopg.connect(settings.database) as other:
            other.execute("UPDATE sink_offsets SET next_offset = next_offset + 1")

        await produce(settings, story(10))

        with pytest.raises(Fenced):
            await asyncio.wait_for(asyncio.shield(running.task), WAIT_SECONDS_MAX)
    assert counts(settings.database) == counts_of(10)


async def test_it_waits_for_topics_that_are_not_there_yet(settings: Settings) -> None:
    later = settings.model_copy(update={"prefix": settings.prefix + "later."})

    async with sink(later) as running:
        await until(lambda: "does not exist" in str(running.pulse.health().reason), running.task)
        await running.end()


async def test_an_archive_ahead_of_its_topics_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "REWIND_SECONDS", 0.01)
    with psycopg.connect(settings.database) as connection:
        connection.execute("INSERT INTO sink_offsets VALUES (%s, 1, 5)", [settings.prefix + "log"])

    async with sink(settings) as running:
        with pytest.raises(RecordsGone, match=r"log/1 holds offsets 0 to 0, the archive stands at 5"):
            await asyncio.wait_for(asyncio.shield(running.task), WAIT_SECONDS_MAX)


async def test_the_sinks_role_is_enough_for_the_sink(settings: Settings) -> None:
    await produce(settings, story(10))
    least = settings.model_copy(update={"database": settings.database + "?role=hoso_sink"})

    async with sink(least) as running:
        await until(lambda: counts(settings.database) == counts_of(10), running.task)
        await running.end()

    archive = PostgresArchive(least.database, settings.prefix)
    assert len([body async for body in archive.read_cases()]) == 10


def forget(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("TRUNCATE entries, cases, flags, flag_changes, codes, sink_offsets")
