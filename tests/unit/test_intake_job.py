"""The intake job on a log in memory: what is durable, what is announced, and that nothing precedes the clock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from schemas.codec import decode
from streams.adapters.memory import MemoryLog, MemoryReader, MemoryTransactions, MemoryWriter
from streams.adapters.memory_intake import MemoryAnnouncer, MemoryFollower, MemorySourceOffsets, MemoryTrimmer
from streams.agents.intake import IntakeJob, IntakePlan, IntakePorts
from streams.ports import Outgoing, Record
from tests.intake_builders import intake, message

SOURCE, LOG, CONTROL, DEAD, CODES = "t.submission", "t.log", "t.control", "t.dead-letters", "t.codes"
PARKED = "t.parked"
GROUP = "g"
PLACE = (SOURCE, 0)
# 2026-01-06T00:00:00Z in milliseconds.
T = 1_767_657_600_000
PATIENCE_SECONDS = 5.0


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110  (the job does not say when it has announced)
            await asyncio.sleep(0.001)


class World:
    """A log that has begun, a job on it that announces only when it is told to, and what went wrong."""

    def __init__(self, *, begun: bool = True) -> None:
        self.log = MemoryLog({SOURCE: 2, LOG: 2, CONTROL: 1, DEAD: 1, CODES: 2, PARKED: 2}, now=T)
        if begun:
            self.begin()
        self.opened = self.closed = 0
        self.faults: list[BaseException] = []
        plan = IntakePlan(LOG, 2, CONTROL, PARKED, PLACE, announce_seconds=9000, gap_seconds=1000)
        self.job = IntakeJob(intake(), plan, self.connect(), self.faults.append)

    def begin(self) -> None:
        self.log.append([Outgoing(LOG, None, b'{"type":"clock.started","kind":"wall"}', n) for n in range(2)])

    def connect(self) -> Callable[[], AbstractAsyncContextManager[IntakePorts]]:
        @asynccontextmanager
        async def ports() -> AsyncIterator[IntakePorts]:
            self.opened += 1
            yield IntakePorts(
                MemoryWriter(self.log),
                MemoryAnnouncer(self.log),
                MemorySourceOffsets(self.log, GROUP),
                MemoryReader(self.log),
                MemoryFollower(self.log, CONTROL),
                MemoryTrimmer(self.log),
            )
            self.closed += 1

        return ports

    def send(self, *values: bytes, partition: int = 0, at: int = T) -> list[Record]:
        self.log.now = at
        first = len(self.log.slots(SOURCE, partition))
        self.log.append([Outgoing(SOURCE, None, value, partition) for value in values])
        return [slot for slot in self.log.slots(SOURCE, partition)[first:] if slot is not None]

    def said(self) -> dict[tuple[str, int], tuple[int, int | None]]:
        """The newest announcement of each partition: offset and instant."""
        told = [decode(slot.value or b"") for slot in self.log.slots(CONTROL, 0) if slot is not None]
        return {(one["topic"], one["partition"]): (one["offset"], one.get("as_of")) for one in told}

    async def announced(self, count: int) -> None:
        await until(lambda: len(self.log.slots(CONTROL, 0)) >= count)

    def written(self, topic: str) -> Sequence[Record | None]:
        return [slot for n in range(self.log.partitions_of(topic)) for slot in self.log.slots(topic, n)]


async def test_a_chunk_is_in_the_log_when_it_is_handled() -> None:
    world = World()
    assert await world.job.take(PLACE) == 0

    await world.job.handle(PLACE, world.send(message(id="1"), b"not JSON", message(id="2")))

    assert len(world.written(LOG)) == 2 + 2
    assert len(world.written(DEAD)) == 1
    assert len(world.written(CODES)) == 1


async def test_reading_goes_on_where_the_group_stands() -> None:
    world = World()
    world.log.committed[GROUP, SOURCE, 0] = 7

    assert await world.job.take(PLACE) == 7


async def test_nothing_is_taken_before_the_clock_stands_in_the_log() -> None:
    world = World(begun=False)
    taking = asyncio.create_task(world.job.take(PLACE))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not taking.done()

    world.begin()

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await taking == 0


async def test_the_first_announcement_asks_for_the_time_and_the_next_one_bears_it() -> None:
    world = World()
    await world.job.take(PLACE)
    await world.announced(1)
    assert world.said() == {PLACE: (0, None)}

    world.log.now = T + 1000
    await world.job.announce()

    assert world.said() == {PLACE: (0, T)}


async def test_a_backlog_announces_the_last_forwarded_record() -> None:
    world = World()
    await world.job.take(PLACE)
    await world.announced(1)
    records = world.send(message(id="1"), at=T + 1) + world.send(message(id="2"), at=T + 2)
    world.log.now = T + 5000

    await world.job.handle(PLACE, records[:1])
    await world.job.announce()
    assert world.said() == {PLACE: (1, T + 1)}
    await world.job.handle(PLACE, records[1:])
    await world.job.announce()
    assert world.said() == {PLACE: (2, T + 5000)}


async def test_the_marker_of_a_transaction_does_not_hold_time() -> None:
    world = World()
    await world.job.take(PLACE)
    producer = MemoryTransactions(world.log, "producer")
    await producer.open()
    await producer.commit([Outgoing(SOURCE, None, message(), 0)], "", [])
    records = [slot for slot in world.log.slots(SOURCE, 0) if slot is not None]
    await world.job.handle(PLACE, records)
    await world.announced(1)

    for _ in range(3):
        world.log.now += 1000
        await world.job.announce()

    assert world.said() == {PLACE: (2, T + 2000)}


async def test_records_that_wait_are_not_taken_for_markers() -> None:
    world = World()
    await world.job.take(PLACE)
    world.send(message())
    await world.announced(1)

    for _ in range(3):
        await world.job.announce()

    assert world.said() == {PLACE: (0, None)}


async def test_partitions_that_are_gone_are_not_announced() -> None:
    world = World()
    await world.job.take(PLACE)
    await world.job.take((SOURCE, 1))
    await world.announced(1)
    await world.job.drop((SOURCE, 1))
    before = len(world.log.slots(CONTROL, 0))

    await world.job.announce()

    assert len(world.log.slots(CONTROL, 0)) == before + 1


async def test_what_is_opened_with_the_first_place_is_closed_with_the_last() -> None:
    world = World()
    places = [(SOURCE, 0), (SOURCE, 1)]

    await asyncio.gather(*(world.job.take(place) for place in places))
    assert (world.opened, world.closed) == (1, 0)
    await world.job.drop(places[0])
    assert (world.opened, world.closed) == (1, 0)
    await world.job.drop(places[1])

    assert (world.opened, world.closed) == (1, 1)
    assert world.faults == []


async def test_an_announcement_that_fails_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    async def broken(_self: MemoryAnnouncer, _records: Sequence[Outgoing]) -> int:
        raise ConnectionError("gone")

    monkeypatch.setattr(MemoryAnnouncer, "announce", broken)
    await world.job.take(PLACE)

    await until(lambda: bool(world.faults))
    assert str(world.faults[0]) == "gone"
