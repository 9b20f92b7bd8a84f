"""The Overview's figures out of the archive: the same queries that its dashboard asks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import asyncpg

from streams.adapters.database import CONNECT_SECONDS_MAX, DatabaseAway, SchemaBehind
from streams.sinks.pictures import pictures, quoted

# The migration that makes what is asked here.
NEEDED = "0013_dashboards"
PERIODS = ("month", "quarter", "year", "ever")

Rows = list[dict[str, Any]]


async def read_overview(database: str, language: str, period: str, unit: str | None) -> Mapping[str, Rows]:
    """By name of the picture its rows, from one snapshot; values are words of a language, columns are called by name.

    Raises DatabaseAway, and SchemaBehind where the tables are not made yet.
    """
    one = "unit" if unit is None else quoted(unit)
    here = "true" if unit is None else f"unit = {one}"
    asked = {"here": here, "near": here, "period": quoted(period), "one_unit": "false" if unit is None else "true"}
    queries = pictures(language, asked, only="overview", by_name=True)
    try:
        connection = await asyncpg.connect(database, timeout=CONNECT_SECONDS_MAX)
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as trouble:
        raise DatabaseAway(trouble) from trouble
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return {name: [*map(_plain, await connection.fetch(query))] for name, query in queries.items()}
    except asyncpg.UndefinedTableError:
        raise SchemaBehind([NEEDED]) from None
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as trouble:
        raise DatabaseAway(trouble) from trouble
    finally:
        connection.terminate()


def _plain(row: Any) -> dict[str, Any]:
    """As JSON can tell it: what is no whole number has the digits of a float."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
