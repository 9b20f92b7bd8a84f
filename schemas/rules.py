"""The content of rules.activated: calendars as plain rows, deadlines with their cuts, official codes, what scores."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from schemas.envelope import Label, Owner, Wire


def _a_date(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, AfterValidator(_a_date)]
Worked = Annotated[int, Field(ge=0, le=1)]
Second = Annotated[int, Field(ge=0, le=86_400)]
Span = Annotated[list[Second], Field(min_length=2, max_length=2)]
Week = Annotated[list[list[Span]], Field(min_length=7, max_length=7)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[int, Field(ge=1, le=2000)]
EventType = Annotated[str, Field(max_length=64)]
Source = Annotated[str, Field(max_length=400)]
# What of a row could not be verified in an official text; null where nothing is in doubt.
NotVerified = Annotated[str, Field(min_length=1, max_length=400)]
# A code covers itself and every unit beneath it: G01.801 covers G01.801.001.
Units = Annotated[list[Label], Field(min_length=1)]


class CalendarRow(Wire):
    """`week` is seven 0/1 from Monday, `hours` seven lists of [from, to] in seconds since midnight in which terms of
    hours run, `reception` those in which dossiers are taken in, `days` the exceptions and `reasons` why each is one,
    `offsets` [first instant, seconds ahead of UTC], `horizon` the last day whose decrees are known; `decided` says on
    which day an exception was decided, where that was late. What closes the units of a calendar closes those of
    calendars that extend it."""

    id: Label
    extends: Label | None = None
    zone: Label
    source: Source
    horizon: Day
    week: Annotated[list[Worked], Field(min_length=7, max_length=7)]
    hours: Week
    reception: Week
    days: dict[Day, Worked]
    reasons: dict[Day, Source]
    decided: dict[Day, Day] = Field(default_factory=dict)
    offsets: Annotated[list[Annotated[list[int], Field(min_length=2, max_length=2)]], Field(min_length=1)]


class ClosureRow(Wire):
    """Days on which some units are closed, or work, unlike the rest of the nation (a storm in one province)."""

    id: Label
    calendar: Label
    units: Units
    days: dict[Day, Worked]
    source: Source


class CampaignRow(Wire):
    """Reception hours of some units between two days: `hours` as of a calendar."""

    id: Label
    calendar: Label
    units: Units
    first: Day
    last: Day
    hours: Week
    source: Source


class CoverageRow(Wire):
    """Whether a feed (a source topic by its short name) tells all of some units and procedures between two days.

    Absence is evidence only where it is live; no units and no procedures named means all. What is declared broken
    bears the number of the document that says so. What is *incomplete* bears what was measured (`hoso coverage
    measure`): of `expected` facts `told` came, a share of `measured`, less than `complete_from`, of what was witnessed
    between two days.
    """

    id: Label
    feed: Label
    units: list[Label]
    procedures: list[Label]
    state: Literal["live", "broken", "never_connected", "incomplete"]
    first: Day
    last: Day | None = None
    document: Label | None = None
    measured: Share | None = None
    complete_from: Share | None = None
    expected: Annotated[int, Field(ge=1)] | None = None
    told: Annotated[int, Field(ge=0)] | None = None
    witnessed_first: Day | None = None
    witnessed_last: Day | None = None
    source: Source


class UnitRow(Wire):
    """An office by its code, between two days. One that ends has a successor, by a decision: its open cases are that
    one's from the next day on, and the days until then stay with who held them."""

    id: Label
    name: Label | None = None
    first: Day | None = None
    last: Day | None = None
    successor: Label | None = None
    decision: Label | None = None
    source: Source


class ProvinceRow(Wire):
    """A province by the codes at its head, of any system: every unit beneath one of them is in it. Supervisors see the
    name; counts of cases are told apart by it."""

    id: Label
    name: Label
    units: Units
    source: Source


class SourceRow(Wire):
    """How often sources speak: those of this name, or that begin with it at a colon, at least every `rhythm_minutes`.

    They tell of the feeds, units and procedures named, none meaning all; with `per_unit` the rest of a source's name is
    the code of the unit it tells of. A source that was never heard is not expected: coverage says what is connected.
    """

    id: Label
    name: Label
    per_unit: bool
    feeds: list[Label]
    units: list[Label]
    procedures: list[Label]
    rhythm_minutes: Annotated[int, Field(ge=1, le=20_160)]
    source: Source


class LeadLevel(Wire):
    """At risk from so many units before the due."""

    amount: Amount
    unit: Label


class PercentLevel(Wire):
    """At risk from the end of the unit in which so much of the term is used up; 100 is the due itself."""

    percent: Annotated[int, Field(ge=1, le=100)]


class PauseRow(Wire):
    """What stops the clock, from one event to another, and for whom it waits."""

    why: Label
    waits_for: Owner
    from_: Annotated[EventType, Field(alias="from")]
    to: EventType


class StageRow(Wire):
    """A step with its owner, from one event to another; `amount` is a target, not law."""

    id: Label
    owner: Owner
    from_: Annotated[EventType, Field(alias="from")]
    to: EventType
    amount: Amount | None = None
    unit: Label | None = None
    source: Source | None = None
    nv: NotVerified | None = None


class LegRow(Wire):
    """One agency's share of an interlinked group, with a term of its own."""

    id: Label
    agency: Label
    amount: Amount
    unit: Label
    source: Source
    nv: NotVerified | None = None


Days = Annotated[int, Field(ge=0, le=250)]


class ThresholdsRow(Wire):
    """After how long silence or a contradiction is told, in working days; `failed_updates` is a number of tries.

    `accept_days` is null where an online dossier needs a visit before it can be accepted.
    """

    done_without_evidence_days: Days
    no_movement_extra_days: Days
    no_movement_least_days: Days
    uncollected_days: Days
    failed_updates: Annotated[int, Field(ge=1, le=100)]
    accept_days: Days | None = None


class DeadlineRow(Wire):
    """One rule; what each field means is in docs/importing.md and streams/core/rules.py."""

    id: Label
    procedure: Label
    variants: list[Label]
    place_kinds: list[Label]
    amount: Amount
    unit: Label
    cut_off: Second | None = None
    ends_at: Second | None = None
    next_ends_at: Second | None = None
    calendar: Label
    starts: EventType
    law_of: Label
    duty_ends_at: EventType | Annotated[list[EventType], Field(min_length=1)]
    ends_when_posted: EventType
    duty_bearer: Literal["unit", "host", "citizen", "offender"]
    due_governs: Label
    effective_from: Day
    effective_until: Day | None = None
    at_risk: list[LeadLevel | PercentLevel]
    grace_working_days: Annotated[int, Field(ge=0, le=60)]
    urgent_working_hours: Annotated[int, Field(ge=0, le=60)]
    returned_means: Literal["ready", "handed_over"]
    thresholds: ThresholdsRow
    pauses: list[PauseRow]
    cancels: list[EventType]
    stages: list[StageRow]
    legs: list[LegRow]
    source: Source
    nv: NotVerified | None = None


class CutRow(Wire):
    """A shorter term for some units by a decision of their own (cắt giảm thời gian giải quyết), in the rule's unit."""

    id: Label
    deadline: Label
    units: Units
    amount: Amount
    effective_from: Day
    effective_until: Day | None = None
    decision: Label
    source: Source
    nv: NotVerified | None = None


class OfficialRow(Wire):
    """What one code of one official system means."""

    system: Label
    code: Label
    state: Label
    source: Source | None = None


class FormulaRow(Wire):
    """A published way to count cases as handled in time (streams/core/formula.py), from a day on.

    `ends` are groups of official states, the weightier first, that give the end; `waiting` those in which the day of
    the request is the end, up to `requests` of them; `deducted` those whose time moves the due on. `points` are what
    the whole rate is worth.
    """

    id: Label
    ends: Annotated[list[Annotated[list[Label], Field(min_length=1)]], Field(min_length=1)]
    waiting: list[Label]
    requests: Annotated[int, Field(ge=0, le=100)]
    deducted: list[Label]
    points: Annotated[int, Field(ge=0, le=1000)]
    effective_from: Day
    source: Source
    nv: NotVerified | None = None


class RulesContent(Wire):
    """The whole law of a deployment, as its hash covers it."""

    calendars: Annotated[list[CalendarRow], Field(min_length=1)]
    closures: list[ClosureRow]
    campaigns: list[CampaignRow]
    deadlines: list[DeadlineRow]
    cuts: list[CutRow]
    coverage: list[CoverageRow]
    sources: list[SourceRow]
    units: list[UnitRow]
    # Left out by rules that name none, so that those written before there were any keep their hash.
    provinces: list[ProvinceRow] = Field(default_factory=list)
    official: list[OfficialRow]
    # Logs from before there were formulas have none.
    formulas: Annotated[list[FormulaRow], Field(default_factory=list)]
    scoring: Label
    local: Label


def path_of(location: tuple[Any, ...], content: dict[str, Any]) -> str:
    """Where an error lies, in the words of the file: the row by its id, then the field."""
    table, *rest = location
    if len(rest) >= 1 and isinstance(rest[0], int):
        row = content[table][rest[0]]
        name = row.get("id") or f"{row.get('system', '?')} {row.get('code', '?')}"
        return " ".join([f"{str(table).removesuffix('s')} {name}", ".".join(str(part) for part in rest[1:])]).strip()
    return ".".join(str(part) for part in location)
