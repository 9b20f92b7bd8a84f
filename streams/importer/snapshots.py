"""Exports that hold all cases of a system: which snapshots a file has, when each was taken, and how its end is told.

Who was in one whole snapshot and is not in the next has vanished. A row that could not be read may be anybody's, so a
snapshot with one is not told as whole, and nobody has vanished by it.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from schemas.envelope import Precision
from streams.core.instants import utc_text
from streams.importer.csv_rows import csv_rows
from streams.importer.mapping import LogMapping, MappingRefused, SnapshotMapping, Template
from streams.importer.times import BadTime, read_instant
from streams.pipeline.entries import instant_of

OPTION = "--snapshot-at"
ENDED = "official.snapshot_ended"


class Taken(NamedTuple):
    """A snapshot by its name, and when it was taken."""

    name: str
    at: datetime
    precision: Precision


class NoSnapshot(ValueError):
    """A row of which nobody can say in which snapshot it is."""

    def __init__(self, template: Template) -> None:
        self.column = ", ".join(template.columns)
        super().__init__(f"column {self.column} does not tell of which snapshot the row is")


def snapshots_of(path: Path, mapping: LogMapping, given: str | None) -> Mapping[str, Taken]:
    """The snapshots of a file by what its rows call them, each taken at its newest row's instant, or when `given` says.

    Rows that do not tell are left out here, and refused when they are read. Raises MappingRefused.
    """
    how = mapping.snapshot
    if how is None:
        if given is not None:
            raise MappingRefused(OPTION, f"{mapping.path} has no [snapshot]: it does not say that the file is one")
        return {}
    if given is None and how.at is None:
        raise MappingRefused(f"{mapping.path} [snapshot]", f"no column tells when it was taken (at): give {OPTION}")
    found: dict[str, tuple[datetime, Precision]] = {}
    for row in csv_rows(path, mapping):
        if row.refusal is None:
            try:
                told = _told(row.cells, how, mapping, given)
                known = found.get(told.name)
                if known is None or instant_of(*known) < instant_of(told.at, told.precision):
                    found[told.name] = told.at, told.precision
            except (NoSnapshot, BadTime, OverflowError):
                continue
    if given is not None and len(found) > 1:
        raise MappingRefused(OPTION, f"{path} holds {len(found)} snapshots, and it says when one was taken")
    # Without a name an export is called by its instant: the same file imported again tells nothing new.
    return {
        name: Taken(name or utc_text(int(instant_of(at, precision).timestamp())), at, precision)
        for name, (at, precision) in found.items()
    }


def snapshot_of(cells: Mapping[str, str], mapping: LogMapping, found: Mapping[str, Taken]) -> Taken | None:
    """The snapshot of a row; None of a log that holds none. Raises NoSnapshot and BadTime."""
    how = mapping.snapshot
    if how is None:
        return None
    if how.at is not None and how.at.fill(cells):
        _read(how.at, cells, how, mapping)
    taken = found.get(_name(cells, how))
    if taken is None:
        raise NoSnapshot(how.at or how.name or Template("", ()))
    return taken


def ended(taken: Taken, mapping: LogMapping, *, complete: bool, count: int) -> dict[str, Any]:
    """The event that a snapshot has ended, as a source topic carries it."""
    assert mapping.snapshot is not None, mapping.path
    system = mapping.snapshot.system
    return {
        "specversion": "1.0",
        "id": f"system:{system}|{ENDED}|{taken.name}|{taken.at.isoformat()}",
        "source": mapping.source,
        "type": ENDED,
        "subject": f"system:{system}",
        "time": taken.at.isoformat(),
        "timeprecision": taken.precision,
        "data": {"system": system, "snapshot": taken.name, "complete": complete, "count": count},
    }


def _told(cells: Mapping[str, str], how: SnapshotMapping, mapping: LogMapping, given: str | None) -> Taken:
    name = _name(cells, how)
    if given is not None:
        try:
            return Taken(name, *read_instant(given, Template(OPTION, ()), how._replace(forms=()), mapping))
        except BadTime:
            raise MappingRefused(OPTION, f"{given} is no time like 2026-01-05 or 2026-01-05T18:00") from None
    assert how.at is not None, mapping.path
    return Taken(name, *_read(how.at, cells, how, mapping))


def _name(cells: Mapping[str, str], how: SnapshotMapping) -> str:
    if how.name is None:
        return ""
    name = how.name.fill(cells)
    if name is None:
        raise NoSnapshot(how.name)
    return name


def _read(
    at: Template, cells: Mapping[str, str], how: SnapshotMapping, mapping: LogMapping
) -> tuple[datetime, Precision]:
    text = at.fill(cells)
    if text is None:
        raise NoSnapshot(at)
    return read_instant(text, at, how, mapping)
