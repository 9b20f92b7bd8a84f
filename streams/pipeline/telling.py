"""Events on their way to their source topics, and the requests for ticks of a simulated clock behind them: what import
and simulation have in common.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.codec import encode
from schemas.control import ClockRequested
from schemas.events import TOPIC_OF_TYPE
from schemas.topics import CONTROL
from streams.core.instants import utc_text
from streams.pipeline.control_keys import control_key
from streams.ports import Outgoing

# The end offsets of the source topics, as "topic/partition" to the next offset.
Ends = Callable[[], Awaitable[Mapping[str, int]]]

_HEADERS = (("content-type", b"application/cloudevents+json"),)


def event_record(kind: str, key: str, payload: bytes, prefix: str) -> Outgoing:
    """An event as a record of the source topic that its type belongs to."""
    return Outgoing(prefix + TOPIC_OF_TYPE[kind], key.encode(), payload, headers=_HEADERS)


def clock_request(at: int, offsets: Mapping[str, int], prefix: str) -> Outgoing:
    """A request for a tick at an instant, which may come once intake has passed these end offsets."""
    request = ClockRequested(at=utc_text(at), offsets=dict(offsets))
    return Outgoing(prefix + CONTROL.name, control_key(request), encode(request.model_dump()), 0)


def ticks(first: int, last: int, step: int, zone: ZoneInfo) -> Iterator[int]:
    """Instants of ticks from `first` on, on a grid of `step` from local midnight, the last at or after `last`."""
    day = datetime.fromtimestamp(first, zone).date()
    while True:
        midnight, after = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        for at in range(midnight, after, step):
            if at >= first:
                yield at
            if at >= last:
                return
        day += timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
