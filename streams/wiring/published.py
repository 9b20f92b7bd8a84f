"""Where published figures are kept: in a file, written whole or not at all, or in the database of a deployment."""

import asyncio
import os
from decimal import Decimal
from pathlib import Path

import orjson

from streams.report.published import Figure, PublishedRefused, merged, read_figures
from streams.settings import Settings
from streams.sinks.filed import Filed, file_reports, filed_reports

# In the place of a file's name.
DATABASE = "database"


def figures_of(kept: str, settings: Settings) -> list[Figure]:
    """The figures that are kept in a file, or in the database; raises PublishedRefused."""
    if kept != DATABASE:
        try:
            return read_figures(Path(kept))
        except OSError as error:
            raise PublishedRefused(
                f"{kept}: {error.strerror}. Keep figures there first: hoso import official-score FILE --to {kept};"
                f" or say '{DATABASE}' for those of the database"
            ) from error
    return [
        Figure(one.unit, one.period, str(one.figure), one.published_on, one.source)
        for one in asyncio.run(filed_reports(settings.database))
    ]


def keep(file: Path, to: str, settings: Settings) -> tuple[int, int]:
    """Add the figures of a file to those that are kept; returns how many it has, and how many are kept now."""
    told = read_figures(file)
    known = figures_of(to, settings) if to == DATABASE or Path(to).exists() else []
    figures = merged(known, told)
    if to == DATABASE:
        asyncio.run(file_reports(settings.database, map(_filed, figures)))
    else:
        _write(Path(to), figures)
    return len(told), len(figures)


def _filed(one: Figure) -> Filed:
    first, last, text = one.days
    return Filed(one.unit, text, first, last, Decimal(one.figure), one.published_at, one.source)


def _write(to: Path, figures: list[Figure]) -> None:
    fresh = to.with_name(f"{to.name}.new")
    with fresh.open("wb") as out:
        out.writelines(orjson.dumps(figure.as_json()) + b"\n" for figure in figures)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(to)
