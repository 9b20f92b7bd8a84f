"""A report as plain text: its tables under each other, as a terminal and a document show them. No cell is cut."""

from collections.abc import Mapping, Sequence
from typing import Any

from streams.report.tables import Table
from streams.report.words import AS_OF, SCALE


def text(report: Mapping[str, Any], tables: Sequence[Table], language: str) -> str:
    """What the report is of, and its tables."""
    told, formula = report["period"], report["formula"]
    parts = [f"{told['first']}..{told['last']}", f"{AS_OF.of(language)} {told['as_of']}"]
    if formula is not None:
        parts.append(formula["id"])
    if report["scale"] != 1:
        parts.append(f"{SCALE.of(language)} {report['scale']:,}")
    shown = (f"\n{table.title(language)}\n{_lines(table, language)}" for table in tables)
    return "\n".join([", ".join(parts), *shown, ""])


def _lines(table: Table, language: str) -> str:
    rows = [table.heads(language), *table.rows]
    widths = [max(len(row[number]) for row in rows) for number in range(len(table.columns))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if name in table.text else cell.rjust(width)
            for name, cell, width in zip(table.columns, row, widths, strict=True)
        ).rstrip()
        for row in rows
    )
