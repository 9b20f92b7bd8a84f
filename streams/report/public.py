"""What of a report may leave the reporting line: counts and rates as reported, without the small ones.

The rate by evidence is internal, and so is everything that follows from it: it is left out. Of what is told, a count
below five is hidden with its row, and so many other rows that no total gives it away (core.suppress).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from streams.core.suppress import hidden, is_small
from streams.report.told import number

# The parts that are told.
PUBLIC = ("rates", "not_collected", "print_blocked")
_KEPT = ("period", "formula", "scale", "by")
# What a row is counted in; together they are what it counts.
_PARTS = ("in_time", "late")


def public(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report as it may be passed on; a hidden count is None."""
    total, *rows = report["rates"]
    # By stages there are no rows: the total alone is its own sum.
    parts = rows or [total]
    counts = [[row[name] for name in _PARTS] for row in parts]
    away = hidden(counts)
    whole = [sum(column) for column in zip(*counts, strict=True)]
    all_told = _row(total["group"], whole, is_told=away.tells_total)
    if away.tells_sum:
        all_told["counted"] = sum(whole)
    rates = [
        _row(row["group"], told, is_told=number not in away.rows)
        for number, (row, told) in enumerate(zip(parts, counts, strict=True))
    ]
    return {
        **{name: report[name] for name in _KEPT},
        "rates": [all_told, *(rates if rows else ())],
        **{name: [_alone(row) for row in report[name]] for name in PUBLIC[1:]},
    }


def _row(group: str, counts: Sequence[int], *, is_told: bool) -> dict[str, Any]:
    if not is_told:
        return {"group": group, **dict.fromkeys((*_PARTS, "counted", "rate"))}
    in_time, counted = counts[0], sum(counts)
    rate = number(Fraction(in_time, counted)) if counted else None
    return {"group": group, **dict(zip(_PARTS, counts, strict=True)), "counted": counted, "rate": rate}


def _alone(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose count enters no total that is told: that it is not small is all that matters."""
    return dict(row) | {"cases": None if is_small(row["cases"]) else row["cases"]}
