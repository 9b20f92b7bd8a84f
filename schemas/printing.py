"""hoso.print: what the Ministry's printing centre and the printing of letters say."""

from typing import Literal

from schemas.envelope import Data, Event, Label, Origin, Owner, ReasonClass, Strength


class Printed(Data):
    lot: Label | None = None
    strength: Strength | None = None
    origin: Origin | None = None


class CardPrinted(Event):
    type: Literal["card.printed"]
    data: Printed


class LetterPrinted(Event):
    type: Literal["letter.printed"]
    data: Printed


class Blocked(Data):
    """Why a card cannot be printed, as a class of reason, and who must act before it can."""

    reason: ReasonClass | None = None
    must_act: Owner | None = None


class PrintBlocked(Event):
    """The declared data differ from the population database, a chip is missing: the card cannot be printed."""

    type: Literal["print.blocked"]
    data: Blocked


class PrintUnblocked(Event):
    type: Literal["print.unblocked"]
    data: Blocked


EVENTS = (CardPrinted, LetterPrinted, PrintBlocked, PrintUnblocked)
