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


class _Told(Wire):
    """What both kinds of entries say of a fact; a moved one says it as the original did."""

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


class FactEntry(_Told):
    """One fact of one case. `type` is the event's; `data` holds its data, instants in UTC, empty fields left out.

    `arrived` is the first whole second by which the broker had it: a tick before that second does not see the fact,
    so that what stands in the log by the speed of one topic never judges what another still holds. Null on a simulated
    clock, where nothing arrives in real time.
    """

    # What the subject names, where it is no dossier: a lot is told to its members.
    scheme: Literal["lot"] | None = None


class FactMoved(_Told):
    """A fact told under one token, said again under another: to the canonical one of a linked dossier, to the members
    of a lot, or to a lot by those that name it. `fact` and what it says are the original's, `origin` is where it was
    told.
    """

    type: Literal["fact.moved"] = "fact.moved"
    moved: str
    origin: Token


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

    By `told_to` every partition had told the others what it had to tell up to then, and by `linked_to` what that made
    them tell in turn, as a member of a lot tells its canonical code: linked cases are judged as of `linked_to`. Null
    while not all partitions have said how far they are.
    `rules` and `engine` name what must be in force here; null in an imported file, whose reader brings its own.
    """

    type: Literal["clock.ticked"] = "clock.ticked"
    at: Utc
    told_to: Utc | None = None
    linked_to: Utc | None = None
    rules: Hash | None = None
    engine: str | None = None


class SourceSilent(Wire):
    """A source is silent for longer than its rhythm: what it sent is complete up to `since` and no further."""

    type: Literal["source.silent"] = "source.silent"
    source: str
    since: Utc


class SourceHeard(Wire):
    """A source speaks, for the first time or again, and its backlog is in: it is judged by from the tick at `at` on."""

    type: Literal["source.heard"] = "source.heard"
    source: str
    at: Utc


class SourceSuspended(Wire):
    """A source was set aside by a person: its records are parked, and complete up to `since`."""

    type: Literal["source.suspended"] = "source.suspended"
    source: str
    since: Utc
    reason: str


class SourceResumed(Wire):
    """What was parked of a source is forwarded: it is judged by again from the tick at `at` on."""

    type: Literal["source.resumed"] = "source.resumed"
    source: str
    at: Utc


class SnapshotEnded(Wire):
    """A snapshot of an official system is whole: all its lines stand above. `ended` is when it was taken."""

    type: Literal["snapshot.ended"] = "snapshot.ended"
    system: str
    snapshot: str
    ended: Utc
    complete: bool


ControlEntry = Annotated[
    ClockStarted
    | EngineActivated
    | RulesActivated
    | SourceSilent
    | SourceHeard
    | SourceSuspended
    | SourceResumed
    | SnapshotEnded
    | ClockTicked,
    Field(discriminator="type"),
]
CONTROL_ENTRY: TypeAdapter[ControlEntry] = TypeAdapter(ControlEntry)
# What changes how far sources and snapshots are, and nothing else.
MARK_TYPES = frozenset({"source.silent", "source.heard", "source.suspended", "source.resumed", "snapshot.ended"})
CONTROL_TYPES = frozenset({"clock.started", "engine.activated", "rules.activated", "clock.ticked", *MARK_TYPES})
