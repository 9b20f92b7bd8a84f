"""A simulated district played into the source topics of a deployment, on its simulated clock."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.topics import CONTROL, LOG, SOURCES
from streams.adapters.kafka import KafkaReader, KafkaWriter, TopicUnknown
from streams.adapters.kafka_clock import KafkaClock
from streams.adapters.kafka_ends import KafkaEnds
from streams.adapters.topics_admin import TopicState, show_topics
from streams.clock import monotonic_seconds
from streams.core.instants import parse_utc, utc_text
from streams.pipeline.controller import ClockMixed
from streams.pipeline.standing import read_standing
from streams.settings import Settings
from streams.simulator.pace import Pace
from streams.simulator.steps import Step, cut
from streams.simulator.to_topics import send
from streams.simulator.told import Told

# How long a tick may take: intake reads what was sent before it, and may be starting.
PATIENCE_SECONDS = 60.0

# A step of a run, how much of it is done, and of how much.
Advance = Callable[[str, int, int], object]


class ClockLater(ValueError):
    """A clock never goes back: what would be told now belongs before ticks that have come."""

    def __init__(self, log: str, at: str, first: str) -> None:
        super().__init__(
            f"{log} stands at {at}, and this run begins with a tick at {first}: "
            f"play it into a new log under another HOSO_PREFIX, or a district that begins later"
        )


class ClockTooShort(ValueError):
    """What happens after the end of a deployment's simulated time is refused by its intake."""

    def __init__(self, until: str, last: str) -> None:
        super().__init__(
            f"HOSO_CLOCK_UNTIL is {until}, and this run goes on to {last}: "
            f"set it later here and for the workers, or play fewer --days"
        )


class Sent(NamedTuple):
    """What was sent: events, ticks, and the instant of the last one."""

    events: int
    ticks: int
    last: int


def play_to_topics(
    history: Sequence[Told],
    until: datetime,
    tick_seconds: int,
    speed: float | None,
    settings: Settings,
    advance: Advance,
) -> Sent:
    """Tell a district to a deployment; returns when the last tick stands in its log.

    `speed` is simulated seconds a second, None for as fast as it goes. `advance` is told of events and ticks.
    Raises TopicUnknown, ClockMixed, ClockLater, ClockTooShort before anything is sent, and ClockStands where the
    deployment does not tick.
    """
    steps = list(cut(history, tick_seconds, until))
    asyncio.run(_play(steps, len(history), speed, settings, advance))
    return Sent(len(history), len(steps), steps[-1].at)


async def _play(steps: Sequence[Step], events: int, speed: float | None, settings: Settings, advance: Advance) -> None:
    await _check(steps[0].at, steps[-1].at, settings)
    done = [0, 0]

    def sent(more_events: int, more_ticks: int) -> None:
        done[0] += more_events
        done[1] += more_ticks
        advance("events", done[0], events)
        advance("ticks", done[1], len(steps))

    topics = [settings.topic(topic) for topic in SOURCES]
    clock = KafkaClock(settings.kafka, settings.topic(LOG), PATIENCE_SECONDS)
    pace = Pace(speed, monotonic_seconds, asyncio.sleep)
    async with KafkaWriter(settings.kafka) as writer, KafkaEnds(settings.kafka, topics) as ends, clock:
        await send(steps, writer, settings.prefix, ends, clock.reached, pace, sent)


async def _check(first: int, last: int, settings: Settings) -> None:
    needed = {settings.topic(topic) for topic in (*SOURCES, CONTROL, LOG)}
    for row in await show_topics(settings):
        if row.state is TopicState.MISSING and row.name in needed:
            raise TopicUnknown(row.name)
    if settings.clock_until is not None and int(settings.clock_until.timestamp()) < last:
        raise ClockTooShort(utc_text(int(settings.clock_until.timestamp())), utc_text(last))
    log = settings.topic(LOG)
    standing = await read_standing(KafkaReader(settings.kafka), log)
    if standing.clock not in {None, "simulated"}:
        raise ClockMixed(str(standing.clock), "simulated")
    if standing.at is not None and parse_utc(standing.at) >= first:
        raise ClockLater(log, standing.at, utc_text(first))
