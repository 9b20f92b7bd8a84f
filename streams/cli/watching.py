"""`hoso watch`: the Overview in the terminal, live."""

import time
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.cli.ending import EXIT_INTERRUPTED, fail, told_errors
from streams.cli.options import AsJson, read_settings
from streams.cli.telling import notes, show_json, tables
from streams.core.screen_words import LABELS, TITLES
from streams.settings import Settings
from streams.sinks.overview import PERIODS
from streams.wiring.watching import Overview, look

LANGUAGES = ("vi", "en")
SHARES = frozenset({"insufficient", "rate_reported", "rate_least", "rate_most", "share_least", "share_most"})
# What stands in the top row, by picture and column; what is not nought stands out.
TOP = ("insufficient", "due_not_ready", "due_not_updated")
ALARMING = frozenset({"sources_silent", "due_not_ready", "due_not_updated"})
NO_VALUE = "–"


def watch(
    workers: Annotated[
        list[str] | None,
        typer.Option("--metrics", help="HOST:PORT of a worker's /metrics, for sources; give it once for each."),
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit.")] = None,
    period: Annotated[str, typer.Option(help="month, quarter, year (to date), or ever.")] = "month",
    seconds: Annotated[float, typer.Option(min=1, help="Look again after so many seconds.")] = 5.0,
    language: Annotated[str, typer.Option("--lang", help="vi or en.")] = "vi",
    once: Annotated[bool, typer.Option("--once", help="Look once.")] = False,
    as_json: AsJson = False,
) -> None:
    """The Overview of the dashboards in the terminal, live until Ctrl-C: up to when all is complete, what became
    overdue, what can still be saved today, both on-time rates and why they differ.

    Reads the archive (HOSO_DATABASE, any role that may see counts), and what workers say of sources. With --json it
    looks once.

    Examples:

        hoso watch --metrics 127.0.0.1:9108

        hoso watch --once --unit G01.839.001 --period quarter --lang en

        hoso watch --json
    """
    if period not in PERIODS:
        fail(f"--period {period}: expected one of {', '.join(PERIODS)}")
    if language not in LANGUAGES:
        fail(f"--lang {language}: expected one of {', '.join(LANGUAGES)}")
    settings = read_settings()
    asked = (language, period, unit, workers or [])
    with told_errors():
        first = look(settings, *asked)
        if as_json:
            show_json(first.told())
            return
        if once or not tables.is_terminal:
            tables.print(drawn(first, language))
            return
    try:
        _live(settings, asked, first, seconds)
    except KeyboardInterrupt:
        notes.print("hoso: stopped", style="yellow")
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _live(settings: Settings, asked: tuple[str, str, str | None, list[str]], first: Overview, seconds: float) -> None:
    """Look again and again; where nothing answers, what was seen last stands, and why."""
    language, seen = asked[0], first
    live = Live(drawn(seen, language), console=tables, screen=True, auto_refresh=False)
    # As a context it would leave the terminal changed where Ctrl-C comes in the midst of the first picture.
    try:
        live.start()
        while True:
            live.refresh()
            time.sleep(seconds)
            try:
                seen = look(settings, *asked)
            except RuntimeError as trouble:
                seen = seen._replace(troubles=(str(trouble),))
            live.update(drawn(seen, language))
    finally:
        live.stop()


def drawn(seen: Overview, language: str) -> RenderableType:
    """One look as a terminal shows it."""
    parts: list[RenderableType] = [Columns([*_top(seen, language)], equal=True)]
    if seen.pictures:
        parts.append(_rates(seen, language))
        parts += [
            Columns([_table("causes", seen, language), _table("newly_overdue", seen, language)]),
            Columns([_single("open", seen, language), _single("steps", seen, language)]),
            Columns([_table("ages", seen, language), _table("false_backlog", seen, language)]),
        ]
    parts += [Text(trouble, style="red") for trouble in seen.troubles]
    return Group(*parts)


def _top(seen: Overview, language: str) -> list[Panel]:
    values: dict[str, Any] = {
        "complete_up_to": None if seen.complete_up_to is None else _instant(seen.complete_up_to),
        "judged_up_to": None,
        "sources_silent": seen.sources_silent,
    }
    for row in seen.pictures.get("judged_up_to", ()):
        values["judged_up_to"] = _instant(float(row["judged_up_to"]) / 1000)
    for name in TOP:
        for row in seen.pictures.get(name, ()):
            values[name] = row[name]
    return [_small(LABELS[name].of(language), name, value) for name, value in values.items()]


def _rates(seen: Overview, language: str) -> Columns:
    panels = []
    for picture in ("rate_reported", "rate_evidence", "points"):
        title = LABELS[picture].of(language)
        values = [_shown(name, value) for row in seen.pictures[picture] for name, value in row.items()]
        panels.append(Panel(Text(" … ".join(dict.fromkeys(values)) or NO_VALUE, style="bold"), title=title))
    return Columns(panels, equal=True)


def _small(title: str, name: str, value: Any) -> Panel:
    alarming = name in ALARMING and bool(value)
    return Panel(Text(_shown(name, value), style="bold red" if alarming else "bold"), title=title)


def _single(name: str, seen: Overview, language: str) -> Panel:
    """A picture of one row, a line for each of its columns."""
    table = Table.grid(padding=(0, 2))
    for row in seen.pictures[name]:
        for column, value in row.items():
            table.add_row(LABELS[column].of(language), Text(_shown(column, value), justify="right"))
    return Panel(table, title=TITLES[name].of(language), expand=False)


def _table(name: str, seen: Overview, language: str) -> Panel:
    rows = seen.pictures[name]
    table = Table(box=None)
    for column, value in (rows[0] if rows else {}).items():
        table.add_column(LABELS[column].of(language), justify="left" if isinstance(value, str) else "right")
    for row in rows:
        table.add_row(*(Text(_shown(column, value)) for column, value in row.items()))
    title = TITLES[name] if name in TITLES else LABELS[name]
    return Panel(table if rows else Text(NO_VALUE), title=title.of(language), expand=False)


def _shown(name: str, value: Any) -> str:
    if value is None:
        return NO_VALUE
    if name in SHARES:
        return f"{100 * value:+.2f} %" if name.startswith("share") else f"{100 * value:.2f} %"
    if isinstance(value, float):
        return f"{value:,.2f}" if name.startswith("points") else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M %z")
