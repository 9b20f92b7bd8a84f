"""How fast a fresh sink archives what a case worker has written, into a real PostgreSQL, beside a bare COPY.

The work is that of the full path, with cases of 3,500 units, so that the sink exports figures of all of them. Rounds
of the sink, each with a database of its own, stand between rounds in which its /metrics is scraped every second and
rounds of the floor: the same rows, in chunks of the same size, copied into tables without an index.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

import asyncpg
import psutil

from benchmarks.broker import Producer
from benchmarks.children import Child
from benchmarks.country import UNIT_CODES, UNITS, law
from benchmarks.hoso import Deployment
from benchmarks.measure import Run, Seen, measure
from benchmarks.options import Bench, Options
from benchmarks.scrape import SECONDS_BETWEEN
from benchmarks.scraper_app import Scrape
from benchmarks.workload import Workload, build
from schemas.topics import CASES_CURRENT, CODES, FLAGS, LOG
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.sinks.migrate import migrate
from streams.sinks.rows import CASE_COLUMNS, CODE_COLUMNS, ENTRY_COLUMNS, FLAG_COLUMNS, LINE_COLUMNS, rows_of
from tools.deployment import create_database

SINK, SCRAPED, FLOOR = "sink", "sink, a scrape a second", "COPY without an index"
GOAL_ENTRIES_A_SECOND = 20_000
TABLES = ("entries", "cases", "counted_lines", "flag_changes", "codes")
COPIED = dict(zip(TABLES, (ENTRY_COLUMNS, CASE_COLUMNS, LINE_COLUMNS, FLAG_COLUMNS, CODE_COLUMNS), strict=True))
_TOPICS = (LOG.name, CODES.name, CASES_CURRENT.name, FLAGS.name)


class Server:
    """The processes of PostgreSQL."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def cpu_seconds(self) -> float:
        """Of the backends that run, and of those that have ended."""
        ended = self._process.cpu_times()
        running = [_times(one) for one in (self._process, *self._process.children(recursive=True))]
        return float(ended.children_user + ended.children_system + sum(running))


async def run_sink(bench: Bench, options: Options) -> dict[str, Any]:
    """One backlog, archived again and again; each round begins with another contender."""
    broker, work = bench.broker, build(options.events, units=UNIT_CODES)
    deployment = Deployment(broker.bootstrap, "bench-sink.", bench.folder)
    await deployment.create()
    bench.progress.step(f"sink: {work.cases:,} cases of {UNITS:,} units are told and judged")
    await _fill(bench, deployment, work)
    topics = [deployment.topic(name) for name in _TOPICS]
    ends = await broker.ends(*topics)
    entries = sum(ends[topics[0]])
    rounds = _Rounds(bench, deployment, ends, entries)
    found: dict[str, list[Run]] = {SINK: [], SCRAPED: [], FLOOR: []}
    rows: Mapping[str, int] = {}
    for number in range(options.rounds):
        for kind in [*found][number % 3 :] + [*found][: number % 3]:
            bench.progress.step(f"sink: round {number + 1} of {options.rounds}, {kind}")
            database = await asyncio.to_thread(
                create_database, bench.postgres, f"bench_{number}_{[*found].index(kind)}"
            )
            await asyncio.to_thread(migrate, database)
            if kind == FLOOR:
                found[kind].append(await rounds.copied(database))
            else:
                found[kind].append(await rounds.archived(database, is_scraped=kind == SCRAPED))
                rows = await _rows(database)
            await _drop(bench.postgres, database)
    await broker.remove(deployment.prefix)
    return summary(found, rows, rounds.scrapes)


def summary(found: Mapping[str, Sequence[Run]], rows: Mapping[str, int], scrapes: Sequence[Scrape]) -> dict[str, Any]:
    """Medians; `entries` are those of the log, and all else that is archived comes with them."""
    kinds = {
        kind: {
            "entries_per_second": median(run.events_per_second for run in runs),
            "rows_per_second": median(sum(rows.values()) / run.seconds for run in runs),
            "cpu_seconds_per_million": median(run.cpu_per_million for run in runs),
            "postgres_cpu_seconds_per_million": median(run.broker_cpu / run.events * 1e6 for run in runs),
        }
        for kind, runs in found.items()
    }
    times = sorted(scrape.ms for scrape in scrapes)
    speed = kinds[SINK]["entries_per_second"]
    return {
        "rounds": len(found[SINK]),
        "entries": found[SINK][0].events,
        "units": UNITS,
        "rows": dict(rows),
        "kinds": kinds,
        "scraped_by_quiet": kinds[SCRAPED]["entries_per_second"] / speed,
        "sink_by_floor": speed / kinds[FLOOR]["entries_per_second"],
        "scrapes": len(times),
        "series": max(scrape.series for scrape in scrapes),
        "bytes": max(scrape.size for scrape in scrapes),
        "ms_p50": median(times),
        "ms_max": times[-1],
        "others_share_max": max(run.others for runs in found.values() for run in runs),
        "goal": {"entries_a_second_min": GOAL_ENTRIES_A_SECOND, "is_met": speed >= GOAL_ENTRIES_A_SECOND},
    }


async def _fill(bench: Bench, deployment: Deployment, work: Workload) -> None:
    async with KafkaWriter(bench.broker.bootstrap) as writer:
        await Producer(writer, deployment.prefix).write([deployment.activation(law())])
    await deployment.tell(work)
    with deployment.worker("cases") as worker, deployment.worker("intake") as intake:
        await deployment.ready(worker)
        events, last_at = len(work.events), work.ticks[-1].at

        async def look() -> Seen:
            return await deployment.look(bench.broker, events, last_at)

        await measure(bench.broker, events, [intake, worker], look, bench.progress.reach)
    await deployment.check(bench.broker, work)


class _Rounds:
    """Archives one backlog, up to these ends of its topics."""

    def __init__(self, bench: Bench, deployment: Deployment, ends: Mapping[str, Sequence[int]], entries: int) -> None:
        self._bench, self._deployment, self._ends, self._entries = bench, deployment, ends, entries
        self._server = Server(bench.postgres_pid)
        self.scrapes: list[Scrape] = []

    async def archived(self, database: str, *, is_scraped: bool) -> Run:
        """By a real sink worker, from its first chunk to its last."""
        connection = await asyncpg.connect(database)
        try:
            with ExitStack() as running:
                sink = running.enter_context(self._deployment.worker("sink", database=database))
                measured = [sink]
                if is_scraped:
                    await self._deployment.answers(sink)
                    url = self._deployment.metrics_url(sink)
                    arguments = ["benchmarks.scraper_app", url, str(SECONDS_BETWEEN)]
                    measured.append(running.enter_context(Child("scraper", arguments, self._bench.folder)))

                async def look() -> Seen:
                    found = await connection.fetch("SELECT topic, partition, next_offset FROM sink_offsets")
                    offsets = {(topic, partition): offset for topic, partition, offset in found}
                    # Behind the last record there is only the marker of its transaction.
                    done = all(
                        end - offsets.get((topic, partition), 0) <= 1
                        for topic, ends in self._ends.items()
                        for partition, end in enumerate(ends)
                    )
                    return Seen(sum(offsets.values()), is_done=done)

                run = await measure(self._server, self._entries, measured, look, self._bench.progress.reach)
                if is_scraped:
                    # Until it has read the figures of all units, and once more.
                    await asyncio.sleep(3 * SECONDS_BETWEEN)
                    self.scrapes += [Scrape(*told) for told in measured[-1].told().values()]
        finally:
            await connection.close()
        return run._replace(cpu={"sink": run.cpu["sink"]})

    async def copied(self, database: str) -> Run:
        """In this process: read, made to rows, and copied; nothing is merged, and nothing kept in order."""
        connection = await asyncpg.connect(database)
        process = psutil.Process()
        try:
            for table in TABLES:
                await connection.execute(f"CREATE TABLE bare_{table} (LIKE {table})")
            began, used, served = time.monotonic(), sum(process.cpu_times()[:2]), self._server.cpu_seconds()
            reader = KafkaReader(
                self._bench.broker.bootstrap, chunk_records=self._deployment.settings.chunk_records_max
            )
            for topic, ends in self._ends.items():
                for partition, end in enumerate(ends):
                    async for records in reader.read(topic, partition, 0, end):
                        await self._copy(connection, records)
            seconds = time.monotonic() - began
            cpu = sum(process.cpu_times()[:2]) - used
            return Run(self._entries, seconds, {"copy": cpu}, {}, self._server.cpu_seconds() - served)
        finally:
            await connection.close()

    async def _copy(self, connection: Any, records: Sequence[Any]) -> None:
        rows = rows_of(records, self._deployment.prefix)
        lines = [line for lines in rows.lines.values() for line in lines]
        given = (rows.entries, [*rows.cases.values()], lines, rows.flag_changes, [*rows.codes.values()])
        async with connection.transaction():
            for (table, columns), found in zip(COPIED.items(), given, strict=True):
                if found:
                    await connection.copy_records_to_table(f"bare_{table}", records=found, columns=columns)


async def _rows(database: str) -> dict[str, int]:
    connection = await asyncpg.connect(database)
    try:
        return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in (*TABLES, "flags")}
    finally:
        await connection.close()


async def _drop(admin: str, database: str) -> None:
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute(f"DROP DATABASE {database.rpartition('/')[2]} WITH (FORCE)")
    finally:
        await connection.close()


def _times(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
