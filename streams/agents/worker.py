"""A case worker from settings: the job, its ports on Kafka, its table and its app, put together."""

from collections.abc import Callable

from schemas.topics import LOG, TABLE, Topic
from streams.adapters.kafka import KafkaReader, KafkaTransactions
from streams.agents.app import WorkerApp, build_app, group_of, run_app
from streams.agents.cases import CaseJob, CasePorts, Observe, Partition, ignore
from streams.agents.chunks import ChunkSchema, add_chunk_agent
from streams.agents.rows import PartitionedRows, Rows
from streams.agents.store import ChunkTable
from streams.agents.vitals import Vitals
from streams.settings import Settings

ROLE = "cases"

MakePartition = Callable[[int, Rows, Callable[[Topic], str]], Partition]


def build_cases(
    settings: Settings,
    make: MakePartition,
    vitals: Vitals | None = None,
    observe: Observe = ignore,
) -> WorkerApp:
    """The app of a case worker. Further tasks and timers may be added to it before it runs."""
    app = build_app(settings, ROLE, vitals)
    rows = PartitionedRows()
    app.tables.add(_table(app, settings, rows))
    group = group_of(settings, ROLE)
    ports = CasePorts(
        reader=KafkaReader(
            settings.kafka, chunk_records=settings.chunk_records_max, chunk_bytes=settings.chunk_bytes_max
        ),
        transactions=lambda partition: KafkaTransactions(
            settings.kafka, f"{group}-{partition}", settings.session_timeout_seconds
        ),
        changelog=settings.topic(TABLE),
        group=group,
        interval_seconds=settings.commit_interval_seconds,
        large_chunk=settings.chunk_records_max // 2,
        observe=observe,
    )
    job = CaseJob(lambda partition, rows: make(partition, rows, settings.topic), ports, rows, app.holding.vitals)
    add_chunk_agent(app, ROLE, [settings.topic(LOG)], job, commits=False)
    return app


def run_cases(
    settings: Settings,
    make: MakePartition,
    vitals: Vitals | None = None,
    observe: Observe = ignore,
) -> int:
    """Run a case worker until it is told to stop; returns 0, or the process ends with a code of `ending`."""
    return run_app(lambda: build_cases(settings, make, vitals, observe))


def _table(app: WorkerApp, settings: Settings, rows: PartitionedRows) -> ChunkTable:
    changelog = app.topic(
        settings.topic(TABLE),
        schema=ChunkSchema(key_type=bytes, value_type=bytes),
        partitions=settings.log_partitions,
        acks=False,
    )
    return ChunkTable(
        app,
        rows,
        name="cases",
        partitions=settings.log_partitions,
        key_type=bytes,
        value_type=bytes,
        changelog_topic=changelog,
    )
