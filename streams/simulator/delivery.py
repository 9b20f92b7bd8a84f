"""How what happens comes to be known: soon, late, never, twice, out of order, or not while a source is silent."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from schemas.events import TOPIC_OF_TYPE
from streams.simulator.days import DAY, at
from streams.simulator.district import Habits, Trouble
from streams.simulator.draw import Draw
from streams.simulator.law import is_under
from streams.simulator.told import Told


def deliver(
    draw: Draw, habits: Habits, event: dict[str, Any], known: datetime, unit: str, troubles: Sequence[Trouble]
) -> Iterator[Told]:
    """None, one or two deliveries of an event that its source has at an instant."""
    arrives = known + timedelta(seconds=draw.between(1, 20))
    # All are drawn, so that one share changed leaves the others as they were.
    late, never, twice, out_of_order = (
        draw.happens(share)
        for share in (habits.told_late, habits.told_never, habits.told_twice, habits.told_out_of_order)
    )
    if late:
        arrives += timedelta(hours=draw.between(20, 140))
    elif out_of_order:
        arrives += draw.minutes(10, 240)
    silence = _silence(event["type"], unit, arrives, troubles)
    if silence is not None:
        if not silence.repaired:
            return
        arrives = at(silence.last + DAY) + draw.minutes(1, 120)
    if never:
        return
    yield Told(arrives, event)
    if twice:
        yield Told(arrives + draw.minutes(1, 2000), event)


def _silence(kind: str, unit: str, arrives: datetime, troubles: Sequence[Trouble]) -> Trouble | None:
    feed, day = TOPIC_OF_TYPE[kind], arrives.date()
    for trouble in troubles:
        is_here = not trouble.units or any(is_under(unit, code) for code in trouble.units)
        if trouble.feed == feed and is_here and trouble.first <= day <= trouble.last:
            return trouble
    return None
