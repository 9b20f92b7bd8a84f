"""The case job on a log in memory: recovery, the durable step, long chunks, and what happens when it fails."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import pytest

from streams.adapters.memory import MemoryLog, MemoryReader, MemoryTransactions
from streams.agents.cases import CaseJob, CasePorts
from streams.agents.rows import PartitionedRows, Rows
from streams.agents.vitals import Vitals
from streams.ports import Fenced, Outgoing, Position, Record, Transactions

LOG, CHANGELOG, FLAGS = "log", "changelog", "flags"


class Writes(NamedTuple):
    rows: Sequence[tuple[bytes, bytes]]
    records: Sequence[Outgoing]
    next_offset: int


SLICE = 3


class Last:
    """Keeps the last value of each key, flags each record, and begins after its highest row. A slice is three records;
    a record of the value `bad` cannot be folded."""

    def __init__(self, partition: int, rows: Rows) -> None:
        self.partition, self.rows = partition, rows
        self.next_offset = max((int(at) for at in rows.values()), default=-1) + 1

    def steps(self, records: Sequence[Record]) -> Iterator[Writes]:
        for start in range(0, len(records), SLICE):
            part = records[start : start + SLICE]
            if any(record.value == b"bad" for record in part):
                raise ValueError("bad")
            rows = [(record.key or b"", b"%d" % record.offset) for record in part]
            self.rows.update(rows)
            flags = [Outgoing(FLAGS, key, at, self.partition) for key, at in rows]
            self.next_offset = part[-1].offset + 1
            yield Writes(rows, flags, self.next_offset)


class Gated(MemoryTransactions):
    """Commits only when let through: all once the gate is open, or one for each pass."""

    def __init__(self, log: MemoryLog, transactional_id: str) -> None:
        super().__init__(log, transactional_id)
        self.gate = asyncio.Event()
        self.passes = asyncio.Semaphore(0)
        self.asked = 0
        self.is_closed = False

    async def commit(self, records: Sequence[Outgoing], group: str, positions: Sequence[Position]) -> None:
        self.asked += 1
        opened, passed = asyncio.create_task(self.gate.wait()), asyncio.create_task(self.passes.acquire())
        await asyncio.wait({opened, passed}, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        passed.cancel()
        await super().commit(records, group, positions)

    async def close(self) -> None:
        self.is_closed = True
        await super().close()


class World:
    """A job and everything around it."""

    def __init__(self) -> None:
        self.log = MemoryLog({LOG: 2, CHANGELOG: 2, FLAGS: 2})
        self.rows = PartitionedRows()
        self.vitals = Vitals()
        self.failed: list[BaseException] = []
        self.made: list[Gated] = []
        self.seen: list[Writes] = []
        self.job = CaseJob(
            Last,
            CasePorts(
                MemoryReader(self.log, chunk_records=2),
                self._transactions,
                CHANGELOG,
                "group",
                lambda writes, _seconds: self.seen.append(writes),
            ),
            self.rows,
            self.vitals,
            self.failed.append,
        )

    def _transactions(self, partition: int) -> Transactions:
        self.made.append(Gated(self.log, f"cases-{partition}"))
        return self.made[-1]

    def values(self, topic: str, partition: int) -> list[tuple[bytes | None, bytes | None]]:
        return [(slot.key, slot.value) for slot in self.log.slots(topic, partition) if slot is not None]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Of what happens between turns of the loop, and in threads."""
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0)

    async def asked(self, partition: int, commits: int) -> None:
        """Returns when a partition waits for its so-manieth commit."""
        await self.until(lambda: self.made[partition].asked == commits)


def chunk(*offsets: int, partition: int = 0, value: bytes = b"v") -> list[Record]:
    return [Record(LOG, partition, offset, 0, b"k%d" % offset, value) for offset in offsets]


async def test_rows_are_recovered_before_the_first_record_and_say_where_to_begin() -> None:
    world = World()
    world.log.append([Outgoing(CHANGELOG, b"k%d" % n, b"%d" % n, 1) for n in (3, 4, 5)])

    start = await world.job.take((LOG, 1))

    assert start == 6
    assert dict(world.rows) == {b"k3": b"3", b"k4": b"4", b"k5": b"5"}
    assert world.vitals.rows_recovered == 3


async def test_an_empty_table_begins_at_the_beginning_of_the_log() -> None:
    assert await World().job.take((LOG, 0)) == 0


async def test_the_id_is_taken_over_before_the_rows_are_read() -> None:
    """What the earlier owner commits at the last moment must be seen; what it commits later must fail."""
    world = World()
    earlier = MemoryTransactions(world.log, "cases-0")
    await earlier.open()

    class LastMoment(Gated):
        async def open(self) -> None:
            await earlier.commit([Outgoing(CHANGELOG, b"k", b"41", 0)], "group", [])
            await super().open()

    world.job = CaseJob(
        Last,
        CasePorts(MemoryReader(world.log), lambda _: LastMoment(world.log, "cases-0"), CHANGELOG, "group"),
        world.rows,
        world.vitals,
    )

    assert await world.job.take((LOG, 0)) == 42
    with pytest.raises(Fenced):
        await earlier.commit([Outgoing(CHANGELOG, b"k", b"43", 0)], "group", [])


async def test_rows_flags_and_position_of_a_chunk_become_durable_together() -> None:
    world = World()
    await world.job.take((LOG, 1))

    await world.job.handle((LOG, 1), chunk(4, 5, partition=1))
    assert world.values(CHANGELOG, 1) == []
    world.made[0].gate.set()
    await world.job.settle()

    assert world.values(CHANGELOG, 1) == [(b"k4", b"4"), (b"k5", b"5")]
    assert world.values(FLAGS, 1) == [(b"k4", b"4"), (b"k5", b"5")]
    assert world.log.committed == {("group", LOG, 1): 6}
    assert [writes.next_offset for writes in world.seen] == [6]


async def test_a_partition_waits_for_its_own_commit_and_for_no_other() -> None:
    world = World()
    await world.job.take((LOG, 0))
    await world.job.take((LOG, 1))
    await world.job.handle((LOG, 0), chunk(0))

    again = asyncio.create_task(world.job.handle((LOG, 0), chunk(1)))
    await asyncio.wait_for(world.job.handle((LOG, 1), chunk(0, partition=1)), 5)
    assert not again.done()
    assert b"k1" not in world.rows
    world.made[0].gate.set()
    await asyncio.wait_for(again, 5)

    assert b"k1" in world.rows
    world.made[1].gate.set()
    await world.job.settle()


async def test_a_commit_that_fails_ends_the_process_at_once() -> None:
    world = World()
    await world.job.take((LOG, 0))
    await MemoryTransactions(world.log, "cases-0").open()
    world.made[0].gate.set()

    await world.job.handle((LOG, 0), chunk(0))
    with pytest.raises(Fenced):
        await world.job.settle()

    [error] = world.failed
    assert isinstance(error, Fenced)
    assert world.values(CHANGELOG, 0) == []


async def test_a_partition_that_is_dropped_is_forgotten_and_its_id_let_go() -> None:
    world = World()
    await world.job.take((LOG, 0))
    world.made[0].gate.set()
    await world.job.handle((LOG, 0), chunk(0))
    await world.job.settle()

    await world.job.drop((LOG, 0))

    assert dict(world.rows) == {}
    assert world.made[0].is_closed
    assert await world.job.take((LOG, 0)) == 1  # from the changelog


async def test_a_recovery_that_fails_or_is_cut_short_leaves_nothing_behind() -> None:
    world = World()
    world.log.append([Outgoing(CHANGELOG, None, b"no key", 0)])

    with pytest.raises(AssertionError, match="no key"):
        await world.job.take((LOG, 0))

    assert world.made[0].is_closed
    assert world.rows.partitions() == {}


# Chunks of several slices


async def test_a_slice_is_durable_before_the_next_is_folded() -> None:
    world = World()
    await world.job.take((LOG, 0))

    await world.job.handle((LOG, 0), chunk(*range(7)))
    await world.asked(0, 1)
    assert world.log.committed == {}
    assert b"k3" not in world.rows
    world.made[0].passes.release()
    await world.asked(0, 2)
    assert world.log.committed == {("group", LOG, 0): 3}
    assert b"k3" in world.rows
    assert b"k6" not in world.rows
    world.made[0].gate.set()
    await world.until(lambda: not world.job.busy())

    assert world.log.committed == {("group", LOG, 0): 7}
    assert [writes.next_offset for writes in world.seen] == [3, 6, 7]


async def test_while_a_partition_is_in_the_midst_of_a_long_chunk_another_is_handled() -> None:
    world = World()
    await world.job.take((LOG, 0))
    await world.job.take((LOG, 1))
    world.made[1].gate.set()
    await world.job.handle((LOG, 0), chunk(*range(9)))

    # As they come from the stream, one after the other: none may wait for the long one.
    async with asyncio.timeout(5):
        for offset in range(4):
            await world.job.handle((LOG, 0), chunk(9 + offset))
            await world.job.handle((LOG, 1), chunk(offset, partition=1))

    assert world.values(FLAGS, 1)[:3] == [(b"k0", b"0"), (b"k1", b"1"), (b"k2", b"2")]
    assert world.values(FLAGS, 0) == []
    world.made[0].gate.set()
    await world.until(lambda: not world.job.busy())
    await world.job.settle()
    assert world.values(FLAGS, 0) == [(b"k%d" % n, b"%d" % n) for n in range(13)]


async def test_long_chunks_of_two_partitions_take_turns() -> None:
    world = World()
    for partition in range(2):
        await world.job.take((LOG, partition))
        world.made[partition].gate.set()

    await world.job.handle((LOG, 0), chunk(*range(12)))
    await world.job.handle((LOG, 1), chunk(*range(12), partition=1))
    await world.until(lambda: not world.job.busy())

    turns = [writes.records[0].partition for writes in world.seen]
    assert turns.count(0) == turns.count(1) == 4
    assert all(abs(turns[:n].count(0) - turns[:n].count(1)) <= 2 for n in range(len(turns)))


async def test_nothing_more_is_fetched_of_a_partition_as_long_as_it_has_a_long_chunk_to_do() -> None:
    world = World()
    await world.job.take((LOG, 0))
    await world.job.take((LOG, 1))
    await world.job.handle((LOG, 0), chunk(*range(SLICE + 1)))
    await world.job.handle((LOG, 1), chunk(*range(SLICE), partition=1))

    assert list(world.job.busy()) == [(LOG, 0)]
    world.made[0].gate.set()
    await world.until(lambda: not world.job.busy())


async def test_what_is_behind_counts_from_the_slices_that_are_durable() -> None:
    world = World()
    await world.job.take((LOG, 0))
    await world.job.handle((LOG, 0), chunk(*range(9)))

    world.made[0].passes.release()
    await world.asked(0, 2)

    assert world.vitals.next_offsets == {(LOG, 0): 3}


async def test_a_rebalance_stops_a_long_chunk_after_the_slice_in_work_and_reading_goes_on_there() -> None:
    world = World()
    await world.job.take((LOG, 0))
    await world.job.handle((LOG, 0), chunk(*range(9)))
    await world.job.handle((LOG, 0), chunk(9))
    await world.asked(0, 1)

    settling = asyncio.create_task(world.job.settle())
    await asyncio.sleep(0)
    world.made[0].gate.set()

    assert await settling == {(LOG, 0): 3}
    assert world.log.committed == {("group", LOG, 0): 3}
    assert list(world.job.busy()) == []
    await world.job.handle((LOG, 0), chunk(*range(3, 10)))
    await world.until(lambda: not world.job.busy())
    assert world.values(FLAGS, 0) == [(b"k%d" % n, b"%d" % n) for n in range(10)]


async def test_a_chunk_of_one_slice_is_settled_whole() -> None:
    world = World()
    await world.job.take((LOG, 0))
    world.made[0].gate.set()
    await world.job.handle((LOG, 0), chunk(0, 1))

    assert await world.job.settle() == {}


async def test_a_later_slice_that_fails_ends_the_process_and_what_was_durable_stays() -> None:
    world = World()
    await world.job.take((LOG, 0))
    world.made[0].gate.set()

    await world.job.handle((LOG, 0), [*chunk(0, 1, 2, 3), *chunk(4, value=b"bad")])
    await world.until(lambda: bool(world.failed))

    [error] = world.failed
    assert isinstance(error, ValueError)
    assert world.log.committed == {("group", LOG, 0): 3}


async def test_a_later_commit_that_fails_ends_the_process_and_no_slice_is_folded_after_it() -> None:
    world = World()
    await world.job.take((LOG, 0))
    await world.job.handle((LOG, 0), chunk(*range(9)))
    world.made[0].passes.release()
    await world.asked(0, 2)

    await MemoryTransactions(world.log, "cases-0").open()
    world.made[0].gate.set()
    await world.until(lambda: bool(world.failed))

    [error] = world.failed
    assert isinstance(error, Fenced)
    assert world.log.committed == {("group", LOG, 0): 3}
    assert b"k6" not in world.rows
