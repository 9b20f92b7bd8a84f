"""A part of a report as rows for CSV: one value a cell, the heads the same in every language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Cell = str | int | float | None


def flat(report: Mapping[str, Any], name: str) -> tuple[list[str], list[list[Cell]]]:
    """The heads and the rows of a part: rates and other exact numbers as decimals, what is not told left empty."""
    rows = [dict(_cells(row)) for row in _rows(report, name)]
    heads = list(dict.fromkeys(head for row in rows for head in row))
    return heads, [[row.get(head) for head in heads] for row in rows]


def _rows(report: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    if name == "causes":
        # Of every row of the rates, of which they explain the difference.
        return [{"group": row["group"], **cause} for row in report["rates"] for cause in row["causes"]]
    if name == "notices":
        return [{"procedure": procedure, "cases": cases} for procedure, cases in report["notices"].items()]
    return report[name] or ()


def _cells(row: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            if "exact" in value:
                yield name, value["decimal"]
            else:
                yield from ((f"{name}_{inner}", cell) for inner, cell in _cells(value))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            if name != "causes":
                yield name, ";".join(map(str, value))
        else:
            yield name, value
