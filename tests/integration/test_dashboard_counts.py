"""What dashboards read, out of a real PostgreSQL that the sink filled with a simulated district: equal to the core."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from schemas.codec import decode
from schemas.topics import CASES_CURRENT, FLAGS, LOG
from streams.core.calendar import day_number
from streams.core.engine import EVER, assess, counted_of
from streams.core.official import OPEN
from streams.core.rates import Tally, by_unit
from streams.core.score import Period
from streams.pipeline.cases import CasePartition
from streams.ports import Position, Record
from streams.sinks.migrate import MIGRATIONS, migrate
from streams.sinks.postgres import PostgresArchive
from tests.archive_builders import PREFIX, RULES, case, entry_record, flag, renumbered, tick
from tests.core_builders import content_of, deadline_row
from tools.deployment import create_database
from tools.played_archive import fill
from tools.stack import Endpoints

pytestmark = pytest.mark.services

AT = datetime.fromisoformat("2026-02-27T15:00:00+07:00")
PERIODS = {"month": date(2026, 2, 1), "quarter": date(2026, 1, 1), "ever": None}
ALL = "all"
# As numeric has it: eighteen digits behind the point.
EXACTLY = Fraction(1, 10**12)
UNIT, OTHER = "G01.801.001", "G01.801.002"


Played = tuple[str, CasePartition]


@pytest.fixture(scope="module")
def played(stack: Endpoints) -> Iterator[Played]:
    """A district on its fifty-fourth day, and the cases as the case step holds them."""
    database = create_database(stack.postgres, "played_counts")
    migrate(database)
    yield database, asyncio.run(fill(database, "noisy", 1, AT))
    with psycopg.connect(stack.postgres, autocommit=True) as admin:
        admin.execute("DROP DATABASE played_counts WITH (FORCE)")


def ask(database: str, query: str, *given: Any) -> list[dict[str, Any]]:
    """With the rights of dashboards, not the owner's."""
    with psycopg.connect(database, row_factory=dict_row) as connection:
        connection.execute("SET ROLE hoso_grafana")
        return connection.execute(query, given).fetchall()


def tallies(cases: CasePartition, first: date | None) -> Mapping[str, Tally]:
    """By unit, and of all together, as the core counts the same cases in a period."""
    found: defaultdict[str, Tally] = defaultdict(Tally)
    at, rules = int(AT.timestamp()), cases.rules
    assert rules is not None
    for token in cases.tokens():
        assessed = assess(cases.case(token), at, rules, cases.marks)
        if assessed is None or (assessed.clock.rule is not None and assessed.clock.rule.bearer != "unit"):
            continue
        since = EVER if first is None else day_number(first)
        lines = counted_of(assessed, rules, Period(since, at))
        for one in lines[1:] or lines:
            if not one.is_counted:
                continue
            found[ALL].add(one.reported, one.evidence, None if one.cause == "transferred" else one.cause)
            for unit, *how in by_unit(one):
                found[unit].add(*how)
    return found


RATES = """
SELECT {key} AS key, sum(counted)::int AS counted, sum(in_time)::int AS in_time, sum(evidenced)::int AS evidenced,
       sum(proven)::int AS proven, sum(unsure)::int AS unsure
FROM rate_counts WHERE period = %s GROUP BY 1
"""
SHARES = """
SELECT moves.key, cause,
       cause_share(both_low, theirs, theirs_in_time, ours, ours_proven, counted, evidenced, proven) AS low,
       cause_share(both_high, theirs, theirs_in_time, ours, ours_possible, counted, evidenced, proven + unsure) AS high
FROM (
    SELECT {key} AS key, {cause} AS cause, sum(both_low) AS both_low, sum(both_high) AS both_high,
           sum(theirs) AS theirs, sum(theirs_in_time) AS theirs_in_time, sum(ours) AS ours,
           sum(ours_proven) AS ours_proven, sum(ours_possible) AS ours_possible
    FROM cause_counts WHERE period = %s AND {cause} IS NOT NULL GROUP BY 1, 2
) AS moves
JOIN (
    SELECT {key} AS key, sum(counted) AS counted, sum(evidenced) AS evidenced, sum(proven) AS proven,
           sum(unsure) AS unsure
    FROM rate_counts WHERE period = %s GROUP BY 1
) AS rates ON rates.key = moves.key
"""


@pytest.mark.parametrize("period", PERIODS)
def test_both_rates_are_those_of_the_core(played: Played, period: str) -> None:
    database, cases = played
    expected = tallies(cases, PERIODS[period])

    rows = [row for name in ("unit", f"'{ALL}'") for row in ask(database, RATES.format(key=name), period)]

    found = {row.pop("key"): row for row in rows}
    assert len(found) > 5
    assert found == {
        key: {
            "counted": one.counted,
            "in_time": one.in_time,
            "evidenced": one.evidenced,
            "proven": one.proven,
            "unsure": one.unsure,
        }
        for key, one in expected.items()
    }


@pytest.mark.parametrize("period", PERIODS)
def test_the_shares_of_the_causes_are_those_of_the_core_exactly(played: Played, period: str) -> None:
    database, cases = played
    expected = tallies(cases, PERIODS[period])

    # A transfer is a cause of a unit's difference, and not of that of all of them.
    of_units = ask(database, SHARES.format(key="unit", cause="cause"), period, period)
    of_all = ask(database, SHARES.format(key=f"'{ALL}'", cause="case_cause"), period, period)

    split = {key: one.split() for key, one in expected.items()}
    wanted = {
        (key, cause): (low, both[1][cause]) for key, both in split.items() if both for cause, low in both[0].items()
    }
    found = {(row["key"], row["cause"]): (row["low"], row["high"]) for row in of_units + of_all}
    assert found.keys() == wanted.keys()
    assert len({cause for _, cause in found}) > 5
    for place, bounds in wanted.items():
        for exact, shown in zip(bounds, found[place], strict=True):
            assert abs(exact - Fraction(shown)) < EXACTLY, place
    # And they add up to the difference of the rates.
    for key, one in expected.items():
        if one.rate is not None and one.bounds is not None:
            low = sum((Fraction(shown[0]) for (unit, _), shown in found.items() if unit == key), Fraction(0))
            assert abs(low - (one.rate - one.bounds[0])) < EXACTLY


def test_what_is_open_on_either_side_is_counted_once(played: Played) -> None:
    database, _ = played
    with psycopg.connect(database) as connection:
        views = [decode(bytes(row[0])) for row in connection.execute("SELECT body FROM cases")]
    standing = [view for view in views if view["merged_into"] is None]
    shown = [
        "vanished" not in view["flags"]
        and any(line["system"] == "portal" and line["state"] in OPEN for line in view["official"])
        for view in standing
    ]

    [row] = ask(
        database,
        "SELECT sum(reported)::int AS reported, sum(observed)::int AS observed, sum(done_not_updated)::int AS done, "
        "sum(not_shown)::int AS not_shown FROM open_counts",
    )

    observed = [view["ended"] is None for view in standing]
    assert row == {
        "reported": sum(shown),
        "observed": sum(observed),
        "done": sum(is_shown and not is_open for is_shown, is_open in zip(shown, observed, strict=True)),
        "not_shown": sum(is_open and not is_shown for is_shown, is_open in zip(shown, observed, strict=True)),
    }
    [steps] = ask(database, "SELECT sum(cases)::int AS cases FROM step_counts")
    assert steps["cases"] == len(standing)
    [waiting] = ask(database, "SELECT sum(cases)::int AS cases FROM waiting_counts")
    assert waiting["cases"] == sum(observed)


def test_an_upgraded_database_counts_as_one_that_was_written_so(played: Played) -> None:
    """The migration reads out of views that are there what the sink writes from now on."""
    database, _ = played
    text = next(path for path in MIGRATIONS.glob("0013*.sql")).read_text()
    filled = text[text.index("WITH viewed AS") : text.index("-- What the rules in force tell")]
    columns = "case_token, open_in, held_stage, held_owner, held_since_at"

    with psycopg.connect(database) as connection:

        def tables() -> list[Any]:
            lines = connection.execute("SELECT * FROM counted_lines ORDER BY case_token, leg").fetchall()
            return [lines, connection.execute(f"SELECT {columns} FROM cases ORDER BY case_token").fetchall()]

        written = tables()
        connection.execute("DELETE FROM counted_lines")
        connection.execute("UPDATE cases SET open_in = '{}', held_stage = NULL, held_owner = NULL")
        connection.execute(filled)
        assert tables() == written
        connection.rollback()


async def write(database: str, records: list[Record]) -> None:
    archive = PostgresArchive(database, PREFIX)
    await archive.open([Position(PREFIX + topic.name, 0, 0) for topic in (LOG, FLAGS, CASES_CURRENT)])
    await archive.write(renumbered(records))
    await archive.close()


def line(leg: str | None = None, **fields: Any) -> dict[str, Any]:
    told = {"reported": "late", "reported_unit": UNIT, "reported_end": None}
    told |= {"evidence": "in_time", "unit": UNIT, "ended": "2026-01-12", "cause": "not_updated"}
    return {"leg": leg, **told, **fields}


LEG: dict[str, Any] = {"leg": "birth", "unit": UNIT, "official": [], "due": None, "ended": None, "verdict": "open"}


async def test_a_case_counts_as_its_newest_view_says_and_legs_that_are_gone_count_no_more(database: str) -> None:
    migrate(database)
    legs = [LEG, {**LEG, "leg": "insurance"}]
    records = [
        tick(0, "2026-01-14T05:00:00Z"),
        case(version=1, counts=[line(), line("birth"), line("insurance")], legs=legs),
        case(version=2, counts=[line(), line("birth")], legs=legs[:1]),
        case(token="other", version=1, counts=[line()]),
        case(token="other", version=2, counts=[]),
    ]

    # Each is a chunk of its own, and the last comes again.
    archive = PostgresArchive(database, PREFIX)
    await archive.open([Position(PREFIX + topic.name, 0, 0) for topic in (LOG, FLAGS, CASES_CURRENT)])
    for record in renumbered(records):
        await archive.write([record])
    await archive.close()

    counted = ask(database, "SELECT unit, counted, evidenced FROM rate_counts WHERE period = 'ever'")
    assert counted == [{"unit": UNIT, "counted": 1, "evidenced": 1}]


async def test_a_case_of_two_units_has_a_side_in_each_and_one_cause_in_both_together(database: str) -> None:
    migrate(database)
    await write(
        database,
        [tick(0, "2026-01-14T05:00:00Z"), case(counts=[line(reported_unit=OTHER, unit=UNIT)])],
    )

    rows = ask(
        database,
        "SELECT unit, cause, case_cause, theirs, ours_proven FROM cause_counts WHERE period = 'month' ORDER BY unit",
    )

    assert [tuple(row.values()) for row in rows] == [
        (UNIT, "transferred", "not_updated", 0, 1),
        (OTHER, "transferred", "not_updated", 1, 0),
    ]


async def test_duties_of_others_stand_in_no_rate_and_units_have_their_names(database: str) -> None:
    migrate(database)
    content = content_of(
        deadline_row(id="notice", duty_bearer="citizen"),
        units=[{"id": UNIT, "name": "Công an phường Thuận Hóa", "source": "a test"}],
        provinces=[{"id": "H57", "name": "Thành phố Huế", "units": ["H57", "G01"], "source": "a test"}],
    )
    law = entry_record(0, {"type": "rules.activated", "hash": RULES, "content": content})
    records = [law, tick(1, "2026-01-14T05:00:00Z"), case(counts=[line()], rule="notice")]

    await write(database, [*records, case(token="other", unit=OTHER, counts=[line(unit=OTHER, reported_unit=OTHER)])])

    rates = ask(database, "SELECT unit FROM rate_counts WHERE period = 'ever'")
    assert [row["unit"] for row in rates] == [OTHER]
    places = ask(database, "SELECT * FROM unit_places ORDER BY unit")
    assert [tuple(row.values()) for row in places] == [
        (UNIT, "Công an phường Thuận Hóa", "Thành phố Huế"),
        (OTHER, OTHER, "Thành phố Huế"),
    ]


async def test_false_backlog_days_are_hung_first_and_then_whose_system_is_open(database: str) -> None:
    migrate(database)

    def pending(number: int, **fields: Any) -> Record:
        told = {"flag_id": f"{number:032x}", "case": f"token-{number % 10}", "class": "falsely_pending"}
        span = {"since": "2026-01-10T00:00:00+07:00", "accountable": f"unit:{UNIT}"}
        return flag(**{**told, **span, **fields})

    await write(
        database,
        [
            tick(0, "2026-01-13T17:00:00Z"),
            pending(1),
            # Hung for a day of it, twice told of in part.
            pending(11, **{"class": "hung", "since": "2026-01-11T00:00:00+07:00", "until": "2026-01-12T00:00:00+07:00",
                           "state": "cleared"}),
            pending(21, **{"class": "hung", "since": "2026-01-11T00:00:00+07:00", "until": "2026-01-11T12:00:00+07:00",
                           "state": "cleared"}),
            pending(2, accountable="operator", state="cleared", until="2026-01-10T12:00:00+07:00"),
            pending(3, state="withdrawn", since=None),
        ],
    )  # fmt: skip

    rows = ask(database, "SELECT cause, cases, days FROM false_backlog WHERE period = 'month' ORDER BY cause")

    assert [tuple(row.values()) for row in rows] == [
        ("hung", 1, Decimal(1)),
        ("not_updated", 1, Decimal(3)),
        ("out_of_sync", 1, Decimal("0.5")),
    ]


async def test_a_midnight_is_the_end_of_its_day_and_of_its_month(database: str) -> None:
    migrate(database)
    await write(database, [tick(0, "2026-01-31T17:00:00Z")])

    [row] = ask(database, "SELECT at, day FROM judged_up_to")
    periods = ask(database, "SELECT * FROM periods WHERE period IN ('month', 'quarter')")

    assert (row["at"], row["day"]) == (datetime(2026, 1, 31, 17, tzinfo=UTC), date(2026, 1, 31))
    assert {one["period"]: one["first_day"] for one in periods} == {
        "month": date(2026, 1, 1),
        "quarter": date(2026, 1, 1),
    }


async def test_queries_of_counts_are_not_compiled_and_fit_into_memory(database: str) -> None:
    migrate(database)

    [row] = ask(database, "SELECT current_setting('jit') AS jit, current_setting('work_mem') AS memory")

    assert row == {"jit": "off", "memory": "16MB"}
