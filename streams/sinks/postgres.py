"""The archive in PostgreSQL: chunks go by COPY into staging tables, then in one transaction with their offsets."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from schemas.topics import LOG
from streams.adapters.database import SchemaBehind
from streams.ports import Fenced, Position, Record
from streams.sinks.archive import AnotherDeployment, ArchiveUnavailable, Offsets, ends_of
from streams.sinks.migrate import KNOWN, TABLE
from streams.sinks.rows import (
    CASE_COLUMNS,
    CLOSING_COLUMNS,
    CODE_COLUMNS,
    ENTRY_COLUMNS,
    FLAG_COLUMNS,
    LINE_COLUMNS,
    SOFTWARE_COLUMNS,
    Rows,
    milliseconds_of,
    rows_of,
    unpack_headers,
)
from streams.sinks.statements import load

CONNECT_SECONDS_MAX = 10
# A chunk takes tens of milliseconds; beyond this the connection is taken for dead.
COMMAND_SECONDS_MAX = 60
PAGE_ENTRIES = 5000
# Above every offset Kafka can give.
OFFSET_MAX = 2**63 - 1

# The server is away, in trouble or full. Everything else that it refuses is our own fault, and stops us.
UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
)


class PostgresArchive:
    """One owner of the archive of one deployment, over one connection; each read has a connection of its own."""

    def __init__(self, database_url: str, prefix: str) -> None:
        self._url = database_url
        self._prefix = prefix
        self._sql = load()
        self._connection: Any = None
        self._offsets: dict[tuple[str, int], int] = {}

    async def open(self, starts: Sequence[Position]) -> Offsets:
        await self.close()
        with self._availability():
            self._connection = await self._connect()
            await self._check_schema()
            await self._check_deployment()
            for stage in ("stage_entries", "stage_cases", "stage_lines", "stage_flag_changes", "stage_codes",
                          "stage_closings", "stage_software"):  # fmt: skip
                await self._connection.execute(self._sql[stage])
            await self._connection.execute(self._sql["add_offsets"], *_columns(starts, 3))
            found = await self._connection.fetch(self._sql["fetch_offsets"], sorted({start.topic for start in starts}))
        wanted = {(start.topic, start.partition) for start in starts}
        offsets = {(topic, partition): offset for topic, partition, offset in found}
        self._offsets = {place: offsets[place] for place in wanted}
        return dict(self._offsets)

    async def write(self, records: Sequence[Record]) -> None:
        rows = rows_of(records, self._prefix)
        ends = ends_of(records, self._offsets)
        steps = [(*place, self._offsets[place], end) for place, end in sorted(ends.items())]
        # `close` may come from elsewhere in the midst of this, and takes the connection away.
        connection = self._connection
        with self._availability():
            async with connection.transaction():
                done = await connection.execute(self._sql["advance_offsets"], *_columns(steps, 4))
                if done != f"UPDATE {len(steps)}":
                    raise Fenced("another sink has moved the offsets")
                await self._keep(connection, rows)
        self._offsets |= ends

    async def read_entries(
        self, partition: int, start: int = 0, end: int | None = None
    ) -> AsyncIterator[Sequence[Record]]:
        topic = self._prefix + LOG.name
        upper = OFFSET_MAX if end is None else end
        async with self._reading() as connection:
            while page := await connection.fetch(self._sql["fetch_entries"], partition, start, upper, PAGE_ENTRIES):
                yield [
                    Record(
                        topic,
                        partition,
                        offset,
                        milliseconds_of(appended_at),
                        token and token.encode(),
                        body,
                        unpack_headers(headers),
                    )
                    for offset, appended_at, token, headers, body in page
                ]
                start = page[-1]["log_offset"] + 1

    async def read_cases(self) -> AsyncIterator[bytes]:
        async for row in self._read("fetch_cases"):
            yield row[0]

    async def read_flags(self) -> AsyncIterator[bytes]:
        async for row in self._read("fetch_flags"):
            yield row[0]

    async def read_flag_changes(self) -> AsyncIterator[bytes]:
        async for row in self._read("fetch_flag_changes"):
            yield row[0]

    async def read_codes(self) -> AsyncIterator[tuple[str, bytes]]:
        async for row in self._read("fetch_codes"):
            yield row[0], row[1]

    async def close(self) -> None:
        """Ends the connection at once, also in the midst of a write, which then raises ArchiveUnavailable."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _keep(self, connection: Any, rows: Rows) -> None:
        for stage, columns, staged, merges in (
            ("staged_entries", ENTRY_COLUMNS, rows.entries, ("merge_entries",)),
            ("staged_cases", CASE_COLUMNS, list(rows.cases.values()), ("merge_cases",)),
            (
                "staged_lines",
                LINE_COLUMNS,
                [line for lines in rows.lines.values() for line in lines],
                ("erase_lines", "merge_lines"),
            ),
            ("staged_flag_changes", FLAG_COLUMNS, rows.flag_changes, ("merge_flag_changes", "merge_flags")),
            ("staged_codes", CODE_COLUMNS, list(rows.codes.values()), ("merge_codes", "erase_codes")),
            ("staged_closings", CLOSING_COLUMNS, rows.closings, ("merge_closings",)),
            ("staged_software", SOFTWARE_COLUMNS, rows.software, ("merge_software",)),
        ):
            if staged:
                await connection.copy_records_to_table(stage, records=staged, columns=columns, schema_name="pg_temp")
                for merge in merges:
                    await connection.execute(self._sql[merge])
        if rows.has_law:
            await connection.execute(self._sql["place_units"])

    async def _check_schema(self) -> None:
        if not await self._connection.fetchval("SELECT to_regclass($1) IS NOT NULL", TABLE):
            raise SchemaBehind(list(KNOWN))
        applied = {row[0] for row in await self._connection.fetch(f"SELECT migration_id FROM {TABLE}")}  # noqa: S608
        if missing := [name for name in KNOWN if name not in applied]:
            raise SchemaBehind(missing)

    async def _check_deployment(self) -> None:
        await self._connection.execute(self._sql["claim_database"], self._prefix)
        found = await self._connection.fetchval(self._sql["fetch_deployment"])
        if found != self._prefix:
            raise AnotherDeployment(found, self._prefix)

    async def _read(self, statement: str) -> AsyncIterator[Any]:
        async with self._reading() as connection, connection.transaction(readonly=True):
            async for row in connection.cursor(self._sql[statement], prefetch=PAGE_ENTRIES):
                yield row

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Any]:
        connection = await self._connect()
        try:
            yield connection
        finally:
            await connection.close()

    async def _connect(self) -> Any:
        return await asyncpg.connect(
            self._url,
            timeout=CONNECT_SECONDS_MAX,
            command_timeout=COMMAND_SECONDS_MAX,
            server_settings={"application_name": "hoso-sink", "timezone": "UTC"},
        )

    @contextmanager
    def _availability(self) -> Iterator[None]:
        try:
            yield
        except UNAVAILABLE as trouble:
            raise ArchiveUnavailable(f"PostgreSQL: {type(trouble).__name__}: {trouble}") from trouble
        except asyncpg.InterfaceError as trouble:
            # The driver says so of a connection that died between two calls, and of our own mistakes.
            if self._connection is None or not self._connection.is_closed():
                raise
            raise ArchiveUnavailable(f"PostgreSQL: {trouble}") from trouble


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows turned into the arrays that unnest takes, also where there are none."""
    return [[row[column] for row in rows] for column in range(width)]
