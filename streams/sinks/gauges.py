"""Figures for /metrics out of the archive: counts by unit, and what only a set of flags can say."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import asyncpg

from schemas.codec import decode
from streams import metrics as names
from streams.clock import monotonic_seconds, now_seconds
from streams.core.causes import Words
from streams.core.screen_words import CLASS_WORDS, OWNER_WORDS
from streams.core.units import nearest
from streams.exposition import Metrics
from streams.metrics import Gauge
from streams.sinks.postgres import COMMAND_SECONDS_MAX, CONNECT_SECONDS_MAX, UNAVAILABLE
from streams.sinks.statements import load

SECONDS_BETWEEN = 15.0
# Of the time in which the database could do something else, figures take no more than a tenth.
REST_PER_SECOND = 9.0
NONE = "none"

# Flags of these classes are told by unit, each in a figure of its own.
OF_CLASSES: Mapping[Gauge, str] = {
    names.OVERDUE_CASES: "overdue",
    names.FALSELY_OPEN_CASES: "falsely_pending",
    names.FALSELY_LATE_CASES: "falsely_late",
}
# And these in one, where no incident tells of them.
TOLD_ALONE = ["at_risk", "hung", "lost_registration", "print_blocked"]

Values = dict[tuple[str, ...], float]


class Places(NamedTuple):
    """What the rules tell of units: names by code, and by codes at its head the name of a province."""

    names: Mapping[str, str]
    provinces: Mapping[str, str]

    def of(self, unit: str | None) -> tuple[str, str, str]:
        """The labels of a unit: its code, its name, or else the code again, and its province."""
        code = unit or NONE
        return code, self.names.get(code, code), self.province(unit)

    def province(self, unit: str | None) -> str:
        return nearest(self.provinces, unit) or NONE


def places_of(content: Mapping[str, Any]) -> Places:
    """From the content of `rules.activated`."""
    return Places(
        {row["id"]: row["name"] for row in content.get("units", ()) if row.get("name")},
        {code: row["name"] for row in content.get("provinces", ()) for code in row["units"]},
    )


NOWHERE = Places({}, {})


def words_of(key: str, table: Mapping[str, Words]) -> Words:
    """In Vietnamese and in English; the key itself where there are none."""
    return table.get(key, Words(key, key))


class ArchiveGauges:
    """Reads the archive over a connection of its own, so that no chunk waits for a count."""

    def __init__(self, database_url: str) -> None:
        self._url, self._sql = database_url, load()
        self._connection: Any = None
        self._rules_at: int | None = None
        self._places = NOWHERE

    async def open(self) -> None:
        self._connection = await asyncpg.connect(
            self._url,
            timeout=CONNECT_SECONDS_MAX,
            command_timeout=COMMAND_SECONDS_MAX,
            server_settings={"application_name": "hoso-gauges", "timezone": "UTC"},
        )

    @property
    def is_closed(self) -> bool:
        return self._connection is None or bool(self._connection.is_closed())

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def read(self) -> tuple[float | None, dict[Gauge, Values]]:
        """The tick up to which the archive has judged, and all figures as of then, from one snapshot of the tables."""
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            await self._read_places()
            last = await self._one("fetch_last_tick")
            if last is None:
                return None, {}
            month = last["month_begins"], last["month_ends"]
            today = await self._rows("count_today")
            return last["at"].timestamp(), {
                **{
                    gauge: self._by_party(await self._rows("count_flagged", name)) for gauge, name in OF_CLASSES.items()
                },
                names.FLAGGED_CASES: self._by_party(await self._rows("count_flagged_alone", TOLD_ALONE), "class"),
                names.INCIDENT_CASES: self._by_party(await self._rows("count_incidents"), "class"),
                names.NEWLY_OVERDUE_CASES: self._by_province(
                    [row for row in today if row["state"] == "newly_overdue"], "accountable"
                ),
                names.DUE_TODAY_CASES: self._by_province(
                    [row for row in today if row["state"] != "newly_overdue"], "state"
                ),
                names.LATE_ALLOWANCE_CASES: self._by_unit(
                    await self._rows("fetch_late_allowance", *month, names.LATE_ALLOWANCE_CASES.most),
                    figure="allowance",
                ),
                names.COMPLAINTS: self._by_unit(
                    await self._rows("count_complaints", last["at"]), "reason", figure="complaints"
                ),
            }

    async def _read_places(self) -> None:
        at = await self._connection.fetchval(self._sql["fetch_rules_place"])
        if at is not None and at != self._rules_at:
            body = await self._connection.fetchval(self._sql["fetch_rules_at"], at)
            self._places, self._rules_at = places_of(decode(body)["content"]), at

    def _by_unit(self, rows: list[Any], *further: str, figure: str = "cases") -> Values:
        found: Counter[tuple[str, ...]] = Counter()
        for row in rows:
            found[(*self._places.of(row["unit"]), *(row[name] for name in further))] += row[figure]
        return dict(found)

    def _by_party(self, rows: list[Any], *further: str) -> Values:
        """By unit and by who is accountable, with the words for both and for the class, where there is one."""
        found: Counter[tuple[str, ...]] = Counter()
        for row in rows:
            place, party = self._places.of(row["unit"]), row["accountable"]
            words = (word for name in further for word in (row[name], *words_of(row[name], CLASS_WORDS)))
            found[(*place, party, *words_of(party, OWNER_WORDS), *words)] += row["cases"]
        return dict(found)

    def _by_province(self, rows: list[Any], *further: str) -> Values:
        found: Counter[tuple[str, ...]] = Counter()
        for row in rows:
            found[(self._places.province(row["unit"]), *(row[name] for name in further))] += row["cases"]
        return dict(found)

    async def _rows(self, statement: str, *given: Any) -> list[Any]:
        rows: list[Any] = await self._connection.fetch(self._sql[statement], *given)
        return rows

    async def _one(self, statement: str) -> Any:
        return await self._connection.fetchrow(self._sql[statement])


async def watch_gauges(
    database_url: str, stop: asyncio.Event, metrics: Metrics, seconds_between: float = SECONDS_BETWEEN
) -> None:
    """Read the figures again and again until `stop` is set; while the database is away, those read last stand, and
    `figures_timestamp_seconds` says how old they are. The database must have been migrated."""
    gauges = ArchiveGauges(database_url)
    try:
        while not stop.is_set():
            try:
                await gauges.open()
                while not stop.is_set():
                    began_at = monotonic_seconds()
                    as_of, values = await gauges.read()
                    took = monotonic_seconds() - began_at
                    for gauge, found in values.items():
                        metrics.replace(gauge, found)
                    metrics.set(names.FIGURES_READ, now_seconds())
                    metrics.set(names.FIGURES_AS_OF, as_of or 0)
                    metrics.set(names.FIGURES_SECONDS, took)
                    await _rest(stop, max(seconds_between, took * REST_PER_SECOND))
            except (*UNAVAILABLE, asyncpg.InterfaceError) as trouble:
                if isinstance(trouble, asyncpg.InterfaceError) and not gauges.is_closed:
                    # Our own mistake; of a connection that died between two calls the driver says the same.
                    raise
                # The archive beside us counts outages and says so.
                await gauges.close()
                await _rest(stop, seconds_between)
    finally:
        await gauges.close()


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
