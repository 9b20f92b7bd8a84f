"""A register as a mapping: the document that somebody would write by hand for it, and what its cells must be."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from streams.importer import cells
from streams.importer.forms import read_form
from streams.importer.mapping import LogMapping, MappingRefused, read_mapping
from streams.importer.registers import Register
from streams.importer.sniff import Layout


class Given(NamedTuple):
    """What the caller says of a register: the event its rows tell, of which zone, unit and procedure, who tells it
    (`source`), and for all rows when they were written down. `formats` go in the place of the forms known."""

    event: str
    zone: str
    unit: str | None
    procedure: str | None
    source: str | None
    recorded: str | None
    formats: tuple[str, ...]


def mapping_of(file: Path, register: Register, layout: Layout, given: Given, saved: datetime) -> LogMapping:
    """How to read a register; `saved` is when its file was written. Raises MappingRefused."""
    if given.event not in register.events:
        raise MappingRefused("--event", f"{given.event} is none of {', '.join(register.events)}")
    constants = {name: value for name, value in (("unit", given.unit), ("procedure", given.procedure)) if value}
    for name, value in constants.items():
        if (why := cells.place(value)) or "{" in value:
            raise MappingRefused(f"--{name}", why or "braces stand in no code")
    told = {name: header for name, header in layout.columns.items() if name not in constants}
    if given.recorded:
        told.pop("recorded", None)
    if any(set(header) & set("{}") for header in told.values()):
        raise MappingRefused(str(file), "a column whose header has braces cannot be read")
    mapping = read_mapping(str(file), _document(register, layout, given, constants, told))
    if given.recorded and read_form(given.recorded, mapping.events[0].forms) is None:
        raise MappingRefused("--recorded", f"{given.recorded} does not read as a day like 05/01/2026, or a time")
    checks = {told[column.name]: column.cell for column in register.columns if column.name in told}
    if given.formats:
        checks[told["date"]] = cells.filled
    return replace(mapping, cells=checks, saved=saved, skip=layout.skip)


def _document(
    register: Register, layout: Layout, given: Given, constants: Mapping[str, str], told: Mapping[str, str]
) -> dict[str, Any]:
    """The mapping as its TOML would say it."""
    if not (given.source or given.unit):
        raise MappingRefused("--unit", "whose register is it? Give --unit CODE, or --source URN")
    fields = {name: "{" + header + "}" for name, header in told.items()}
    own = register.events[given.event]
    event: dict[str, Any] = {
        "type": given.event,
        "time": fields["date"],
        "format": list(given.formats) or "register",
        "precision": "auto",
        "data": {
            "strength": "register_line",
            "origin": register.origin,
            **{field: fields[column] for field, column in own.items() if column in fields},
        },
    }
    recorded = given.recorded or fields.get("recorded")
    if recorded:
        event["recorded"] = recorded
    case = {name: fields[name] for name in ("unit", "procedure") if name in fields}
    return {
        "log": {
            "zone": given.zone,
            "source": given.source or f"urn:hoso:{register.name}:{given.unit}",
            "delimiter": layout.delimiter,
            "encoding": layout.encoding,
        },
        "case": {"subject": f"dossier:{fields['code']}", **case, **constants},
        "event": [event],
    }
