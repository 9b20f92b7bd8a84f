"""What stands in the log already: all that a controller must know of its predecessors."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from schemas.codec import decode
from schemas.entries import CONTROL_TYPES, MARK_TYPES
from streams.ports import Reader, Record

# A tick is never far from the end, so a short look usually does; each further one is eight times as long.
_LOOK_FIRST, _LOOK_FACTOR = 2_000, 8


@dataclass(frozen=True, slots=True)
class Standing:
    """The clock's kind, the last tick, and the hash of the rules and the engine in force; None: nothing of it yet."""

    clock: str | None = None
    at: str | None = None
    rules: str | None = None
    engine: str | None = None

    def after(self, entry: dict[str, Any]) -> "Standing":
        """What stands once this control entry has been written."""
        match entry["type"]:
            case "clock.started":
                return replace(self, clock=entry["kind"])
            case "engine.activated":
                return replace(self, engine=entry["version"])
            case "rules.activated":
                return replace(self, rules=entry["hash"])
            case "clock.ticked":
                # A tick names the law it was made under, so nothing before it needs to be read.
                return replace(
                    self,
                    at=entry["at"],
                    rules=entry.get("rules") or self.rules,
                    engine=entry.get("engine") or self.engine,
                )
            case other if other in MARK_TYPES:
                return self
            case other:
                raise AssertionError(f"{other}: not a control entry")


async def read_standing(reader: Reader, topic: str, partition: int = 0) -> Standing:
    """What stands in one partition, and so in all: a broadcast reaches every partition or none.

    The clock's kind is in the first entry; the rest is after, or in, the last tick.
    """
    end = (await reader.end_offsets(topic))[partition]
    if end == 0:
        return Standing()
    standing = Standing()
    # Not left at the first entry: a reader that is left early keeps its connection.
    async for entry in _control_entries(reader.read(topic, partition, 0, min(end, _LOOK_FIRST))):
        if entry["type"] == "clock.started":
            standing = standing.after(entry)
    look = _LOOK_FIRST
    while True:
        start, tail = max(0, end - look), standing
        async for entry in _control_entries(reader.read(topic, partition, start, end)):
            tail = tail.after(entry)
        if tail.at is not None or start == 0:
            return tail
        look *= _LOOK_FACTOR


async def _control_entries(chunks: AsyncIterator[Sequence[Record]]) -> AsyncIterator[dict[str, Any]]:
    async for records in chunks:
        for record in records:
            # Control entries have no key; facts do, so they need not be decoded.
            if not record.key and record.value is not None:
                entry = decode(record.value)
                if entry["type"] in CONTROL_TYPES:
                    yield entry
