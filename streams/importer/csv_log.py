"""Rows of a CSV log to CloudEvents, each with file and line where it cannot be one."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from schemas.envelope import Event
from schemas.events import EVENT
from streams.importer.mapping import EventMapping, LogMapping, MappingRefused, Template
from streams.pipeline.entries import instant_of
from streams.pipeline.tokens import SubjectRefused, normalise


class Row(NamedTuple):
    """One event of a log, or the reason why its row gave none. `raw` is what a source topic would carry."""

    line: int
    event: Event | None
    raw: bytes
    refusal: str | None


def read_csv(path: Path, mapping: LogMapping) -> Iterator[Row]:
    """The events of all rows in file order; raises MappingRefused where a mapped column is missing.

    A byte-order mark and Windows line ends are read over.
    """
    with path.open(encoding=mapping.encoding, newline="") as file:
        reader = csv.DictReader(file, delimiter=mapping.delimiter, restval="")
        try:
            missing = mapping.columns() - set(reader.fieldnames or ())
            if missing:
                raise MappingRefused(
                    f"{path}, line 1", f"column {', '.join(sorted(missing))} is missing, which {mapping.path} names"
                )
            for row in reader:
                yield from _events(row, reader.line_num, mapping)
        except UnicodeDecodeError as error:
            raise MappingRefused(f"{path}, after line {reader.line_num}", f"not {mapping.encoding}: {error}") from error
        except csv.Error as error:
            raise MappingRefused(f"{path}, line {reader.line_num}", str(error)) from error


def _events(row: Mapping[str, str], line: int, mapping: LogMapping) -> Iterator[Row]:
    subject = mapping.subject.fill(row)
    if subject is None:
        yield Row(line, None, b"", f"column {', '.join(mapping.subject.columns)} is empty, so the row names no case")
        return
    for event in mapping.events:
        moment = event.time.fill(row)
        if moment is None:
            continue
        try:
            raw = orjson.dumps(_cloud_event(row, subject, moment, event, mapping))
            yield Row(line, EVENT.validate_json(raw), raw, None)
        except BadTime as error:
            yield Row(line, None, b"", str(error))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(part) for part in first["loc"][1:])
            yield Row(line, None, b"", f"{event.name}: {field}: {first['msg']}")


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
    def __init__(self, template: Template, form: str | None) -> None:
        columns = ", ".join(template.columns) or template.text
        super().__init__(f"column {columns} does not read as a time in the form {form or 'ISO 8601'}")


def _cloud_event(
    row: Mapping[str, str], subject: str, moment: str, event: EventMapping, mapping: LogMapping
) -> dict[str, Any]:
    time = _instant(moment, event.time, event, mapping)
    data: dict[str, Any] = {}
    for name, template in event.data.items():
        value = template.fill(row)
        if value is not None:
            data[name] = _instant(value, template, event, mapping).isoformat() if name in event.instants else value
    cloud: dict[str, Any] = {
        "specversion": "1.0",
        "id": (event.id.fill(row) if event.id else None) or f"{subject}|{event.name}|{time.isoformat()}",
        "source": mapping.source,
        "type": event.name,
        "subject": subject,
        "time": time.isoformat(),
        "timeprecision": event.precision,
        "data": data,
    }
    recorded = event.recorded.fill(row) if event.recorded else None
    if recorded is not None and event.recorded is not None:
        cloud["recordedtime"] = _instant(recorded, event.recorded, event, mapping).isoformat()
    return cloud


def _instant(text: str, template: Template, event: EventMapping, mapping: LogMapping) -> datetime:
    """A time of a cell, local to the log's zone where it names none; a day is its last second, whose offset is right
    also on a day on which the clocks change."""
    try:
        time = datetime.strptime(text, event.format) if event.format else datetime.fromisoformat(text)  # noqa: DTZ007
    except ValueError as error:
        raise BadTime(template, event.format) from error
    if event.precision == "day":
        time = time.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=86_399)
    return time if time.tzinfo is not None else time.replace(tzinfo=mapping.zone)
