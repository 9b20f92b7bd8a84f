"""Incidents on a real PostgreSQL: many flags of one cause are one, and nothing that is counted changes by it."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any, get_args

import orjson
import psycopg
import pytest
from typer.testing import CliRunner

from schemas.flags import FlagClass
from streams.cli import app
from streams.ports import Position, Record
from streams.sinks.migrate import migrate
from streams.sinks.postgres import PostgresArchive
from tests.archive_builders import PREFIX, case, flag, renumbered

pytestmark = pytest.mark.services

UNIT, OTHER, PROVINCE = "G01.801.001", "G01.801.002", "G01.801"
# A Tuesday.
DAY = date(2026, 1, 13)
SECONDS_MAX = 2.0
# Of three classes and 150 units over half a year: fifty at a time come on one day in one unit, every tenth anywhere.
FIFTY_THOUSAND = """
INSERT INTO flags
SELECT md5(n::text), 1, 1, 'token-' || n, (ARRAY['falsely_pending', 'hung', 'overdue'])[n % 3 + 1],
       CASE WHEN n % 4 = 0 THEN 'cleared' ELSE 'raised' END, since_at,
       CASE WHEN n % 4 = 0 THEN since_at + interval '2 days' END, unit, 'card',
       CASE WHEN n % 3 = 1 THEN 'operator' ELSE 'unit:' || unit END, unit, NULL, NULL, false, NULL, '',
       since_at, 0, n, '1', '', '{"life":null}'
FROM generate_series(1, 50000) AS n,
     LATERAL (SELECT CASE WHEN n % 10 = 0 THEN n * 31 ELSE n / 50 END AS place) AS _,
     LATERAL (SELECT 'G01.8' || place % 30 || '.' || place % 50 AS unit,
                     timestamptz '2026-01-01 00:00+07' + place * 37 % 180 * interval '1 day' AS since_at) AS __
"""

Row = tuple[Any, ...]


@pytest.fixture
def migrated(database: str) -> str:
    migrate(database)
    return database


async def write(database: str, records: Sequence[Record], chunk: int = 1000) -> None:
    """Writes flags and cases as the sink does, after whatever is there already."""
    archive = PostgresArchive(database, PREFIX)
    offsets = await archive.open([Position(PREFIX + topic, 0, 0) for topic in ("log", "flags", "cases.current")])
    placed = [
        record._replace(offset=record.offset + offsets[record.topic, record.partition])
        for record in renumbered(records)
    ]
    for start in range(0, len(placed), chunk):
        await archive.write(placed[start : start + chunk])
    await archive.close()


def ask(database: str, query: str) -> list[Row]:
    with psycopg.connect(database) as connection:
        return connection.execute(query.encode()).fetchall()


def one(number: int, day: date = DAY, hour: int = 9, **fields: Any) -> Record:
    """A version of a flag of the case of that number, of the class that one broken function gives to a unit."""
    return flag(
        **{
            "flag_id": f"{number:032x}",
            "case": f"token-{number}",
            "class": "falsely_pending",
            "since": f"{day}T{hour:02}:00:00+07:00",
            "accountable": f"unit:{fields.get('unit', UNIT)}",
            "scored_unit": fields.get("unit", UNIT),
            **fields,
        }
    )


def many(count: int, first: int = 0, day: date = DAY, **fields: Any) -> list[Record]:
    return [one(first + number, day, **fields) for number in range(count)]


def cleared(number: int, day: date = DAY, until: date = DAY, **fields: Any) -> Record:
    return one(number, day, state="cleared", version=2, until=f"{until}T15:00:00+07:00", **fields)


def of(flag_class: str, **fields: Any) -> dict[str, Any]:
    return {"class": flag_class, **fields}


def life(status: str) -> dict[str, Any]:
    since = "2026-01-14T08:00:00+07:00"
    return {"status": status, "since": since, "until": None, "by": "urn:hoso:unit:x", "reason": None, "evidence": None}


EVERYTHING = (
    "SELECT * FROM incidents ORDER BY incident_id",
    "SELECT * FROM incident_members ORDER BY flag_id, cycle",
    "SELECT * FROM incident_counts ORDER BY class, accountable, scope, source",
)
COUNTS = (
    "SELECT * FROM unit_counts ORDER BY unit, procedure",
    "SELECT * FROM verdict_counts ORDER BY unit, procedure, verdict",
    "SELECT * FROM flag_counts ORDER BY class, accountable, scored_unit, procedure",
)


def everything(database: str) -> list[list[Row]]:
    return [ask(database, query) for query in EVERYTHING]


def counts(database: str) -> list[list[Row]]:
    return [ask(database, query) for query in COUNTS]


async def test_flags_of_one_cause_are_one_incident_with_members(migrated: str) -> None:
    await write(migrated, [*many(5), cleared(4)])

    assert ask(
        migrated,
        "SELECT class, accountable, scope, source, begun_on, members, members_open, cases, cases_open, units,"
        " first_since_at, last_since_at, ended_at FROM incidents",
    ) == [
        (
            "falsely_pending", "unit", UNIT, None, DAY, 5, 4, 5, 4, [UNIT],
            datetime(2026, 1, 13, 2, tzinfo=UTC), datetime(2026, 1, 13, 2, tzinfo=UTC), None,
        )
    ]  # fmt: skip
    assert ask(migrated, "SELECT count(*), count(DISTINCT incident_id) FROM incident_members") == [(5, 1)]


async def test_below_the_minimum_there_is_none_and_each_flag_alerts(migrated: str) -> None:
    await write(migrated, many(4))

    assert everything(migrated) == [[], [], []]
    assert ask(migrated, "SELECT count(*) FROM flags_to_alert") == [(4,)]


async def test_cycles_of_one_case_are_one_case(migrated: str) -> None:
    await write(migrated, [*many(3), *(one(3, hour=cycle + 8, cycle=cycle) for cycle in (1, 2, 3, 4, 5))])

    assert ask(migrated, "SELECT count(*) FROM incidents") == [(0,)]


def story() -> list[Record]:
    """Flags of two units and an operator over weeks, with versions that clear, withdraw and are made something of."""
    records: list[Record] = []
    for number in range(400):
        day = DAY + timedelta(days=number % 60 // 2)
        unit = (UNIT, OTHER, "H26-01")[number % 3]
        who: dict[str, Any] = {"accountable": "operator"} if number % 5 == 0 else {}
        records.append(one(number, day, unit=unit, **who))
        if number % 4 == 0:
            records.append(cleared(number, day, until=day + timedelta(days=2), unit=unit, **who))
        if number % 7 == 0:
            records.append(one(number, day, unit=unit, version=3, life=life("disputed"), **who))
        if number % 11 == 0:
            records.append(one(number, day, unit=unit, version=4, state="withdrawn", **{**who, "since": None}))
    return records


async def test_rows_in_any_order_give_the_same_incidents(migrated: str) -> None:
    chance, found = random.Random(9), []

    for _ in range(4):
        records = story()
        chance.shuffle(records)
        with psycopg.connect(migrated) as connection:
            connection.execute("TRUNCATE flags, flag_changes, sink_offsets")
        await write(migrated, records, chunk=chance.randint(7, 200))
        await write(migrated, chance.sample(records, 50))
        found.append(everything(migrated))

    assert len(found[0][0]) > 3
    assert found[1:] == [found[0]] * 3


async def test_a_function_that_stays_broken_for_weeks_is_one_incident(migrated: str) -> None:
    # Weekends, and a day off beside one, have no flags; one day has fewer than are enough.
    workdays = [0, 1, 2, 3, 6, 7, 8, 9, 10, 14, 15, 16]
    records = [
        record
        for week, offset in enumerate(workdays)
        for record in many(2 if offset == 8 else 6, first=100 * week, day=DAY + timedelta(days=offset))
    ]

    await write(migrated, records)

    assert ask(migrated, "SELECT begun_on, members FROM incidents") == [(DAY, 6 * 11 + 2)]
    assert ask(migrated, "SELECT count(*) FROM flags_to_alert") == [(0,)]


async def test_days_of_quiet_end_an_incident(migrated: str) -> None:
    later = DAY + timedelta(days=5)

    await write(migrated, [*many(5), *many(5, 100, later)])

    assert ask(migrated, "SELECT begun_on, members FROM incidents ORDER BY 1") == [(DAY, 5), (later, 5)]


async def test_a_day_begins_at_midnight_in_the_zone_of_the_settings(migrated: str) -> None:
    await write(migrated, [*many(3, hour=0), *many(2, 10, hour=23)])
    assert ask(migrated, "SELECT begun_on, members FROM incidents") == [(DAY, 5)]

    with psycopg.connect(migrated) as connection:
        connection.execute("UPDATE view_settings SET zone = 'UTC'")
    assert ask(migrated, "SELECT members FROM incidents") == []


async def test_longer_bands_find_what_comes_slowly(migrated: str) -> None:
    await write(migrated, [one(number, DAY + timedelta(days=number)) for number in range(5)])
    assert ask(migrated, "SELECT count(*) FROM incidents") == [(0,)]

    with psycopg.connect(migrated) as connection:
        connection.execute("UPDATE view_settings SET band_days = 7")

    assert ask(migrated, "SELECT begun_on, members FROM incidents") == [(DAY - timedelta(days=1), 5)]


async def test_units_classes_and_parties_stand_apart(migrated: str) -> None:
    await write(
        migrated,
        [
            *many(5),
            *many(6, 100, unit=OTHER),
            *many(7, 200, accountable="operator"),
            *many(4, 300, unit=OTHER, accountable="operator"),
            *many(8, 400, **of("falsely_done")),
            *many(4, 500, **of("hung")),
        ],
    )

    assert ask(migrated, "SELECT class, accountable, scope, members, units FROM incidents ORDER BY members") == [
        ("falsely_pending", "unit", UNIT, 5, [UNIT]),
        ("falsely_pending", "unit", OTHER, 6, [OTHER]),
        ("falsely_done", "unit", UNIT, 8, [UNIT]),
        # Somebody else's cause is beyond one unit: it is that of the unit above.
        ("falsely_pending", "operator", PROVINCE, 11, [UNIT, OTHER]),
    ]


async def test_sources_stand_apart_where_they_are_known(migrated: str) -> None:
    await write(migrated, many(10))
    before = everything(migrated)

    with psycopg.connect(migrated) as connection:
        connection.execute("UPDATE flags SET source = 'portal' WHERE flag_id < %s", [f"{5:032x}"])

    assert ask(migrated, "SELECT source, members FROM incidents ORDER BY 1") == [("portal", 5), (None, 5)]
    assert ask(migrated, "SELECT incident_id FROM incidents WHERE source IS NULL") == [(before[0][0][0],)]


async def test_a_transfer_moves_no_member(migrated: str) -> None:
    await write(migrated, many(5))
    before = everything(migrated)

    moved: dict[str, Any] = {"unit": OTHER, "accountable": f"unit:{OTHER}", "scored_unit": UNIT}
    await write(migrated, many(2, version=2, **moved))

    assert everything(migrated) == before


async def test_a_proven_delay_is_never_folded_away(migrated: str) -> None:
    never = ("overdue", "at_risk", "no_movement")
    await write(migrated, [record for n, name in enumerate(never) for record in many(20, 100 * n, **of(name))])

    assert ask(migrated, "SELECT count(*) FROM incidents") == [(0,)]
    assert ask(migrated, "SELECT count(*) FROM flags_to_alert") == [(60,)]


def test_every_class_of_incidents_is_one_of_flags(migrated: str) -> None:
    """But for *vanished*, which no version raises yet."""
    found = {name for (name,) in ask(migrated, "SELECT class FROM incident_classes")}

    assert found - {"vanished"} < set(get_args(FlagClass))
    assert not found & {"overdue", "at_risk", "no_movement", "not_accepted", "not_collected", "wrong_due"}


async def test_what_people_make_of_flags_changes_no_count_and_no_incident(migrated: str) -> None:
    views = [case(token=f"token-{n}", flags=["falsely_pending"]) for n in range(12)]
    await write(migrated, [*views, *many(8), *many(4, 8, unit=OTHER)])
    before, counted = everything(migrated), counts(migrated)
    alerts = ask(migrated, "SELECT flag_id FROM flags_to_alert ORDER BY 1")

    states = ["acknowledged", "snoozed", "disputed", "false_alarm"] * 3
    await write(
        migrated,
        [one(n, version=2, life=life(state), unit=OTHER if n > 7 else UNIT) for n, state in enumerate(states)],
    )

    assert (everything(migrated), counts(migrated)) == (before, counted)
    assert ask(migrated, "SELECT flag_id FROM flags_to_alert ORDER BY 1") == alerts
    assert {row[0] for row in ask(migrated, "SELECT life FROM flags_to_alert")} == set(states)


async def test_an_incident_changes_no_count(migrated: str) -> None:
    await write(migrated, [*(case(token=f"token-{n}", flags=["falsely_pending"]) for n in range(8)), *many(8)])
    folded = counts(migrated)

    with psycopg.connect(migrated) as connection:
        connection.execute("UPDATE view_settings SET incident_cases_min = 100")

    assert ask(migrated, "SELECT count(*) FROM incidents") == [(0,)]
    assert counts(migrated) == folded
    assert [row[3:] for row in folded[0]] == [(8, 0, 0, 0, 8, 0)]


async def test_it_closes_when_its_last_member_clears_and_keeps_its_members(migrated: str) -> None:
    await write(migrated, many(5))
    incident = ask(migrated, "SELECT incident_id FROM incidents")

    await write(migrated, [cleared(number) for number in range(4)])
    assert ask(migrated, "SELECT members, members_open, ended_at FROM incidents") == [(5, 1, None)]

    await write(migrated, [one(4, version=2, state="cleared", until="2026-01-15T00:30:00+07:00")])
    ended = datetime(2026, 1, 14, 17, 30, tzinfo=UTC)
    assert ask(migrated, "SELECT members, members_open, ended_at, ended_on FROM incidents") == [
        (5, 0, ended, date(2026, 1, 15))
    ]
    assert ask(migrated, "SELECT incident_id FROM incidents") == incident
    assert ask(migrated, "SELECT incidents, open, members, members_open FROM incident_counts") == [(1, 0, 5, 0)]


async def test_a_withdrawn_flag_was_never_a_member(migrated: str) -> None:
    await write(migrated, [*many(6), one(5, version=2, state="withdrawn", since=None)])
    assert ask(migrated, "SELECT members FROM incidents") == [(5,)]

    await write(migrated, [one(4, version=2, state="withdrawn", since=None)])
    assert ask(migrated, "SELECT count(*) FROM incidents") == [(0,)]
    assert ask(migrated, "SELECT count(*) FROM flags_to_alert") == [(4,)]


async def test_an_outage_is_one_incident_and_what_has_nothing_to_do_with_it_alerts(migrated: str) -> None:
    outage = [one(n, unit=f"{PROVINCE}.{n % 40:03}", **of("unknown", accountable="operator")) for n in range(5000)]
    others = [*many(3, 9000), one(9100, **of("unknown", accountable="operator", unit="G01.804.001"))]

    await write(migrated, [*outage, *others])

    assert ask(migrated, "SELECT members, cases_open, cardinality(units) FROM incidents") == [(5000, 5000, 40)]
    assert ask(migrated, "SELECT count(*) FROM flags_to_alert") == [(4,)]


def test_fifty_thousand_flags_are_folded_at_once(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        connection.execute(FIFTY_THOUSAND)

    began = monotonic()
    incidents = ask(migrated, "SELECT * FROM incidents")
    listed = monotonic() - began
    alerting = ask(migrated, "SELECT * FROM flags_to_alert")
    alerted = monotonic() - began - listed

    assert (len(incidents) > 500, len(alerting) > 10_000) == (True, True)
    assert max(listed, alerted) < SECONDS_MAX, f"{listed:.1f} s for incidents, {alerted:.1f} s for what alerts"


def test_the_command_shows_them_as_a_table_and_as_json(migrated: str) -> None:
    records = [*many(5), *many(6, 100, unit="H26-01"), *(cleared(n, unit="H26-01") for n in range(100, 106))]
    asyncio.run(write(migrated, records))

    everywhere, table = run("incidents", database=migrated)
    _, beneath = run("incidents", "--unit", "H26", "--json", database=migrated)
    _, still_open = run("incidents", "--open", "--json", database=migrated)
    _, none = run("incidents", "--unit", "H2", "--json", database=migrated)

    assert everywhere == 0
    assert "Đã trả kết quả" in table
    assert [(row["class"], row["scope"], row["members"]) for row in orjson.loads(beneath)] == [
        ("falsely_pending", "H26-01", 6)
    ]
    assert [row["scope"] for row in orjson.loads(still_open)] == [UNIT]
    assert orjson.loads(none) == []


def test_the_command_says_what_is_missing(database: str) -> None:
    assert run("incidents", database=database) == (
        2,
        "hoso: database lacks the migrations 0008_software_of_sources: migrate it first\n",
    )
    code, said = run("incidents", database=database + "_gone")
    assert code == 2
    assert "does not exist" in said


def run(*words: str, database: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words), env={"HOSO_DATABASE": database, "COLUMNS": "200"})
    return done.exit_code, done.output
