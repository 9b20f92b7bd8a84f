"""`hoso import` and `hoso replay`: a foreign log becomes ours, and a log of ours is folded again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from streams.cli.ending import EXIT_REFUSED_ROWS, fail, told_errors
from streams.cli.options import AsJson, read_seconds, read_settings, read_simulated, read_time
from streams.cli.telling import bar, notes, show_json, show_values, tables
from streams.wiring import logs


def import_log(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    mapping: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="How columns become events (TOML).")],
    to: Annotated[str, typer.Option(help="'topics', or a JSON Lines file to write.")] = "topics",
    order: Annotated[str, typer.Option(help="file, time, reversed or shuffled:SEED.")] = "time",
    twice: Annotated[bool, typer.Option("--twice", help="Tell every fact two times.")] = False,
    tick: Annotated[str, typer.Option(help="Simulated time between ticks, like 15m, 1h or 1d.")] = "1h",
    plain_ids: Annotated[bool, typer.Option("--plain-ids", help="To a file only: keep the codes, no tokens.")] = False,
    snapshot_at: Annotated[
        str | None, typer.Option(help="When the export was taken that the file is, where no column tells ([snapshot]).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a foreign log (CSV) into events, with ticks of the simulated clock between them.

    Examples:

        hoso import examples/boston/data/boston_building_inspection_2015.csv \\
            --mapping examples/boston/mapping.toml --to boston.jsonl

        hoso import log.csv --mapping map.toml --to topics --order shuffled:7 --tick 1d

        hoso import monday.csv --mapping portal.toml --to monday.jsonl --snapshot-at 2026-01-05T18:00
    """
    options = logs.ImportOptions(order, twice, read_seconds("--tick", tick), plain_ids, snapshot_at)
    settings = read_simulated() if to == "topics" else read_settings()
    if to == "topics" and plain_ids:
        fail("--plain-ids works to a file only: topics never carry plain codes")
    if to == "topics":
        with bar(f"events of {file.name}", None) as advance, told_errors():
            done = logs.import_to_topics(file, mapping, options, settings, advance)
    else:
        with file.open("rb") as opened:
            lines = sum(1 for _ in opened)
        with bar(f"lines of {file.name}", lines) as advance, told_errors():
            done = logs.import_to_file(file, mapping, Path(to), options, settings, advance)
    for each in done.refused[:20]:
        notes.print(f"{file}, line {each.line}: {each.why}", style="red", highlight=False, soft_wrap=True)
    if len(done.refused) > 20:
        notes.print(f"… and {len(done.refused) - 20} more rows refused", style="red")
    for one in done.snapshots:
        if one.refused:
            why = f"{one.refused} of its rows were refused, so it is told as not complete: nobody has vanished by it"
            notes.print(f"{file}, snapshot {one.name}: {why}", style="red", highlight=False, soft_wrap=True)
    result = {"facts": done.facts, "ticks": done.ticks, "refused": len(done.refused), "to": to}
    if done.snapshots:
        result["snapshots"] = len(done.snapshots)
    show_values(result, as_json=as_json)
    if done.refused:
        raise typer.Exit(EXIT_REFUSED_ROWS)


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
        fail("--as-of and --until exclude each other: one asks what was said then, the other what held then")
    options = logs.ReplayOptions(rules, read_time(as_of), read_time(until), flags, cases)
    with bar("replay", None) as advance, told_errors():
        if source.startswith("kafka:"):
            counted = logs.replay_topic(source.removeprefix("kafka:"), options, read_settings(), advance)
        else:
            counted = logs.replay_file(existing(source), options, advance)
    if as_json:
        show_json(counted)
    else:
        _show_counters(counted)


def existing(text: str) -> Path:
    """A file, or the end of the command."""
    path = Path(text)
    if not path.is_file():
        fail(f"{text}: no such file; a topic is named as kafka:TOPIC")
    return path


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
    tables.print(table)
    show_values({"no deadline": counted["no_deadline"], "open flags": counted["flags"]}, as_json=False)
