"""Figures per unit out of the archive: what the official line says beside what the evidence shows, as simple counts."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import asyncpg

from streams.core.official import OPEN
from streams.sinks.statements import load


class UnitFigures(NamedTuple):
    """Counts of one unit's cases. `with_official` is how many have an official line; the counts as reported are of
    those only. `falsely_pending_unit` are the falsely pending that the unit itself can close, `_scored` all it is
    charged with."""

    unit: str | None
    received: int
    open_reported: int
    open_observed: int
    on_time_reported: int
    on_time_observed: int
    with_official: int
    overdue: int
    falsely_pending_unit: int
    falsely_pending_scored: int


async def unit_figures(database: str, scoring: str) -> list[UnitFigures]:
    """The figures of all units, by the official line of the system `scoring`."""
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch(load()["fetch_unit_figures"], sorted(OPEN), scoring)
    finally:
        await connection.close()
    return [UnitFigures(*row.values()) for row in rows]


async def archived_offsets(database: str, topics: Sequence[str]) -> Mapping[str, int]:
    """How far each of these topics has been written, as "topic/partition" to the next offset; nowhere, in a database
    that no sink has made its tables in yet."""
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch(load()["fetch_offsets"], list(topics))
    except asyncpg.UndefinedTableError:
        return {}
    finally:
        await connection.close()
    return {f"{row['topic']}/{row['partition']}": row["next_offset"] for row in rows}
