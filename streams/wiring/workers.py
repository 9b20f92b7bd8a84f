"""Workers: one role in one process, or one of each under a supervisor."""

import asyncio
import gc
import logging
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from weakref import WeakValueDictionary

import psycopg

from schemas.topics import DEAD_LETTERS, LOG, PARKED, Topic
from streams import metrics as names
from streams.adapters.health import Health, Pulse
from streams.adapters.metrics_server import MetricsServer, start_metrics_server
from streams.agents.app import WorkerApp, run_app
from streams.agents.ending import leave
from streams.agents.intake_worker import IntakeWatch, build_intake, make_intake
from streams.agents.vitals import Place, Vitals
from streams.agents.worker import build_cases
from streams.metrics import Metrics
from streams.pipeline.cases import CasePartition, Writes
from streams.ports import Outgoing, Record
from streams.rules_file import VIETNAM, load_rules
from streams.settings import Settings
from streams.sinks.migrate import migrate
from streams.sinks.runner import run_sink

ROLES = ("intake", "cases", "sink")
STOP_SECONDS = 10.0
_POLL_SECONDS = 0.1
_DATABASE_SECONDS = 2.0

logger = logging.getLogger(__name__)


def run_role(role: str, settings: Settings) -> int:
    """Run one role until it is told to stop; returns its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # A retry is no news: what cannot be sent in the end is an error of ours, and told as one.
    logging.getLogger("aiokafka.producer.sender").setLevel(logging.ERROR)
    # A chunk makes thousands of short-lived values and no cycles: looking for cycles less often costs nothing but that.
    gc.set_threshold(50_000, 25, 25)
    runners: dict[str, Callable[[Settings], int]] = {"intake": _run_intake, "cases": _run_cases, "sink": _run_sink}
    return runners[role](settings)


def run_all(settings: Settings) -> int:
    """One process a role; when one ends by itself all are stopped, and its code is ours."""
    ports = {role: settings.metrics_port and settings.metrics_port + index for index, role in enumerate(ROLES)}
    children = {
        role: subprocess.Popen(  # noqa: S603  (our own command)
            command_of(role, settings, ports[role])
        )
        for role in ROLES
    }
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, stop)
    while not stopping and all(child.poll() is None for child in children.values()):
        time.sleep(_POLL_SECONDS)
    code = 0
    for role, child in children.items():
        if not stopping and child.returncode is not None:
            code = child.returncode or 1
            logger.error("worker %s ended by itself with code %s: stopping the others", role, child.returncode)
    _stop(list(children.values()))
    return code


def command_of(role: str, settings: Settings, port: int) -> list[str]:
    """The command that runs one role of this worker."""
    mine = ["--instance", str(settings.instance), "--metrics-port", str(port)]
    return [sys.executable, "-m", "streams", "worker", role, *mine]


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class _CaseMetrics(Metrics):
    """Metrics of a case worker; the gauges of the domain are counted anew at each scrape, over what it holds then."""

    def __init__(self, vitals: Vitals, settings: Settings) -> None:
        super().__init__()
        self._vitals, self._log, self._prefix = vitals, settings.topic(LOG), settings.prefix
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
        cases: Counter[tuple[str, ...]] = Counter()
        flags: Counter[tuple[str, ...]] = Counter()
        for kept in kept_now:
            cases.update(kept.tally.cases.copy())
            flags.update(kept.tally.flags.copy())
            if kept.now is not None:
                self.set(names.CLOCK, kept.now)
        self.replace(names.CASES_OPEN, {labels: number for labels, number in cases.items() if number})
        self.replace(names.FLAGS_OPEN, {labels: number for labels, number in flags.items() if number})
        self.set(names.TABLE_ROWS, sum(len(kept.rows) for kept in kept_now))
        _tell_vitals(self, self._vitals, "cases", self._prefix)
        return super().render()


class _IntakeMetrics(Metrics):
    """Metrics of an intake worker: how far behind it is on what it holds, at each scrape."""

    def __init__(self, vitals: Vitals, settings: Settings) -> None:
        super().__init__()
        self._vitals, self._prefix = vitals, settings.prefix

    def render(self) -> bytes:
        _tell_vitals(self, self._vitals, "intake", self._prefix)
        return super().render()


def _tell_vitals(metrics: Metrics, vitals: Vitals, role: str, prefix: str) -> None:
    metrics.set(names.RECOVERING, vitals.recovering, role)
    behind: Counter[tuple[str, ...]] = Counter()
    for (topic, _), left in dict(vitals.lag).items():
        behind[topic.removeprefix(prefix),] += left
    metrics.replace(names.LAG_RECORDS, dict(behind))


def _run_cases(settings: Settings) -> int:
    vitals = Vitals()
    metrics = _CaseMetrics(vitals, settings)

    def build() -> WorkerApp:
        app = build_cases(settings, metrics.make, vitals, metrics.observe_chunk)
        _serve_soon(settings, "cases", metrics, vitals.health)
        return app

    return run_app(build)


def _run_intake(settings: Settings) -> int:
    vitals = Vitals()
    metrics = _IntakeMetrics(vitals, settings)
    rules = load_rules(settings.rules or VIETNAM)
    # A secret that is missing or not of its form is told at once, not by a worker that dies in the making.
    make_intake(settings)

    def observe(place: Place, records: Sequence[Record], written: Sequence[Outgoing], seconds: float) -> None:
        metrics.observe(names.CHUNK_COMMIT, seconds, "intake")
        metrics.count(names.CHUNK_RECORDS, "intake", by=len(records))
        dead = settings.topic(DEAD_LETTERS)
        refused = [dict(record.headers) for record in written if record.topic == dead]
        topic = place[0].removeprefix(settings.prefix)
        for headers in refused:
            metrics.count(names.DEAD_LETTERS, topic, headers["reason"].decode())
        parked = sum(record.topic == settings.topic(PARKED) for record in written)
        metrics.count(names.EVENTS_PARKED, topic, by=parked)
        metrics.count(names.EVENTS_FORWARDED, topic, by=len(records) - len(refused) - parked)

    def build() -> WorkerApp:
        app = build_intake(settings, rules, IntakeWatch(vitals=vitals, observe=observe))
        _serve_soon(settings, "intake", metrics, vitals.health)
        return app

    return run_app(build)


def _run_sink(settings: Settings) -> int:
    return asyncio.run(_sink(settings))


async def _migrate(settings: Settings, stop: asyncio.Event, pulse: Pulse) -> None:
    """Without a database nothing can be archived, and nobody else has to wait for it: try until it is there."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(migrate, settings.database)
        except psycopg.OperationalError as outage:
            pulse.waited(str(outage).splitlines()[0])
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _DATABASE_SECONDS)
        else:
            return


async def _sink(settings: Settings) -> int:
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    metrics, pulse = Metrics(), Pulse()
    server = await _serve(settings, "sink", metrics, pulse.health)
    try:
        await _migrate(settings, stop, pulse)
        await run_sink(settings, stop, metrics, pulse)
    except Exception as error:  # noqa: BLE001  (the outermost frame)
        leave(error)
    finally:
        await server.close()
    return 0


async def _serve(settings: Settings, role: str, metrics: Metrics, health: Callable[[], Health]) -> MetricsServer:
    server = await start_metrics_server(settings.metrics_host, settings.metrics_port, metrics, health)
    logger.info("%s answers on http://%s:%d/metrics, /live and /ready", role, settings.metrics_host, server.port)
    return server


_serving: set[asyncio.Task[MetricsServer]] = set()


def _serve_soon(settings: Settings, role: str, metrics: Metrics, health: Callable[[], Health]) -> None:
    """Before the app has started, since probes ask during recovery too; a port that is taken ends the process."""
    task = asyncio.get_running_loop().create_task(_serve(settings, role, metrics, health))
    _serving.add(task)
    task.add_done_callback(_leave_if_failed)


def _leave_if_failed(task: asyncio.Task[MetricsServer]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        leave(error)
