"""What the sink exports out of a real PostgreSQL: counts by unit with its name and province, incidents, dues."""

import asyncio
import urllib.request
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.topics import CASES_CURRENT, FLAGS, LOG
from streams import metrics as names
from streams.adapters.health import Pulse
from streams.adapters.metrics_server import start_metrics_server
from streams.core.screen_words import CLASS_WORDS, OWNER_WORDS
from streams.exposition import Metrics
from streams.metrics import SERIES_OF_PROCESS_MAX
from streams.ports import Position, Record
from streams.sinks.gauges import ArchiveGauges, watch_gauges
from streams.sinks.migrate import migrate
from streams.sinks.postgres import PostgresArchive
from streams.wiring.exporting import SinkMetrics
from tests.archive_builders import PREFIX, RULES, case, entry_record, fact, flag, renumbered, tick
from tests.core_builders import content_of, deadline_row

pytestmark = pytest.mark.services

UNIT, OTHER = "G01.839.001", "G01.839.002"
HUE = "Thành phố Huế"
NAME = "Công an phường Thuận Hóa"
PLACE = (UNIT, NAME, HUE)
BY_UNIT = (*PLACE, "unit", *OWNER_WORDS["unit"])
OPERATOR = ("operator", *OWNER_WORDS["operator"])
NOON = "2026-01-14T05:00:00Z"  # 12:00 in Huế
WORDS = CLASS_WORDS["falsely_pending"].vi

SCRAPE_SECONDS_MAX = 0.15
# Of each unit two cases that are really overdue, six that look open in one incident, and six that are counted late.
UNITS_3500 = """
INSERT INTO flags
SELECT md5(class || n), 1, 1, class || n, class, 'raised', timestamptz '2026-01-13 17:00+07', NULL, unit, 'card',
       'unit:' || unit, unit, NULL, NULL, false, NULL, class, timestamptz '2026-01-13 17:00+07', 0, n, '1', '', '{}'
FROM (VALUES ('overdue', 2), ('falsely_pending', 6), ('falsely_late', 6)) AS classes (class, each)
CROSS JOIN LATERAL (SELECT n, 'G01.839.' || n % 3500 AS unit FROM generate_series(1, each * 3500) AS n) AS flags
"""


@pytest.fixture
def migrated(database: str) -> str:
    migrate(database)
    return database


def activation(**fields: Any) -> Record:
    content = content_of(
        units=[{"id": UNIT, "name": NAME, "source": "a test"}],
        provinces=[{"id": "H57", "name": HUE, "units": ["H57", "G01.839"], "source": "a test"}],
        **fields,
    )
    return entry_record(0, {"type": "rules.activated", "hash": RULES, "content": content})


def complaint(number: int, unit: str = UNIT, at: str = "2026-01-12T03:00:00Z") -> Record:
    data = {"unit": unit, "reason": "delay"}
    return fact(number, type="complaint.filed", fact=f"{number:016x}", time=at, data=data)


def overdue(number: int, **fields: Any) -> Record:
    told = {"flag_id": f"{number:032x}", "case": f"token-{number}", "unit": UNIT, "accountable": f"unit:{UNIT}"}
    return flag(**{**told, "scored_unit": UNIT, **fields})


def pending(number: int, **fields: Any) -> Record:
    since = "2026-01-13T09:00:00+07:00"
    return overdue(number, **{"class": "falsely_pending", "since": since, "wording": WORDS, **fields})


async def write(database: str, records: Sequence[Record]) -> None:
    archive = PostgresArchive(database, PREFIX)
    await archive.open([Position(PREFIX + topic.name, 0, 0) for topic in (LOG, FLAGS, CASES_CURRENT)])
    await archive.write(renumbered(records))
    await archive.close()


async def read(database: str) -> dict[str, dict[tuple[str, ...], float]]:
    """With the sink's rights, not the owner's."""
    gauges = ArchiveGauges(f"{database}?options=-crole%3Dhoso_sink")
    await gauges.open()
    try:
        return {gauge.name: values for gauge, values in (await gauges.read())[1].items()}
    finally:
        await gauges.close()


async def test_an_archive_without_a_tick_has_no_figures(migrated: str) -> None:
    assert await read(migrated) == {}


async def test_really_overdue_is_counted_by_unit_with_its_name_and_province(migrated: str) -> None:
    records = [activation(), tick(1, NOON), overdue(1), overdue(2), overdue(2, flag_id="f" * 32)]
    records += [
        overdue(3, unit=OTHER, scored_unit=OTHER, accountable="ministry"),
        overdue(4, state="cleared", until=NOW_LOCAL),
    ]

    await write(migrated, records)
    found = await read(migrated)

    assert found["overdue_cases"] == {BY_UNIT: 2, (OTHER, OTHER, HUE, "ministry", *OWNER_WORDS["ministry"]): 1}
    assert found["newly_overdue_cases"] == {}


NOW_LOCAL = "2026-01-14T12:00:00+07:00"


async def test_newly_overdue_is_what_became_so_today(migrated: str) -> None:
    await write(migrated, [activation(), tick(1, NOON), overdue(1, since="2026-01-14T00:00:00+07:00"), overdue(2)])

    assert (await read(migrated))["newly_overdue_cases"] == {(HUE, "unit"): 1}


async def test_what_is_due_today_is_told_as_not_ready_or_not_updated(migrated: str) -> None:
    ends: dict[str, Any] = {"due_computed": "2026-01-15T00:00:00+07:00", "unit": UNIT}
    records = [activation(), tick(1, NOON)]
    records += [
        case(token="token-1", **ends),
        # Ready this morning: by its flag that is no fault yet, but the appointment is today.
        case(token="token-2", **ends, ended="2026-01-14T08:00:00+07:00"),
        case(token="token-3", **{**ends, "due_computed": "2026-01-14T00:00:00+07:00"}),
        case(token="token-4", **ends, ended="2026-01-14T08:00:00+07:00", official=[]),
    ]

    await write(migrated, records)

    assert (await read(migrated))["due_today_cases"] == {(HUE, "not_ready"): 1, (HUE, "not_updated"): 1}


async def test_a_broken_function_is_one_incident_of_its_unit(migrated: str) -> None:
    records = [activation(), tick(1, NOON), *(pending(number) for number in range(7))]
    records += [pending(number, **{"class": "hung", "flag_id": f"{100 + number:032x}"}) for number in range(5)]
    records += [pending(50, unit=OTHER, scored_unit=OTHER, accountable=f"unit:{OTHER}")]

    await write(migrated, records)
    found = await read(migrated)

    assert found["incident_cases"] == {(*BY_UNIT, "falsely_pending", *CLASS_WORDS["falsely_pending"]): 7}
    assert found["falsely_open_cases"] == {BY_UNIT: 7, (OTHER, OTHER, HUE, "unit", *OWNER_WORDS["unit"]): 1}


async def test_what_is_unknown_is_told_of_the_units_whose_cases_it_is(migrated: str) -> None:
    """The operator answers for it, one level above; but it is told beside the silence of each unit's source."""
    unknown = [pending(number, **{"class": "unknown", "accountable": "operator"}) for number in range(6)]

    await write(migrated, [activation(), tick(1, NOON), *unknown])

    assert (await read(migrated))["incident_cases"] == {(*PLACE, *OPERATOR, "unknown", *CLASS_WORDS["unknown"]): 6}


async def test_an_incident_is_gone_when_its_last_flag_clears(migrated: str) -> None:
    raised = [pending(number) for number in range(6)]
    cleared = [pending(number, state="cleared", version=2, until=NOW_LOCAL) for number in range(6)]

    await write(migrated, [activation(), tick(1, NOON), *raised, *cleared])

    assert (await read(migrated))["incident_cases"] == {}


async def test_how_many_more_may_be_late_is_told_of_units_that_have_had_one(migrated: str) -> None:
    def ended(number: int, verdict: str, unit: str = UNIT) -> Record:
        return case(token=f"token-{number}", verdict=verdict, unit=unit, ended="2026-01-12T09:00:00+07:00")

    records = [ended(number, "late" if number < 2 else "on_time") for number in range(60)]
    records += [ended(100 + number, "on_time", OTHER) for number in range(3)]

    await write(migrated, [activation(), tick(1, NOON), *records])

    # A twentieth of sixty, less two; whoever had none late is not told of.
    assert (await read(migrated))["late_allowance_cases"] == {PLACE: 1}


async def test_repeated_complaints_are_told_and_a_single_one_is_not(migrated: str) -> None:
    old = complaint(5, at="2026-01-01T03:00:00Z")

    # The log may tell a fact twice; and what is told of a day to come is not of the last ones.
    again = [complaint(3, OTHER), complaint(3, OTHER), complaint(4, OTHER, at="2026-02-12T03:00:00Z")]

    await write(migrated, [activation(), complaint(1), complaint(2), *again, old, tick(6, NOON)])

    assert (await read(migrated))["complaints"] == {(*PLACE, "delay"): 2}


async def test_falsely_late_is_counted_by_who_is_charged(migrated: str) -> None:
    late = overdue(1, **{"class": "falsely_late", "accountable": "operator", "unit": OTHER})
    # Whoever has the case now has to mend what another unit is charged with.
    transferred = overdue(2, **{"class": "falsely_late", "accountable": f"unit:{OTHER}", "unit": OTHER})

    await write(migrated, [activation(), tick(1, NOON), late, transferred])

    by_other = (OTHER, OTHER, HUE, "unit", *OWNER_WORDS["unit"])
    assert (await read(migrated))["falsely_late_cases"] == {(*PLACE, *OPERATOR): 1, by_other: 1}


async def test_what_an_incident_tells_of_is_not_told_again(migrated: str) -> None:
    hung = [overdue(number, **{"class": "hung", "accountable": "operator"}) for number in range(6)]
    alone = overdue(7, **{"class": "print_blocked", "accountable": "ministry", "since": "2026-01-02T09:00:00+07:00"})
    near = [overdue(10 + number, **{"class": "at_risk"}) for number in range(20)]

    await write(migrated, [activation(), tick(1, NOON), *hung, alone, *near])

    assert (await read(migrated))["flagged_cases"] == {
        (*PLACE, "ministry", *OWNER_WORDS["ministry"], "print_blocked", *CLASS_WORDS["print_blocked"]): 1,
        (*BY_UNIT, "at_risk", *CLASS_WORDS["at_risk"]): 20,
    }


async def test_a_duty_that_is_not_an_offices_asks_nothing_of_it(migrated: str) -> None:
    law = content_of(deadlines=[deadline_row(id="of-a-host", duty_bearer="host")])
    rules = entry_record(0, {"type": "rules.activated", "hash": RULES, "content": law})
    due: dict[str, Any] = {"due_computed": "2026-01-15T00:00:00+07:00", "unit": UNIT}
    late = [case(token=f"token-{number}", verdict="overdue", rule="of-a-host", **due) for number in range(3)]

    await write(migrated, [rules, tick(1, NOON), *late])
    found = await read(migrated)

    assert (found["late_allowance_cases"], found["due_today_cases"]) == ({}, {})


async def test_a_day_ends_with_its_midnight_in_every_figure(migrated: str) -> None:
    """A tick at 24:00 is the end of a day, as a due at 24:00 is."""
    due = case(token="token-1", due_computed="2026-01-15T00:00:00+07:00", unit=UNIT)

    await write(migrated, [activation(), tick(1, "2026-01-14T17:00:00Z"), due])

    assert (await read(migrated))["due_today_cases"] == {(HUE, "not_ready"): 1}


async def test_with_3500_units_a_scrape_stays_below_the_ceiling(migrated: str) -> None:
    await write(migrated, [activation(), tick(1, NOON)])
    with psycopg.connect(migrated) as connection:
        connection.execute(UNITS_3500)
        connection.execute("ANALYZE flags")
    pulse = Pulse()
    metrics = SinkMetrics(pulse.health)
    gauges = ArchiveGauges(migrated)
    await gauges.open()

    for gauge, values in (await gauges.read())[1].items():
        metrics.replace(gauge, values)
    await gauges.close()

    server = await start_metrics_server("127.0.0.1", 0, metrics, pulse.health)
    try:
        began_at = perf_counter()
        body = await asyncio.to_thread(_get, f"http://127.0.0.1:{server.port}/metrics")
        seconds = perf_counter() - began_at
    finally:
        await server.close()
    samples = [line for line in body.splitlines() if not line.startswith(b"#")]
    assert 7000 < len(samples) <= SERIES_OF_PROCESS_MAX
    assert seconds < SCRAPE_SECONDS_MAX
    overdue = [line for line in samples if line.startswith(b"hoso_overdue_cases{")]
    assert (len(overdue), sum(float(line.rpartition(b" ")[2]) for line in overdue)) == (3500, 7000)


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read())


async def test_figures_go_on_after_the_database_was_away(migrated: str) -> None:
    await write(migrated, [activation(), tick(1, NOON), overdue(1)])
    metrics, stop = Metrics("sink"), asyncio.Event()
    task = asyncio.create_task(watch_gauges(migrated, stop, metrics, seconds_between=0.05))

    def told(name: str) -> float:
        families = text_string_to_metric_families(metrics.render().decode())
        return sum(sample.value for family in families for sample in family.samples if sample.name == name)

    async def until(name: str, more_than: float) -> None:
        async with asyncio.timeout(20):
            while told(name) <= more_than:  # noqa: ASYNC110  (metrics do not say when they change)
                await asyncio.sleep(0.02)

    await until("hoso_figures_timestamp_seconds", 0)
    before = told("hoso_figures_timestamp_seconds")
    with psycopg.connect(migrated) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hoso-gauges'"
        )
    await until("hoso_figures_timestamp_seconds", before + 0.2)

    assert told("hoso_overdue_cases") == 1
    assert told("hoso_figures_as_of_timestamp_seconds") == 1_768_366_800
    stop.set()
    await task


def test_what_is_read_is_what_the_sink_exports() -> None:
    of_sink = {metric for metric in names.METRICS if metric.roles == ("sink",) and "province" in metric.labels}

    assert {metric.name for metric in of_sink} == {
        "overdue_cases", "falsely_open_cases", "falsely_late_cases", "flagged_cases", "incident_cases",
        "newly_overdue_cases", "due_today_cases", "late_allowance_cases", "complaints",
    }  # fmt: skip
