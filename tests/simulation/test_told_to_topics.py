"""A district told to topics: what stands in them when a tick is asked for, what waits for a tick, how fast it goes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from schemas.codec import decode
from schemas.topics import CONTROL, SOURCES
from streams.adapters.memory import MemoryLog, MemoryWriter
from streams.core.instants import parse_utc
from streams.simulator.days import ZONE
from streams.simulator.district import load_district
from streams.simulator.pace import Pace
from streams.simulator.plan import in_order
from streams.simulator.steps import Step, cut, end_of_run
from streams.simulator.to_topics import BATCH, send
from streams.simulator.told import Told
from tests.simulation_runs import played

HOUR = 3600
NINE = datetime(2026, 1, 5, 9, tzinfo=ZONE)


def told(minutes: float, number: int = 0) -> Told:
    """An event that becomes known so many minutes after nine, though it happened before."""
    event = {"id": str(number), "type": "case.completed", "subject": f"dossier:{number}", "time": NINE.isoformat()}
    return Told(NINE + timedelta(minutes=minutes), event)


class Topics:
    """Source topics and hoso.control in memory, and a clock that says when it was waited for."""

    def __init__(self) -> None:
        names = [topic.name for topic in (*SOURCES, CONTROL)]
        self.log = MemoryLog(dict.fromkeys(names, 1))
        self.waited: list[tuple[int, int, int]] = []

    async def ends(self) -> Mapping[str, int]:
        return {f"{topic.name}/0": len(self.log.slots(topic.name, 0)) for topic in SOURCES}

    async def reached(self, at: int) -> None:
        """Notes the instant, and how many events and requests stand by then."""
        self.waited.append((at, self.events, len(self.requests)))

    @property
    def events(self) -> int:
        return sum(len(self.log.slots(topic.name, 0)) for topic in SOURCES)

    @property
    def requests(self) -> list[tuple[int, int]]:
        """The instant of each tick that is asked for, and how many events intake must have passed before it."""
        slots = (decode(slot.value or b"") for slot in self.log.slots(CONTROL.name, 0) if slot is not None)
        return [(parse_utc(request["at"]), sum(request["offsets"].values())) for request in slots]

    async def play(self, steps: Sequence[Step], pace: Pace | None = None) -> None:
        await send(
            steps, MemoryWriter(self.log), "", self.ends, self.reached, pace or Pace(None, Hand(), Hand.no), none
        )


class Hand:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds

    @staticmethod
    async def no(_seconds: float) -> None:
        raise AssertionError("nothing is waited for without a speed")


def none(_events: int, _ticks: int) -> None:
    pass


def at(hours: float) -> int:
    return int((NINE + timedelta(hours=hours)).timestamp())


def test_a_tick_has_what_became_known_by_then_and_nothing_later() -> None:
    history = [told(1), told(60), told(60.5), told(200)]

    steps = list(cut(history, HOUR, NINE + timedelta(hours=5)))

    assert [(step.at, len(step.told)) for step in steps] == [(at(1), 2), (at(2), 1), (at(3), 0), (at(4), 1), (at(5), 0)]


def test_of_a_district_all_is_told_once_and_the_last_tick_is_the_midnight_by_which_it_is_known() -> None:
    run = played("noisy", 1)
    history = in_order(run)

    steps = list(cut(history, HOUR, NINE + timedelta(days=120)))

    assert [each for step in steps for each in step.told] == history
    assert all(step.at - HOUR < each.delivered.timestamp() <= step.at for step in steps for each in step.told)


def test_a_run_of_which_nothing_is_told_has_one_tick() -> None:
    assert list(cut([], HOUR, NINE)) == [Step(int(NINE.timestamp()), [])]


def test_a_run_ends_when_all_that_is_late_has_arrived() -> None:
    honest = load_district("honest")
    over = end_of_run(honest, 1, [])

    late = end_of_run(honest, 1, [told(0)._replace(delivered=over + timedelta(days=3, hours=2))])

    assert late - over == timedelta(days=4)


async def test_what_becomes_known_after_a_tick_is_sent_only_when_that_tick_stands() -> None:
    topics = Topics()

    await topics.play(list(cut([told(5), told(65), told(245)], HOUR, NINE + timedelta(hours=5))))

    # Before the second event the first tick is waited for; the ticks of three hours without news are asked for at once.
    assert topics.waited == [(at(1), 1, 1), (at(4), 2, 4), (at(5), 3, 5)]


async def test_a_tick_is_asked_for_with_the_ends_of_all_that_was_known_by_then() -> None:
    topics = Topics()

    await topics.play(list(cut([told(5), told(65), told(65)], HOUR, NINE + timedelta(hours=3))))

    assert topics.requests == [(at(1), 1), (at(2), 3), (at(3), 3)]


async def test_many_events_of_one_step_go_in_batches_and_stay_in_order() -> None:
    topics = Topics()
    history = [told(1, number) for number in range(BATCH + 10)]

    await topics.play(list(cut(history, HOUR, NINE + timedelta(hours=1))))

    written = [decode(slot.value or b"")["id"] for slot in topics.log.slots("submission", 0) if slot is not None]
    assert written == [each.event["id"] for each in history]


async def test_with_a_speed_each_event_and_tick_waits_for_its_instant() -> None:
    topics, hand = Topics(), Hand()

    await topics.play(
        list(cut([told(10), told(10), told(40)], HOUR, NINE + timedelta(hours=1))), Pace(60.0, hand, hand.sleep)
    )

    # The first is told at once; half an hour and twenty minutes go by, at a minute a second.
    assert hand.slept == [30.0, 20.0]
    assert (topics.events, len(topics.requests)) == (3, 1)


async def test_what_took_longer_than_its_time_is_made_up_for() -> None:
    hand = Hand()
    pace = Pace(10.0, hand, hand.sleep)
    await pace.until(0)

    hand.now += 7
    await pace.until(50)
    await pace.until(100)

    assert hand.slept == [3.0]


@pytest.mark.parametrize("speed", [0.5, 3600.0])
def test_without_having_begun_nothing_is_ahead(speed: float) -> None:
    assert Pace(speed, Hand(), asyncio.sleep).ahead(datetime.now(UTC).timestamp()) == 0
