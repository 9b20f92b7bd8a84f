"""Flags as hoso publishes them, folded to those that stand: in memory and out of a topic."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.codec import decode
from streams.ports import Headers
from streams.wiring.confusion import Flag

# What the oracle does not judge.
UNJUDGED = frozenset({"vanished"})
STANDING = frozenset({"raised", "cleared"})


class HeldFlags:
    """Takes the records of hoso.flags in their order; keeps the newest version of each flag, and its first raising."""

    def __init__(self) -> None:
        self.bodies: dict[tuple[str, int], bytes] = {}
        self._raised: dict[tuple[str, int], datetime] = {}

    def take(self, value: bytes, headers: Headers) -> None:
        """The next version of a flag."""
        flag: Mapping[str, Any] = decode(value)
        key = flag["flag_id"], flag["cycle"]
        self.bodies[key] = value
        if flag["state"] == "raised" and key not in self._raised:
            self._raised[key] = datetime.fromisoformat(dict(headers)["judged_at"].decode())

    def standing(self, codes: Mapping[str, str]) -> list[Flag]:
        """The flags of whole cases that stand, cases by the codes of their tokens: withdrawn ones never held."""
        found = ((key, decode(value)) for key, value in self.bodies.items())
        return [
            Flag(
                codes[flag["case"]],
                flag["class"],
                datetime.fromisoformat(flag["since"]),
                None if flag["until"] is None else datetime.fromisoformat(flag["until"]),
                self._raised.get(key),
            )
            for key, flag in found
            if flag["state"] in STANDING and flag["leg"] is None and flag["class"] not in UNJUDGED
        ]
