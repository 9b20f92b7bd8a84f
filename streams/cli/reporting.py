"""`hoso report`: both on-time rates of a period side by side, and what lies behind them."""

import csv
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from streams.cli.ending import fail, told_errors
from streams.cli.logs import existing
from streams.cli.options import AsJson, read_settings
from streams.cli.telling import bar, notes, show_json
from streams.report.flat import flat
from streams.report.period import read_period
from streams.report.public import PUBLIC, public
from streams.report.tables import public_tables, tables
from streams.report.targets import read_targets
from streams.report.text import text
from streams.report.words import SO_FAR, TITLES
from streams.wiring import reporting
from streams.wiring.published import figures_of

By = Literal["unit", "procedure", "stage", "channel"]
Language = Literal["vi", "en"]


def report(
    source: Annotated[
        str | None, typer.Argument(help="A file of log entries or of simulated events, or kafka:TOPIC.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(help="2026-01, 2026-Q1, 2026 or FROM..TO; of a district all of its days."),
    ] = None,
    by: Annotated[By, typer.Option(help="What the rows are.")] = "unit",
    district: Annotated[str | None, typer.Option(help="Play this district instead of reading a source.")] = None,
    seed: Annotated[int, typer.Option(help="Of the district.")] = 1,
    days: Annotated[int | None, typer.Option(min=1, max=3660, help="Of intake in the district.")] = None,
    targets: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Targets (TOML).")] = None,
    published: Annotated[
        str | None, typer.Option(help="Figures kept by `hoso import official-score`: a file, or 'database'.")
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(help="Rules instead of those in the log, or of those shipped."),
    ] = None,
    causes: Annotated[bool, typer.Option("--causes", help="The causes of every row, not only of all.")] = False,
    is_public: Annotated[
        bool, typer.Option("--public", help="What may leave the reporting line: as reported, small counts hidden.")
    ] = False,
    language: Annotated[Language, typer.Option("--lang", help="Of words in tables.")] = "en",
    table: Annotated[str | None, typer.Option(help="Only these tables: rates,causes,funnel,targets …")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one table (--table, else rates) as CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Report a period: the on-time rate as the published formula counts it, the one by evidence with its range, and
    the causes that their difference is made of. All facts known now count, as of the end of the period.

    Where the source does not tell up to the end of the period, the report is one so far, and says so.

    Examples:

        hoso report kafka:hoso.log --period 2026-01

        hoso report log.jsonl --rules rules/ --period 2026-Q1 --by procedure --csv

        hoso report --district hanoi-2022 --table targets

        hoso report log.jsonl --period 2026-01 --targets targets.toml --published published.jsonl --lang vi
    """
    if (source is None) == (district is None):
        fail("name a source, or a --district to play: one of them")
    if as_csv and as_json:
        fail("--csv and --json exclude each other")
    wanted = list(TITLES) if table is None else table.split(",")
    if unknown := [name for name in wanted if name not in TITLES]:
        fail(f"--table {unknown[0]}: expected some of {', '.join(TITLES)}, with commas between them")
    if is_public and table is not None and (kept := [name for name in wanted if name not in PUBLIC]):
        fail(f"--table {kept[0]}: with --public there are {', '.join(PUBLIC)}")
    if as_csv and table is not None and len(wanted) > 1:
        fail(f"--table {table}: --csv prints one table")
    with bar("report", None) as advance, told_errors():
        if period is None and district is None:
            fail("--period is missing: 2026-01, 2026-Q1, 2026 or FROM..TO")
        asked = reporting.Asked(
            read_period(period) if period is not None else reporting.days_of(district or "", days),
            by,
            rules,
            read_targets(targets) if targets else (),
            figures_of(published, read_settings()) if published else (),
        )
        if district is not None:
            facts = reporting.from_district(district, seed, days, asked, advance)
        else:
            assert source is not None
            name = source if source.startswith("kafka:") else str(existing(source))
            facts = reporting.from_log(name, asked, read_settings(), advance)
        found = reporting.report(facts, asked, advance)
    is_over = found["period"]["is_over"]
    told = public(found) if is_public else found
    if as_json:
        show_json(told)
    elif as_csv:
        _write_csv(told, table or "rates")
    else:
        every = public_tables(told) if is_public else tables(told, language, all_causes=causes)
        sys.stdout.write(text(told, [one for one in every if one.name in wanted], language))
    if published and not is_public:
        _note_figures(found)
    if not is_over:
        notes.print(f"hoso: {SO_FAR.of(language)} {found['period']['as_of']}", style="yellow", highlight=False)


def _note_figures(found: dict[str, Any]) -> None:
    """Published figures that stand beside nothing are told of, not dropped."""
    period = found["period"]["asked"]
    if unknown := [figure["unit"] for figure in found["published_without_row"]]:
        told = f"published figures of {', '.join(unknown)} stand in no row: nothing is known of these units"
        notes.print(f"hoso: {told} in {period}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    elif not any(row["published"] for row in found["rates"]):
        notes.print(f"hoso: no published figure of {period}", style="yellow", markup=False, highlight=False)


def _write_csv(told: dict[str, Any], name: str) -> None:
    heads, rows = flat(told, name)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
