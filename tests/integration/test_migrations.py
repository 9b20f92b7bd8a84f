"""Migrations on a real PostgreSQL: once, at the same time, and what each role may do after them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import yoyo
from psycopg.errors import CheckViolation, InsufficientPrivilege

from streams.adapters.database import SchemaBehind
from streams.ports import Position
from streams.sinks.migrate import KNOWN, MIGRATIONS, TABLE, migrate
from streams.sinks.postgres import PostgresArchive
from streams.sinks.rows import CLOSING_COLUMNS, ENTRY_COLUMNS, FLAG_COLUMNS, Row, rows_of
from tests.archive_builders import PREFIX, fact, flag

pytestmark = pytest.mark.services

CATALOG = """
SELECT c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, c.relacl::text
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
ORDER BY 1, a.attnum
"""
TABLES = ("entries", "cases", "flags", "flag_changes", "codes", "sink_offsets", "deployment", "closings",
          "source_software", "filed_reports", "counted_lines")  # fmt: skip
SETTINGS = ("view_settings", "incident_classes", "gauge_settings", "page_settings")
# What the sink counts for its metrics.
GAUGES = (
    "flags_with_incident", "view_settings", "gauge_settings", "judged_up_to", "today_counts", "duties_of_others",
)  # fmt: skip
COUNTS = (
    "unit_counts", "verdict_counts", "flag_counts", "incident_counts", "judged_up_to", "periods", "rate_counts",
    "cause_counts", "open_counts", "step_counts", "waiting_counts", "today_counts", "false_backlog", "unit_places",
    "province_codes", "scoring_system",
)  # fmt: skip
# What these are made of.
OF_COUNTS = (
    "unit_names",
    "province_codes",
    "scoring_system",
    "duties_of_others",
    "lines_of_periods",
    "lines_of_units",
    "stage_steps",
    "scoring_system",
)
OF_CASES = ("software_runs", "flags_with_incident", "incident_members", "incidents", "flags_to_alert", "bulk_closings")


@pytest.fixture
def migrated(database: str) -> str:
    migrate(database)
    return database


def test_migrating_again_changes_nothing(database: str) -> None:
    assert migrate(database) == list(KNOWN)
    with psycopg.connect(database) as connection:
        first = connection.execute(CATALOG).fetchall()

    assert migrate(database) == []
    with psycopg.connect(database) as connection:
        assert connection.execute(CATALOG).fetchall() == first


def test_several_at_once_apply_each_migration_once(database: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(migrate, [database] * 4))

    assert sorted(applied) == [[], [], [], list(KNOWN)]


def test_where_nothing_is_missing_the_sinks_rights_are_enough(migrated: str) -> None:
    assert migrate(f"{migrated}?options=-crole%3Dhoso_sink") == []


def test_migrations_have_a_number_each() -> None:
    assert len({name[:4] for name in KNOWN}) == len(KNOWN)


async def refusal_of(database: str) -> str:
    archive = PostgresArchive(database, PREFIX)
    with pytest.raises(SchemaBehind) as refusal:
        await archive.open([Position(PREFIX + "log", 0, 0)])
    await archive.close()
    return str(refusal.value)


async def test_a_sink_refuses_a_database_that_was_never_migrated(database: str) -> None:
    refusal = await refusal_of(database)

    assert all(name in refusal for name in KNOWN)


async def test_a_sink_refuses_a_database_that_lacks_the_newest_migration(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        connection.execute("DELETE FROM schema_migrations WHERE migration_id = %s", [KNOWN[-1]])

    refusal = await refusal_of(migrated)

    assert KNOWN[-1] in refusal
    assert KNOWN[0] not in refusal


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://x.vn/", "https://x.vn/?a=1", "x.vn", ""])
def test_an_address_of_pages_that_would_lead_nowhere_is_refused(migrated: str, address: str) -> None:
    with psycopg.connect(migrated) as connection, pytest.raises(CheckViolation):
        connection.execute("UPDATE page_settings SET address = %s", [address])


def readable(database: str, role: str) -> set[str]:
    found = set()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"SET ROLE {role}")
        for table in TABLES + SETTINGS + COUNTS + OF_COUNTS + OF_CASES:
            try:
                connection.execute(f"SELECT * FROM {table}")
                found.add(table)
            except InsufficientPrivilege:
                pass
    return found


def test_each_role_reads_what_it_needs(migrated: str) -> None:
    assert readable(migrated, "hoso_grafana") == {*COUNTS, "filed_reports", "page_settings"}
    assert readable(migrated, "hoso_reader") == {*TABLES, *SETTINGS, *COUNTS, *OF_COUNTS, *OF_CASES} - {"codes"}
    assert readable(migrated, "hoso_sink") == {*TABLES, *GAUGES}


@pytest.mark.parametrize("role", ["hoso_grafana", "hoso_reader"])
def test_readers_write_nothing(migrated: str, role: str) -> None:
    with psycopg.connect(migrated, autocommit=True) as connection:
        connection.execute(f"SET ROLE {role}")
        for statement in ("INSERT INTO deployment VALUES (true, 'x')", "CREATE TABLE mine ()", "DELETE FROM entries"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement)


@pytest.mark.parametrize("table", ["entries", "flag_changes"])
def test_the_sink_cannot_change_history(migrated: str, table: str) -> None:
    with psycopg.connect(migrated, autocommit=True) as connection:
        connection.execute("SET ROLE hoso_sink")
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET body = ''", f"TRUNCATE {table}"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement)


def migrate_before(database: str, number: str) -> None:
    _, _, address = database.partition("://")
    with yoyo.get_backend(f"postgresql+psycopg://{address}", migration_table=TABLE) as backend:
        backend.apply_migrations(yoyo.read_migrations(str(MIGRATIONS)).filter(lambda one: one.id < number))


def insert(connection: psycopg.Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    connection.cursor().executemany(f"INSERT INTO {table} ({names}) VALUES ({places})".encode(), rows)


def test_an_archive_from_before_incidents_gets_what_the_sink_would_have_kept(database: str) -> None:
    end = {"system": "portal", "code": "9", "ended_at": "2026-01-13T10:00:00Z"}
    status = "official.status_changed"
    life = {"status": "snoozed", "since": "2026-01-14T08:00:00+07:00", "until": None}
    rows = rows_of(
        [
            fact(0),
            fact(1, type=status, data=end),
            fact(2, type=status, data=end),
            fact(3, type=status, data=end, precision="day"),
            fact(4, type=status, data={"system": "portal", "code": "4"}),
            fact(5, type="official.observed", data=end | {"snapshot": "one"}),
            flag(0),
            flag(1, version=2, life=life | {"by": "urn:hoso:unit:x", "reason": None, "evidence": None}),
        ],
        PREFIX,
    )
    before = [name for name in FLAG_COLUMNS if name not in ("source", "life")]
    known = [[dict(zip(FLAG_COLUMNS, row, strict=True))[name] for name in before] for row in rows.flag_changes]
    migrate_before(database, "0006")
    with psycopg.connect(database) as connection:
        insert(connection, "entries", ENTRY_COLUMNS, rows.entries)
        insert(connection, "flag_changes", before, [tuple(row) for row in known])
        insert(connection, "flags", before, [tuple(known[1])])

    migrate(database)

    with psycopg.connect(database) as connection:
        kept = connection.execute(f"SELECT {', '.join(CLOSING_COLUMNS)} FROM closings".encode()).fetchall()
        changes = connection.execute("SELECT version, life FROM flag_changes ORDER BY version").fetchall()
        flags = connection.execute("SELECT source, life FROM flags").fetchall()
    assert kept == rows.closings[:1] == rows.closings[1:]
    assert (changes, flags) == ([(1, None), (2, "snoozed")], [(None, "snoozed")])
