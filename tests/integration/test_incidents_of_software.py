"""Incidents by the source that flags rest on and the software it ran, on a real PostgreSQL: whatever comes first."""

import random
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from streams.ports import Record
from streams.sinks.migrate import migrate
from tests.archive_builders import fact
from tests.integration.test_incidents import DAY, UNIT, ask, everything, many, run, write

pytestmark = pytest.mark.services

PORTAL, DESK = "urn:hoso:portal", "urn:hoso:onestop:G01.801.001"
BY_SOFTWARE = "SELECT source, software, begun_on, members FROM incidents ORDER BY 1, 2, 3"


@pytest.fixture
def migrated(database: str) -> str:
    migrate(database)
    return database


def beat(source: str, software: str, day: int = 0, hour: int = 1) -> Record:
    """A heartbeat of the source, so many days after the first, as intake writes it into the log."""
    return fact(
        type="source.heartbeat",
        token=f"of-{source}",
        source=source,
        time=f"{DAY + timedelta(days=day)}T{hour:02}:00:00Z",
        data={"sent_up_to": f"{DAY}T00:00:00Z", "software": software},
    )


def of_day(day: int, first: int, source: str | None, count: int = 5, **fields: Any) -> list[Record]:
    """Flags that begin at 02:00Z of a day."""
    return many(count, first, DAY + timedelta(days=day), source=source, **fields)


async def test_the_software_is_that_which_the_source_ran_when_the_condition_began(migrated: str) -> None:
    await write(
        migrated,
        [
            *of_day(-1, 0, PORTAL),
            *of_day(0, 100, PORTAL),
            *of_day(1, 200, PORTAL, 6),
            *of_day(2, 300, PORTAL, 7),
            beat(PORTAL, "portal-1.0"),
            beat(PORTAL, "portal-1.0", 1),
            beat(PORTAL, "portal-1.1", 2),
        ],
    )

    assert ask(migrated, BY_SOFTWARE) == [
        # Days of one release are one incident, and nobody told what ran before the first heartbeat.
        (PORTAL, "portal-1.0", DAY, 11),
        (PORTAL, "portal-1.1", DAY + timedelta(days=2), 7),
        (PORTAL, None, DAY - timedelta(days=1), 5),
    ]
    assert ask(migrated, "SELECT source, software, incidents FROM incident_counts ORDER BY 2") == [
        (PORTAL, "portal-1.0", 1), (PORTAL, "portal-1.1", 1), (PORTAL, None, 1),
    ]  # fmt: skip


async def test_releases_of_two_sources_stand_apart_and_too_few_of_each_are_none(migrated: str) -> None:
    await write(
        migrated,
        [
            beat(PORTAL, "1.0"), beat(DESK, "1.0"),
            *of_day(0, 0, PORTAL), *of_day(0, 100, DESK, 6), *of_day(0, 200, None, 4),
            beat(PORTAL, "2.0", 1), *of_day(1, 300, PORTAL, 4),
        ],
    )  # fmt: skip

    assert ask(migrated, BY_SOFTWARE) == [(DESK, "1.0", DAY, 6), (PORTAL, "1.0", DAY, 5)]
    assert ask(migrated, "SELECT count(*) FROM flags_to_alert") == [(8,)]


async def test_what_a_source_tells_of_itself_goes_before_what_one_above_it_tells(migrated: str) -> None:
    above, other = "urn:hoso:onestop", "urn:hoso:onestop:G01.801.002"

    await write(
        migrated,
        [beat(above, "9"), beat(DESK, "1"), beat(above, "9", hour=2), *of_day(0, 0, DESK), *of_day(0, 100, other)],
    )

    assert ask(migrated, BY_SOFTWARE) == [(DESK, "1", DAY, 5), (other, "9", DAY, 5)]


async def test_a_source_whose_name_another_begins_with_is_not_above_it(migrated: str) -> None:
    await write(migrated, [beat("urn:hoso:onestop:G01", "1"), *of_day(0, 0, DESK)])

    assert ask(migrated, BY_SOFTWARE) == [(DESK, None, DAY, 5)]


async def test_an_incident_without_software_has_the_name_it_always_had(migrated: str) -> None:
    await write(migrated, many(5))

    told = "encode(sha256(convert_to(jsonb_build_array('falsely_pending', 'unit', %s, NULL, %s)::text, 'UTF8')), 'hex')"
    query = f"SELECT left({told % (repr(UNIT), repr(str(DAY)) + '::date')}, 32)"
    assert ask(migrated, "SELECT incident_id FROM incidents") == ask(migrated, query)


async def test_heartbeats_and_flags_in_any_order_give_the_same_incidents(migrated: str) -> None:
    chance, found = random.Random(4), []
    records = [
        beat(source, f"r{day // 4}", day, hour) for source in (PORTAL, DESK) for day in range(12) for hour in (1, 3)
    ]
    for number, source in enumerate((PORTAL, DESK, None)):
        for day in range(0, 12, 2):
            records += of_day(day, 10_000 * number + 100 * day, source)

    for _ in range(3):
        chance.shuffle(records)
        with psycopg.connect(migrated) as connection:
            connection.execute("TRUNCATE entries, flags, flag_changes, source_software, sink_offsets")
        await write(migrated, records, chunk=chance.randint(5, 60))
        await write(migrated, chance.sample(records, 20))
        found.append(everything(migrated))

    assert {row[0] for row in ask(migrated, "SELECT software FROM incidents")} == {"r0", "r1", "r2", None}
    assert found[1:] == [found[0]] * 2


def test_the_command_shows_source_and_software(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        connection.execute("INSERT INTO source_software VALUES ('urn:p', 'portal-1.0', '2026-01-01')")
        connection.execute(
            """
            INSERT INTO flags SELECT md5(n::text), 1, 1, 'token-' || n, 'hung', 'raised', '2026-01-13 09:00+07', NULL,
                'G01.801.001', 'card', 'operator', 'G01.801.001', NULL, NULL, false, NULL, '', '2026-01-14', 0, n, '1',
                '', '{}', 'urn:p', NULL FROM generate_series(1, 5) AS n
            """
        )

    code, said = run("incidents", database=migrated)

    assert code == 0
    assert "urn:p" in said
    assert "portal-1.0" in said
