"""What a worker's /metrics says, counted at each scrape over what it holds then."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from weakref import WeakValueDictionary

from schemas.topics import DEAD_LETTERS, LOG, PARKED, SOURCES, Topic
from streams import metrics as names
from streams.adapters.behind import Behind
from streams.adapters.health import Health, State, state_of
from streams.agents.vitals import Place, Vitals
from streams.core.office import is_working_time, office_seconds, working_day_seconds
from streams.core.rules import Rules
from streams.core.sources import Marks, units_of
from streams.exposition import Metrics
from streams.metrics import Role
from streams.pipeline.cases import CasePartition, Writes
from streams.pipeline.controller import Controller
from streams.pipeline.refusals import Reason
from streams.pipeline.tally import NONE, Tally
from streams.ports import Outgoing, Record
from streams.settings import Settings

# Of a source that speaks for no one unit.
ALL, SOME = "all", "some"


class WorkerMetrics(Metrics):
    """What every worker that reads by Kafka's groups tells of itself."""

    def __init__(self, role: Role, vitals: Vitals, settings: Settings) -> None:
        super().__init__(role)
        self._role, self._vitals, self._settings, self._behind = role, vitals, settings, Behind()

    def render(self) -> bytes:
        vitals, role = self._vitals, self._role
        self.set(names.RECOVERING, vitals.recovering, role)
        tell_health(self, role, vitals.health())
        left: Counter[tuple[str, ...]] = Counter()
        ages: dict[tuple[str, ...], float] = {}
        for (topic, number), waiting in dict(vitals.lag).items():
            name = (topic.removeprefix(self._settings.prefix),)
            left[name] += waiting
            age = self._behind.seconds((topic, number), waiting, vitals.appended_at.get((topic, number)))
            ages[name] = max(age, ages.get(name, 0.0))
        self.replace(names.LAG_RECORDS, dict(left))
        self.replace(names.LAG_SECONDS, ages)
        return super().render()


class CaseMetrics(WorkerMetrics):
    """Metrics of a case worker. Each case counts where its partition is held now, so the sum over workers is true."""

    def __init__(self, vitals: Vitals, settings: Settings) -> None:
        super().__init__("cases", vitals, settings)
        self._log = settings.topic(LOG)
        # Weak: what the case job has dropped is no more ours to count. Filled from the thread that folds.
        self._partitions: WeakValueDictionary[int, CasePartition] = WeakValueDictionary()

    def make(self, partition: int, rows: dict[bytes, bytes], topic: Callable[[Topic], str]) -> CasePartition:
        made = self._partitions[partition] = CasePartition(partition, rows, topic)
        return made

    def observe_chunk(self, writes: Writes, seconds: float) -> None:
        report = writes.report
        self.observe(names.CHUNK_COMMIT, seconds, "cases")
        self.count(names.CHUNK_RECORDS, "cases", by=report.records)
        self.count(names.LOG_ENTRIES_FOLDED, by=report.folded)
        self.count(names.JUDGEMENTS, by=report.judged)
        for late in report.lateness:
            self.observe(names.JUDGEMENT_LATENESS, late)
        for (flag_class, state), number in report.changes.items():
            self.count(names.FLAG_CHANGES, flag_class, state, by=number)
        for system, number in report.unknown_codes.items():
            self.count(names.UNKNOWN_CODES, system, by=number)
        for row, number in report.without_room.items():
            self.count(names.FACTS_WITHOUT_ROOM, row, by=number)

    def render(self) -> bytes:
        held = {partition for topic, partition in self._vitals.assigned if topic == self._log}
        kept_now = [kept for number, kept in list(self._partitions.items()) if number in held]
        self.set(names.TABLE_ROWS, sum(len(kept.rows) for kept in kept_now))
        self.set(names.LOG_PARTITIONS, self._settings.log_partitions)
        self.set(names.PARTITIONS_HELD, len(kept_now))
        self._tell_cases(kept_now)
        self._tell_time(kept_now)
        return super().render()

    def _tell_cases(self, kept_now: Sequence[CasePartition]) -> None:
        # Partitions have the same law but for a moment: what they count alike is added first, and named once.
        by_names: defaultdict[tuple[tuple[str, str], ...], list[Tally]] = defaultdict(list)
        for kept in kept_now:
            by_names[() if kept.rules is None else tuple(kept.rules.province_names.items())].append(kept.tally)
        for gauge, of in ((names.CASES_OPEN, attrgetter("cases")), (names.FLAGS_OPEN, attrgetter("flags"))):
            counts: defaultdict[tuple[str, ...], int] = defaultdict(int)
            for named, tallies in by_names.items():
                shown = dict(named)
                for (one, other, province), number in total(map(of, tallies)).items():
                    if number:
                        counts[one, other, shown.get(province, province)] += number
            self.replace(gauge, counts)

    def _tell_time(self, kept_now: Sequence[CasePartition]) -> None:
        """By the partition that is furthest behind: what is said holds for all."""
        known = [
            (kept.now, kept.rules, kept.marks) for kept in kept_now if kept.now is not None and kept.rules is not None
        ]
        told: dict[names.Gauge, dict[tuple[str, ...], float]] = {}
        if known:
            now, rules, marks = min(known, key=lambda one: one[0])
            self.set(names.WORKING_DAY, working_day_seconds(rules.calendar))
            told = {
                names.CLOCK: {(self._settings.clock,): now},
                names.OFFICE_OPEN: open_offices(rules, now),
                names.CALENDAR_HORIZON: horizons(rules),
                names.SOURCE_SILENT: silent_for(marks, rules, now),
            }
        for gauge in (names.CLOCK, names.OFFICE_OPEN, names.CALENDAR_HORIZON, names.SOURCE_SILENT):
            self.replace(gauge, told.get(gauge, {}))


def total(tallies: Iterable[Mapping[tuple[str, str, str], int]]) -> Mapping[tuple[str, str, str], int]:
    """The sums of what is counted alike; whoever counts may go on meanwhile."""
    found: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for tally in tallies:
        # A copy is made in one go, beside the thread that folds; a loop is not.
        for labels, number in dict(tally).items():
            found[labels] += number
    return found


def open_offices(rules: Rules, now: int) -> dict[tuple[str, ...], float]:
    """By province whether its offices are open, and by *none* for units of which no row tells the province."""
    units: dict[str, str | None] = {NONE: None}
    for code, province in rules.provinces.items():
        units.setdefault(rules.province_names[province], code)
    return {(name,): is_working_time(rules.calendar_for(rules.calendar, unit), now) for name, unit in units.items()}


def horizons(rules: Rules) -> dict[tuple[str, ...], float]:
    """Of every calendar that a rule counts by, and of the deployment's own, the end of the last day it knows of."""
    calendars = {rule.calendar.id: rule.calendar for rows in rules.by_procedure.values() for rule in rows}
    calendars[rules.calendar.id] = rules.calendar
    return {(name,): calendar.end_of(calendar.horizon) for name, calendar in calendars.items()}


def silent_for(marks: Marks, rules: Rules, now: int) -> dict[tuple[str, ...], float]:
    """By source that is silent or set aside, and the unit that it speaks for, for how much office time there."""
    since = {source: told[-1].since for source, told in marks.sources.items() if told and told[-1].until is None}
    longest = sorted(since, key=lambda source: (since[source], source))[: names.SOURCE_SILENT.most]
    found: dict[tuple[str, ...], float] = {}
    for source in longest:
        units = units_of(source, rules.sources)
        unit = units[0] if len(units) == 1 else None
        calendar = rules.calendar_for(rules.calendar, unit)
        found[source, unit or (SOME if units else ALL)] = office_seconds(calendar, since[source], now)
    return found


class IntakeMetrics(WorkerMetrics):
    """Metrics of an intake worker; of the sources too, while the controller is here."""

    def __init__(self, vitals: Vitals, settings: Settings) -> None:
        super().__init__("intake", vitals, settings)
        self._controller: Controller | None = None
        for topic in SOURCES:
            self.set(names.RETENTION_SECONDS, topic.retention_ms / 1000, topic.name)
            for reason in Reason:
                # There from the start: of a series that appears with its first count nobody sees an increase.
                self.count(names.DEAD_LETTERS, topic.name, reason.value, by=0)

    def holds(self, controller: Controller | None) -> None:
        self._controller = controller

    def observe_chunk(
        self, place: Place, records: Sequence[Record], written: Sequence[Outgoing], seconds: float
    ) -> None:
        self.observe(names.CHUNK_COMMIT, seconds, "intake")
        self.count(names.CHUNK_RECORDS, "intake", by=len(records))
        dead = self._settings.topic(DEAD_LETTERS)
        refused = [dict(record.headers) for record in written if record.topic == dead]
        topic = place[0].removeprefix(self._settings.prefix)
        for headers in refused:
            self.count(names.DEAD_LETTERS, topic, headers["reason"].decode())
        parked = sum(record.topic == self._settings.topic(PARKED) for record in written)
        self.count(names.EVENTS_PARKED, topic, by=parked)
        self.count(names.EVENTS_FORWARDED, topic, by=len(records) - len(refused) - parked)

    def render(self) -> bytes:
        controller = self._controller
        complete = {} if controller is None else controller.complete()
        states = {} if controller is None else controller.watch.standing()
        sources = {} if controller is None else controller.watch.complete()
        self.replace(names.COMPLETE, {(topic,): at / 1000 for topic, at in complete.items()})
        self.replace(names.SOURCES, {(state,): number for state, number in states.items()})
        self.replace(names.SOURCES_COMPLETE, {(source,): up_to for source, up_to in sources.items()})
        return super().render()


class SinkMetrics(Metrics):
    """Metrics of the sink: what it keeps itself, and whether it is stuck."""

    def __init__(self, health: Callable[[], Health]) -> None:
        super().__init__("sink")
        self._health = health

    def render(self) -> bytes:
        tell_health(self, "sink", self._health())
        return super().render()


def tell_health(metrics: Metrics, role: Role, health: Health) -> None:
    metrics.set(names.STUCK, state_of(health) is State.STUCK, role)
