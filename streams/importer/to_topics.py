"""An import to the topics: events at full speed, and requests for the ticks of the simulated clock behind them.

Nothing waits for a tick: a fact that is later than the clock is ignored until the clock reaches it, so events run ahead
in batches, and the ticks between the facts of a batch are asked for together once the broker has all of it.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from streams.importer.csv_log import Row, placed
from streams.importer.order import Fact
from streams.importer.snapshots import ENDED
from streams.pipeline.telling import Ends, clock_request, event_record
from streams.ports import Writer

BATCH = 500


def as_event(row: Row) -> Fact:
    """The event of a row as a source topic carries it; raises NoFact."""
    event, _, at = placed(row)
    return Fact(int(at.timestamp()), row.line, row.raw, event.type)


def batches(told: Iterable[Fact | int]) -> Iterator[tuple[list[Fact], list[int]]]:
    """Facts and the ticks among them, so many facts at a time; ticks after the last fact of a batch go with it."""
    facts: list[Fact] = []
    instants: list[int] = []
    for item in told:
        if isinstance(item, int):
            instants.append(item)
        else:
            if len(facts) >= BATCH and instants:
                yield facts, instants
                facts, instants = [], []
            facts.append(item)
    yield facts, instants


async def send(
    told: Iterable[Fact | int], writer: Writer, prefix: str, ends: Ends, advance: Callable[[int], object]
) -> int:
    """Write facts to their source topics and requests for ticks to hoso.control; returns how many ticks were asked.

    A request names the end offsets that intake must have passed before its tick may come; `ends` tells them, as
    "topic/partition" to the next offset.
    """
    asked = 0
    for facts, instants in batches(told):
        # That a snapshot is over is said once the broker has all of it: a tick between must not miss its lines.
        for _, together in groupby(facts, key=lambda fact: fact.type == ENDED):
            await writer.append([event_record(fact.type, str(fact.line), fact.payload, prefix) for fact in together])
        offsets = dict(await ends())
        await writer.append([clock_request(at, offsets, prefix) for at in instants])
        asked += len(instants)
        advance(len(facts))
    return asked
