"""The rows of a CSV file, each with its line."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from streams.importer.mapping import LogMapping, MappingRefused


class CsvRow(NamedTuple):
    """A row with its last line; with a reason instead of cells where it cannot be one row."""

    line: int
    cells: Mapping[str, str]
    refusal: str | None = None


def csv_rows(path: Path, mapping: LogMapping) -> Iterator[CsvRow]:
    """All rows in file order; raises MappingRefused where a mapped column is missing, or the file is no CSV.

    A byte-order mark and Windows line ends are read over.
    """
    with path.open(encoding=mapping.encoding, newline="") as file:
        reader = csv.DictReader(file, delimiter=mapping.delimiter, restval="")
        try:
            for _ in range(mapping.skip):
                next(reader.reader, None)
            missing = mapping.columns() - set(reader.fieldnames or ())
            if missing:
                raise MappingRefused(
                    f"{path}, line {mapping.skip + 1}",
                    f"column {', '.join(sorted(missing))} is missing, which {mapping.path} names",
                )
            before = reader.line_num
            for row in reader:
                if _takes_in_rows(row, mapping.delimiter):
                    why = f"a quotation mark is not closed: the rows up to line {reader.line_num} are lost in a cell"
                    yield CsvRow(before + 1, {}, why)
                else:
                    yield CsvRow(reader.line_num, row)
                before = reader.line_num
        except UnicodeDecodeError as error:
            raise MappingRefused(f"{path}, after line {reader.line_num}", f"not {mapping.encoding}: {error}") from error
        except csv.Error as error:
            raise MappingRefused(f"{path}, line {reader.line_num}", str(error)) from error


def _takes_in_rows(row: Mapping[str | None, Any], delimiter: str) -> bool:
    """Whether a cell holds a line with as many delimiters as a row has: what people keep has few such, and a row that
    is lost in silence is evidence lost."""
    between = sum(name is not None for name in row) - 1
    cells = [cell for name, cell in row.items() if name is not None] + list(row.get(None, ()))
    return any(line.count(delimiter) >= between for cell in cells if "\n" in cell for line in cell.splitlines()[1:])
