"""The one list of metrics: their names, labels and meaning, and a registry of our own that holds them.

A series never bears a token, a unit or a person. Labels whose values come from outside (procedures, systems) are
bounded: beyond `SERIES_OF_METRIC_MAX` everything new is counted under *other*.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import prometheus_client as prometheus
from prometheus_client.exposition import generate_latest
from prometheus_client.process_collector import ProcessCollector

PREFIX = "hoso_"
SERIES_OF_METRIC_MAX = 400
OTHER = "other"
CONTENT_TYPE = prometheus.CONTENT_TYPE_LATEST

# 1 ms to 1 min: a chunk and its transaction.
COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
# 1 s to 7 days: how long a deadline waited for its tick; on a simulated clock whole hours and days.
LATENESS_SECONDS = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 21_600.0, 86_400.0, 604_800.0)

# Twelve digits are the length of a personal number, which has no business in a label.
_PERSONAL_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


@dataclass(frozen=True, slots=True)
class Counter:
    """What only grows, from the start of the process."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gauge:
    """What goes up and down."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Histogram:
    """How a size is spread; `buckets` are upper bounds in the metric's unit."""

    name: str
    help: str
    buckets: tuple[float, ...]
    labels: tuple[str, ...] = ()


Metric = Counter | Gauge | Histogram

# Intake. What is neither forwarded, parked nor a dead letter is still to be read: these and the lag account for all.
EVENTS_FORWARDED = Counter("events_forwarded_total", "Source events forwarded to the log", ("topic",))
EVENTS_PARKED = Counter("events_parked_total", "Source events of sources that are set aside", ("topic",))
DEAD_LETTERS = Counter("dead_letters_total", "Source records refused, by class of reason", ("topic", "reason"))
# Accepted and kept raw; a mapping is missing in the rules.
UNKNOWN_CODES = Counter("unknown_codes_total", "Official codes that no rule maps to a state", ("system",))

# How far behind.
LAG_RECORDS = Gauge("lag_records", "Records in the topic that are not handled yet", ("topic",))
# The instant of the last tick: everything that arrived before it is judged. It stands still where intake does.
CLOCK = Gauge("clock_timestamp_seconds", "Instant of the last tick seen")

# Case workers.
LOG_ENTRIES_FOLDED = Counter("log_entries_folded_total", "Entries of the log folded into cases")
# Beyond 2,048 of one case, which is then unknown, or of one lot, whose later cards it does not reach: split the lot.
FACTS_WITHOUT_ROOM = Counter("facts_without_room_total", "Facts that their row had no room for", ("row",))
JUDGEMENTS = Counter("judgements_total", "Cases judged at a tick")
JUDGEMENT_LATENESS = Histogram(
    "judgement_lateness_seconds", "Tick less due instant, per deadline judged", LATENESS_SECONDS
)
FLAG_CHANGES = Counter("flag_changes_total", "Versions of flags published", ("class", "state"))
TABLE_ROWS = Gauge("table_rows", "Cases in the worker's table")

# Every role.
CHUNK_COMMIT = Histogram("chunk_commit_seconds", "Making one chunk durable", COMMIT_SECONDS, ("role",))
CHUNK_RECORDS = Counter("chunk_records_total", "Records in the chunks made durable", ("role",))
RECOVERING = Gauge("recovering", "1 while the state is being read back after a start or a rebalance", ("role",))

# The sink.
ARCHIVED_RECORDS = Counter("archived_records_total", "Records brought to PostgreSQL", ("topic",))
ARCHIVE_OUTAGES = Counter("archive_outages_total", "Times PostgreSQL did not answer a write or a connection")
ARCHIVE_UP = Gauge("archive_up", "1 while PostgreSQL answers")

# The domain, by class, procedure and stage. Units are in PostgreSQL.
CASES_OPEN = Gauge("cases_open", "Cases whose clock has not stopped, on the observed line", ("procedure", "stage"))
FLAGS_OPEN = Gauge("flags_open", "Flags whose condition holds", ("class", "procedure"))

METRICS: tuple[Metric, ...] = (
    EVENTS_FORWARDED, EVENTS_PARKED, DEAD_LETTERS, UNKNOWN_CODES,
    LAG_RECORDS, CLOCK,
    LOG_ENTRIES_FOLDED, FACTS_WITHOUT_ROOM, JUDGEMENTS, JUDGEMENT_LATENESS, FLAG_CHANGES, TABLE_ROWS,
    CHUNK_COMMIT, CHUNK_RECORDS, RECOVERING,
    ARCHIVED_RECORDS, ARCHIVE_OUTAGES, ARCHIVE_UP,
    CASES_OPEN, FLAGS_OPEN,
)  # fmt: skip


class Metrics:
    """The metrics of one process, in a registry of its own. Labels are given in the order of the list above."""

    def __init__(self) -> None:
        # Otherwise each counter and histogram comes with a second series that says when it was made.
        prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = prometheus.CollectorRegistry()
        ProcessCollector(namespace=PREFIX.rstrip("_"), registry=self.registry)
        self._counters = {
            metric: prometheus.Counter(PREFIX + metric.name, metric.help, metric.labels, registry=self.registry)
            for metric in METRICS
            if isinstance(metric, Counter)
        }
        self._gauges = {
            metric: prometheus.Gauge(PREFIX + metric.name, metric.help, metric.labels, registry=self.registry)
            for metric in METRICS
            if isinstance(metric, Gauge)
        }
        self._histograms = {
            metric: prometheus.Histogram(
                PREFIX + metric.name, metric.help, metric.labels, registry=self.registry, buckets=metric.buckets
            )
            for metric in METRICS
            if isinstance(metric, Histogram)
        }
        self._seen: dict[Metric, set[tuple[str, ...]]] = {metric: set() for metric in METRICS}

    def count(self, counter: Counter, *labels: str, by: float = 1) -> None:
        family = self._counters[counter]
        (family.labels(*self._bounded(counter, labels)) if counter.labels else family).inc(by)

    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        family = self._gauges[gauge]
        (family.labels(*self._bounded(gauge, labels)) if gauge.labels else family).set(value)

    def replace(self, gauge: Gauge, values: Mapping[tuple[str, ...], float]) -> None:
        """All series of a gauge at once: those not named are gone; of too many, the largest stand alone."""
        bounded: defaultdict[tuple[str, ...], float] = defaultdict(float)
        self._seen[gauge].clear()
        for labels, value in sorted(values.items(), key=lambda pair: (-pair[1], pair[0])):
            bounded[self._bounded(gauge, labels)] += value
        family = self._gauges[gauge]
        family.clear()
        for labels, value in bounded.items():
            family.labels(*labels).set(value)

    def observe(self, histogram: Histogram, value: float, *labels: str) -> None:
        family = self._histograms[histogram]
        (family.labels(*self._bounded(histogram, labels)) if histogram.labels else family).observe(value)

    def render(self) -> bytes:
        """All series in Prometheus' text format."""
        return generate_latest(self.registry)

    def _bounded(self, metric: Metric, labels: tuple[str, ...]) -> tuple[str, ...]:
        seen = self._seen[metric]
        if labels in seen:
            return labels
        if len(seen) >= SERIES_OF_METRIC_MAX or any(_PERSONAL_NUMBER.search(label) for label in labels):
            return (OTHER,) * len(labels)
        seen.add(labels)
        return labels
