"""The `hoso` command: reads options, calls the wiring, shows what comes back. No rule of the domain stands here."""

import asyncio
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from streams.adapters.topics_admin import TopicRow, TopicState, create_topics, show_topics
from streams.core.errors import CoreError
from streams.importer.mapping import MappingRefused
from streams.importer.order import OrderRefused
from streams.replay.driver import BadEntry, NoLaw, NothingJudged
from streams.replay.sources import BadLine
from streams.settings import Settings, load_settings
from streams.sinks.figures import UnitFigures
from streams.wiring import deployment, logs, workers
from streams.wiring.deployment import REFUSALS

EXIT_REFUSED_ROWS = 3
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

topics = typer.Typer(no_args_is_help=True, help="The topics of a deployment.")
letters = typer.Typer(no_args_is_help=True, help="What intake refused, sealed.")
app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.add_typer(topics, name="topics")
app.add_typer(letters, name="dead-letters")
_notes = Console(stderr=True)
_tables = Console()


@app.callback()
def _hoso() -> None:
    """Watches the life of dossiers: what is really late, what only looks late, and on what evidence."""


_REFUSALS: tuple[type[Exception], ...] = (
    MappingRefused,
    OrderRefused,
    CoreError,
    NothingJudged,
    NoLaw,
    BadEntry,
    BadLine,
    OSError,
    *REFUSALS,
)

InputFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


@app.command("import")
def import_log(
    file: InputFile,
    mapping: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="How columns become events (TOML).")],
    to: Annotated[str, typer.Option(help="'topics', or a JSON Lines file to write.")] = "topics",
    order: Annotated[str, typer.Option(help="file, time, reversed or shuffled:SEED.")] = "time",
    twice: Annotated[bool, typer.Option("--twice", help="Tell every fact two times.")] = False,
    tick: Annotated[str, typer.Option(help="Simulated time between ticks, like 15m, 1h or 1d.")] = "1h",
    plain_ids: Annotated[bool, typer.Option("--plain-ids", help="To a file only: keep the codes, no tokens.")] = False,
    as_json: AsJson = False,
) -> None:
    """Turn a foreign log (CSV) into events, with ticks of the simulated clock between them.

    Examples:

        hoso import examples/boston/data/boston_building_inspection_2015.csv \\
            --mapping examples/boston/mapping.toml --to boston.jsonl

        hoso import log.csv --mapping map.toml --to topics --order shuffled:7 --tick 1d
    """
    options = logs.ImportOptions(order, twice, _seconds(tick), plain_ids)
    settings = _settings()
    if to == "topics" and settings.clock != "simulated":
        _fail("to topics needs a deployment on a simulated clock: set HOSO_CLOCK=simulated here and for its workers")
    if to == "topics" and plain_ids:
        _fail("--plain-ids works to a file only: topics never carry plain codes")
    if to == "topics":
        with _bar(f"events of {file.name}", None) as advance, _told_errors():
            done = logs.import_to_topics(file, mapping, options, settings, advance)
    else:
        with file.open("rb") as opened:
            lines = sum(1 for _ in opened)
        with _bar(f"lines of {file.name}", lines) as advance, _told_errors():
            done = logs.import_to_file(file, mapping, Path(to), options, settings, advance)
    for line, why in done.refused[:20]:
        _notes.print(f"{file}, line {line}: {why}", style="red", highlight=False, soft_wrap=True)
    if len(done.refused) > 20:
        _notes.print(f"… and {len(done.refused) - 20} more rows refused", style="red")
    result = {"facts": done.facts, "ticks": done.ticks, "refused": len(done.refused), "to": to}
    _show(result, as_json=as_json)
    if done.refused:
        raise typer.Exit(EXIT_REFUSED_ROWS)


@app.command()
def replay(
    source: Annotated[str, typer.Argument(help="A file of log entries, or kafka:TOPIC.")],
    rules: Annotated[Path | None, typer.Option(help="Rules instead of those in the log.")] = None,
    as_of: Annotated[str | None, typer.Option(help="What was said then: the log cut at its last tick up to T.")] = None,
    until: Annotated[str | None, typer.Option(help="What held then, by all facts known now.")] = None,
    flags: Annotated[Path | None, typer.Option(help="Write every change of every flag here (JSON Lines).")] = None,
    cases: Annotated[Path | None, typer.Option(help="Write one line a case here (JSON Lines).")] = None,
    as_json: AsJson = False,
) -> None:
    """Fold a log again with the same core, and count what stands at the end. It never acts.

    T has an offset, or is read in the zone of the rules: 2015-07-01, 2015-07-01T12:00, 2015-07-01T12:00-04:00.

    Examples:

        hoso replay boston.jsonl --rules examples/boston/rules

        hoso replay boston.jsonl --rules examples/boston/rules --as-of 2015-07-01 --json

        hoso replay kafka:hoso.log --flags flags.jsonl
    """
    if as_of and until:
        _fail("--as-of and --until exclude each other: one asks what was said then, the other what held then")
    options = logs.ReplayOptions(rules, _time(as_of), _time(until), flags, cases)
    with _bar("replay", None) as advance, _told_errors():
        if source.startswith("kafka:"):
            counted = logs.replay_topic(source.removeprefix("kafka:"), options, _settings(), advance)
        else:
            counted = logs.replay_file(_existing(source), options, advance)
    if as_json:
        _show(counted, as_json=True)
    else:
        _show_counters(counted)


@app.command()
def worker(
    role: Annotated[str | None, typer.Argument(help="intake, cases or sink; all three if left out.")] = None,
    instance: Annotated[int | None, typer.Option(help="This worker's number among those of its role.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Where /metrics answers; 0 for any free port.")] = None,
) -> None:
    """Run one role in this process, or one of each under a supervisor that stops all when one fails.

    Examples:

        hoso worker

        hoso worker cases --instance 2 --metrics-port 9102
    """
    if role is not None and role not in workers.ROLES:
        _fail(f"role {role} is none of {', '.join(workers.ROLES)}")
    given = {"instance": instance, "metrics_port": metrics_port}
    settings = _settings(**{name: value for name, value in given.items() if value is not None})
    with _told_errors():
        code = workers.run_all(settings) if role is None else workers.run_role(role, settings)
    raise typer.Exit(code)


@topics.command("create")
def topics_create(as_json: AsJson = False) -> None:
    """Create the topics that are missing. What exists is never altered: differences are told.

    Example:

        HOSO_KAFKA=127.0.0.1:9092 hoso topics create
    """
    with _told_errors():
        rows = asyncio.run(create_topics(_settings()))
    _show_topics(rows, as_json=as_json)


@topics.command("show")
def topics_show(as_json: AsJson = False) -> None:
    """Show the topics as declared and as they are found; exit code 1 if any is missing or differs.

    Example:

        hoso topics show --json
    """
    with _told_errors():
        rows = asyncio.run(show_topics(_settings()))
    _show_topics(rows, as_json=as_json)


def _show_topics(rows: Sequence[TopicRow], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps([row._asdict() for row in rows], option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        table = Table(box=None)
        for name in ("topic", "partitions", "state", "differences"):
            table.add_column(name, overflow="fold")
        for row in rows:
            told = "; ".join(f"{d.setting} is {d.found}, declared {d.declared}" for d in row.differences)
            table.add_row(row.name, str(row.partitions), row.state, told)
        _tables.print(table)
    if any(row.state in (TopicState.MISSING, TopicState.DIFFERS) for row in rows):
        raise typer.Exit(1)


@letters.command("list")
def letters_list(as_json: AsJson = False) -> None:
    """List dead letters: where they came from and why they were refused. No key is needed, no content is shown.

    Example:

        hoso dead-letters list --json
    """
    with _told_errors():
        found = deployment.dead_letters(_settings())
    if as_json:
        sys.stdout.write(orjson.dumps([letter.told() for letter in found], option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    table = Table(box=None)
    for name in ("partition", "offset", "from", "field", "reason"):
        table.add_column(name, overflow="fold")
    for letter in found:
        place = f"{letter.topic}/{letter.partition} offset {letter.offset}"
        table.add_row(str(letter.at_partition), str(letter.at_offset), place, letter.path, letter.reason)
    _tables.print(table)


@letters.command("show")
def letters_show(
    partition: int,
    offset: int,
    private_key: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="File with the private key (hex).")],
) -> None:
    """Write the original value of one dead letter to standard output, exactly as it came.

    Example:

        hoso dead-letters show 0 17 --private-key /media/key/dead-letters.key > original.bin
    """
    with _told_errors():
        original = deployment.open_letter(_settings(), partition, offset, private_key.read_text().strip())
    sys.stdout.buffer.write(original.value or b"")


@app.command()
def keys(
    folder: Annotated[Path, typer.Argument(help="Where to write them; made if it is not there.")],
) -> None:
    """Make fresh keys for a deployment, one file each, readable by their owner only. Existing files are left alone.

    HOSO_SECRETS=FOLDER makes them known to the workers. Move hoso_dead_letters_private_key away to whoever may read
    dead letters; hoso_token_key is kept for ever, since another one gives every case another token.

    Example:

        hoso keys /etc/hoso/secrets
    """
    with _told_errors():
        written = deployment.write_keys(folder)
    for path in written:
        _tables.print(str(path), highlight=False, soft_wrap=True)


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version; what is there already is left alone.

    Example:

        HOSO_DATABASE=postgresql://owner@db/hoso hoso migrate
    """
    with _told_errors():
        applied = deployment.migrate_database(_settings())
    for name in applied:
        _tables.print(name)


@app.command()
def units(as_json: AsJson = False) -> None:
    """Per unit, what the scoring system reports beside what the evidence shows, as simple counts.

    Example:

        hoso units --json
    """
    with _told_errors():
        found = deployment.figures(_settings())
    if as_json:
        sys.stdout.write(orjson.dumps([unit._asdict() for unit in found], option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    table = Table(box=None)
    for name in UnitFigures._fields:
        table.add_column(name.replace("_", "\n"), justify="left" if name == "unit" else "right")
    for unit in found:
        table.add_row(*("–" if value is None else str(value) for value in unit))
    _tables.print(table)


def main() -> None:
    """Run the command."""
    app()


def _settings(**given: int) -> Settings:
    """Settings from the environment, with what the command line gives over them."""
    try:
        return load_settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = "_".join(str(part) for part in first["loc"]).upper()
        _fail(f"HOSO_{field}: {first['msg']}" if field else str(first["msg"]))


@contextmanager
def _told_errors() -> Iterator[None]:
    """Known refusals become one line and exit code 2."""
    try:
        yield
    except _REFUSALS as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _notes.print("hoso: stopped", style="yellow")
        raise typer.Exit(EXIT_INTERRUPTED) from None


@contextmanager
def _bar(title: str, total: int | None) -> Iterator[Callable[[int], object]]:
    """A progress bar on the terminal; nothing where standard error is none."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    with Progress(*columns, console=_notes, disable=not _notes.is_terminal, transient=True) as bar:
        task = bar.add_task(title, total=total)
        if total is None:
            yield lambda amount: bar.advance(task, amount)
        else:
            yield lambda reached: bar.update(task, completed=reached)


def _show(result: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    table = Table(show_header=False, box=None)
    for name, value in result.items():
        table.add_row(name.replace("_", " "), f"{value:,}" if isinstance(value, int) else str(value))
    _tables.print(table)


def _show_counters(counted: Mapping[str, Any]) -> None:
    names = ("cases", "closed", "open", "on_time", "late", "overdue", "insufficient")
    table = Table(title=f"as of {counted['as_of']}", box=None, title_justify="left")
    table.add_column("", overflow="fold")
    for name in names:
        table.add_column(name.replace("_", " "), justify="right", no_wrap=True)
    table.add_row("all", *(f"{counted[name]:,}" for name in names), style="bold")
    for group, members in counted["by"].items():
        for member, counters in members.items():
            table.add_row(f"{group} {member}", *(f"{counters[name]:,}" for name in names))
    _tables.print(table)
    _show({"no deadline": counted["no_deadline"], "open flags": counted["flags"]}, as_json=False)


def _seconds(text: str) -> int:
    match = re.fullmatch(r"(\d+)([smhd])", text)
    seconds = int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[match[2]] if match else 0
    if not 0 < seconds <= 86_400:
        _fail(f"--tick {text}: expected a number and s, m, h or d, up to 1d")
    return seconds


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        _fail(f"{text}: expected a time like 2015-07-01 or 2015-07-01T12:00:00-04:00")


def _existing(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        _fail(f"{text}: no such file; a topic is named as kafka:TOPIC")
    return path


def _fail(message: str) -> NoReturn:
    _notes.print(f"hoso: {message}", style="red", highlight=False, soft_wrap=True)
    raise typer.Exit(EXIT_BAD_INPUT)
