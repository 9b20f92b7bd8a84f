"""The list of metrics: its names, its bounds, and that nothing of a person or a case is in it."""

import re
from collections.abc import Mapping
from time import perf_counter

import prometheus_client as prometheus
import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams import metrics as listed
from streams.core.screen_words import OWNER_WORDS
from streams.exposition import Metrics, bounded
from streams.metrics import (
    CASES_OPEN,
    CHUNK_COMMIT,
    COMPLAINTS,
    DEAD_LETTERS,
    EVENTS_FORWARDED,
    FALSELY_LATE_CASES,
    FALSELY_OPEN_CASES,
    FLAGGED_CASES,
    FLAGS_OPEN,
    INCIDENT_CASES,
    LATE_ALLOWANCE_CASES,
    METRICS,
    OVERDUE_CASES,
    PROCESS_METRICS,
    ROLES,
    SERIES_OF_METRIC_MAX,
    SERIES_OF_PROCESS_MAX,
    SOURCE_SILENT,
    SOURCES_COMPLETE,
    TABLE_ROWS,
    Counter,
    Histogram,
    Metric,
    Role,
)

# What a series may be told apart by: no case, no person; and a unit only by what the sink reads from PostgreSQL.
LABELS = {
    "topic", "reason", "system", "role", "class", "wording", "state", "procedure", "stage", "province", "accountable",
    "source", "speaks_for", "clock", "calendar", "row", "wording_en", "party", "party_en",
}  # fmt: skip
OF_UNIT = {"unit", "unit_name"}
SCRAPE_SECONDS_MAX = 0.15


def test_every_metric_is_in_the_list_once() -> None:
    defined = [value for value in vars(listed).values() if isinstance(value, Metric)]

    assert sorted(defined, key=lambda metric: metric.name) == sorted(METRICS, key=lambda metric: metric.name)
    assert len({metric.name for metric in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_follow_the_conventions(metric: Metric) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", metric.name)
    assert isinstance(metric, Counter) == metric.name.endswith("_total")
    assert not re.search(r"_(ms|millis|minutes|hours|days|kb|mb)(_|$)", metric.name), "base units only"
    assert set(metric.labels) <= LABELS | (OF_UNIT if metric.roles == ("sink",) else set())
    assert metric.help
    if isinstance(metric, Histogram):
        assert metric.name.endswith("_seconds")
        assert list(metric.buckets) == sorted(set(metric.buckets))


def test_everything_is_rendered_under_our_prefix_and_nothing_is_registered_globally() -> None:
    metrics = Metrics()

    families = list(text_string_to_metric_families(metrics.render().decode()))

    assert {family.name for family in families} >= {f"hoso_{metric.name.removesuffix('_total')}" for metric in METRICS}
    assert all(family.name.startswith("hoso_") for family in families)
    assert not any("hoso" in family.name for family in prometheus.REGISTRY.collect())


def test_counts_gauges_and_histograms_are_told_apart_by_labels_in_order() -> None:
    metrics = Metrics()

    metrics.count(DEAD_LETTERS, "submission", "not_json")
    metrics.count(DEAD_LETTERS, "submission", "not_json", by=2)
    metrics.set(TABLE_ROWS, 1_767_582_007.0)
    metrics.observe(CHUNK_COMMIT, 0.02, "sink")

    value = metrics.registry.get_sample_value
    assert value("hoso_dead_letters_total", {"topic": "submission", "reason": "not_json"}) == 3
    assert value("hoso_table_rows") == 1_767_582_007.0
    assert value("hoso_chunk_commit_seconds_bucket", {"role": "sink", "le": "0.025"}) == 1
    assert value("hoso_chunk_commit_seconds_bucket", {"role": "sink", "le": "0.01"}) == 0


def test_a_wrong_number_of_labels_is_our_own_fault() -> None:
    with pytest.raises(ValueError, match="label"):
        Metrics().count(DEAD_LETTERS, "submission")


def test_replacing_a_gauge_forgets_what_is_gone() -> None:
    metrics = Metrics()

    metrics.replace(FLAGS_OPEN, {("overdue", "card", "Huế"): 4, ("at_risk", "card", "Huế"): 1})
    metrics.replace(FLAGS_OPEN, {("overdue", "card", "Huế"): 3})

    value = metrics.registry.get_sample_value
    assert value("hoso_flags_open", {"class": "overdue", "procedure": "card", "province": "Huế"}) == 3
    assert value("hoso_flags_open", {"class": "at_risk", "procedure": "card", "province": "Huế"}) is None


def test_more_series_than_allowed_are_counted_together() -> None:
    metrics = Metrics()

    for number in range(SERIES_OF_METRIC_MAX + 7):
        metrics.count(EVENTS_FORWARDED, f"topic-{number}")
    metrics.count(EVENTS_FORWARDED, "topic-0")

    value = metrics.registry.get_sample_value
    assert value("hoso_events_forwarded_total", {"topic": "topic-0"}) == 2
    assert value("hoso_events_forwarded_total", {"topic": "other"}) == 7


def test_of_too_many_values_the_largest_stand_alone() -> None:
    metrics = Metrics()
    most = SOURCE_SILENT.most

    metrics.replace(SOURCE_SILENT, {(f"source-{number}", "unit"): float(number) for number in range(most + 3)})

    def value(number: int) -> float | None:
        labels = {"source": f"source-{number}", "speaks_for": "unit"}
        return metrics.registry.get_sample_value("hoso_source_silent_office_seconds", labels)

    assert [value(number) for number in (0, 1, 2, 3, most + 2)] == [None, None, None, 3, most + 2]


def test_procedures_fold_before_stages_and_provinces_do() -> None:
    values: dict[tuple[str, ...], float] = {
        (f"procedure-{number:03}", stage, f"province-{place}"): number
        for number in range(200)
        for stage in ("received", "verified", "printed")
        for place in range(34)
    }

    found = bounded(CASES_OPEN, values)

    assert len(found) <= CASES_OPEN.most
    for place in (1, 2):
        assert sums(found, place) == sums(values, place)
    assert {labels[0] for labels in found} > {"procedure-199", "other"}
    assert "procedure-000" not in {labels[0] for labels in found}


def test_what_does_not_even_fold_to_its_bound_is_counted_together() -> None:
    values: dict[tuple[str, ...], float] = {
        ("card", f"stage-{number}", "none"): 1 for number in range(CASES_OPEN.most + 50)
    }

    found = bounded(CASES_OPEN, values)

    assert len(found) <= CASES_OPEN.most + 1
    assert sum(found.values()) == CASES_OPEN.most + 50


def sums(values: Mapping[tuple[str, ...], float], place: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for labels, value in values.items():
        found[labels[place]] = found.get(labels[place], 0) + value
    return found


def test_who_is_accountable_stays_named_where_units_are_told_together() -> None:
    operator = ("operator", *OWNER_WORDS["operator"])
    values: dict[tuple[str, ...], float] = {
        (f"H{number}", f"Công an phường {number}", "Huế", *operator): 1.0
        for number in range(FALSELY_LATE_CASES.most + 9)
    }

    assert {labels[3:] for labels in bounded(FALSELY_LATE_CASES, values)} == {operator}


def test_of_too_many_instants_those_stand_that_are_furthest_behind() -> None:
    most = SOURCES_COMPLETE.most

    found = bounded(SOURCES_COMPLETE, {(f"source-{number}",): float(number) for number in range(most + 3)})

    assert (len(found), max(found.values()), min(found.values())) == (most, most - 1, 0)


def test_a_personal_number_never_becomes_a_label() -> None:
    metrics = Metrics()

    metrics.count(EVENTS_FORWARDED, "001099123456")
    metrics.replace(OVERDUE_CASES, {("001099123456", "x", "Huế", "unit", "y", "z"): 3.0})

    assert b"001099123456" not in metrics.render()
    assert metrics.registry.get_sample_value("hoso_events_forwarded_total", {"topic": "other"}) == 1
    of_others = dict.fromkeys(OVERDUE_CASES.labels, "other")
    assert metrics.registry.get_sample_value("hoso_overdue_cases", of_others) == 3


def test_a_role_exports_nothing_of_another() -> None:
    families = {role: {family.name for family in families_of(Metrics(role))} for role in ROLES}

    assert "hoso_archive_up" in families["sink"]
    assert families["intake"] & {"hoso_archive_up", "hoso_cases_open", "hoso_clock_timestamp_seconds"} == set()
    assert all("hoso_process_start_time_seconds" in names for names in families.values())


def families_of(metrics: Metrics) -> list[prometheus.Metric]:
    return list(text_string_to_metric_families(metrics.render().decode()))


def test_the_process_tells_what_is_listed_of_it() -> None:
    found = {family.name for family in families_of(Metrics()) if family.name.startswith("hoso_process")}

    assert found == {f"hoso_{name.removesuffix('_total')}" for name in PROCESS_METRICS}


@pytest.mark.parametrize("role", ROLES)
def test_the_most_series_a_process_can_have_are_few_enough(role: Role) -> None:
    def most(metric: Metric) -> int:
        several = len(metric.buckets) + 3 if isinstance(metric, Histogram) else 1
        return several * (1 if not metric.labels else metric.most + 1)

    assert sum(most(metric) for metric in METRICS if role in metric.roles) <= SERIES_OF_PROCESS_MAX


def test_under_a_hostile_load_a_scrape_stays_small_and_true() -> None:
    """3,500 units, each with its own name, sixty provinces and every owner: what the sink may be asked to export."""
    metrics = Metrics("sink")
    units = [(f"H{number:04}", f"Công an phường {number}", f"Tỉnh {number % 60}") for number in range(3500)]
    owners = ("unit", "ministry", "operator")
    values: dict[tuple[str, ...], float] = {
        (*unit, owner, *OWNER_WORDS[owner]): 1 + number % 7 for number, unit in enumerate(units) for owner in owners
    }

    for gauge in (OVERDUE_CASES, FALSELY_OPEN_CASES):
        metrics.replace(gauge, values)
    metrics.replace(FALSELY_LATE_CASES, values)
    metrics.replace(LATE_ALLOWANCE_CASES, dict.fromkeys(units, 3.0))
    hung = {(*labels, "hung", "Treo", "hung"): 5.0 for labels in values}
    metrics.replace(INCIDENT_CASES, hung)
    metrics.replace(FLAGGED_CASES, hung)
    metrics.replace(COMPLAINTS, {(*unit, f"reason-{number}"): 2.0 for unit in units for number in range(5)})
    rendered = metrics.render().decode()

    samples = [line for line in rendered.splitlines() if not line.startswith("#")]
    assert len(samples) <= SERIES_OF_PROCESS_MAX
    overdue = [sample for family in text_string_to_metric_families(rendered) for sample in family.samples
               if sample.name == "hoso_overdue_cases"]  # fmt: skip
    assert sum(sample.value for sample in overdue) == sum(values.values())
    assert {sample.labels["province"] for sample in overdue} == {unit[2] for unit in units}


def test_at_the_ceiling_a_scrape_takes_a_fraction_of_what_it_may() -> None:
    """Of a case worker with more procedures, stages and provinces than may stand: counted anew at each scrape."""
    metrics = Metrics("cases")
    cases: dict[tuple[str, ...], float] = {
        (f"procedure-{number}", f"stage-{stage}", f"Tỉnh {place}"): number
        for number in range(20)
        for stage in range(10)
        for place in range(34)
    }
    took = []
    for _ in range(5):
        began_at = perf_counter()
        metrics.replace(CASES_OPEN, cases)
        metrics.replace(FLAGS_OPEN, cases)
        rendered = metrics.render()
        took.append(perf_counter() - began_at)

    assert sum(not line.startswith(b"#") for line in rendered.splitlines()) > 5000
    assert min(took) < SCRAPE_SECONDS_MAX


def test_with_one_series_a_unit_every_unit_stands_alone() -> None:
    values: dict[tuple[str, ...], float] = {
        (f"H{number:04}", f"Công an phường {number}", f"Tỉnh {number % 34}", "unit"): 1 for number in range(3500)
    }

    assert bounded(OVERDUE_CASES, values) == values
