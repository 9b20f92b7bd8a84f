"""hoso.review: what people say of flags, and of facts and dossiers. The subject is the dossier."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.envelope import Data, Event, Label, ReasonClass, Subject


class OfFlag(Data):
    """`flag_id` is the flag, `since` an instant of it: it holds for the stretch of the flag that contains it, however
    cycles are numbered.

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


class Linked(Data):
    """The other codes of the same dossier: receipts, codes of other systems, an earlier registration."""

    subjects: Annotated[list[Subject], Field(min_length=1, max_length=32)]
    document: Label | None = None


class Superseded(Data):
    """The dossier that stands in place of this one. By the number of a written instruction it ends this one; without
    it, it is something to look at."""

    subjects: Annotated[list[Subject], Field(min_length=1, max_length=1)]
    document: Label | None = None


class Corrected(Data):
    """A fact that never was (`replaces`), and the one that stands instead, both by their ids in evidence.

    It counts where the fact's own source says so, or somebody outside the unit: `unit` is the unit of who says it.
    """

    replaces: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    fact: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = None
    reason: ReasonClass | None = None
    document: Label | None = None


class Apologised(Data):
    """By the number of the letter."""

    document: Label


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


class CaseLinked(Event):
    """Several codes are one dossier, whenever it is said: before its facts or after them."""

    type: Literal["case.linked"]
    data: Linked


class CaseUnlinked(Event):
    """They are not, after all: each keeps what was told under it."""

    type: Literal["case.unlinked"]
    data: Linked


class CaseSuperseded(Event):
    type: Literal["case.superseded"]
    data: Superseded


class FactCorrected(Event):
    type: Literal["fact.corrected"]
    data: Corrected


class ApologyIssued(Event):
    """A letter of apology to the citizen (văn bản xin lỗi) for a dossier that is late. It sets no new due and moves
    nothing: an apology with an extension is case.extended."""

    type: Literal["apology.issued"]
    data: Apologised


EVENTS = (
    FlagAcknowledged,
    FlagUnacknowledged,
    FlagSnoozed,
    FlagDisputed,
    DisputeDecided,
    CaseLinked,
    CaseUnlinked,
    CaseSuperseded,
    FactCorrected,
    ApologyIssued,
)
