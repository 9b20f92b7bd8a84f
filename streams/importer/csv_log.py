"""Rows of a CSV log to CloudEvents, each with file and line where it cannot be one."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from schemas.envelope import Event, Precision
from schemas.events import EVENT
from streams.importer.forms import read_form
from streams.importer.mapping import EventMapping, LogMapping, MappingRefused, Template
from streams.pipeline.entries import instant_of
from streams.pipeline.tokens import SubjectRefused, normalise

# A register of a one-stop desk is younger; a year before is a slip of the pen.
EARLIEST = date(2000, 1, 1)
# A refusal names so many forms of time.
FORMS_NAMED = 4


class Row(NamedTuple):
    """One event of a log, or the reason why its row gave none, and the column at fault, empty where it is not one.
    `raw` is what a source topic would carry."""

    line: int
    event: Event | None
    raw: bytes
    refusal: str | None
    column: str = ""


def read_csv(path: Path, mapping: LogMapping) -> Iterator[Row]:
    """The events of all rows in file order; raises MappingRefused where a mapped column is missing.

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
                if mapping.cells and _takes_in_rows(row, mapping.delimiter):
                    why = f"a quotation mark is not closed: the rows up to line {reader.line_num} are lost in a cell"
                    yield Row(before + 1, None, b"", why)
                else:
                    yield from _events(row, reader.line_num, mapping)
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


def _events(row: Mapping[str, str], line: int, mapping: LogMapping) -> Iterator[Row]:
    if mapping.cells and not any(row[column].strip() for column in mapping.cells):
        return
    for column, cell in mapping.cells.items():
        why = cell(row[column].strip())
        if why is not None:
            yield Row(line, None, b"", f"column {column} {why}", column)
            return
    subject = mapping.subject.fill(row)
    if subject is None:
        columns = ", ".join(mapping.subject.columns)
        yield Row(line, None, b"", f"column {columns} is empty, so the row names no case", columns)
        return
    for event in mapping.events:
        moment = event.time.fill(row)
        if moment is None:
            continue
        try:
            raw = orjson.dumps(_cloud_event(row, subject, moment, event, mapping))
            yield Row(line, EVENT.validate_json(raw), raw, None)
        except BadTime as error:
            yield Row(line, None, b"", str(error), error.column)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(part) for part in first["loc"][1:])
            column = _columns_of(field, event, mapping)
            yield Row(line, None, b"", f"{event.name}: {field}: {first['msg']}", column)


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


class BadTime(ValueError):
    """A cell that tells no time, or one that its file cannot tell of. The cell is never quoted."""

    def __init__(self, template: Template, why: str) -> None:
        self.column = ", ".join(template.columns)
        super().__init__(f"column {self.column or template.text} {why}")


def _columns_of(field: str, event: EventMapping, mapping: LogMapping) -> str:
    """The columns that a field of an event came from."""
    template = mapping.subject if field == "subject" else event.data.get(field.removeprefix("data."))
    return ", ".join(template.columns) if template else ""


def _cloud_event(
    row: Mapping[str, str], subject: str, moment: str, event: EventMapping, mapping: LogMapping
) -> dict[str, Any]:
    at, precision = _told(moment, event.time, event, mapping)
    data: dict[str, Any] = {}
    for name, template in event.data.items():
        value = template.fill(row)
        if value is not None:
            data[name] = _instant(value, template, event, mapping)[0].isoformat() if name in event.instants else value
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
    at, precision = _instant(text, template, event, mapping)
    if mapping.saved is not None:
        day, saved = at.date(), mapping.saved.astimezone(mapping.zone).date()
        if day > saved:
            raise BadTime(template, f"is after {saved}, the day on which the file was saved")
        if day < EARLIEST:
            raise BadTime(template, f"is before {EARLIEST}")
    return at, precision


def _instant(text: str, template: Template, event: EventMapping, mapping: LogMapping) -> tuple[datetime, Precision]:
    """A time of a cell, local to the log's zone where it names none; a day is its last second, whose offset is right
    also on a day on which the clocks change."""
    found = read_form(text, event.forms)
    if found is None:
        raise BadTime(template, f"does not read as a time in {_named(event.forms)}")
    day = event.precision == "day"
    if event.precision == "auto":
        try:
            found = found if found.tzinfo is None else found.astimezone(mapping.zone)
        except OverflowError as error:
            raise BadTime(template, "is out of range") from error
        day = found.time() == time.min
    if day:
        found = found.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=86_399)
    return found if found.tzinfo is not None else found.replace(tzinfo=mapping.zone), "day" if day else "second"


def _named(forms: Sequence[str]) -> str:
    if len(forms) < 2:
        return f"the form {forms[0] if forms else 'ISO 8601'}"
    more = ", …" if len(forms) > FORMS_NAMED else ""
    return f"any of the forms {', '.join(forms[:FORMS_NAMED])}{more}"
