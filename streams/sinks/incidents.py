"""Incidents out of the archive: what many flags of one cause are together."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import asyncpg

from streams.adapters.database import CONNECT_SECONDS_MAX, DatabaseAway, SchemaBehind
from streams.sinks.statements import load

# The migration that makes what is asked here.
NEEDED = "0008_software_of_sources"


class Incident(NamedTuple):
    """One incident. `scope` is the unit, or where somebody else is accountable the unit above; `units` are those whose
    cases are in it. `software` is the release that the source ran. `ended_at` is null while one of its flags is raised;
    days are those of the database's settings."""

    incident_id: str
    flag_class: str
    accountable: str
    scope: str | None
    source: str | None
    software: str | None
    begun_on: date
    members: int
    members_open: int
    cases: int
    cases_open: int
    units: Sequence[str] | None
    first_since_at: datetime
    last_since_at: datetime
    ended_at: datetime | None
    ended_on: date | None

    def told(self) -> dict[str, object]:
        """As programs read it: the class under its own name, as in flags."""
        told = self._asdict()
        return {"class" if name == "flag_class" else name: value for name, value in told.items()}


async def archived_incidents(database: str, unit: str | None, *, open_only: bool) -> list[Incident]:
    """All incidents, open ones first, then the newest; of a unit and those beneath it where one is given.

    Raises DatabaseAway, and SchemaBehind where the tables are not made yet.
    """
    try:
        connection = await asyncpg.connect(database, timeout=CONNECT_SECONDS_MAX)
    except (OSError, TimeoutError) as trouble:
        raise DatabaseAway(trouble) from trouble
    try:
        rows = await connection.fetch(load()["fetch_incidents"], unit, open_only)
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        raise SchemaBehind([NEEDED]) from None
    finally:
        await connection.close()
    return [Incident(*row.values()) for row in rows]
