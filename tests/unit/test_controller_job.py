"""The controller job on a log in memory: broadcasts whole, successors that go on, predecessors that are fenced."""

from typing import Any

import pytest

from schemas.codec import decode, encode
from schemas.control import Control
from streams.adapters.memory import MemoryLog, MemoryReader, MemoryTransactions
from streams.agents.controller import ControllerJob
from streams.pipeline.control_keys import control_key
from streams.pipeline.controller import ClockMixed
from streams.ports import Fenced, Outgoing, Record
from tests.intake_builders import OTHER_HASH, RULES_HASH, clock_request, plan, progress, rules_request

LOG, CONTROL = "t.log", "t.control"
PLACE = (CONTROL, 0)
PARTITIONS = 2
# 2026-01-06T00:00:00Z in milliseconds.
T = 1_767_657_600_000


class World:
    def __init__(self) -> None:
        self.log = MemoryLog({LOG: PARTITIONS, CONTROL: 1, "t.submission": 2}, now=T)

    def job(self, **fields: Any) -> ControllerJob:
        return ControllerJob(
            plan(**fields),
            LOG,
            PARTITIONS,
            MemoryReader(self.log),
            lambda: MemoryTransactions(self.log, "t.hoso-controller"),
            "t.hoso-intake",
        )

    def say(self, *controls: Control) -> list[Record]:
        first = len(self.log.slots(CONTROL, 0))
        records = [
            Outgoing(CONTROL, control_key(one), encode(one.model_dump(exclude_none=True)), 0) for one in controls
        ]
        self.log.append(records)
        return [slot for slot in self.log.slots(CONTROL, 0)[first:] if slot is not None]

    def told(self, partition: int) -> list[str]:
        """The control entries of one partition, ticks with their instant."""
        entries = [decode(slot.value or b"") for slot in self.log.slots(LOG, partition) if slot is not None]
        return [entry.get("at", entry["type"]) for entry in entries]


BEGINNING = ["clock.started", "engine.activated", "rules.activated"]


async def test_it_writes_the_beginning_of_an_empty_log_before_anything_is_read() -> None:
    world = World()

    assert await world.job().take(PLACE) == 0

    assert [world.told(n) for n in range(PARTITIONS)] == [BEGINNING] * PARTITIONS


async def test_a_tick_reaches_every_partition() -> None:
    world = World()
    job = world.job()
    await job.take(PLACE)

    await job.handle(PLACE, world.say(progress(0, T), progress(1, T + 1)))

    assert [world.told(n)[3:] for n in range(PARTITIONS)] == [["2026-01-06T00:00:00Z"]] * PARTITIONS
    # Before them stands what is expected of sources, and the marker of its transaction.
    assert world.log.committed["t.hoso-intake", CONTROL, 0] == 4


async def test_a_successor_goes_on_where_the_log_stands() -> None:
    world = World()
    first = world.job(rules_hash=RULES_HASH)
    await first.take(PLACE)
    await first.handle(PLACE, world.say(progress(0, T), progress(1, T), rules_request(OTHER_HASH)))
    await first.drop(PLACE)

    second = world.job()
    start = await second.take(PLACE)
    await second.handle(PLACE, world.say(progress(0, T + 5000), progress(1, T + 5000)))

    assert start == len(world.log.slots(CONTROL, 0)) - 2
    assert world.told(0)[3:] == ["rules.activated", "2026-01-06T00:00:00Z", "2026-01-06T00:00:05Z"]
    last = decode(next(slot.value or b"" for slot in reversed(world.log.slots(LOG, 0)) if slot is not None))
    assert last["rules"] == OTHER_HASH


async def test_an_old_controller_is_fenced_and_leaves_no_partition_under_another_law() -> None:
    world = World()
    old, new = world.job(), world.job()
    await old.take(PLACE)
    await new.take(PLACE)

    with pytest.raises(Fenced):
        await old.handle(PLACE, world.say(progress(0, T), progress(1, T)))

    assert [world.told(n) for n in range(PARTITIONS)] == [BEGINNING] * PARTITIONS


async def test_requests_that_are_done_leave_the_topic() -> None:
    world = World()
    job = world.job(clock="simulated")
    await job.take(PLACE)

    await job.handle(PLACE, world.say(clock_request("2026-01-07T00:00:00Z"), clock_request("2026-01-08T00:00:00Z")))
    await job.drop(PLACE)
    await world.job(clock="simulated").take(PLACE)

    newest = {slot.key: slot.value for slot in world.log.slots(CONTROL, 0) if slot is not None}
    assert [key for key, value in newest.items() if value is not None] == [b"sources.expected"]
    assert world.told(0)[3:] == ["2026-01-07T00:00:00Z", "2026-01-08T00:00:00Z"]


async def test_another_kind_of_clock_is_refused_and_nothing_is_written() -> None:
    world = World()
    await world.job().take(PLACE)

    with pytest.raises(ClockMixed):
        await world.job(clock="simulated").take(PLACE)

    assert world.told(0) == BEGINNING
