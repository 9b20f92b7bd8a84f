"""What of a fetch is handed to an agent: whole chunks of the present assignment, and nothing of an earlier one."""

import asyncio
from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from faust.types import TP

from streams.agents.consumer_thread import NOWHERE, ConsumerThread, Fetch
from streams.agents.holding import Holding
from streams.agents.transport import BUSY_POLL_SECONDS, ChunkConsumer
from streams.agents.vitals import Place, Vitals
from streams.ports import Record


class FakeThread:
    """Stands for the client's thread: `fetched` came under assignment `fetched_under`, now it is `assignments`."""

    def __init__(self, fetched: dict[TP, list[Any]], fetched_under: int, assignments: int) -> None:
        self.fetched, self.fetched_under, self.assignments = fetched, fetched_under, assignments
        self.asked: tuple[float, Collection[Place]] = (0.0, ())

    async def fetch(self, seconds: float, busy: Collection[Place]) -> Fetch:
        self.asked = (seconds, busy)
        return Fetch(self.fetched_under, self.fetched, {("log", 1): 96})


def fetched(*offsets: int) -> list[Any]:
    return [
        SimpleNamespace(
            offset=offset, timestamp=5, timestamp_type=1, key=b"k", value=b"%d" % offset, headers=(("h", b"v"),)
        )
        for offset in offsets
    ]


def consumer(thread: FakeThread, *, flow_active: bool = True) -> Any:
    """Of a consumer, what handing out needs."""
    made: Any = SimpleNamespace(
        _thread=thread,
        holding=Holding(Vitals(), lambda _error: None),
        app=SimpleNamespace(consumer_generation_id=7),
        flow_active=flow_active,
        can_resume_flow=asyncio.Event(),
        should_stop=False,
    )
    made.wait = lambda event: event.wait()
    made._chunk = lambda place, records: ChunkConsumer._chunk(made, place, records)
    return made


async def handed_out(of: Any) -> list[Any]:
    return [message async for _, message in ChunkConsumer.getmany(of, 1.0)]


async def test_a_chunk_is_one_message_with_the_last_offset_and_every_record() -> None:
    thread = FakeThread({TP("log", 1): fetched(3, 4, 9)}, 1, 1)

    [message] = await handed_out(consumer(thread))

    assert (message.topic, message.partition, message.offset, message.generation_id) == ("log", 1, 9, 7)
    headers = (("h", b"v"),)
    assert message.value == [Record("log", 1, n, 5, b"k", b"%d" % n, headers) for n in (3, 4, 9)]


async def test_what_was_fetched_under_an_earlier_assignment_is_not_handed_out() -> None:
    thread = FakeThread({TP("log", 1): fetched(300)}, fetched_under=1, assignments=2)

    assert await handed_out(consumer(thread)) == []


async def test_a_rebalance_between_two_chunks_of_a_fetch_stops_the_second() -> None:
    thread = FakeThread({TP("log", 0): fetched(1), TP("log", 1): fetched(1)}, 1, 1)
    of = consumer(thread)

    handed = []
    async for place, _ in ChunkConsumer.getmany(of, 1.0):
        handed.append(place)
        thread.assignments = 2

    assert handed == [TP("log", 0)]


async def test_what_came_while_the_flow_was_stopped_waits_and_is_not_lost() -> None:
    thread = FakeThread({TP("log", 1): fetched(3)}, 2, 2)
    of = consumer(thread, flow_active=False)

    waiting = asyncio.create_task(handed_out(of))
    await asyncio.sleep(0)
    assert not waiting.done()
    of.flow_active = True
    of.can_resume_flow.set()

    assert [message.offset for message in await waiting] == [3]


class Enough:
    """A job that has enough to do for one place."""

    def busy(self) -> Collection[Place]:
        return [("log", 1)]


async def test_a_busy_place_is_not_fetched_and_soon_looked_at_again() -> None:
    thread = FakeThread({}, 1, 1)
    of = consumer(thread)

    await handed_out(of)
    assert thread.asked == (1.0, set())
    of.holding.add(["log"], Enough(), commits=False)
    await handed_out(of)

    assert thread.asked == (BUSY_POLL_SECONDS, {("log", 1)})


class FakeClient:
    """Of a client, what a fetch needs."""

    def __init__(self) -> None:
        self.named: list[tuple[TopicPartition, ...]] = []

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset({TopicPartition("log", 0), TopicPartition("log", 1)})

    async def getmany(self, *places: TopicPartition, timeout_ms: int) -> dict[TP, list[Any]]:
        assert timeout_ms == 100
        self.named.append(places)
        return {}

    def last_stable_offset(self, place: TopicPartition) -> int | None:
        return 12 if place.partition else None

    async def position(self, place: TopicPartition) -> int:
        assert place.partition  # the other was never fetched from
        return 9


@pytest.mark.parametrize(
    "busy, named",
    [
        (set(), ()),
        ({("log", 0)}, (TopicPartition("log", 1),)),
        ({("log", 0), ("log", 1)}, (NOWHERE,)),
        ({("log", 0), ("log", 7)}, (TopicPartition("log", 1),)),
    ],
)
async def test_the_client_is_asked_for_what_is_not_busy_and_never_left_unasked(
    busy: set[Place], named: tuple[TopicPartition, ...]
) -> None:
    client = FakeClient()
    thread: Any = SimpleNamespace(_ensure_consumer=lambda: client, assignments=1)

    await ConsumerThread._fetch(thread, 0.1, busy)

    assert client.named == [named]


async def test_what_the_client_has_still_before_it_is_known_once_something_was_fetched() -> None:
    thread: Any = SimpleNamespace(_ensure_consumer=FakeClient, assignments=1)

    assert (await ConsumerThread._fetch(thread, 0.1, set())).left == {("log", 1): 3}


async def test_what_was_handed_out_and_what_is_left_are_noted_for_the_lag() -> None:
    of = consumer(FakeThread({TP("log", 1): fetched(3)}, 1, 1))

    await handed_out(of)

    assert of.holding.vitals.handed == {("log", 1): 4}
    assert of.holding.vitals.left == {("log", 1): 96}


async def test_nothing_of_an_earlier_assignment_is_noted() -> None:
    of = consumer(FakeThread({TP("log", 1): fetched(3)}, fetched_under=1, assignments=2))

    await handed_out(of)

    assert (of.holding.vitals.handed, of.holding.vitals.left) == ({}, {})
