"""What workers export: each case counted once over all workers, provinces by the rules, time by the log's clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.topics import SOURCES
from streams.adapters.behind import Behind
from streams.agents.vitals import Vitals
from streams.core.case import EMPTY
from streams.core.compiling import compile_rules
from streams.core.errors import RulesRefused
from streams.core.sources import NO_MARKS
from streams.core.units import nearest
from streams.exposition import Metrics
from streams.pipeline.source_watch import SourceWatch
from streams.pipeline.tally import Tally
from streams.ports import Record
from streams.settings import Settings
from streams.wiring.exporting import CaseMetrics, IntakeMetrics, horizons, open_offices, silent_for
from tests.core_builders import activation, at, calendar_row, completed, content_of, received, records, tick
from tests.intake_builders import beat, source_row

HUE, HANOI = "Thành phố Huế", "Thành phố Hà Nội"


def province_row(name: str, *units: str, **fields: Any) -> dict[str, Any]:
    return {"id": units[0], "name": name, "units": list(units), "source": "a test", **fields}


LAW = content_of(provinces=[province_row(HUE, "H57", "G01.839"), province_row(HANOI, "H26", "G01.801")])
SETTINGS = Settings(clock="simulated")
OVERDUE = at("2026-01-16 09:00")


def log_of(*units: str) -> list[Record]:
    """One open case a unit, judged when it is overdue."""
    entries = [activation(LAW)]
    for unit in units:
        entries += [received(case=f"case-{unit}", unit=unit), completed(case=f"case-{unit}", unit=unit)]
    return records([*entries, tick(OVERDUE)])


class World:
    """Workers of one group, each with the partitions it holds."""

    def __init__(self, workers: int) -> None:
        self.vitals = [Vitals() for _ in range(workers)]
        self.workers = [CaseMetrics(vitals, SETTINGS) for vitals in self.vitals]
        self.rows: dict[int, dict[bytes, bytes]] = {}
        self.kept: list[Any] = []

    def hold(self, worker: int, *partitions: int) -> None:
        """What a rebalance does: each partition is made anew from its rows, and the one before is forgotten here."""
        self.kept = [one for one in self.kept if one[0] != worker]
        for number in partitions:
            rows = self.rows.setdefault(number, {})
            made = self.workers[worker].make(number, rows, lambda topic: topic.name)
            self.kept.append((worker, made))
        self.vitals[worker].assigned = frozenset((SETTINGS.prefix + "log", number) for number in partitions)

    def fold(self, number: int, log: Sequence[Record]) -> None:
        for _, made in self.kept:
            if made.partition == number:
                list(made.steps(log))

    def sums(self, name: str, *labels: str) -> Counter[tuple[str, ...]]:
        found: Counter[tuple[str, ...]] = Counter()
        for worker in self.workers:
            for labelled, value in samples(worker, name):
                found[tuple(labelled[label] for label in labels)] += int(value)
        return found


def samples(metrics: Metrics, name: str) -> list[tuple[Mapping[str, str], float]]:
    return [
        (sample.labels, sample.value)
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
        if sample.name == name
    ]


def test_cases_are_told_apart_by_province_and_never_by_unit() -> None:
    world = World(1)
    world.hold(0, 0)
    world.fold(0, log_of("G01.839.001", "H57-02", "G01.801.001", "X99"))

    assert world.sums("hoso_cases_open", "province") == {(HUE,): 2, (HANOI,): 1, ("none",): 1}
    assert world.sums("hoso_flags_open", "class", "province")["overdue", HUE] == 2
    assert b"G01" not in world.workers[0].render()


def test_over_rebalances_each_case_is_counted_by_one_worker() -> None:
    world = World(3)
    for worker in range(3):
        world.hold(worker, worker)
        world.fold(worker, log_of(*(f"G01.839.{worker}{number}" for number in range(worker + 2))))
    before = world.sums("hoso_cases_open", "stage", "province")

    world.hold(2)
    world.hold(0, 0, 2)

    assert sum(before.values()) == 2 + 3 + 4
    assert world.sums("hoso_cases_open", "stage", "province") == before
    assert world.sums("hoso_flags_open", "class")["overdue",] == 9
    assert samples(world.workers[2], "hoso_clock_timestamp_seconds") == []


def test_new_provinces_move_every_case_with_the_next_tick_and_none_twice() -> None:
    world = World(1)
    world.hold(0, 0)
    log = log_of("G01.839.001", "G01.801.001")
    world.fold(0, log)
    merged = content_of(provinces=[province_row(HUE, "H57", "G01.839", "G01.801")])

    world.fold(0, records([activation(merged), tick(OVERDUE + 60)], len(log)))
    moved = world.sums("hoso_cases_open", "province")
    world.hold(0)
    world.hold(0, 0)

    assert moved == {(HUE,): 2}
    assert world.sums("hoso_cases_open", "province") == moved


def test_a_row_from_before_there_were_provinces_counts_under_none() -> None:
    tally = Tally()

    tally.add(EMPTY._replace(strings=["card"], counted=[0, 2]))
    tally.move(
        EMPTY._replace(strings=["card"], counted=[0, 2]), EMPTY._replace(strings=["card"], counted=[0, 2, "H57"])
    )

    assert +tally.cases == {("card", "received", "H57"): 1}


def test_the_nearest_row_above_a_unit_tells_of_it() -> None:
    told = {"H26": "a", "H26-01": "b"}

    assert [nearest(told, unit) for unit in ("H26-01.2", "H26-02", "H2", "G01.801", None)] == ["b", "a"] + [None] * 3


def test_offices_are_open_by_the_calendar_and_a_provinces_closures() -> None:
    storm = {"id": "storm", "calendar": "plain", "units": ["H57"], "days": {"2026-01-06": 0}, "source": "a test"}
    rules = compile_rules({**LAW, "closures": [storm], "calendars": [calendar_row(days={"2026-01-07": 0})]})

    assert open_offices(rules, at("2026-01-06 09:00")) == {("none",): True, (HUE,): False, (HANOI,): True}
    # Noon is no pause of the working day: an alert that holds is not taken back for it.
    assert open_offices(rules, at("2026-01-05 12:30"))[HUE,]
    assert set(open_offices(rules, at("2026-01-05 17:30")).values()) == {False}
    assert set(open_offices(rules, at("2026-01-07 09:00")).values()) == {False}
    assert horizons(rules) == {("plain",): at("2027-01-01")}


def test_a_silent_source_is_silent_for_as_long_as_offices_were_open() -> None:
    world = World(1)
    world.hold(0, 0)
    silence = {"type": "source.silent", "source": "urn:hoso:onestop:H26-01", "since": "2026-01-09T09:00:00Z"}
    world.fold(0, records([activation(LAW), silence, tick(at("2026-01-12 09:00"))]))

    # Friday from 16:00 to 17:30, and Monday from 8:00 to 9:00: the weekend is no silence.
    assert samples(world.workers[0], "hoso_source_silent_office_seconds") == [
        ({"source": "urn:hoso:onestop:H26-01", "speaks_for": "all"}, 9000.0)
    ]
    (_, made) = world.kept[0]
    assert made.rules is not None
    assert silent_for(made.marks.after({**silence, "type": "source.heard", "at": "2026-01-12T03:00:00Z"}), made.rules,
                      at("2026-01-12 10:00")) == {}  # fmt: skip


def test_a_source_speaks_for_a_unit_where_a_row_says_so() -> None:
    per_unit = source_row("urn:hoso:onestop", per_unit=True)
    counter = source_row("urn:hoso:counter:7", units=["H57-01"])
    several = source_row("urn:hoso:kiosks", units=["H57-01", "H57-02"])
    storm = {"id": "storm", "calendar": "plain", "units": ["H57"], "days": {"2026-01-12": 0}, "source": "a test"}
    rows = [per_unit, source_row("urn:hoso:post"), counter, several]
    rules = compile_rules(content_of(sources=rows, closures=[storm]))
    marks = NO_MARKS
    for source in (
        "urn:hoso:onestop",
        "urn:hoso:onestop:H26-01",
        "urn:hoso:post:central",
        *(row["name"] for row in rows[2:]),
    ):
        marks = marks.after({"type": "source.silent", "source": source, "since": "2026-01-12T01:00:00Z"})

    assert silent_for(marks, rules, at("2026-01-12 09:00")) == {
        ("urn:hoso:onestop", "all"): 3600,
        ("urn:hoso:onestop:H26-01", "H26-01"): 3600,
        ("urn:hoso:post:central", "all"): 3600,
        # Of a unit that was closed this day nobody expected anything.
        ("urn:hoso:counter:7", "H57-01"): 0,
        ("urn:hoso:kiosks", "some"): 3600,
    }


def test_sources_are_counted_by_how_they_stand() -> None:
    watch = SourceWatch([source_row("urn:hoso:onestop")])
    for name in ("urn:hoso:onestop:A", "urn:hoso:onestop:B", "urn:hoso:elsewhere"):
        watch.take(beat(name, at("2026-01-05 09:00")), b"", 0)
    watch.before(at("2026-01-05 09:00:01"))

    assert +watch.standing() == {"heard": 2, "not_expected": 1}
    # What there is none of is told as none: nobody has to guess whether nothing is known.
    assert watch.standing()["silent"] == 0
    assert set(SourceWatch([]).standing()) == set(watch.standing())
    assert watch.complete() == {"urn:hoso:onestop": at("2026-01-05 09:00")}


def test_every_reason_of_a_dead_letter_is_there_before_the_first() -> None:
    metrics = IntakeMetrics(Vitals(), SETTINGS)

    found = samples(metrics, "hoso_dead_letters_total")

    assert {labels["topic"] for labels, _ in found} == {topic.name for topic in SOURCES}
    assert {value for _, value in found} == {0.0}
    assert samples(metrics, "hoso_sources") == []


def test_what_waits_is_no_older_than_the_last_time_nothing_did() -> None:
    now = 1000.0
    behind = Behind(lambda: now)

    assert behind.seconds("log", 3, None) == 0
    assert behind.seconds("log", 3, 400.0) == 600
    assert behind.seconds("log", 0, 400.0) == 0
    now = 5000.0
    # Idle for more than an hour, then a record came: it is not an hour old.
    assert behind.seconds("log", 1, 400.0) == 4000
    assert behind.seconds("log", 1, 4990.0) == 10


def test_provinces_are_refused_that_claim_one_code() -> None:
    content = content_of(provinces=[province_row(HUE, "H57"), province_row(HANOI, "H26", "H57")])

    with pytest.raises(RulesRefused, match="unit H57 stands in province H57 too"):
        compile_rules(content)
