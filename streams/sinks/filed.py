"""Figures that a portal published, kept in PostgreSQL beside the archive."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import asyncpg

from streams.adapters.database import CONNECT_SECONDS_MAX, DatabaseAway, SchemaBehind
from streams.sinks.statements import load

# The migration that makes what is asked here.
NEEDED = "0020_filed_reports"


class Filed(NamedTuple):
    """One figure, in percent, of a unit and a period."""

    unit: str
    period: str
    first_on: date
    last_on: date
    figure: Decimal
    published_on: date
    source: str


async def filed_reports(database: str) -> list[Filed]:
    """All figures; raises DatabaseAway, and SchemaBehind where the table is not made yet."""
    async with _connected(database) as connection:
        return [Filed(*row.values()) for row in await connection.fetch(load()["fetch_filed"])]


async def file_reports(database: str, figures: Iterable[Filed]) -> None:
    """Keep figures, all of them or none; those that are known stay as they are. Raises as filed_reports does."""
    async with _connected(database) as connection, connection.transaction():
        await connection.executemany(load()["insert_filed"], list(figures))


@asynccontextmanager
async def _connected(database: str) -> AsyncIterator[Any]:
    try:
        connection = await asyncpg.connect(database, timeout=CONNECT_SECONDS_MAX)
    except (OSError, TimeoutError) as trouble:
        raise DatabaseAway(trouble) from trouble
    try:
        yield connection
    except asyncpg.UndefinedTableError:
        raise SchemaBehind([NEEDED]) from None
    finally:
        await connection.close()
