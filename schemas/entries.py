"""The entries of hoso.log: facts of cases, pseudonymous, and the control entries that carry time and law.

Instants in entries are ISO 8601 in UTC to the second. Intake and the importer write them, the core reads them.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from schemas.envelope import Precision, Wire

Utc = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
Token = Annotated[str, StringConstraints(min_length=1, max_length=160)]
FactId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class FactEntry(Wire):
    """One fact of one case. `type` is the event's; `data` holds its data, instants in UTC, empty fields left out.

    `arrived` is the first whole second by which the broker had it: a tick before that second does not see the fact,
    so that what stands in the log by the speed of one topic never judges what another still holds. Null on a simulated
    clock, where nothing arrives in real time.
    """

    type: str
    case: Token
    fact: FactId
    time: Utc
    precision: Precision = "second"
    recorded: Utc | None = None
    arrived: Utc | None = None
    source: str
    version: Annotated[int, Field(ge=1)] = 1
    data: dict[str, Any]


class ClockStarted(Wire):
    """First entry of every partition: one clock a deployment, never mixed.

    `until` bounds the event times that a simulated clock accepts.
    """

    type: Literal["clock.started"] = "clock.started"
    kind: Literal["wall", "simulated"]
    until: Utc | None = None


class EngineActivated(Wire):
    type: Literal["engine.activated"] = "engine.activated"
    version: str


class RulesActivated(Wire):
    """The whole law in force from the next tick on: rules, official codes and expanded calendars, under one hash."""

    type: Literal["rules.activated"] = "rules.activated"
    hash: Hash
    content: dict[str, Any]


class ClockTicked(Wire):
    """Everything that arrived before `at` stands above this entry; only ticks judge.

    `rules` and `engine` name what must be in force here; null in an imported file, whose reader brings its own.
    """

    type: Literal["clock.ticked"] = "clock.ticked"
    at: Utc
    linked_to: Utc | None = None
    rules: Hash | None = None
    engine: str | None = None


ControlEntry = Annotated[ClockStarted | EngineActivated | RulesActivated | ClockTicked, Field(discriminator="type")]
CONTROL_ENTRY: TypeAdapter[ControlEntry] = TypeAdapter(ControlEntry)
CONTROL_TYPES = frozenset({"clock.started", "engine.activated", "rules.activated", "clock.ticked"})
