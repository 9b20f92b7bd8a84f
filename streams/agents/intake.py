"""The intake job: chunks of source records to the log, and announcements of how far it is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from schemas.codec import encode
from schemas.control import Progress, SourceDrained
from streams.adapters.announcer import Announcer
from streams.adapters.kafka_follower import Follower
from streams.adapters.kafka_trimmer import Trimmer
from streams.adapters.source_offsets import SourceOffsets
from streams.agents.ending import leave
from streams.agents.jobs import Start
from streams.agents.vitals import Place
from streams.clock import monotonic_seconds
from streams.core.sources import is_named
from streams.pipeline.aside import Aside
from streams.pipeline.control_keys import control_key
from streams.pipeline.intake import Intake
from streams.pipeline.parking import unparked
from streams.pipeline.progress import Forwarded, announcements
from streams.ports import Outgoing, Reader, Record, Writer

# How many offsets without a record are looked through at once, where a partition ends with markers of transactions.
_GAP_MAX = 1000
_BEGUN_POLL_SECONDS = 0.1

Observe = Callable[[Place, Sequence[Record], Sequence[Outgoing], float], None]


@dataclass(frozen=True)
class IntakePorts:
    """What intake reaches the outside through, open as long as the worker holds anything."""

    writer: Writer
    announcer: Announcer
    offsets: SourceOffsets
    reader: Reader
    follower: Follower  # of hoso.control
    trimmer: Trimmer


@dataclass(frozen=True)
class IntakePlan:
    """Full names of topics, and how often to announce: at least each `announce_seconds`, at most each `gap_seconds`.

    Whoever holds the place `drains` forwards what was parked of a source that is taken back.
    """

    log: str
    log_partitions: int
    control: str
    parked: str
    drains: Place
    announce_seconds: float = 1.0
    gap_seconds: float = 0.2
    # Told of each chunk when it is durable: what came, what was written, how many seconds that took.
    observe: Observe = lambda _place, _records, _written, _seconds: None


class IntakeJob:
    """See Job. A chunk is handled when all it became is acknowledged; to handle one twice is harmless."""

    def __init__(
        self,
        intake: Intake,
        plan: IntakePlan,
        connect: Callable[[], AbstractAsyncContextManager[IntakePorts]],
        fail: Callable[[BaseException], object] = leave,
    ) -> None:
        self._intake, self._plan, self._connect, self._fail = intake, plan, connect, fail
        self._connecting = asyncio.Lock()
        self._connection: AbstractAsyncContextManager[IntakePorts] | None = None
        self._ports: IntakePorts | None = None
        self._announcing: asyncio.Task[None] | None = None
        self._forwarded: dict[Place, Forwarded] = {}
        self._announced: dict[Place, Forwarded] = {}
        self._announced_at: int | None = None
        self._looked: dict[Place, int] = {}
        self._moved = asyncio.Event()
        self._has_begun = False
        self._aside = Aside()
        self._listening = asyncio.Lock()
        # Of each source the offset at which it was last asked for what we have forwarded.
        self._drained: dict[str, int] = {}
        self._draining: asyncio.Task[None] | None = None

    async def take(self, place: Place) -> Start:
        ports = await self._open()
        start = await ports.offsets.start(place)
        self._forwarded[place] = Forwarded(start)
        self._moved.set()
        return start

    async def handle(self, place: Place, records: Sequence[Record]) -> None:
        assert self._ports is not None, "a chunk of a place that was not taken"
        began_at = monotonic_seconds()
        written = self._intake.step(records)
        await self._ports.writer.append(written)
        if any(one.topic == self._plan.parked for one in written):
            await self._let_go(self._ports, written)
        last = records[-1]
        self._forwarded[place] = Forwarded(last.offset + 1, last.timestamp)
        self._moved.set()
        self._plan.observe(place, records, written, monotonic_seconds() - began_at)

    def busy(self) -> Collection[Place]:
        return ()

    async def settle(self) -> Mapping[Place, Start]:
        """A chunk is durable when `handle` returns."""
        return {}

    async def _let_go(self, ports: IntakePorts, written: Sequence[Outgoing]) -> None:
        """Forward what was parked by what is not true any more: the source may be on its way back, and what was parked
        of it forwarded already. Heard before it was parked does not do; heard after, it is drained by whoever comes.
        """
        await self._listen(ports)
        parked = [one for one in written if one.topic == self._plan.parked]
        suspended = self._intake.suspended
        back = [unparked(one.value, one.headers) for one in parked if not is_named(_source_of(one.key), suspended)]
        if back:
            await ports.writer.append(self._intake.step(back))

    async def drop(self, place: Place) -> None:
        self._forwarded.pop(place, None)
        self._announced.pop(place, None)
        self._looked.pop(place, None)
        if place == self._plan.drains:
            await self._stop_draining()
        if not self._forwarded:
            await self._close()

    async def announce(self) -> None:
        """Tell how far we are, in the order that makes it true: announced before, then the ends, then what we did."""
        ports, announced_at = self._ports, self._announced_at
        assert ports is not None, "announced before anything was taken"
        await self._listen(ports)
        self._drain_what_is_asked(ports)
        ends = await ports.offsets.ends(list(self._forwarded))
        await self._step_over_markers(ports.reader, ends)
        said = announcements(announced_at, self._forwarded, ends)
        self._announced = dict(self._forwarded)
        if said:
            self._announced_at = await ports.announcer.announce([self._outgoing(one) for one in said])

    async def _step_over_markers(self, reader: Reader, ends: Mapping[Place, int]) -> None:
        """A transaction ends with a marker that has an offset and is no record: before it, a partition looks unread.

        So look once at what follows the offset that a place rests at; where work waits, only if it is little.
        """
        all_rest = self._forwarded == self._announced
        for place, end in ends.items():
            done = self._forwarded.get(place)
            if done is None or done != self._announced.get(place) or self._looked.get(place) == done.offset:
                continue
            if 0 < end - done.offset <= _GAP_MAX or (all_rest and end > done.offset):
                self._looked[place] = done.offset
                upto = min(end, done.offset + _GAP_MAX)
                if not await _any_record(reader.read(*place, done.offset, upto)) and self._forwarded.get(place) == done:
                    self._forwarded[place] = done._replace(offset=upto)

    def _outgoing(self, progress: Progress) -> Outgoing:
        value = encode(progress.model_copy(update={"heard": self._aside.heard}).model_dump(exclude_none=True))
        return Outgoing(self._plan.control, control_key(progress), value, 0)

    async def _announce_for_ever(self) -> None:
        try:
            while True:
                self._moved.clear()
                await self.announce()
                await asyncio.sleep(self._plan.gap_seconds)
                try:
                    async with asyncio.timeout(self._plan.announce_seconds - self._plan.gap_seconds):
                        await self._moved.wait()
                except TimeoutError:
                    pass
        except Exception as error:  # noqa: BLE001  (the outermost frame of this task)
            self._fail(error)

    async def _open(self) -> IntakePorts:
        async with self._connecting:
            if self._ports is None:
                self._connection = self._connect()
                self._ports = await self._connection.__aenter__()
                self._announcing = asyncio.create_task(self._announce_for_ever())
            if not self._has_begun:
                await self._log_begins(self._ports.offsets)
            if not self._aside.heard:
                await self._listen(self._ports)
            return self._ports

    async def _listen(self, ports: IntakePorts) -> None:
        """Hear which sources are set aside; what is read from now on is parked, or no more."""
        control = (self._plan.control, 0)
        async with self._listening:
            end = (await ports.offsets.ends([control]))[control]
            self._aside.fold(await ports.follower.upto(end), end)
            self._intake.suspended = self._aside.suspended

    def _drain_what_is_asked(self, ports: IntakePorts) -> None:
        asked = {source: at for source, at in self._aside.draining.items() if self._drained.get(source) != at}
        if asked and self._plan.drains in self._forwarded and self._draining is None:
            self._draining = asyncio.create_task(self._drain(ports, asked))

    async def _drain(self, ports: IntakePorts, asked: Mapping[str, int]) -> None:
        """Forward all that was parked of some sources, then say so. Forwarding twice what was forwarded is harmless."""
        try:
            ends = dict(await ports.reader.end_offsets(self._plan.parked))
            others: dict[int, dict[str, int]] = {}
            for partition, end in sorted(ends.items()):
                # Of every other source, its first record.
                first = others[partition] = {}
                async for records in ports.reader.read(self._plan.parked, partition, 0, end):
                    theirs = []
                    for one in records:
                        if is_named(source := _source_of(one.key), asked):
                            theirs.append(unparked(one.value, one.headers))
                        else:
                            first.setdefault(source, one.offset)
                    await ports.writer.append(self._intake.step(theirs))
            said = [SourceDrained(source=source, asked=at) for source, at in asked.items()]
            await ports.writer.append(
                [Outgoing(self._plan.control, control_key(one), encode(one.model_dump()), 0) for one in said]
            )
            self._drained |= asked
            # Only what was heard after all this was read tells whose records are still needed.
            await self._listen(ports)
            needed = self._aside.names
            starts = {
                partition: min([end, *(at for one, at in others[partition].items() if is_named(one, needed))])
                for partition, end in ends.items()
            }
            await ports.trimmer.trim(self._plan.parked, {number: at for number, at in starts.items() if at})
            self._draining = None
        except Exception as error:  # noqa: BLE001  (the outermost frame of this task)
            self._fail(error)

    async def _stop_draining(self) -> None:
        if self._draining is not None:
            self._draining.cancel()
            await asyncio.wait({self._draining})
            self._draining = None

    async def _log_begins(self, offsets: SourceOffsets) -> None:
        """The first entry of every partition is the clock's: until the controller has written it, nothing follows."""
        log = [(self._plan.log, number) for number in range(self._plan.log_partitions)]
        while not self._has_begun:
            self._has_begun = all((await offsets.ends(log)).values())
            if not self._has_begun:
                # The controller may be another process: there is nothing here to wait for but the log.
                await asyncio.sleep(_BEGUN_POLL_SECONDS)

    async def _close(self) -> None:
        async with self._connecting:
            if self._announcing is not None:
                self._announcing.cancel()
                await asyncio.wait({self._announcing})
            await self._stop_draining()
            if self._connection is not None:
                await self._connection.__aexit__(None, None, None)
            self._announcing = self._connection = self._ports = None
            # A new connection follows hoso.control from its beginning.
            self._aside = Aside()


def _source_of(key: bytes | None) -> str:
    assert key is not None, "what is parked has its source for a key"
    return key.decode()


async def _any_record(chunks: AsyncIterator[Sequence[Record]]) -> bool:
    found = False
    # Not left at the first record: a reader that is left early keeps its connection.
    async for records in chunks:
        found = found or bool(records)
    return found
