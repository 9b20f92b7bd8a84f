"""hoso.control: how intake, case workers and commands speak to the controller."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from schemas.entries import Hash, Utc
from schemas.envelope import Wire


class Progress(Wire):
    """Everything appended to (topic, partition) before `as_of` is durably forwarded; `offset` is the next to be read.

    `as_of` is in milliseconds of the broker's clock; null on a first announcement, which only asks what time it is.
    """

    type: Literal["progress"] = "progress"
    topic: str
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    as_of: Annotated[int, Field(ge=0)] | None = None


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


Control = Annotated[Progress | ClockRequested | RulesRequested, Field(discriminator="type")]
CONTROL: TypeAdapter[Control] = TypeAdapter(Control)
