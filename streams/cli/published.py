"""`hoso import official-score`: figures that a portal published, kept for reports."""

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.ending import told_errors
from streams.cli.options import AsJson, read_settings
from streams.cli.telling import show_values
from streams.wiring.published import keep


def import_official_score(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    to: Annotated[str, typer.Option(help="Where figures are kept: a file (JSON Lines), or 'database'.")],
    as_json: AsJson = False,
) -> None:
    """Keep the on-time rates that a portal published, in percent, to stand beside what is computed again.

    A CSV file with the head unit,period,figure,published_at,source, or a TOML file of [[figure]] with the same fields;
    the unit "all" is the whole. A figure that is told again changes nothing; of several of one period the one published
    last counts; two of one day that contradict each other are refused.

    Examples:

        hoso import official-score figures.csv --to published.jsonl

        hoso report log.jsonl --period 2026-01 --published published.jsonl

        hoso import official-score figures.csv --to database
    """
    with told_errors():
        told, kept = keep(file, to, read_settings())
    show_values({"figures": told, "kept": kept, "to": to}, as_json=as_json)
