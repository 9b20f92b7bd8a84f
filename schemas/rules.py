"""The content of rules.activated: calendars as plain rows, deadlines, official codes, the system that scores."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from schemas.envelope import Label, Wire


def _a_date(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, AfterValidator(_a_date)]
Worked = Annotated[int, Field(ge=0, le=1)]
Second = Annotated[int, Field(ge=0, le=86_400)]
Span = Annotated[list[Second], Field(min_length=2, max_length=2)]
Amount = Annotated[int, Field(ge=1, le=2000)]
EventType = Annotated[str, Field(max_length=64)]
Source = Annotated[str, Field(max_length=400)]


class CalendarRow(Wire):
    """`week` is seven 0/1 from Monday, `hours` seven lists of [from, to] in seconds since midnight, `days` the
    exceptions, `offsets` [first instant, seconds ahead of UTC], `horizon` the last day whose decrees are known."""

    id: Label
    zone: Label
    source: Source
    horizon: Day
    week: Annotated[list[Worked], Field(min_length=7, max_length=7)]
    hours: Annotated[list[list[Span]], Field(min_length=7, max_length=7)]
    days: dict[Day, Worked]
    offsets: Annotated[list[Annotated[list[int], Field(min_length=2, max_length=2)]], Field(min_length=1)]


class Lead(Wire):
    """So many units before a due."""

    amount: Amount
    unit: Label


class StageRow(Wire):
    """A step with its owner, from one event to another; `amount` is a target, not law."""

    id: Label
    owner: Literal["unit", "ministry", "post", "operator", "citizen", "commune", "province"]
    from_: Annotated[EventType, Field(alias="from")]
    to: EventType
    amount: Amount | None = None
    unit: Label | None = None
    source: Source | None = None


class DeadlineRow(Wire):
    """One rule; what each field means is in docs/importing.md and streams/core/rules.py."""

    id: Label
    procedure: Label
    variants: list[Label]
    place_kinds: list[Label]
    amount: Amount
    unit: Label
    calendar: Label
    starts: EventType
    law_of: Label
    duty_ends_at: EventType | Annotated[list[EventType], Field(min_length=1)]
    duty_bearer: Literal["unit", "host", "citizen", "offender"]
    due_governs: Label
    effective_from: Day
    effective_until: Day | None = None
    at_risk: Lead
    grace_working_days: Annotated[int, Field(ge=0, le=60)]
    urgent_working_hours: Annotated[int, Field(ge=0, le=60)]
    stages: list[StageRow]
    source: Source


class OfficialRow(Wire):
    """What one code of one official system means."""

    system: Label
    code: Label
    state: Label
    source: Source | None = None


class RulesContent(Wire):
    """The whole law of a deployment, as its hash covers it."""

    calendars: Annotated[list[CalendarRow], Field(min_length=1)]
    deadlines: list[DeadlineRow]
    official: list[OfficialRow]
    scoring: Label


def path_of(location: tuple[Any, ...], content: dict[str, Any]) -> str:
    """Where an error lies, in the words of the file: the row by its id, then the field."""
    table, *rest = location
    if len(rest) >= 1 and isinstance(rest[0], int):
        row = content[table][rest[0]]
        name = row.get("id") or f"{row.get('system', '?')} {row.get('code', '?')}"
        return " ".join([f"{str(table).removesuffix('s')} {name}", ".".join(str(part) for part in rest[1:])]).strip()
    return ".".join(str(part) for part in location)
