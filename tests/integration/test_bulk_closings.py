"""Many cases of a unit closed within minutes with the due as their end, found on a real PostgreSQL; others are not."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from streams.ports import Position, Record
from streams.sinks.migrate import migrate
from streams.sinks.postgres import PostgresArchive
from tests.archive_builders import PREFIX, case, fact, renumbered

pytestmark = pytest.mark.services

UNIT, OTHER = "G01.801.001", "G01.801.002"
DUE = datetime(2026, 1, 13, 10, tzinfo=UTC)
EVENING = datetime(2026, 1, 15, 12, tzinfo=UTC)
ASKED = "SELECT unit, day, closings, first_closed_at, last_closed_at, case_tokens FROM bulk_closings ORDER BY 1, 4"


@pytest.fixture
def migrated(database: str) -> str:
    migrate(database)
    return database


async def write(database: str, records: Sequence[Record]) -> None:
    archive = PostgresArchive(database, PREFIX)
    await archive.open([Position(PREFIX + topic, 0, 0) for topic in ("log", "cases.current")])
    await archive.write(renumbered(records))
    await archive.close()


def told(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def closing(number: int, closed: datetime, end: datetime = DUE, code: str = "9", **fields: Any) -> Record:
    data = {"system": "portal", "code": code, "ended_at": told(end)}
    return fact(
        **{
            "token": f"token-{number:03}",
            "type": "official.status_changed",
            "time": told(closed),
            "data": data,
            **fields,
        }
    )


def view(number: int, due: datetime = DUE, **fields: Any) -> Record:
    return case(
        **{
            "token": f"token-{number:03}",
            "unit": UNIT,
            "due_computed": None,
            "due_declared": told(due).replace("Z", "+00:00"),
            **fields,
        }
    )


def evening(count: int, seconds: int = 20, first: int = 0, **fields: Any) -> list[Record]:
    """So many cases of the unit, closed one after the other, each with the due as its end."""
    numbers = range(first, first + count)
    closed = [EVENING + timedelta(seconds=seconds * (number - first)) for number in numbers]
    return [
        *(view(number, **fields) for number in numbers),
        *(closing(number, at) for number, at in zip(numbers, closed, strict=True)),
    ]


def ask(database: str, query: str = ASKED) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(query.encode()).fetchall()


async def test_many_closed_within_minutes_with_the_due_as_their_end_are_found(migrated: str) -> None:
    await write(migrated, evening(12))

    assert ask(migrated) == [
        (UNIT, date(2026, 1, 15), 12, EVENING, EVENING + timedelta(seconds=220), [f"token-{n:03}" for n in range(12)])
    ]


async def test_the_order_of_rows_and_their_repetition_change_nothing(migrated: str) -> None:
    records = evening(30, seconds=25)
    random.Random(4).shuffle(records)

    await write(migrated, [*records, *records])

    assert [row[:3] for row in ask(migrated)] == [(UNIT, date(2026, 1, 15), 30)]


SPREAD = {
    "over the day": evening(12, seconds=600),
    "of two units": [*evening(9), *evening(9, first=50, unit=OTHER)],
    "too few": evening(9),
    "of nobody knows which unit": evening(12, unit=None),
    "with the ends they had": [
        record
        for n in range(12)
        for record in (view(n), closing(n, EVENING + timedelta(seconds=n), EVENING - timedelta(hours=n)))
    ],
    "each twice": [*evening(6), *(closing(n, EVENING + timedelta(seconds=n), code="10") for n in range(6))],
    "stopped, not done": [
        record for n in range(12) for record in (view(n), closing(n, EVENING + timedelta(seconds=n), code="8"))
    ],
    "on a day without an hour": [
        record for n in range(12) for record in (view(n), closing(n, EVENING, precision="day"))
    ],
    "as one snapshot shows them": [
        record for n in range(12) for record in (view(n), closing(n, EVENING, type="official.observed"))
    ],
}


@pytest.mark.parametrize("records", SPREAD.values(), ids=SPREAD)
async def test_what_is_closed_otherwise_is_not_found(migrated: str, records: list[Record]) -> None:
    await write(migrated, records)

    assert ask(migrated) == []


async def test_the_computed_due_is_one_too_and_two_evenings_are_two_rows(migrated: str) -> None:
    tomorrow = EVENING + timedelta(days=1)
    computed: dict[str, Any] = {"due_declared": None, "due_computed": "2026-01-13T17:00:00+07:00"}
    second = [closing(n, tomorrow + timedelta(seconds=n - 100)) for n in range(100, 110)]

    await write(migrated, [*evening(10, **computed), *(view(n) for n in range(100, 110)), *second])

    assert [row[:4] for row in ask(migrated)] == [
        (UNIT, date(2026, 1, 15), 10, EVENING),
        (UNIT, date(2026, 1, 16), 10, tomorrow),
    ]


async def test_a_long_evening_is_one_row_without_the_honest_ones_around_it(migrated: str) -> None:
    alone = [
        view(900),
        closing(900, EVENING - timedelta(minutes=30)),
        view(901),
        closing(901, EVENING + timedelta(hours=2)),
    ]

    await write(migrated, [*evening(60, seconds=40), *alone])

    assert [row[2:5] for row in ask(migrated)] == [(60, EVENING, EVENING + timedelta(seconds=59 * 40))]


async def test_numbers_are_settings(migrated: str) -> None:
    await write(migrated, evening(4, seconds=1200))

    with psycopg.connect(migrated) as connection:
        connection.execute("UPDATE view_settings SET bulk_cases_min = 4, bulk_minutes_max = 60")

    assert [row[2] for row in ask(migrated)] == [4]
