"""The floor on the same source topics: see floor_app."""

from pathlib import Path

from benchmarks.broker import Broker, Producer, source_topics
from benchmarks.children import Child
from benchmarks.measure import Run, Seen, Tell, WrongResult, measure
from benchmarks.workload import Workload
from streams.adapters.kafka import KafkaWriter

NAME = "floor"


async def run_floor(broker: Broker, work: Workload, prefix: str, folder: Path, tell: Tell) -> Run:
    """The backlog stands on the source topics before the loop starts; it is done when every row is in the broker."""
    changelog, topics = f"{prefix}floor-changelog", [prefix + name for name in source_topics(work)]
    await broker.create([changelog, *topics])
    async with KafkaWriter(broker.bootstrap) as writer:
        await Producer(writer, prefix).tell(work.events)
    events = len(work.events)
    with Child(NAME, ["benchmarks.floor_app", broker.bootstrap, changelog, str(events), *topics], folder) as child:

        async def look() -> Seen:
            written = sum((await broker.ends(changelog))[changelog])
            return Seen(written, is_done=written == child.told().get("writes"))

        run = await measure(broker, events, [child], look, tell)
        if (found := child.told()["cases"]) != work.cases:
            raise WrongResult(NAME, f"{work.cases} cases", f"{found} cases")
    return run
