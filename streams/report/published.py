"""Figures that a portal published: on-time rates of units and periods, to stand beside what is computed again.

They are kept as JSON lines, one a figure, each with the day on which it was published and where; the newest one counts.
"""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from streams.report.period import Days, PeriodRefused, read_period

FIELDS = ("unit", "period", "figure", "published_at", "source")
# As a unit: the figure of all of them.
ALL = "all"


class PublishedRefused(ValueError):
    """A file of published figures that cannot be read as one; the message says which row and what was expected."""


class Figure(NamedTuple):
    """A published on-time rate in percent, as it was written; `period` is the text of a period."""

    unit: str
    period: str
    figure: str
    published_at: date
    source: str

    @property
    def days(self) -> Days:
        return read_period(self.period)

    @property
    def rate(self) -> Fraction:
        return Fraction(Decimal(self.figure)) / 100

    def less(self, rate: Fraction) -> Fraction:
        """What it lies above a rate, told to as many digits: what rounding took off either is no difference."""
        digits = max(0, -int(Decimal(self.figure).as_tuple().exponent))
        step = Fraction(1, 100 * 10**digits)
        # To the nearest, halves up, as rates are written.
        return self.rate - floor(rate / step + Fraction(1, 2)) * step

    @property
    def key(self) -> tuple[str, date, date, date]:
        """Of what, and as of when: two figures of one key contradict each other."""
        return self.unit, self.days.first, self.days.last, self.published_at

    def as_json(self) -> dict[str, str]:
        return {**self._asdict(), "published_at": self.published_at.isoformat()}


def read_figures(path: Path) -> list[Figure]:
    """The figures of a CSV file with a head of FIELDS, a TOML file of `[[figure]]`, or a file that was kept; raises
    PublishedRefused."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(_READERS.get(path.suffix, _from_csv)(text))
    except (
        tomllib.TOMLDecodeError, UnicodeDecodeError, orjson.JSONDecodeError, csv.Error, PublishedRefused
    ) as error:  # fmt: skip
        raise PublishedRefused(f"{path}: {error}") from error
    if not rows:
        raise PublishedRefused(f"{path}: no figure in it; expected {', '.join(FIELDS)}")
    return [_figure(f"{path}, figure {number}", row) for number, row in enumerate(rows, 1)]


def merged(kept: Iterable[Figure], told: Iterable[Figure]) -> list[Figure]:
    """All figures, each once, in order; raises PublishedRefused where two of one day contradict each other."""
    found: dict[tuple[str, date, date, date], Figure] = {}
    for figure in (*kept, *told):
        known = found.setdefault(figure.key, figure)
        if known.rate != figure.rate:
            raise PublishedRefused(
                f"{figure.unit}, {figure.period}: {known.figure} and {figure.figure} were both published on"
                f" {figure.published_at}"
            )
    return [found[key] for key in sorted(found)]


def newest(figures: Iterable[Figure], days: Days) -> dict[str, Figure]:
    """By unit, the figure of a period that was published last."""
    fitting = [one for one in figures if (one.days.first, one.days.last) == (days.first, days.last)]
    return {one.unit: one for one in sorted(fitting, key=lambda one: one.published_at)}


def _from_csv(text: str) -> Iterator[Mapping[str, Any]]:
    separator = ";" if ";" in text.partition("\n")[0] else ","
    yield from csv.DictReader(text.splitlines(), delimiter=separator, strict=True)


def _from_toml(text: str) -> Iterator[Mapping[str, Any]]:
    content = tomllib.loads(text)
    rows = content.get("figure")
    if set(content) != {"figure"} or not isinstance(rows, list):
        raise PublishedRefused("expected rows of [[figure]] and nothing else")
    yield from rows


def _from_lines(text: str) -> Iterator[Mapping[str, Any]]:
    yield from (orjson.loads(line) for line in text.splitlines() if line.strip())


_READERS = {".toml": _from_toml, ".jsonl": _from_lines}


def _figure(where: str, row: Mapping[str, Any]) -> Figure:
    if not isinstance(row, dict):
        raise PublishedRefused(f"{where}: expected a row with {', '.join(FIELDS)}")
    if missing := [field for field in FIELDS if row.get(field) in (None, "")]:
        raise PublishedRefused(f"{where}: {', '.join(missing)} missing")
    # Decimal commas, and a percent sign, are how such figures are written.
    figure = str(row["figure"]).strip().removesuffix("%").strip().replace(",", ".")
    told = str(row["published_at"]).strip()
    try:
        days = read_period(str(row["period"]).strip())
        value, day = Decimal(figure), date.fromisoformat(told)
    except PeriodRefused as error:
        raise PublishedRefused(f"{where}: {error}") from None
    except InvalidOperation:
        raise PublishedRefused(f"{where}: figure {figure}: expected percent, like 93.5") from None
    except ValueError:
        raise PublishedRefused(f"{where}: published_at {told}: expected a day like 2026-02-10") from None
    if not value.is_finite() or not 0 <= value <= 100:
        raise PublishedRefused(f"{where}: figure {figure}: expected percent, from 0 to 100")
    return Figure(str(row["unit"]).strip(), days.text, figure, day, str(row["source"]).strip())
