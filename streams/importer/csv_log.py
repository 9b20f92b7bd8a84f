"""Rows of a CSV log to CloudEvents, each with file and line where it cannot be one."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from schemas.envelope import Event, Precision
from schemas.events import EVENT
from streams.importer.csv_rows import CsvRow, csv_rows
from streams.importer.mapping import EventMapping, LogMapping, Template
from streams.importer.snapshots import NoSnapshot, Taken, ended, snapshot_of
from streams.importer.times import BadTime, read_instant
from streams.pipeline.entries import instant_of
from streams.pipeline.tokens import SubjectRefused, normalise

# A register of a one-stop desk is younger; a year before is a slip of the pen.
EARLIEST = date(2000, 1, 1)


class Row(NamedTuple):
    """One event of a log, or the reason why its row gave none, and the column at fault, empty where it is not one.
    `raw` is what a source topic would carry; `taken` is the snapshot that the row is of."""

    line: int
    event: Event | None
    raw: bytes
    refusal: str | None
    column: str = ""
    taken: Taken | None = None


def read_csv(path: Path, mapping: LogMapping, snapshots: Mapping[str, Taken]) -> Iterator[Row]:
    """The events of all rows in file order; raises MappingRefused where the file cannot be read by the mapping."""
    for row in csv_rows(path, mapping):
        if row.refusal is not None:
            yield Row(row.line, None, b"", row.refusal)
            continue
        try:
            taken = snapshot_of(row.cells, mapping, snapshots)
        except (BadTime, NoSnapshot) as error:
            yield Row(row.line, None, b"", str(error), error.column)
        else:
            yield from _events(row, taken, mapping)


def ended_row(line: int, taken: Taken, mapping: LogMapping, *, complete: bool, count: int) -> Row:
    """The end of a snapshot, behind its last line, as if a row told it."""
    raw = orjson.dumps(ended(taken, mapping, complete=complete, count=count))
    return Row(line, EVENT.validate_json(raw), raw, None, taken=taken)


def _events(row: CsvRow, taken: Taken | None, mapping: LogMapping) -> Iterator[Row]:
    cells, line = row.cells, row.line

    def refused(why: str, column: str) -> Row:
        return Row(line, None, b"", why, column, taken)

    if mapping.cells and not any(cells[column].strip() for column in mapping.cells):
        return
    for column, cell in mapping.cells.items():
        why = cell(cells[column].strip())
        if why is not None:
            yield refused(f"column {column} {why}", column)
            return
    subject = mapping.subject.fill(cells)
    if subject is None:
        columns = ", ".join(mapping.subject.columns)
        yield refused(f"column {columns} is empty, so the row names no case", columns)
        return
    for event in mapping.events:
        if event.time is not None and event.time.fill(cells) is None:
            continue
        try:
            raw = orjson.dumps(_cloud_event(cells, subject, event, taken, mapping))
            yield Row(line, EVENT.validate_json(raw), raw, None, taken=taken)
        except BadTime as error:
            yield refused(str(error), error.column)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(part) for part in first["loc"][1:])
            yield refused(f"{event.name}: {field}: {first['msg']}", _columns_of(field, event, mapping))


class NoFact(ValueError):
    """An event of a row that intake would refuse."""


def placed(row: Row) -> tuple[Event, str, datetime]:
    """The event of a row, its normalised subject, and when it happened in UTC; raises NoFact with the reason."""
    event = row.event
    if event is None:
        raise NoFact(row.refusal or "no event")
    try:
        return event, normalise(event.subject), instant_of(event.time, event.timeprecision)
    except SubjectRefused as error:
        raise NoFact(str(error)) from error
    except OverflowError as error:
        raise NoFact(f"{event.type}: time is out of range") from error


def _columns_of(field: str, event: EventMapping, mapping: LogMapping) -> str:
    """The columns that a field of an event came from."""
    template = mapping.subject if field == "subject" else event.data.get(field.removeprefix("data."))
    return ", ".join(template.columns) if template else ""


def _cloud_event(
    row: Mapping[str, str], subject: str, event: EventMapping, taken: Taken | None, mapping: LogMapping
) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if event.time is not None:
        at, precision = _told(event.time.fill(row) or "", event.time, event, mapping)
    else:
        assert taken is not None, mapping.path
        assert mapping.snapshot is not None, mapping.path
        at, precision = taken.at, taken.precision
        data |= {"system": mapping.snapshot.system, "snapshot": taken.name}
    for name, template in event.data.items():
        value = template.fill(row)
        if value is not None:
            data[name] = (
                read_instant(value, template, event, mapping)[0].isoformat() if name in event.instants else value
            )
    cloud: dict[str, Any] = {
        "specversion": "1.0",
        "id": (event.id.fill(row) if event.id else None) or f"{subject}|{event.name}|{at.isoformat()}",
        "source": mapping.source,
        "type": event.name,
        "subject": subject,
        "time": at.isoformat(),
        "timeprecision": precision,
        "data": data,
    }
    recorded = event.recorded.fill(row) if event.recorded else None
    if recorded is not None and event.recorded is not None:
        written, _ = _told(recorded, event.recorded, event, mapping)
        # Known to the day alone it is the latest instant that it can be, which is not after the file.
        cloud["recordedtime"] = (min(written, mapping.saved) if mapping.saved else written).isoformat()
    return cloud


def _told(text: str, template: Template, event: EventMapping, mapping: LogMapping) -> tuple[datetime, Precision]:
    """A time that the file tells of, and so not one after the day on which it was saved."""
    at, precision = read_instant(text, template, event, mapping)
    if mapping.saved is not None:
        day, saved = at.date(), mapping.saved.astimezone(mapping.zone).date()
        if day > saved:
            raise BadTime(template, f"is after {saved}, the day on which the file was saved")
        if day < EARLIEST:
            raise BadTime(template, f"is before {EARLIEST}")
    return at, precision
