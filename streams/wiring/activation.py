"""New law for a running deployment: asked for in hoso.control, then watched on its way into every partition."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from schemas.codec import decode, encode
from schemas.control import RulesRequested
from schemas.topics import CASES_CURRENT, CONTROL, LOG
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.adapters.kafka_groups import committed_offsets
from streams.agents.app import group_of
from streams.clock import monotonic_seconds
from streams.core.compiling import rules_hash
from streams.pipeline.control_keys import control_key
from streams.pipeline.standing import read_standing
from streams.ports import Outgoing, Reader, Record
from streams.settings import Settings
from streams.wiring.law import Law

_POLL_SECONDS = 0.2


class Place(NamedTuple):
    """Where the law stands in one partition of the log: the offset of its entry, and of the first tick after it."""

    activated: int | None = None
    ticked: int | None = None
    # The rules that this tick names: others, where a later activation came before it.
    tick_rules: str | None = None


@dataclass(slots=True)
class Activation:
    """How far an activation has come. `waited_for` is what did not come in time; None where all did, or nothing was
    waited for."""

    hash: str
    in_force_already: bool = False
    clock: str = "wall"
    places: dict[int, Place] = field(default_factory=dict)
    judged: bool = False
    seconds: float = 0.0
    moved: list[dict[str, Any]] = field(default_factory=list)
    waited_for: str | None = None

    @property
    def superseded_by(self) -> str | None:
        """Other rules that came before the first tick under these."""
        named = {place.tick_rules for place in self.places.values()} - {None, self.hash}
        return min((name for name in named if name is not None), default=None)

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "hash": self.hash,
            "in_force_already": self.in_force_already,
            "clock": self.clock,
            "partitions": [{"partition": number, **place._asdict()} for number, place in sorted(self.places.items())],
            "judged": self.judged,
            "seconds": round(self.seconds, 3),
            "moved": len(self.moved),
            "superseded_by": self.superseded_by,
            "waited_for": self.waited_for,
        }


Advance = Callable[[str, int, int], object]


def activate(law: Law, settings: Settings, wait_seconds: float, advance: Advance) -> Activation:
    """Ask for a law and wait until every open case is judged by it; `advance` is told a step, how many partitions have
    taken it, and of how many."""
    return asyncio.run(_activate(law, settings, wait_seconds, advance))


async def _activate(law: Law, settings: Settings, wait_seconds: float, advance: Advance) -> Activation:
    begun = monotonic_seconds()
    reader, log = KafkaReader(settings.kafka), settings.topic(LOG)
    # The ends first: what comes into the log from here on is either in what stands, or found by the watch.
    ends = await reader.end_offsets(log)
    standing = await read_standing(reader, log)
    done = Activation(rules_hash(law.content), clock=standing.clock or settings.clock)
    if standing.rules == done.hash:
        done.in_force_already = True
        return done
    views = await reader.end_offsets(settings.topic(CASES_CURRENT))
    await _request(law, settings)
    watch = Watch(reader, log, ends, done.hash)
    done.waited_for = await _wait(watch, settings, done, begun + wait_seconds, advance)
    done.places = watch.places
    done.moved = await moved_views(reader, settings.topic(CASES_CURRENT), views, done.hash)
    done.seconds = monotonic_seconds() - begun
    return done


async def _request(law: Law, settings: Settings) -> None:
    request = RulesRequested(hash=rules_hash(law.content), content=law.content)
    value = encode(request.model_dump())
    async with KafkaWriter(settings.kafka) as writer:
        await writer.append([Outgoing(settings.topic(CONTROL), control_key(request), value, 0)])


async def _wait(watch: "Watch", settings: Settings, done: Activation, deadline: float, advance: Advance) -> str | None:
    """Returns what has not come by the deadline, or None."""
    group, partitions = group_of(settings, "cases"), len(watch.places)
    while True:
        await watch.look()
        activated, _ = watch.count()
        advance("law in the log", activated, partitions)
        if done.clock == "simulated" and activated == partitions:
            return None
        judged = watch.judged(await committed_offsets(settings.kafka, group))
        advance("cases judged", judged, partitions)
        missing = watch.missing(judged)
        done.judged = missing is None
        if missing is None or monotonic_seconds() > deadline:
            return missing
        await asyncio.sleep(_POLL_SECONDS)


class Watch:
    """Looks for one law and the first tick after it in every partition of a log, from given offsets on."""

    def __init__(self, reader: Reader, log: str, starts: Mapping[int, int], wanted: str) -> None:
        self.log = log
        self.places = {partition: Place() for partition in starts}
        self._reader, self._next, self._wanted = reader, dict(starts), wanted

    async def look(self) -> None:
        """Read what has come since."""
        ends = await self._reader.end_offsets(self.log)
        for partition, start in list(self._next.items()):
            if self.places[partition].ticked is not None:
                continue
            async for records in self._reader.read(self.log, partition, start, ends[partition]):
                for record in records:
                    self._take(record)
            self._next[partition] = max(start, ends[partition])

    def count(self) -> tuple[int, int]:
        """On how many partitions the law stands, and on how many a tick after it."""
        places = self.places.values()
        return sum(at.activated is not None for at in places), sum(at.ticked is not None for at in places)

    def missing(self, judged: int) -> str | None:
        """What is waited for, where so many partitions are judged; None if nothing is."""
        of, (activated, ticked) = len(self.places), self.count()
        if activated < of:
            return f"the law stands on {activated} of {of} partitions of {self.log}: is intake running?"
        if ticked < of:
            return f"a tick under it stands on {ticked} of {of} partitions of {self.log}: is intake running?"
        if judged < of:
            return f"{judged} of {of} partitions of {self.log} are judged by it: are case workers running?"
        return None

    def judged(self, committed: Mapping[str, int]) -> int:
        """On how many partitions the case workers have made durable what the first tick judged."""
        return sum(
            place.ticked is not None and committed.get(f"{self.log}/{partition}", 0) > place.ticked
            for partition, place in self.places.items()
        )

    def _take(self, record: Record) -> None:
        # Control entries have no key; facts do, so they need not be decoded.
        if record.key or record.value is None:
            return
        place, entry = self.places[record.partition], decode(record.value)
        if entry["type"] == "rules.activated" and entry["hash"] == self._wanted and place.activated is None:
            self.places[record.partition] = place._replace(activated=record.offset)
        elif entry["type"] == "clock.ticked" and place.activated is not None and place.ticked is None:
            self.places[record.partition] = place._replace(ticked=record.offset, tick_rules=entry.get("rules"))


async def moved_views(reader: Reader, topic: str, starts: Mapping[int, int], law: str) -> list[dict[str, Any]]:
    """The newest views written since that tell of a due which this law moved, by token."""
    found: dict[str, dict[str, Any]] = {}
    for partition, end in sorted((await reader.end_offsets(topic)).items()):
        async for records in reader.read(topic, partition, starts.get(partition, 0), end):
            for record in records:
                if record.value is not None:
                    view = decode(record.value)
                    if view["moved"] is not None and view["moved"]["rules"] == law:
                        found[view["case"]] = view
    return [found[token] for token in sorted(found)]
