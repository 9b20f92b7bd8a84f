"""What a command says: results on standard output, as tables or JSON; notes and progress on standard error."""

import sys
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

tables = Console()
notes = Console(stderr=True)


def show_json(result: object) -> None:
    """A result for programs, indented."""
    sys.stdout.write(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode() + "\n")


def show_values(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Named values, one a row."""
    if as_json:
        show_json(result)
        return
    table = Table(show_header=False, box=None)
    for name, value in result.items():
        table.add_row(name.replace("_", " "), f"{value:,}" if isinstance(value, int) else str(value))
    tables.print(table)


def range_text(rule: Mapping[str, Any]) -> str:
    """The days on which a row is in force: up to its last one, while effective_until is the first day after."""
    until = rule.get("effective_until")
    last = f" to {date.fromisoformat(until) - timedelta(days=1)}" if until else ""
    return f"from {rule['effective_from']}{last}"


def row(table: Table, *values: object, style: str | None = None) -> None:
    """A row of plain text: what stands in brackets is no markup."""
    table.add_row(*(Text("" if value is None else str(value)) for value in values), style=style)


def columns(*names: str, right: Container[str] = (), whole: Container[str] = ()) -> Table:
    """A table without frames; of its columns some stand to the right, and some are never broken into lines."""
    table = Table(box=None)
    for name in names:
        table.add_column(
            name, overflow="fold", justify="right" if name in right else "left", no_wrap=name in whole or name in right
        )
    return table


@contextmanager
def bar(title: str, total: int | None) -> Iterator[Callable[[int], object]]:
    """A progress bar on the terminal; nothing where standard error is none."""
    parts = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    with Progress(*parts, console=notes, disable=not notes.is_terminal, transient=True) as progress:
        task = progress.add_task(title, total=total)
        if total is None:
            yield lambda amount: progress.advance(task, amount)
        else:
            yield lambda reached: progress.update(task, completed=reached)


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], object]]:
    """A bar for each step of a wait, as it is told how much of it is done and of how much."""
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*parts, console=notes, disable=not notes.is_terminal, transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def advance(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done)

        yield advance
