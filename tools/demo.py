"""`make demo`: real and simulated cases through real Kafka in time lapse, and what a supervisor would then see."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from schemas.topics import FLAGS, LOG
from streams.adapters.sealing import new_letter_keys
from streams.core.instants import utc_text
from streams.settings import DEMO_CODES_KEY, DEMO_TOKEN_KEY, Settings
from streams.sinks.figures import UnitFigures, archived_offsets, unit_figures
from streams.wiring.deployment import latest_tick, wait_settled
from streams.wiring.logs import ImportOptions, import_to_topics, simulate_to_topics
from tools.stack import Stack, StackError
from tools.stack.ports import free_port

ROOT = Path(__file__).parent.parent
BOSTON = ROOT / "examples" / "boston"
DISTRICT_SEED, DISTRICT_CASES = 2026, 1500
READY_SECONDS, SETTLED_SECONDS = 60.0, 120.0
console = Console()


class DemoFailed(RuntimeError):
    """A part of the demonstration did not come about; the log that tells why is named."""


class Told(NamedTuple):
    cases: str
    events: int
    last: int


@dataclass(frozen=True)
class Story:
    """One deployment: its prefix, its clock, its law, and what is played through it."""

    name: str
    title: str
    environment: dict[str, str]
    settings: Settings
    metrics: int


def main() -> int:
    """Play both stories; exit code 0 if both ended as they should."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="hoso-demo-"))
    try:
        console.print("[bold]hoso[/bold]: starting Kafka and PostgreSQL (the first time, Kafka is fetched) …")
        with Stack() as stack:
            stories = [_story(name, stack, folder) for name in ("boston", "vietnam")]
            for story in stories:
                _play(story, folder)
            console.print(f"\nBoth stories took {time.monotonic() - began:.0f} s.")
            _where(stories, stack)
    except (DemoFailed, StackError, TimeoutError) as error:
        console.print(f"[red]demo: {error}[/red]", highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("[yellow]demo: stopped, nothing is left running[/yellow]")
        return 130
    return 0


def _play(story: Story, folder: Path) -> None:
    console.rule(f"[bold]{story.title}")
    with _workers(story, folder / f"{story.name}.log"), _progress() as bar:
        task = bar.add_task("events into the topics", total=None)
        told = _tell(story, bar, task)
        bar.update(task, completed=told.events, total=told.events)
        asyncio.run(_wait(story, told, bar))
    figures = asyncio.run(unit_figures(story.settings.database, "portal"))
    console.print(f"{told.cases}, {told.events:,} events, simulated time up to {utc_text(told.last)}")
    console.print(_table(figures))


def _tell(story: Story, bar: Progress, task: TaskID) -> Told:
    """Play the story's events into its source topics."""

    def advance(count: int) -> None:
        bar.advance(task, count)

    if story.name == "boston":
        file = BOSTON / "data" / "boston_building_inspection_2015.csv"
        options = ImportOptions("time", twice=False, tick_seconds=86_400)
        done = import_to_topics(file, BOSTON / "mapping.toml", options, story.settings, advance)
        return Told("Boston 311, building inspections of 2015", done.facts, done.last)
    simulated = simulate_to_topics(DISTRICT_SEED, DISTRICT_CASES, 3600, story.settings, advance)
    forgotten = sum(truth.returned is not None and not truth.told for truth in simulated.truths)
    cases = f"{len(simulated.truths):,} simulated card cases, of which the portal was never told the end of {forgotten}"
    return Told(cases, simulated.facts, simulated.last)


async def _wait(story: Story, told: Told, bar: Progress) -> None:
    """Until every tick asked for is judged and archived; the bar shows the simulated clock."""
    task = bar.add_task("simulated clock", total=None)
    settled = asyncio.create_task(
        wait_settled(
            story.settings, utc_text(told.last), SETTLED_SECONDS, lambda: archived_offsets(story.settings.database)
        )
    )
    while not settled.done():
        at = await latest_tick(story.settings)
        if at is not None:
            bar.update(task, description=f"simulated clock {utc_text(at)}")
        await asyncio.wait({settled}, timeout=0.5)
    await settled
    bar.update(task, description=f"simulated clock {utc_text(told.last)}", completed=1, total=1)


@contextmanager
def _workers(story: Story, log: Path) -> Iterator[None]:
    """Topics, database and one worker of each role, ready; stopped at the end, whatever that is."""
    _hoso(story, "topics", "create")
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker", "--metrics-port", str(story.metrics)],
            env=story.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_ready(worker, story.metrics, log)
            yield
        finally:
            worker.terminate()
            worker.wait()


def _wait_ready(worker: subprocess.Popen[bytes], first_port: int, log: Path) -> None:
    waiting, deadline = {first_port, first_port + 1, first_port + 2}, time.monotonic() + READY_SECONDS
    with console.status("workers are starting …"):
        while waiting:
            if worker.poll() is not None or time.monotonic() > deadline:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
                raise DemoFailed(f"the workers did not become ready; the end of {log}:\n{tail}")
            waiting = {port for port in waiting if not _is_ready(port)}
            time.sleep(0.2)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _hoso(story: Story, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "streams", *words],
        env=story.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        raise DemoFailed(f"hoso {' '.join(words)} ended with code {done.returncode}:\n{done.stdout.decode()}")


def _story(name: str, stack: Stack, folder: Path) -> Story:
    private, public = new_letter_keys()
    (folder / f"{name}-dead-letters.key").write_text(private + "\n")
    database = _database(stack.endpoints.postgres, f"hoso_{name}")
    environment = {
        "HOSO_DEMO": "true",
        "HOSO_KAFKA": stack.endpoints.kafka,
        "HOSO_PREFIX": f"{name}.",
        "HOSO_DATABASE": database,
        "HOSO_CLOCK": "simulated",
        "HOSO_CLOCK_UNTIL": "2027-01-01T00:00:00+00:00",
        "HOSO_LOG_PARTITIONS": "4",
        "HOSO_SOURCE_PARTITIONS": "2",
        "HOSO_REPLICATION": "1",
        "HOSO_MIN_INSYNC": "1",
        "HOSO_TOKEN_KEY": DEMO_TOKEN_KEY,
        "HOSO_CODES_KEY": DEMO_CODES_KEY,
        "HOSO_DEAD_LETTERS_PUBLIC_KEY": public,
        "HOSO_RULES": str(BOSTON / "rules") if name == "boston" else str(ROOT / "streams" / "rules" / "vn"),
    }
    fields = {key.removeprefix("HOSO_").lower(): value for key, value in environment.items()}
    title = "Boston 2015, a real log" if name == "boston" else "Vietnam 2026, a simulated district"
    return Story(name, title, os.environ | environment, Settings.model_validate(fields, strict=False), free_port())


def _database(admin: str, name: str) -> str:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{admin.rpartition('/')[0]}/{name}"


def _table(figures: Sequence[UnitFigures]) -> Table:
    table = Table(box=None, title="per unit", title_justify="left")
    heads = (
        "unit", "received", "open as\nreported", "open in\nreality", "on time as\nreported", "on time by\nevidence",
        "overdue", "falsely pending\nunit can close", "falsely pending\nscored",
    )  # fmt: skip
    for head in heads:
        table.add_column(head, justify="left" if head == "unit" else "right", no_wrap=True)
    for unit in figures:
        reported = (f"{unit.open_reported:,}", f"{unit.on_time_reported:,}") if unit.with_official else ("–", "–")
        table.add_row(
            unit.unit or "(none)", f"{unit.received:,}", reported[0], f"{unit.open_observed:,}", reported[1],
            f"{unit.on_time_observed:,}", f"{unit.overdue:,}", f"{unit.falsely_pending_unit:,}",
            f"{unit.falsely_pending_scored:,}",
        )  # fmt: skip
    return table


def _where(stories: Sequence[Story], stack: Stack) -> None:
    """Where to look, while the services still run."""
    console.print(f"Kafka      {stack.endpoints.kafka}", highlight=False)
    for story in stories:
        log, flags = story.settings.topic(LOG), story.settings.topic(FLAGS)
        console.print(f"{story.name:10} topics {log}, {flags}, …; tables in {story.settings.database}", highlight=False)
        console.print(f"{'':10} HOSO_KAFKA={stack.endpoints.kafka} hoso replay kafka:{log}", highlight=False)
    if sys.stdin.isatty():
        console.input("[bold]Press Enter to stop Kafka and PostgreSQL. ")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:40}"), BarColumn(), TextColumn("{task.completed:>7,.0f}"), TimeElapsedColumn(),
        console=console,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
