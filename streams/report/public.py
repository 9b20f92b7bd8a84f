"""What of a report may leave the reporting line: counts and rates as reported, without the small ones.

The rate by evidence is internal, and so is everything that follows from it: it is left out. Of what is told, a count
below five is hidden, and so many others that no total gives it away (core.suppress).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from streams.core.suppress import hidden
from streams.report.told import number

# The parts that are told.
PUBLIC = ("rates", "not_collected", "print_blocked")
_KEPT = ("period", "formula", "scale", "by")
_COUNTS = ("in_time", "late", "counted")


def public(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report as it may be passed on; a hidden count is None."""
    total, *rows = report["rates"]
    # By stages there are no rows: the total alone is its own sum.
    parts = rows or [total]
    whole = {name: sum(row[name] for row in parts) for name in _COUNTS}
    told = _told([[row[name] for name in _COUNTS] for row in [*parts, whole]])
    names = [*(row["group"] for row in parts), total["group"]]
    rates = [
        {"group": name, **dict(zip(_COUNTS, cells, strict=True)), "rate": _rate(cells)}
        for name, cells in zip(names, told, strict=True)
    ]
    return {
        **{name: report[name] for name in _KEPT},
        "rates": rates[-1:] if not rows else [rates[-1], *rates[:-1]],
        **{name: _one_way(report[name]) for name in PUBLIC[1:]},
    }


def _rate(cells: Sequence[int | None]) -> dict[str, Any] | None:
    """The rate of a row of which every count is told."""
    in_time, _, counted = cells
    return number(Fraction(in_time, counted)) if in_time is not None and counted else None


def _one_way(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Counts that only add up to their own total."""
    counts = [row["cases"] for row in rows]
    told = _told([[*counts, sum(counts)], [*counts, sum(counts)]])[0] if rows else []
    return [dict(row) | {"cases": cases} for row, cases in zip(rows, told, strict=False)]


def _told(table: list[list[int]]) -> list[list[int | None]]:
    away = hidden(table)
    return [
        [None if (row, column) in away else count for column, count in enumerate(counts)]
        for row, counts in enumerate(table)
    ]
