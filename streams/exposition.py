"""A registry of the metrics of one role: counted, set, bounded and rendered as Prometheus reads them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

import prometheus_client as prometheus
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from streams.metrics import METRICS, OTHER, PREFIX, Counter, Gauge, Histogram, Metric, Role

CONTENT_TYPE = prometheus.CONTENT_TYPE_LATEST

# Twelve digits are the length of a personal number, which has no business in a label.
_PERSONAL_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


class Metrics:
    """The metrics that a role exports, or all, in a registry of its own. Labels are given in the order of the list."""

    def __init__(self, role: Role | None = None) -> None:
        # Otherwise each counter and histogram comes with a second series that says when it was made.
        prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = prometheus.CollectorRegistry()
        # Gauges with labels are most of the series: the library's own text of them takes ten times as long as ours.
        self._plain = prometheus.CollectorRegistry()
        # What another role exports would stand here as a zero, and tell of a clock or an archive that is not ours.
        mine = [metric for metric in METRICS if role is None or role in metric.roles]
        self._labelled: dict[Gauge, dict[tuple[str, ...], float]] = {
            metric: {} for metric in mine if isinstance(metric, Gauge) and metric.labels
        }
        self._counters = {
            metric: prometheus.Counter(PREFIX + metric.name, metric.help, metric.labels, registry=self._plain)
            for metric in mine
            if isinstance(metric, Counter)
        }
        self._gauges = {
            metric: prometheus.Gauge(PREFIX + metric.name, metric.help, registry=self._plain)
            for metric in mine
            if isinstance(metric, Gauge) and not metric.labels
        }
        self._histograms = {
            metric: prometheus.Histogram(
                PREFIX + metric.name, metric.help, metric.labels, registry=self._plain, buckets=metric.buckets
            )
            for metric in mine
            if isinstance(metric, Histogram)
        }
        self._seen: dict[Metric, set[tuple[str, ...]]] = {metric: set() for metric in mine}
        collectors: list[Collector] = [*self._counters.values(), *self._gauges.values(), *self._histograms.values()]
        for collector in (*collectors, _Labelled(self._labelled)):
            self.registry.register(collector)
        process = ProcessCollector(namespace=PREFIX.rstrip("_"), registry=self._plain)
        self.registry.register(process)

    def count(self, counter: Counter, *labels: str, by: float = 1) -> None:
        """By 0, a series that will be counted is there from the start: its first increase is then seen as one."""
        family = self._counters[counter]
        (family.labels(*self._bounded(counter, labels)) if counter.labels else family).inc(by)

    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        if len(labels) != len(gauge.labels):
            raise ValueError(f"{gauge.name} has the labels {gauge.labels}")
        if labels:
            self._labelled[gauge][self._bounded(gauge, labels)] = value
        else:
            self._gauges[gauge].set(value)

    def replace(self, gauge: Gauge, values: Mapping[tuple[str, ...], float]) -> None:
        """All series of a gauge at once: those not named are gone; of too many, the largest stand alone."""
        self._labelled[gauge] = bounded(gauge, values)
        self._seen[gauge] = set(self._labelled[gauge])

    def observe(self, histogram: Histogram, value: float, *labels: str) -> None:
        family = self._histograms[histogram]
        (family.labels(*self._bounded(histogram, labels)) if histogram.labels else family).observe(value)

    def render(self) -> bytes:
        """All series in Prometheus' text format."""
        return b"".join([generate_latest(self._plain), *map(_text, self._labelled.items())])

    def _bounded(self, metric: Metric, labels: tuple[str, ...]) -> tuple[str, ...]:
        seen = self._seen[metric]
        if labels in seen:
            return labels
        if len(seen) >= metric.most or any(map(_is_personal, labels)):
            return (OTHER,) * len(labels)
        seen.add(labels)
        return labels


class _Labelled(Collector):
    """The gauges with labels as the library sees metrics, for whoever asks the registry."""

    def __init__(self, values: Mapping[Gauge, Mapping[tuple[str, ...], float]]) -> None:
        self._values = values

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge, values in self._values.items():
            family = GaugeMetricFamily(PREFIX + gauge.name, gauge.help, labels=gauge.labels)
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family


def _text(told: tuple[Gauge, Mapping[tuple[str, ...], float]]) -> bytes:
    gauge, values = told
    name = PREFIX + gauge.name
    # Every label of a series but its values is the same: a form to fill in.
    form = name + "{" + ",".join(f'{label}="%s"' for label in gauge.labels) + "} "
    lines = [f"# HELP {name} {gauge.help}", f"# TYPE {name} gauge"]
    lines += [f"{form % tuple(map(_escaped, labels))}{float(value)!r}" for labels, value in values.items()]
    return ("\n".join(lines) + "\n").encode()


@lru_cache(maxsize=20_000)
def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def bounded(gauge: Gauge, values: Mapping[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    """At most `most` series, and one of *other*; of a gauge that adds up, their sum is that of the values."""
    if not gauge.adds:
        told = [pair for pair in _largest_first(values) if not any(map(_is_personal, pair[0]))]
        return dict(told[: gauge.most] if gauge.keeps == "largest" else told[-gauge.most :])
    found: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for labels, value in (values if len(values) <= gauge.most else _folded(gauge, values)).items():
        found[(OTHER,) * len(labels) if any(map(_is_personal, labels)) else labels] += value
    if len(found) <= gauge.most:
        return dict(found)
    kept = dict(_largest_first(found)[: gauge.most])
    others = (OTHER,) * len(gauge.labels)
    return {**kept, others: kept.get(others, 0) + sum(found[labels] for labels in found.keys() - kept.keys())}


def _folded(gauge: Gauge, values: Mapping[tuple[str, ...], float]) -> Mapping[tuple[str, ...], float]:
    """With what folds as *other*, but for the largest; room is left for the series that the others make."""
    if not gauge.folds:
        return values
    places = {gauge.labels.index(name) for name in gauge.folds}
    part_of = itemgetter(*sorted(places))
    rest_of = itemgetter(*(place for place in range(len(gauge.labels)) if place not in places))
    totals: defaultdict[Any, float] = defaultdict(float)
    series: defaultdict[Any, int] = defaultdict(int)
    for labels, value in values.items():
        part = part_of(labels)
        totals[part] += value
        series[part] += 1
    # There are few of these, and thousands of series: each is made once.
    other = {
        rest: tuple(OTHER if place in places else label for place, label in enumerate(labels))
        for rest, labels in {rest_of(labels): labels for labels in values}.items()
    }
    room = gauge.most - len(other)
    kept = set[Any]()
    for part in sorted(totals, key=lambda part: (-totals[part], part)):
        room -= series[part]
        if room < 0:
            break
        kept.add(part)
    found: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for labels, value in values.items():
        found[labels if part_of(labels) in kept else other[rest_of(labels)]] += value
    return found


def _largest_first(values: Mapping[tuple[str, ...], float]) -> list[tuple[tuple[str, ...], float]]:
    return sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))


@lru_cache(maxsize=20_000)
def _is_personal(label: str) -> bool:
    return _PERSONAL_NUMBER.search(label) is not None
