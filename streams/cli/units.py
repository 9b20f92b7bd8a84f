"""`hoso units`: per unit, the scoring system's reports beside the evidence."""

from rich.table import Table

from streams.cli.ending import told_errors
from streams.cli.options import AsJson, read_settings
from streams.cli.telling import show_json, tables
from streams.sinks.figures import UnitFigures
from streams.wiring import deployment


def units(as_json: AsJson = False) -> None:
    """Per unit, what the scoring system reports beside what the evidence shows, as simple counts.

    Example:

        hoso units --json
    """
    with told_errors():
        found = deployment.figures(read_settings())
    if as_json:
        show_json([unit._asdict() for unit in found])
        return
    table = Table(box=None)
    for name in UnitFigures._fields:
        table.add_column(name.replace("_", "\n"), justify="left" if name == "unit" else "right")
    for unit in found:
        table.add_row(*("–" if value is None else str(value) for value in unit))
    tables.print(table)
