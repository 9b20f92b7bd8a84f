"""A simulated district told to its source topics in the order in which it becomes known, with a tick after each step.

A tick judges all that the log has by then, and the log takes what comes as it comes: so nothing that becomes known
after a tick may be sent before that tick stands in the log. An import does not wait like this: it tells when things
happened, not when they became known.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from schemas.codec import encode
from streams.pipeline.telling import Ends, clock_request, event_record
from streams.ports import Outgoing, Writer
from streams.simulator.pace import Pace
from streams.simulator.steps import Step
from streams.simulator.told import Told

BATCH = 500

# Returns when the clock of the log stands at an instant or after it.
Reached = Callable[[int], Awaitable[object]]
# How many more events and ticks are done.
Sent = Callable[[int, int], object]


async def send(
    steps: Iterable[Step], writer: Writer, prefix: str, ends: Ends, reached: Reached, pace: Pace, sent: Sent
) -> None:
    """Each step's events, acknowledged, then the request for its tick; returns when the last tick stands in the log."""
    offsets = dict(await ends())
    asked: int | None = None
    for at, told in steps:
        if told:
            if asked is not None:
                await reached(asked)
            await _tell(told, writer, prefix, pace, sent)
            offsets = dict(await ends())
        await pace.until(at)
        await writer.append([clock_request(at, offsets, prefix)])
        asked = at
        sent(0, 1)
    if asked is not None:
        await reached(asked)


async def _tell(told: Sequence[Told], writer: Writer, prefix: str, pace: Pace, sent: Sent) -> None:
    batch: list[Outgoing] = []

    async def flush() -> None:
        await writer.append(batch)
        sent(len(batch), 0)
        batch.clear()

    for delivered, event in told:
        at = delivered.timestamp()
        if batch and (len(batch) >= BATCH or pace.ahead(at) > 0):
            await flush()
        await pace.until(at)
        batch.append(event_record(event["type"], event["subject"], encode(event), prefix))
    await flush()
