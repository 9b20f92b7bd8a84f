"""`make demo`: real and simulated cases through real Kafka in time lapse, and what a supervisor would then see."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from schemas.topics import CASES_CURRENT, FLAGS, LOG
from streams.core.instants import utc_text
from streams.rules_file import VIETNAM
from streams.settings import Settings
from streams.simulator.plan import in_order
from streams.simulator.steps import end_of_run
from streams.sinks.figures import UnitFigures, unit_figures
from streams.wiring.deployment import latest_tick, wait_settled
from streams.wiring.logs import ImportOptions, import_to_topics
from streams.wiring.playing import play_to_topics
from streams.wiring.simulation import play
from tools.deployment import Deployment, NotReady, Worker, create_database, deploy
from tools.stack import Stack, StackError
from tools.stack.debian import is_at_hand
from tools.stack.monitoring import Monitoring

ROOT = Path(__file__).parent.parent
BOSTON = ROOT / "examples" / "boston"
DISTRICT, DISTRICT_SEED = "demo", 2026
# Each tick of the district waits for what was told before it.
DISTRICT_TICK_SECONDS = 6 * 3600
BEFORE_MIDNIGHT = 12
TICK_SECONDS = "0.25"
SETTLED_SECONDS = 120.0
console = Console()


class Told(NamedTuple):
    cases: str
    events: int
    last: int


@dataclass(frozen=True)
class Story:
    """One deployment and what is played through it. `is_watched`: by Prometheus and Alertmanager, where they are."""

    name: str
    title: str
    rules: Path
    is_watched: bool


STORIES = (
    Story("boston", "Boston 2015, a real log", BOSTON / "rules", is_watched=False),
    Story("vietnam", "Vietnam 2026, a simulated district", VIETNAM, is_watched=True),
)


class Played(NamedTuple):
    deployment: Deployment
    monitoring: Monitoring | None


def main() -> int:
    """Play both stories; exit code 0 if both ended as they should."""
    began = time.monotonic()
    # However it is ended, it ends what it started: a closed terminal, and a shell that had it ignore Ctrl-C, too.
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="hoso-demo-"))
    try:
        console.print("[bold]hoso[/bold]: starting Kafka and PostgreSQL (the first time, Kafka is fetched) …")
        with Stack() as stack, ExitStack() as running:
            played = [_play(story, stack, folder, running) for story in STORIES]
            console.print(f"\nBoth stories took {time.monotonic() - began:.0f} s.")
            _where(played, stack)
    except (NotReady, StackError, RuntimeError, TimeoutError) as error:
        console.print(f"[red]demo: {error}[/red]", highlight=False, soft_wrap=True)
        console.print(f"what the workers said is in {folder}")
        return 1
    except KeyboardInterrupt:
        console.print("[yellow]demo: stopped, nothing is left running[/yellow]")
        return 130
    shutil.rmtree(folder)
    return 0


def _play(story: Story, stack: Stack, folder: Path, running: ExitStack) -> Played:
    """Play one story and show what it comes to; its workers run on until `running` ends."""
    console.rule(f"[bold]{story.title}")
    database = create_database(stack.endpoints.postgres, f"hoso_{story.name}")
    with console.status("workers are starting …"):
        deployment = running.enter_context(
            deploy(stack.endpoints, f"{story.name}.", database, folder, story.rules, tick_seconds=TICK_SECONDS)
        )
        workers = deployment.start_all()
        monitoring = running.enter_context(Monitoring(folder, _addresses(workers))) if _is_watched(story) else None
    settings = deployment.settings
    with _progress() as bar:
        task = bar.add_task("events into the topics", total=None)
        told = _tell(story, settings, bar, task)
        bar.update(task, completed=told.events, total=told.events)
        asyncio.run(_wait(settings, told, bar))
    figures = asyncio.run(unit_figures(database, "portal"))
    console.print(f"{told.cases}; {told.events:,} events, simulated clock at {utc_text(told.last)}", highlight=False)
    console.print(_table(figures))
    return Played(deployment, monitoring)


def _is_watched(story: Story) -> bool:
    return story.is_watched and all(map(is_at_hand, ("prometheus", "prometheus-alertmanager")))


def _addresses(workers: Mapping[str, Worker]) -> dict[str, str]:
    return {role: f"127.0.0.1:{worker.port}" for role, worker in workers.items()}


def _tell(story: Story, settings: Settings, bar: Progress, task: TaskID) -> Told:
    """Play the story's events into its source topics."""

    def advance(count: int) -> None:
        bar.advance(task, count)

    if story.name == "boston":
        file = BOSTON / "data" / "boston_building_inspection_2015.csv"
        options = ImportOptions("time", twice=False, tick_seconds=86_400)
        done = import_to_topics(file, BOSTON / "mapping.toml", options, settings, advance)
        return Told("Boston 311, building inspections of 2015", done.facts, done.last)
    run = play(DISTRICT, DISTRICT_SEED, None, lambda _: None)
    history = in_order(run.cases)

    def reached(step: str, done: int, of: int) -> None:
        if step == "events":
            bar.update(task, completed=done, total=of)

    # While offices are open: else no alert of cases would begin.
    until = end_of_run(run.district, run.days, history) - timedelta(hours=BEFORE_MIDNIGHT)
    played = play_to_topics(history, until, DISTRICT_TICK_SECONDS, None, settings, reached)
    forgotten = sum(case.truth.handed_over is not None and "forgotten" in case.truth.faults for case in run.cases)
    cases = f"{len(run.cases):,} simulated card cases, {forgotten} handed over and never closed in the portal"
    return Told(cases, played.events, played.last)


async def _wait(settings: Settings, told: Told, bar: Progress) -> None:
    """Until every tick asked for is judged and archived; the bar shows the simulated clock."""
    task = bar.add_task("simulated clock", total=None)
    settled = asyncio.create_task(wait_settled(settings, utc_text(told.last), SETTLED_SECONDS))
    while not settled.done():
        at = await latest_tick(settings)
        if at is not None:
            bar.update(task, description=f"simulated clock {utc_text(at)}")
        await asyncio.wait({settled}, timeout=0.5)
    await settled
    bar.update(task, description=f"simulated clock {utc_text(told.last)}", completed=1, total=1)


def _table(figures: Sequence[UnitFigures]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    heads = (
        "unit", "cases", "open\nreported", "open\nreally", "on time\nreported", "on time\nevidence", "overdue",
        "falsely\npending", "unit can\nclose",
    )  # fmt: skip
    for head in heads:
        table.add_column(head, justify="left" if head == "unit" else "right", no_wrap=True)
    for unit in figures:
        reported = (f"{unit.open_reported:,}", f"{unit.on_time_reported:,}") if unit.with_official else ("–", "–")
        table.add_row(
            unit.unit or "(none)", f"{unit.received:,}", reported[0], f"{unit.open_observed:,}", reported[1],
            f"{unit.on_time_observed:,}", f"{unit.overdue:,}", f"{unit.falsely_pending_scored:,}",
            f"{unit.falsely_pending_unit:,}",
        )  # fmt: skip
    return table


def _where(played: Sequence[Played], stack: Stack) -> None:
    """Where to look, while the services still run."""
    kafka = stack.endpoints.kafka
    for deployment, monitoring in played:
        settings = deployment.settings
        log, flags, cases = (settings.topic(topic) for topic in (LOG, FLAGS, CASES_CURRENT))
        ports = ", ".join(f"{worker.role} http://127.0.0.1:{worker.port}/metrics" for worker in deployment.workers)
        for line in (
            f"\ntopics   {log}, {flags}, {cases}, …",
            f"metrics  {ports}",
            f"tables   psql {settings.database}",
            f"replay   HOSO_KAFKA={kafka} .venv/bin/hoso replay kafka:{log}",
        ):
            console.print(line, highlight=False, soft_wrap=True)
        if monitoring is not None:
            line = f"alerts   http://{monitoring.prometheus}/alerts, grouped http://{monitoring.alertmanager}"
            console.print(line, highlight=False, soft_wrap=True)
    if sys.stdin.isatty():
        console.input("[bold]Press Enter to stop everything. ")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:40}"), BarColumn(), TextColumn("{task.completed:>7,.0f}"), TimeElapsedColumn(),
        console=console,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
