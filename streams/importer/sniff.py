"""How a spreadsheet was saved: its encoding, its delimiter, and the row in which its headers stand."""

import codecs
import csv
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from streams.importer.columns import Column, ColumnRefused, check_given, found
from streams.importer.mapping import MappingRefused

# The title of a register stands above its headers.
HEADER_WITHIN = 20
_DELIMITERS = (",", ";", "\t")
_BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Layout(NamedTuple):
    """Encoding, delimiter, how many rows stand above the headers, and by column the header it goes by."""

    encoding: str
    delimiter: str
    skip: int
    columns: Mapping[str, str]


def layout_of(
    file: Path,
    columns: Sequence[Column],
    given: Mapping[str, str],
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Layout:
    """How a file is to be read: what the caller does not say is told by the headers that can then be recognised.

    Raises MappingRefused where no row of the first HEADER_WITHIN has all columns needed.
    """
    try:
        check_given(given, columns)
    except ColumnRefused as error:
        raise MappingRefused(str(file), str(error)) from error
    encoding = encoding or encoding_of(file)
    wanted = {column.name for column in columns if column.needed} | {name for name, header in given.items() if header}
    why = f"no row of the first {HEADER_WITHIN}, read as {encoding}, names the columns {', '.join(sorted(wanted))}"
    best: Layout | None = None
    for each in [delimiter] if delimiter else _DELIMITERS:
        for skip, row in enumerate(_head(file, encoding, each)):
            try:
                told = found(row, columns, given)
            except ColumnRefused as error:
                why = f"line {skip + 1}: {error}"
                continue
            if wanted <= told.keys():
                if best is None or len(told) > len(best.columns):
                    best = Layout(encoding, each, skip, told)
                break
    if best is None:
        raise MappingRefused(str(file), f"{why}; a column is named with --column NAME=HEADER")
    return best


def encoding_of(file: Path) -> str:
    """UTF-8 where all of a file can be read as such, UTF-16 where its mark says so, else windows-1258."""
    with file.open("rb") as opened:
        start = opened.read(3)
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                return encoding
        opened.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := opened.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1258"
    return "utf-8"


def _head(file: Path, encoding: str, delimiter: str) -> list[list[str]]:
    try:
        with file.open(encoding=encoding, newline="") as opened:
            return list(islice(csv.reader(opened, delimiter=delimiter), HEADER_WITHIN))
    except (LookupError, TypeError, UnicodeError, csv.Error) as error:
        raise MappingRefused(str(file), f"not a table in {encoding} parted by {delimiter!r}: {error}") from error
