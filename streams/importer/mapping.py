"""A mapping: how the columns of somebody else's log become events, read from TOML and checked against the schemas."""

import codecs
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime

from schemas.envelope import Event, PlaceEvent
from schemas.events import MODEL_OF_TYPE
from streams.importer.forms import FormRefused, forms_of

_SUBJECT = re.compile(r"(dossier|lot|receipt|eid):.")
_SOURCE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_COLUMN = re.compile(r"\{([^{}]+)\}")
_CASE_FIELDS = ("unit", "procedure", "channel", "variant", "place_kind")
_LOG_FIELDS = frozenset({"format", "zone", "source", "delimiter", "encoding"})
_EVENT_FIELDS = frozenset({"type", "time", "format", "precision", "id", "recorded", "data"})
_SNAPSHOT_FIELDS = frozenset({"system", "name", "at", "format", "precision"})
_PRECISIONS = ("second", "day", "auto")
# A case's line in a snapshot, of which [snapshot] tells these.
OBSERVED = "official.observed"
_OF_SNAPSHOT = frozenset({"system", "snapshot"})

Precise = Literal["second", "day", "auto"]


# Why a cell, without the white space around it, cannot be what its column holds; None where it can.
Cell = Callable[[str], str | None]


class MappingRefused(ValueError):
    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


@dataclass(frozen=True, slots=True)
class Template:
    """A text with {columns} in it. `filled` is None where one of its columns is empty in the row."""

    text: str
    columns: tuple[str, ...]

    def fill(self, row: Mapping[str, str]) -> str | None:
        values = []
        for column in self.columns:
            value = row[column].strip()
            if not value:
                return None
            values.append(value)
        if len(values) == 1 and self.text == "{" + self.columns[0] + "}":
            return values[0]
        parts = iter(values)
        return _COLUMN.sub(lambda _: next(parts), self.text)


@dataclass(frozen=True, slots=True)
class EventMapping:
    """One event of a row: its type and model, when it happened, its data.

    `forms` is empty for any ISO 8601. With precision *auto* a midnight stands for its day: spreadsheets write days so.
    A line of a snapshot has no `time`: it was seen when the snapshot was taken.
    """

    name: str
    model: type[Event]
    time: Template | None
    forms: tuple[str, ...]
    precision: Precise
    id: Template | None
    recorded: Template | None
    data: Mapping[str, Template]
    instants: frozenset[str]


class SnapshotMapping(NamedTuple):
    """The file is one whole snapshot of a system, or several, each under a `name` of its own; `at` tells when it was
    taken, the newest row of it counts."""

    system: str
    name: Template | None
    at: Template | None
    forms: tuple[str, ...]
    precision: Precise


@dataclass(frozen=True, slots=True)
class LogMapping:
    """How to read a log, and what to make of it.

    `cells` says what the cells of a row must be before an event is made of it; a row in which all of these are empty is
    none. `saved` is when the file was written: no row can tell of a day after. `skip` rows stand above the header.
    """

    path: str
    zone: ZoneInfo
    source: str
    delimiter: str
    encoding: str
    subject: Template
    events: tuple[EventMapping, ...]
    cells: Mapping[str, Cell] = field(default_factory=dict)
    saved: datetime | None = None
    skip: int = 0
    snapshot: SnapshotMapping | None = None

    def columns(self) -> frozenset[str]:
        """All columns the mapping reads."""
        templates: list[Template | None] = [self.subject]
        for event in self.events:
            templates += [event.time, event.id, event.recorded, *event.data.values()]
        if self.snapshot is not None:
            templates += [self.snapshot.name, self.snapshot.at]
        return frozenset(column for one in templates if one for column in one.columns) | frozenset(self.cells)


def load_mapping(path: Path) -> LogMapping:
    """The mapping of a file; raises MappingRefused with the table, the field and what was expected."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingRefused(str(path), str(error)) from error
    return read_mapping(str(path), document)


def read_mapping(path: str, document: Mapping[str, Any]) -> LogMapping:
    """The mapping of a document such as a TOML file holds; `path` is where refusals say it stands."""
    log, case = _table(path, document, "log"), _table(path, document, "case")
    _known(f"{path} [log]", log, _LOG_FIELDS)
    _known(f"{path} [case]", case, frozenset({"subject", *_CASE_FIELDS}))
    if log.get("format", "csv") != "csv":
        raise MappingRefused(f"{path} [log]", f"format {log['format']} is not csv")
    events = document.get("event", [])
    if not isinstance(events, list):
        raise MappingRefused(path, "[event] is one table, events are a list of tables: write [[event]]")
    if not events or "subject" not in case or "source" not in log:
        raise MappingRefused(path, "[log] source, [case] subject and at least one [[event]] are needed")
    _texts(f"{path} [log]", log)
    _texts(f"{path} [case]", case)
    _check_log(f"{path} [log]", log)
    if not _SUBJECT.match(case["subject"]):
        raise MappingRefused(
            f"{path} [case]", f"subject {case['subject']} must begin with dossier:, lot:, receipt: or eid:"
        )
    shared = {name: template(case[name]) for name in _CASE_FIELDS if name in case}
    snapshot = _snapshot(path, document)
    if snapshot is not None and not any(row.get("type") == OBSERVED for row in events):
        raise MappingRefused(f"{path} [snapshot]", f"no [[event]] of type {OBSERVED} tells of its lines")
    return LogMapping(
        path=path,
        zone=_zone(path, log.get("zone", "UTC")),
        source=log["source"],
        delimiter=log.get("delimiter", ","),
        encoding=log.get("encoding", "utf-8-sig"),
        subject=template(case["subject"]),
        events=tuple(_event(f"{path} [[event]] {i}", row, shared, snapshot) for i, row in enumerate(events, 1)),
        snapshot=snapshot,
    )


def template(text: str) -> Template:
    return Template(text, tuple(_COLUMN.findall(text)))


def _snapshot(path: str, document: Mapping[str, Any]) -> SnapshotMapping | None:
    if "snapshot" not in document:
        return None
    where, row = f"{path} [snapshot]", _table(path, document, "snapshot")
    _known(where, row, _SNAPSHOT_FIELDS)
    _texts(where, row)
    if not row.get("system") or "{" in row["system"]:
        raise MappingRefused(where, "system is needed, and is a name and no column: portal, localgate")
    return SnapshotMapping(
        system=row["system"],
        name=template(row["name"]) if "name" in row else None,
        at=template(row["at"]) if "at" in row else None,
        forms=_forms(where, row),
        precision=_precision(where, row, "auto"),
    )


def _forms(where: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        return forms_of(row.get("format"))
    except FormRefused as error:
        raise MappingRefused(where, str(error)) from error


def _precision(where: str, row: Mapping[str, Any], default: Precise) -> Precise:
    precision: Precise = row.get("precision", default)
    if precision not in _PRECISIONS:
        raise MappingRefused(where, f"precision {precision} is neither second nor day nor auto")
    return precision


def _event(
    where: str, row: Mapping[str, Any], shared: Mapping[str, Template], snapshot: SnapshotMapping | None
) -> EventMapping:
    _known(where, row, _EVENT_FIELDS)
    _texts(where, row)
    model = MODEL_OF_TYPE.get(row.get("type", ""))
    if model is None:
        raise MappingRefused(where, f"type {row.get('type')} is none of {', '.join(MODEL_OF_TYPE)}")
    if issubclass(model, PlaceEvent):
        raise MappingRefused(where, f"{row['type']} tells of no case; that an export is whole is told by [snapshot]")
    is_line = snapshot is not None and row["type"] == OBSERVED
    if is_line == ("time" in row):
        why = (
            "[snapshot] at tells when it was seen: leave time out"
            if is_line
            else ("time is missing: name the column that tells when it happened")
        )
        raise MappingRefused(where, why)
    fields = model.model_fields["data"].annotation
    assert isinstance(fields, type)
    known: Mapping[str, Any] = fields.model_fields
    own = {name: template(str(value)) for name, value in row.get("data", {}).items()}
    unknown = set(own) - set(known)
    if unknown:
        raise MappingRefused(where, f"data field {', '.join(sorted(unknown))} is none of {', '.join(known)}")
    if is_line and _OF_SNAPSHOT & set(own):
        raise MappingRefused(where, "data field system, snapshot: [snapshot] tells them, leave them out")
    return EventMapping(
        name=row["type"],
        model=model,
        time=template(row["time"]) if "time" in row else None,
        forms=_forms(where, row),
        precision=_precision(where, row, "second"),
        id=template(row["id"]) if "id" in row else None,
        recorded=template(row["recorded"]) if "recorded" in row else None,
        data={name: value for name, value in shared.items() if name in known} | own,
        instants=frozenset(name for name, field in known.items() if AwareDatetime in _types(field.annotation)),
    )


def _types(annotation: Any) -> Iterator[Any]:
    """The plain types inside an annotation."""
    yield getattr(annotation, "__origin__", annotation)
    for inner in get_args(annotation):
        yield from _types(inner)


def _table(path: str, document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = document.get(name)
    if not isinstance(table, dict):
        raise MappingRefused(path, f"table [{name}] is missing")
    return table


def _known(where: str, table: Mapping[str, Any], fields: frozenset[str]) -> None:
    unknown = set(table) - fields
    if unknown:
        raise MappingRefused(
            where, f"unknown field {', '.join(sorted(unknown))}; known are {', '.join(sorted(fields))}"
        )


def _texts(where: str, table: Mapping[str, Any]) -> None:
    for name, value in table.items():
        # An event may try several forms in turn; the format of a log is the kind of its file.
        if name == "format" and not where.endswith("[log]") and isinstance(value, list):
            if not value or not all(isinstance(form, str) for form in value):
                raise MappingRefused(where, "format must be a text, or a list of texts")
        elif not isinstance(value, dict if name == "data" else str):
            raise MappingRefused(where, f"{name} must be a {'table' if name == 'data' else 'text'}")


def _check_log(where: str, log: Mapping[str, Any]) -> None:
    if not _SOURCE.fullmatch(log["source"]):
        raise MappingRefused(where, f"source {log['source']} is no URN or URL, like urn:city:system")
    if len(log.get("delimiter", ",")) != 1:
        raise MappingRefused(where, f"delimiter {log['delimiter']} is not one character")
    try:
        codecs.lookup(log.get("encoding", "utf-8"))
    except LookupError as error:
        raise MappingRefused(where, str(error)) from error


def _zone(path: str, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise MappingRefused(f"{path} [log]", f"zone {name} is not in the time-zone database") from error
