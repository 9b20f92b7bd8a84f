"""`hoso dead-letters`: what intake refused, listed without its content, or opened with the private key."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from streams.cli.ending import told_errors
from streams.cli.options import AsJson, read_settings
from streams.cli.telling import show_json, tables
from streams.wiring import deployment


def list_all(as_json: AsJson = False) -> None:
    """List dead letters: where they came from and why they were refused. No key is needed, no content is shown.

    Example:

        hoso dead-letters list --json
    """
    with told_errors():
        found = deployment.dead_letters(read_settings())
    if as_json:
        show_json([letter.told() for letter in found])
        return
    table = Table(box=None)
    for name in ("partition", "offset", "from", "field", "reason"):
        table.add_column(name, overflow="fold")
    for letter in found:
        place = f"{letter.topic}/{letter.partition} offset {letter.offset}"
        table.add_row(str(letter.at_partition), str(letter.at_offset), place, letter.path, letter.reason)
    tables.print(table)


def show(
    partition: int,
    offset: int,
    private_key: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="File with the private key (hex).")],
) -> None:
    """Write the original value of one dead letter to standard output, exactly as it came.

    Example:

        hoso dead-letters show 0 17 --private-key /media/key/dead-letters.key > original.bin
    """
    with told_errors():
        original = deployment.open_letter(read_settings(), partition, offset, private_key.read_text().strip())
    sys.stdout.buffer.write(original.value or b"")
