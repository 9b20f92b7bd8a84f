"""The list of metrics: its names, its bounds, and that nothing of a person or a case is in it."""

import re

import prometheus_client as prometheus
import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams import metrics as listed
from streams.metrics import (
    CASES_OPEN,
    CHUNK_COMMIT,
    CLOCK,
    DEAD_LETTERS,
    EVENTS_FORWARDED,
    FLAGS_OPEN,
    METRICS,
    SERIES_OF_METRIC_MAX,
    Counter,
    Histogram,
    Metric,
    Metrics,
)

# What a series may be told apart by: no unit, no case, no person.
LABELS = {"topic", "reason", "system", "role", "class", "state", "procedure", "stage", "row"}
SERIES_OF_PROCESS_MAX = 10_000


def test_every_metric_is_in_the_list_once() -> None:
    defined = [value for value in vars(listed).values() if isinstance(value, Metric)]

    assert sorted(defined, key=lambda metric: metric.name) == sorted(METRICS, key=lambda metric: metric.name)
    assert len({metric.name for metric in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_follow_the_conventions(metric: Metric) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", metric.name)
    assert isinstance(metric, Counter) == metric.name.endswith("_total")
    assert not re.search(r"_(ms|millis|minutes|hours|days|kb|mb)(_|$)", metric.name), "base units only"
    assert set(metric.labels) <= LABELS
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
    metrics.set(CLOCK, 1_767_582_007.0)
    metrics.observe(CHUNK_COMMIT, 0.02, "sink")

    value = metrics.registry.get_sample_value
    assert value("hoso_dead_letters_total", {"topic": "submission", "reason": "not_json"}) == 3
    assert value("hoso_clock_timestamp_seconds") == 1_767_582_007.0
    assert value("hoso_chunk_commit_seconds_bucket", {"role": "sink", "le": "0.025"}) == 1
    assert value("hoso_chunk_commit_seconds_bucket", {"role": "sink", "le": "0.01"}) == 0


def test_a_wrong_number_of_labels_is_our_own_fault() -> None:
    with pytest.raises(ValueError, match="label"):
        Metrics().count(DEAD_LETTERS, "submission")


def test_replacing_a_gauge_forgets_what_is_gone() -> None:
    metrics = Metrics()

    metrics.replace(FLAGS_OPEN, {("overdue", "card"): 4, ("at_risk", "card"): 1})
    metrics.replace(FLAGS_OPEN, {("overdue", "card"): 3})

    value = metrics.registry.get_sample_value
    assert value("hoso_flags_open", {"class": "overdue", "procedure": "card"}) == 3
    assert value("hoso_flags_open", {"class": "at_risk", "procedure": "card"}) is None


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
    values: dict[tuple[str, ...], float] = {
        (f"procedure-{number}", "checking"): number for number in range(SERIES_OF_METRIC_MAX + 3)
    }

    metrics.replace(CASES_OPEN, values)

    value = metrics.registry.get_sample_value
    assert value("hoso_cases_open", {"procedure": f"procedure-{SERIES_OF_METRIC_MAX + 2}", "stage": "checking"}) == 402
    assert value("hoso_cases_open", {"procedure": "other", "stage": "other"}) == 0 + 1 + 2


def test_a_personal_number_never_becomes_a_label() -> None:
    metrics = Metrics()

    metrics.count(EVENTS_FORWARDED, "001099123456")

    assert b"001099123456" not in metrics.render()
    assert metrics.registry.get_sample_value("hoso_events_forwarded_total", {"topic": "other"}) == 1


def test_the_most_series_a_process_can_have_are_few_enough() -> None:
    def most(metric: Metric) -> int:
        several = len(metric.buckets) + 3 if isinstance(metric, Histogram) else 1
        # Role is one of three, or four with the supervisor.
        return several * (1 if not metric.labels else 4 if metric.labels == ("role",) else SERIES_OF_METRIC_MAX + 1)

    assert sum(map(most, METRICS)) <= SERIES_OF_PROCESS_MAX
