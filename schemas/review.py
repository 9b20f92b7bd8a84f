"""hoso.review: what people say of flags. The subject is the dossier, `flag_id` the flag, `since` an instant of it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints

from schemas.envelope import Data, Event, Label, ReasonClass


class OfFlag(Data):
    """It holds for the stretch of the flag that contains `since`, however its cycles are numbered.

    `unit` is the unit of who says it; reasons are classes, never what a person wrote.
    """

    flag_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    since: AwareDatetime
    reason: ReasonClass | None = None


class Expiring(OfFlag):
    """`until` is when it lapses by itself; without it, it does not."""

    until: AwareDatetime | None = None


class Snoozed(OfFlag):
    until: AwareDatetime


class Disputed(OfFlag):
    """`evidence` is the number of the document that the unit rests on."""

    evidence: Label


class Decided(OfFlag):
    """By somebody outside the unit that disputes: who is inside it decides nothing."""

    decision: Literal["upheld", "false_alarm"]


class FlagAcknowledged(Event):
    type: Literal["flag.acknowledged"]
    data: Expiring


class FlagUnacknowledged(Event):
    type: Literal["flag.unacknowledged"]
    data: OfFlag


class FlagSnoozed(Event):
    type: Literal["flag.snoozed"]
    data: Snoozed


class FlagDisputed(Event):
    type: Literal["flag.disputed"]
    data: Disputed


class DisputeDecided(Event):
    type: Literal["dispute.decided"]
    data: Decided


EVENTS = (FlagAcknowledged, FlagUnacknowledged, FlagSnoozed, FlagDisputed, DisputeDecided)
