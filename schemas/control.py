"""hoso.control: how intake, case workers and commands speak to the controller."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from schemas.entries import Hash, Utc
from schemas.envelope import Wire


class Progress(Wire):
    """Everything appended to (topic, partition) before `as_of` is durably forwarded; `offset` is the next to be read.

    `as_of` is in milliseconds of the broker's clock; null on a first announcement, which only asks what time it is.
    Intake says up to which offset of hoso.control it has `heard`. Of the log, case workers say up to which tick a
    partition has told other partitions what it has to tell them, and whether it has `linked` cases; `told_to` is that
    of the tick, and `moved` whether it told any since the tick before.
    """

    type: Literal["progress"] = "progress"
    topic: str
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    as_of: Annotated[int, Field(ge=0)] | None = None
    heard: Annotated[int, Field(ge=0)] | None = None
    linked: bool | None = None
    told_to: Utc | None = None
    moved: bool | None = None


class ClockRequested(Wire):
    """A simulated clock shall tick `at`, once intake has passed `offsets` ("topic/partition" to next offset)."""

    type: Literal["clock.requested"] = "clock.requested"
    at: Utc
    offsets: dict[str, int]


class RulesRequested(Wire):
    """Put this law in force from the next tick on."""

    type: Literal["rules.requested"] = "rules.requested"
    hash: Hash
    content: dict[str, Any]


class Heartbeat(Wire):
    """A source has sent all that it knew up to `sent_up_to`; counts from the first tick at or after `at`."""

    type: Literal["source.heartbeat"] = "source.heartbeat"
    source: str
    sent_up_to: Utc
    at: Utc


class SnapshotTold(Wire):
    """A snapshot of an official system ended; counts from the first tick at or after `at`."""

    type: Literal["official.snapshot_ended"] = "official.snapshot_ended"
    system: str
    snapshot: str
    ended: Utc
    complete: bool
    at: Utc


class SourceRequested(Wire):
    """Somebody asks that a source be set aside, or taken back.

    `id` is the request's own: what is asked while an earlier one is answered must not be taken for that one.
    """

    type: Literal["source.requested"] = "source.requested"
    id: str
    source: str
    ask: Literal["suspend", "resume"]
    reason: str


class SourceState(Wire):
    """Where a source stands, as the controller keeps it. Intake parks what a *suspended* one sends. Once all of intake
    has heard that it is *resuming*, nothing more is parked; then it is *draining* until what was parked is forwarded.
    `up_to` is how far all that it sent was in when this was written; null of one that never told.
    """

    type: Literal["source.state"] = "source.state"
    source: str
    state: Literal["heard", "silent", "suspended", "resuming", "draining"]
    reason: str | None = None
    up_to: Utc | None = None


class SourceDrained(Wire):
    """What was parked of a source is durably forwarded; `asked` is the offset of the state that asked for it."""

    type: Literal["source.drained"] = "source.drained"
    source: str
    asked: Annotated[int, Field(ge=0)]


class SourcesExpected(Wire):
    """The rhythms of sources under the rules in force: a controller that starts again reads them here."""

    type: Literal["sources.expected"] = "sources.expected"
    rules: Hash
    sources: list[dict[str, Any]]


Control = Annotated[
    Progress
    | ClockRequested
    | RulesRequested
    | Heartbeat
    | SnapshotTold
    | SourceRequested
    | SourceState
    | SourceDrained
    | SourcesExpected,
    Field(discriminator="type"),
]
CONTROL: TypeAdapter[Control] = TypeAdapter(Control)
