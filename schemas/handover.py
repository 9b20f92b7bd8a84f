"""hoso.handover: results published, cards and letters in the citizen's hand."""

from typing import Literal

from schemas.envelope import Data, Event, Label, Origin, Strength


class Published(Data):
    """`leg` is the leg of an interlinked group whose result it is; without it, the group's."""

    leg: Label | None = None
    strength: Strength | None = None
    origin: Origin | None = None


class HandedOver(Data):
    """`slip` is the number of the hand-over slip, never a signature or a name."""

    slip: Label | None = None
    leg: Label | None = None
    strength: Strength | None = None
    origin: Origin | None = None


class ResultPublished(Event):
    type: Literal["result.published"]
    data: Published


class CardReturned(Event):
    type: Literal["card.returned"]
    data: HandedOver


class LetterCollected(Event):
    type: Literal["letter.collected"]
    data: HandedOver


class ResultDelivered(Event):
    type: Literal["result.delivered"]
    data: HandedOver


EVENTS = (ResultPublished, CardReturned, LetterCollected, ResultDelivered)
