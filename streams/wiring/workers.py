"""Workers: one role in one process, or one of each under a supervisor."""

import asyncio
import gc
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from streams.adapters.health import Health, Pulse
from streams.adapters.metrics_server import MetricsServer, start_metrics_server
from streams.agents.app import WorkerApp, run_app
from streams.agents.ending import leave
from streams.agents.intake_worker import IntakeWatch, build_intake, make_intake
from streams.agents.vitals import Vitals
from streams.agents.worker import build_cases
from streams.exposition import Metrics
from streams.rules_file import VIETNAM, load_rules
from streams.settings import Settings
from streams.sinks.gauges import watch_gauges
from streams.sinks.migrate import migrate
from streams.sinks.runner import run_sink
from streams.wiring.exporting import CaseMetrics, IntakeMetrics, SinkMetrics

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


def _run_cases(settings: Settings) -> int:
    vitals = Vitals()
    metrics = CaseMetrics(vitals, settings)

    def build() -> WorkerApp:
        app = build_cases(settings, metrics.make, vitals, metrics.observe_chunk)
        _serve_soon(settings, "cases", metrics, vitals.health)
        return app

    return run_app(build)


def _run_intake(settings: Settings) -> int:
    vitals = Vitals()
    metrics = IntakeMetrics(vitals, settings)
    rules = load_rules(settings.rules or VIETNAM)
    # A secret that is missing or not of its form is told at once, not by a worker that dies in the making.
    make_intake(settings)
    watch = IntakeWatch(vitals=vitals, observe=metrics.observe_chunk, holds=metrics.holds)

    def build() -> WorkerApp:
        app = build_intake(settings, rules, watch)
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
    pulse = Pulse()
    metrics = SinkMetrics(pulse.health)
    server = await _serve(settings, "sink", metrics, pulse.health)
    try:
        await _migrate(settings, stop, pulse)
        figures = asyncio.create_task(watch_gauges(settings.database, stop, metrics))
        figures.add_done_callback(_leave_if_failed)
        try:
            await run_sink(settings, stop, metrics, pulse)
        finally:
            # A count may take a minute; nobody waits for it any more.
            figures.cancel()
            await asyncio.wait({figures})
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


def _leave_if_failed(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        leave(error)
