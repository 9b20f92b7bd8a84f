"""The sources of a deployment: how each stands, and what asks for one to be set aside or taken back."""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import ValidationError

from schemas.codec import encode
from schemas.control import CONTROL as CONTROLS
from schemas.control import Heartbeat, SourceRequested, SourcesExpected, SourceState
from schemas.topics import CONTROL, LOG
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.adapters.kafka_follower import KafkaFollower
from streams.clock import monotonic_seconds
from streams.core.compiling import expected_of
from streams.core.sources import Expected, is_named
from streams.pipeline.control_keys import control_key
from streams.pipeline.source_watch import ASIDE
from streams.pipeline.standing import read_standing
from streams.ports import Outgoing, Record
from streams.settings import Settings

_POLL_SECONDS = 0.2

Ask = Literal["suspend", "resume"]


class Source(NamedTuple):
    """How a source stands. `state` is *never heard* for a row of the rules that no source bears the name of; `up_to` is
    how far all that it sent is in, as it says itself; `rhythm_minutes` is None where no row expects anything of it.
    """

    name: str
    state: str
    up_to: str | None
    rhythm_minutes: int | None
    reason: str | None


class NotAside(LookupError):
    """A source cannot be taken back that is not set aside by that name."""

    def __init__(self, source: str, aside: Iterable[str]) -> None:
        names = ", ".join(sorted(aside)) or "none is"
        super().__init__(f"{source} is not set aside by that name (set aside: {names})")


class Sources:
    """Folds hoso.control to what it says of sources."""

    def __init__(self) -> None:
        self.states: dict[str, SourceState] = {}
        self._up_to: dict[str, str] = {}
        self._rows: list[Expected] = []

    def fold(self, records: Iterable[Record]) -> None:
        """Take records in, in their order."""
        for record in records:
            if record.value is None or b'"source' not in record.value:
                continue
            try:
                control = CONTROLS.validate_json(record.value)
            except ValidationError:
                # The controller counts what it cannot read.
                continue
            if isinstance(control, SourceState):
                self.states[control.source] = control
            elif isinstance(control, Heartbeat):
                # What is forwarded late is no news.
                self._up_to[control.source] = max(self._up_to.get(control.source, ""), control.sent_up_to)
            elif isinstance(control, SourcesExpected):
                self._rows = [expected_of(row) for row in control.sources]

    def state(self, source: str) -> str | None:
        """Where a source stands by that very name; None where nothing is known of it."""
        found = self.states.get(source)
        return None if found is None else found.state

    def aside(self) -> list[str]:
        """Those that are set aside, or on their way back."""
        return sorted(source for source, state in self.states.items() if state.state in ASIDE)

    def is_expected(self, source: str) -> bool:
        """Whether a row of the rules says of what a source speaks, or of what one beneath it does."""
        return any(is_named(source, (row.name,)) or is_named(row.name, (source,)) for row in self._rows)

    def beneath(self, source: str) -> list[str]:
        """The sources known by other names that are set aside with it."""
        return sorted(name for name in self._names() if name != source and is_named(name, (source,)))

    def all(self) -> list[Source]:
        """All that are known, and the rows of the rules that no source has answered to, by name."""
        names = self._names()
        never = [row.name for row in self._rows if not any(is_named(name, (row.name,)) for name in names)]
        return [self._one(name) for name in sorted({*names, *never})]

    def _names(self) -> set[str]:
        return {*self.states, *self._up_to}

    def _one(self, name: str) -> Source:
        state, told = self.states.get(name), self._up_to.get(name)
        rhythms = [row.rhythm for row in self._rows if is_named(name, (row.name,))]
        rhythm = min(rhythms) // 60 if rhythms else None
        if state is None:
            # One of which nothing is expected is neither heard nor silent: it only told.
            return Source(name, "never heard" if told is None else "not expected", told, rhythm, None)
        # Of one that is set aside, only what came before is in.
        up_to = state.up_to if state.state in ASIDE else told or state.up_to
        return Source(name, state.state, up_to, rhythm, state.reason)


@dataclass(frozen=True)
class Turned:
    """What became of a request. `waited_for` is what did not come in time; None where all did, or nothing was waited
    for. `beneath` are those that stand and fall with it; `is_expected`: the rules know of what it speaks."""

    source: str
    state: str | None
    so_already: bool
    clock: str
    seconds: float
    is_expected: bool
    beneath: list[str]
    waited_for: str | None


def list_sources(settings: Settings) -> list[Source]:
    """All sources of a deployment, by name."""

    async def read() -> list[Source]:
        reader, control = KafkaReader(settings.kafka), settings.topic(CONTROL)
        found = Sources()
        async for records in reader.read(control, 0, 0, (await reader.end_offsets(control))[0]):
            found.fold(records)
        return found.all()

    return asyncio.run(read())


def turn(
    settings: Settings, source: str, ask: Ask, reason: str, wait_seconds: float, advance: Callable[[str], object]
) -> Turned:
    """Ask that a source be set aside or taken back, and wait until it is; `advance` is told each state on the way."""
    return asyncio.run(_turn(settings, source, ask, reason, wait_seconds, advance))


async def _turn(
    settings: Settings, source: str, ask: Ask, reason: str, wait_seconds: float, advance: Callable[[str], object]
) -> Turned:
    begun = monotonic_seconds()
    reader, control = KafkaReader(settings.kafka), settings.topic(CONTROL)
    clock = (await read_standing(reader, settings.topic(LOG))).clock or settings.clock
    follower, found = KafkaFollower(settings.kafka, control), Sources()

    async def look() -> str | None:
        end = (await reader.end_offsets(control))[0]
        found.fold(await follower.upto(end))
        return found.state(source)

    await follower.open()
    try:
        state = await look()
        if ask == "resume" and state not in ASIDE:
            raise NotAside(source, found.aside())
        so_already = ask == "suspend" and state == "suspended"
        if not so_already:
            await _request(settings, SourceRequested(id=secrets.token_hex(8), source=source, ask=ask, reason=reason))
        waited_for = None
        # A simulated clock stands until somebody asks for a tick, and with it all that is said at ticks.
        while clock == "wall" and (waited_for := missing(ask, state)) is not None:
            if monotonic_seconds() - begun > wait_seconds:
                break
            await asyncio.sleep(_POLL_SECONDS)
            state = await look()
            advance(state or "asked for")
    finally:
        await follower.close()
    seconds = monotonic_seconds() - begun
    return Turned(
        source, state, so_already, clock, seconds, found.is_expected(source), found.beneath(source), waited_for
    )


def missing(ask: Ask, state: str | None) -> str | None:
    """What is waited for while a source stands so; None if nothing is."""
    if ask == "suspend":
        return None if state == "suspended" else "no tick since: is intake running, and does time move?"
    match state:
        case "suspended":
            return "nobody has answered: is intake running?"
        case "resuming":
            return "not all of intake has heard of it: is every source partition read?"
        case "draining":
            return "what was parked is being forwarded, and a tick after it: is intake running, and does time move?"
    return None


async def _request(settings: Settings, request: SourceRequested) -> None:
    async with KafkaWriter(settings.kafka) as writer:
        value = encode(request.model_dump())
        await writer.append([Outgoing(settings.topic(CONTROL), control_key(request), value, 0)])
