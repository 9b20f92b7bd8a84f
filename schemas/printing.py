"""hoso.print: what the Ministry's printing centre and the printing of letters say."""

from typing import Literal

from schemas.envelope import Data, Event, Label, Origin, Strength


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


EVENTS = (CardPrinted, LetterPrinted)
