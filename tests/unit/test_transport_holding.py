"""What a worker holds through rebalances: kept, moved, missed and cut short."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

import pytest

from streams.agents.holding import Holding
from streams.agents.jobs import Start
from streams.agents.vitals import Place, Vitals
from streams.ports import Record

A, B, C = ("log", 0), ("log", 1), ("log", 2)


class Recorder:
    """A job that notes what it is asked. Places in `slow` are taken, and chunks handled, only when let go."""

    def __init__(self, starts: Mapping[Place, Start] | None = None) -> None:
        self.asked: list[tuple[str, Place | None]] = []
        self.starts = dict(starts or {})
        self.slow: dict[Place, asyncio.Event] = {}
        self.error: Exception | None = None
        self.has_enough: set[Place] = set()
        self.left: dict[Place, Start] = {}

    async def take(self, place: Place) -> Start:
        self.asked.append(("take", place))
        await self._wait(place)
        if self.error:
            raise self.error
        return self.starts.get(place, 0)

    async def handle(self, place: Place, _records: Sequence[Record]) -> None:
        await self._wait(place)
        if self.error:
            raise self.error
        self.asked.append(("handle", place))

    def busy(self) -> Collection[Place]:
        return self.has_enough

    async def settle(self) -> Mapping[Place, Start]:
        self.asked.append(("settle", None))
        return self.left

    async def drop(self, place: Place) -> None:
        self.asked.append(("drop", place))

    async def _wait(self, place: Place) -> None:
        if place in self.slow:
            await self.slow[place].wait()


class Worker:
    """A Holding with one job, driven as the consumer drives it."""

    def __init__(self, job: Recorder, *, commits: bool = False) -> None:
        self.job = job
        self.failed: list[BaseException] = []
        self.begun: list[dict[Place, Start]] = []
        self.holding = Holding(Vitals(), self.failed.append)
        self.holding.add(["log"], job, commits=commits)
        self._generation = 0
        self._resumed = asyncio.Event()

    async def rebalance(self, *places: Place, missed: int = 0) -> None:
        await self.begin_rebalance(*places, missed=missed)
        async with asyncio.timeout(5):
            await self._resumed.wait()

    async def begin_rebalance(self, *places: Place, missed: int = 0) -> None:
        await self.holding.pause()
        self._generation += 1 + missed
        self._resumed.clear()
        self.holding.assign(places, self._generation, self._resume)

    async def _resume(self, starts: Mapping[Place, Start]) -> None:
        self.begun.append(dict(starts))
        self._resumed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110  (of tasks that run between two turns of the loop)
                await asyncio.sleep(0)

    async def handle(self, place: Place, last_offset: int) -> None:
        await self.holding.handle(place, [Record(*place, last_offset, 0, b"k", b"v")])


async def test_every_place_is_taken_before_anything_is_read() -> None:
    worker = Worker(Recorder({A: 5, B: 9}))

    await worker.rebalance(A, B)

    assert worker.begun == [{A: 5, B: 9}]
    assert worker.job.asked == [("settle", None), ("take", A), ("take", B)]
    assert worker.holding.vitals.assigned == {A, B}
    assert not worker.holding.vitals.recovering


async def test_a_place_that_stays_is_kept_and_read_on_after_what_was_handled() -> None:
    worker = Worker(Recorder({A: 5, B: 9}))
    await worker.rebalance(A, B)
    await worker.handle(A, 17)
    worker.job.asked.clear()

    await worker.rebalance(A, C)

    assert worker.begun[-1] == {A: 18, C: 0}
    assert worker.job.asked == [("settle", None), ("drop", B), ("take", C)]


async def test_a_place_whose_chunk_was_left_undone_is_read_on_from_where_its_job_says() -> None:
    worker = Worker(Recorder({A: 5, B: 9}))
    await worker.rebalance(A, B)
    await worker.handle(A, 17)
    await worker.handle(B, 17)
    worker.job.left = {A: 11}

    await worker.rebalance(A, B)

    assert worker.begun[-1] == {A: 11, B: 18}


async def test_a_place_is_busy_if_its_job_says_so() -> None:
    worker, other = Worker(Recorder()), Recorder()
    worker.holding.add(["control"], other, commits=False)
    worker.job.has_enough, other.has_enough = {A, B}, {("control", 0)}

    assert worker.holding.busy() == {A, B, ("control", 0)}


async def test_after_a_generation_that_was_missed_nothing_remembered_counts() -> None:
    worker = Worker(Recorder({A: 5}))
    await worker.rebalance(A)
    await worker.handle(A, 17)
    worker.job.asked.clear()

    await worker.rebalance(A, missed=1)

    assert worker.job.asked == [("settle", None), ("drop", A), ("take", A)]
    assert worker.begun[-1] == {A: 5}


async def test_a_taking_cut_short_by_a_rebalance_is_begun_again_and_a_finished_one_is_not() -> None:
    worker = Worker(Recorder({A: 5, B: 9}))
    worker.job.slow[B] = asyncio.Event()
    await worker.begin_rebalance(A, B)
    await worker.until(lambda: ("take", B) in worker.job.asked)

    worker.job.slow.clear()
    await worker.rebalance(A, B)

    assert worker.begun == [{A: 5, B: 9}]
    assert worker.job.asked == [("settle", None), ("take", A), ("take", B), ("settle", None), ("take", B)]
    assert worker.failed == []


async def test_a_generation_missed_while_taking_was_cut_short_is_not_forgotten() -> None:
    worker = Worker(Recorder({A: 5}))
    await worker.rebalance(A)
    await worker.begin_rebalance(A, missed=1)  # cut short before it did anything
    worker.job.asked.clear()

    await worker.rebalance(A)

    assert worker.job.asked == [("settle", None), ("drop", A), ("take", A)]


async def test_a_rebalance_waits_for_the_chunk_in_hand_and_for_what_is_not_yet_durable() -> None:
    worker = Worker(Recorder())
    await worker.rebalance(A)
    worker.job.slow[A] = asyncio.Event()
    in_hand = asyncio.create_task(worker.handle(A, 3))
    await asyncio.sleep(0)
    assert worker.holding.vitals.chunks_in_hand == 1
    worker.job.asked.clear()

    pausing = asyncio.create_task(worker.holding.pause())
    await asyncio.sleep(0)
    assert not pausing.done()
    worker.job.slow[A].set()
    await pausing

    assert worker.job.asked == [("handle", A), ("settle", None)]
    await in_hand


async def test_a_fault_while_taking_ends_the_process() -> None:
    worker = Worker(Recorder())
    worker.job.error = ValueError("broken")

    await worker.begin_rebalance(A)
    await worker.until(lambda: bool(worker.failed))

    [error] = worker.failed
    assert isinstance(error, ExceptionGroup)
    assert error.subgroup(ValueError)
    assert worker.begun == []


async def test_a_fault_in_a_chunk_leaves_the_place_where_it_was() -> None:
    worker = Worker(Recorder({A: 5}), commits=True)
    await worker.rebalance(A)
    worker.job.error = ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await worker.handle(A, 17)

    assert worker.holding.uncommitted() == {A: 5}
    assert worker.holding.vitals.records_handled == 0


async def test_only_what_was_handled_and_not_yet_told_is_to_be_committed() -> None:
    worker = Worker(Recorder({A: 5, B: 9}), commits=True)
    await worker.rebalance(A, B)
    worker.holding.committed({A: 5, B: 9})

    await worker.handle(A, 6)

    assert worker.holding.uncommitted() == {A: 7}
    worker.holding.committed({A: 7})
    assert worker.holding.uncommitted() == {}


async def test_offsets_of_a_job_that_keeps_its_own_are_never_committed() -> None:
    worker = Worker(Recorder({A: 5}), commits=False)
    await worker.rebalance(A)

    await worker.handle(A, 6)

    assert worker.holding.uncommitted() == {}


async def test_who_leaves_settles_first_and_lets_go_of_everything() -> None:
    worker = Worker(Recorder())
    await worker.rebalance(A, B)
    worker.job.asked.clear()

    await worker.holding.leave_all()

    assert worker.job.asked == [("settle", None), ("drop", A), ("drop", B)]


def test_a_topic_has_one_job() -> None:
    holding = Holding(Vitals(), lambda _error: None)
    holding.add(["log"], Recorder(), commits=False)

    with pytest.raises(AssertionError, match="two jobs for log"):
        holding.add(["log"], Recorder(), commits=False)
