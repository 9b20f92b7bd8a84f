"""`hoso topics`: the topics of a deployment, created and compared with how they are declared."""

import asyncio
from collections.abc import Sequence

import typer
from rich.table import Table

from streams.adapters.topics_admin import TopicRow, TopicState, create_topics, show_topics
from streams.cli.ending import EXIT_DIFFERENT, told_errors
from streams.cli.options import AsJson, read_settings
from streams.cli.telling import show_json, tables


def create(as_json: AsJson = False) -> None:
    """Create the topics that are missing. What exists is never altered: differences are told.

    Example:

        HOSO_KAFKA=127.0.0.1:9092 hoso topics create
    """
    with told_errors():
        rows = asyncio.run(create_topics(read_settings()))
    _show_rows(rows, as_json=as_json)


def show(as_json: AsJson = False) -> None:
    """Show the topics as declared and as they are found; exit code 1 if any is missing or differs.

    Example:

        hoso topics show --json
    """
    with told_errors():
        rows = asyncio.run(show_topics(read_settings()))
    _show_rows(rows, as_json=as_json)


def _show_rows(rows: Sequence[TopicRow], *, as_json: bool) -> None:
    if as_json:
        show_json([row._asdict() for row in rows])
    else:
        table = Table(box=None)
        for name in ("topic", "partitions", "state", "differences"):
            table.add_column(name, overflow="fold")
        for row in rows:
            told = "; ".join(f"{d.setting} is {d.found}, declared {d.declared}" for d in row.differences)
            table.add_row(row.name, str(row.partitions), row.state, told)
        tables.print(table)
    if any(row.state in (TopicState.MISSING, TopicState.DIFFERS) for row in rows):
        raise typer.Exit(EXIT_DIFFERENT)
