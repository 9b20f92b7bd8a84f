"""Lists out of the archive: a page, or all of one, each from one snapshot, by a role that only reads."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import asyncpg

from streams.adapters.database import CONNECT_SECONDS_MAX, DatabaseAway, SchemaBehind
from streams.adapters.statements import load
from streams.core.causes import Words
from streams.pages.asked import Asked, Cursor, Refused, known
from streams.pages.lists import FILTERS

SQL = Path(__file__).parent / "sql"
# The migrations that make what is asked here.
NEEDED = ("0021_pages", "0023_whose_and_when")
PAGE_ROWS = 100
READ_ROWS = 1000
# Each has a connection of its own. A download lasts as long as whoever reads it takes, and keeps no page waiting.
LOOKS_MAX = 8
DOWNLOADS_MAX = 3
TURN_SECONDS_MAX = 10
# A list of a million cases is counted within; whoever waits longer has gone away.
STATEMENT_SECONDS_MAX = 30
# Where the server does not even say that it was too long.
COMMAND_SECONDS_MAX = 35
# Longer than a download may rest between two reads (streams/pages/download.py); a snapshot holds back the vacuum.
IDLE_SECONDS_MAX = 60
VALID_SHOWN_MAX = 50
AS_READER = {
    "application_name": "hoso pages",
    "default_transaction_read_only": "on",
    "statement_timeout": f"{STATEMENT_SECONDS_MAX}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS_MAX}s",
}

# The server is away, in trouble or full, or does not let us in.
UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.InterfaceError,
)


class Busy(RuntimeError):
    """Others are being answered, as many as may be at once."""


class Judged(NamedTuple):
    """Up to when all is judged, null before the first tick, and the zone of days."""

    at: datetime | None
    zone: ZoneInfo


class Page(NamedTuple):
    """Rows of a list, how many it has in all and of how many cases, and where the next page begins."""

    judged: Judged
    total: int
    cases: int
    rows: Sequence[Any]
    next: Cursor | None


class Archive:
    """A connection for each look: people look rarely, and the database may come and go between two looks."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._sql = load(SQL)
        self._looks = asyncio.Semaphore(LOOKS_MAX)
        self._downloads = asyncio.Semaphore(DOWNLOADS_MAX)

    async def check(self) -> None:
        """Raises DatabaseAway, and SchemaBehind where what is asked here is not made yet."""
        async with self._snapshot(self._looks) as connection:
            applied = {row["migration_id"] for row in await connection.fetch(self._sql["applied"])}
        if missing := [name for name in NEEDED if name not in applied]:
            raise SchemaBehind(missing)

    async def page(self, asked: Asked) -> Page:
        """One page; raises Refused where what it is narrowed to does not exist, Busy, DatabaseAway and SchemaBehind."""
        async with self._snapshot(self._looks) as connection:
            judged = await self._judged(connection)
            rows = await connection.fetch(*self._filled(asked, PAGE_ROWS + 1))
            total, cases = rows[0]["rows"], rows[0]["cases"]
            if not total:
                await self._refuse_unknown(connection, asked)
        shown = [row for row in rows[:PAGE_ROWS] if _is_row(row)]
        return Page(judged, total, cases, shown, _place(shown[-1]) if len(rows) > PAGE_ROWS else None)

    async def everything(self, asked: Asked) -> AsyncGenerator[tuple[Judged, Any]]:
        """All rows of a list, read as they are taken; raises what `page` raises, before the first of them."""
        async with self._snapshot(self._downloads) as connection:
            judged = await self._judged(connection)
            async for row in connection.cursor(*self._filled(asked._replace(after=None), None), prefetch=READ_ROWS):
                if _is_row(row):
                    yield judged, row
                else:
                    await self._refuse_unknown(connection, asked)

    async def _judged(self, connection: Any) -> Judged:
        told = await connection.fetchrow(self._sql["judged"])
        return Judged(told["at"], ZoneInfo(told["zone"]))

    async def _refuse_unknown(self, connection: Any, asked: Asked) -> None:
        for name, values in asked.chosen:
            if (statement := self._sql.get(f"valid_{name}")) is None:
                continue
            names = {row["value"]: row["name"] for row in await connection.fetch(statement)}
            for value in values:
                if not known(names, value) and value not in FILTERS[name].words:
                    label, shown = FILTERS[name].label, [*names][:VALID_SHOWN_MAX]
                    raise Refused(404, Words(f"{label.vi}: không có {value!r}", f"{label.en}: no {value!r}"), shown)

    def _filled(self, asked: Asked, limit: int | None) -> list[Any]:
        """The statement for rows of a list, and its arguments."""
        arguments: list[Any] = []
        chosen = ["true"]
        for name, values in asked.chosen:
            arguments.append(list(values))
            condition = asked.list.condition(name, f"${len(arguments)}")
            chosen.append(f"({condition} OR {asked.list.column(name)} IS NULL)" if "" in values else f"({condition})")
        after = "true"
        if asked.after is not None:
            places = ", ".join(f"${len(arguments) + number}" for number in range(1, 5))
            arguments += asked.after
            after = f'(since_at, case_token COLLATE "C", flag_id COLLATE "C", cycle) > ({places})'
        text = self._sql["rows"].format(
            members=self._sql[asked.name].rstrip(";"), chosen=" AND ".join(chosen), after=after,
            limit="ALL" if limit is None else limit,
        )  # fmt: skip
        return [text, *arguments]

    @asynccontextmanager
    async def _snapshot(self, turns: asyncio.Semaphore) -> AsyncIterator[Any]:
        async with _turn(turns):
            with _told_as_ours():
                connection = await asyncpg.connect(
                    self._database, timeout=CONNECT_SECONDS_MAX, command_timeout=COMMAND_SECONDS_MAX,
                    server_settings=AS_READER,
                )  # fmt: skip
                try:
                    async with connection.transaction(isolation="repeatable_read", readonly=True):
                        yield connection
                finally:
                    connection.terminate()


@asynccontextmanager
async def _turn(turns: asyncio.Semaphore) -> AsyncIterator[None]:
    """One of so many at once; raises Busy."""
    try:
        async with asyncio.timeout(TURN_SECONDS_MAX):
            await turns.acquire()
    except TimeoutError:
        raise Busy from None
    try:
        yield
    finally:
        turns.release()


@contextmanager
def _told_as_ours() -> Iterator[None]:
    try:
        yield
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.UndefinedFunctionError):
        raise SchemaBehind([*NEEDED]) from None
    except UNAVAILABLE as trouble:
        raise DatabaseAway(trouble) from trouble


def _is_row(row: Any) -> bool:
    """Not the row that tells only how many there are."""
    return row["case_token"] is not None


def _place(row: Any) -> Cursor:
    return Cursor(row["since_at"], row["case_token"], row["flag_id"], row["cycle"])
