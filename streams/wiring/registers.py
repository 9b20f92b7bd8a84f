"""Registers of hand-over and lists of the post, read from spreadsheets and told as any imported log."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from streams.importer.forms import read_form
from streams.importer.mapping import LogMapping, MappingRefused
from streams.importer.register_mapping import Given, mapping_of
from streams.importer.registers import Register
from streams.importer.sniff import Layout, layout_of
from streams.importer.to_topics import as_event
from streams.settings import Settings
from streams.wiring.logs import Imported, ImportOptions, Refusal, Tick, mapped_to_file, mapped_to_topics, read_foreign

_DAY_SECONDS = 86_400


class Spreadsheet(NamedTuple):
    """A register's file, and what the caller knows of how it was saved; None is told by the file itself."""

    file: Path
    register: Register
    columns: dict[str, str]
    encoding: str | None
    delimiter: str | None
    saved: str | None

    def opened(self, given: Given) -> tuple[LogMapping, Layout]:
        """How it will be read; raises MappingRefused."""
        columns = self.register.columns
        layout = layout_of(self.file, columns, self.columns, self.encoding, self.delimiter)
        return mapping_of(self.file, self.register, layout, given, self._saved_at(given.zone)), layout

    def _saved_at(self, zone_name: str) -> datetime:
        """When the file was written; of a day that the caller gave, the end."""
        try:
            zone = ZoneInfo(zone_name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise MappingRefused("--zone", f"{zone_name} is not in the time-zone database") from error
        if self.saved is None:
            return datetime.fromtimestamp(self.file.stat().st_mtime, zone)
        day = read_form(self.saved, ("%Y-%m-%d",))
        if day is None:
            raise MappingRefused("--saved", f"{self.saved} is no day like 2026-01-05")
        return day.replace(hour=23, minute=59, second=59, tzinfo=zone)


class Checked(NamedTuple):
    """What would be sent: the events in file order, and the rows refused."""

    events: list[dict[str, Any]]
    refused: list[Refusal]


def read_only(file: Path, mapping: LogMapping, advance: Tick) -> Checked:
    """The events of a register, sent nowhere."""
    log = read_foreign(file, mapping, as_event, advance)
    return Checked([orjson.loads(fact.payload) for fact in log.facts], log.refused)


def to_topics(file: Path, mapping: LogMapping, settings: Settings, sent: Tick) -> Imported:
    """Send a register's events to their source topics. Time is the deployment's own: no ticks are asked for."""
    return mapped_to_topics(file, mapping, ImportOptions("time", twice=False, tick_seconds=None), settings, sent)


def to_file(file: Path, mapping: LogMapping, out: Path, settings: Settings, advance: Tick) -> Imported:
    """Write a register's entries to a file as an import does, a tick after each day."""
    options = ImportOptions("time", twice=False, tick_seconds=_DAY_SECONDS)
    return mapped_to_file(file, mapping, out, options, settings, advance)


def write_rejects(out: Path, refused: list[Refusal]) -> None:
    """The rows refused as a table of line, column and reason; no cell is quoted."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "column", "reason"))
        writer.writerows((each.line, each.column, each.why.removeprefix(f"column {each.column} ")) for each in refused)


def described(layout: Layout) -> dict[str, Any]:
    """How a file was read, for whoever has to see that it was read rightly."""
    return {
        "encoding": layout.encoding,
        "delimiter": "tab" if layout.delimiter == "\t" else layout.delimiter,
        "header_row": layout.skip + 1,
        "columns": dict(layout.columns),
    }
