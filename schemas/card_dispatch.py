"""hoso.card-dispatch: the way of a card from the Ministry to the place of return."""

from typing import Literal

from schemas.envelope import Data, Event, Label, Origin, Strength


class Carried(Data):
    lot: Label | None = None
    parcel: Label | None = None
    strength: Strength | None = None
    origin: Origin | None = None


class CardDispatched(Event):
    type: Literal["card.dispatched"]
    data: Carried


class CardReceivedAtUnit(Event):
    """The card is ready at the place of return: for cards the office's duty ends here."""

    type: Literal["card.received_at_unit"]
    data: Carried


class ParcelHandedToPost(Event):
    type: Literal["parcel.handed_to_post"]
    data: Carried


class ParcelDelivered(Event):
    """The post left a parcel at its address: by itself no hand-over to the citizen."""

    type: Literal["parcel.delivered"]
    data: Carried


class ParcelReturned(Event):
    type: Literal["parcel.returned"]
    data: Carried


EVENTS = (CardDispatched, CardReceivedAtUnit, ParcelHandedToPost, ParcelDelivered, ParcelReturned)
