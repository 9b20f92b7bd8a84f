"""Stock Faust on the same work, in two forms: see stock_app for what each does and what it is spared."""

from pathlib import Path

from benchmarks.broker import PARTITIONS, Broker, Producer
from benchmarks.children import Child
from benchmarks.measure import Run, Seen, Tell, WrongResult, measure
from benchmarks.stock_app import DIRECT, EVENTS_TOPIC, FLAGS_TOPIC, FULL, LOG_TOPIC, TICK, TOPIC, changelog_of
from benchmarks.workload import Workload
from streams.adapters.kafka import KafkaWriter
from streams.core.instants import utc_text
from streams.ports import Outgoing

NAME, NAME_DIRECT = "stock", "stock-direct"


async def run_stock(broker: Broker, work: Workload, prefix: str, folder: Path, tell: Tell) -> Run:
    """The full path."""
    return await _run(FULL, NAME, broker, work, prefix, folder, tell)


async def run_stock_direct(broker: Broker, work: Workload, prefix: str, folder: Path, tell: Tell) -> Run:
    """Less than the full path."""
    return await _run(DIRECT, NAME_DIRECT, broker, work, prefix, folder, tell)


async def _run(form: str, name: str, broker: Broker, work: Workload, prefix: str, folder: Path, tell: Tell) -> Run:
    """The backlog stands on one topic before the app starts; done is when every write it counted is in the broker."""
    changelog, log, flags = changelog_of(prefix), prefix + LOG_TOPIC, prefix + FLAGS_TOPIC
    await broker.create([prefix + EVENTS_TOPIC, log, flags])
    await broker.create([changelog], {"cleanup.policy": "compact"})
    async with KafkaWriter(broker.bootstrap) as writer:
        await _tell(Producer(writer, prefix), work, prefix + EVENTS_TOPIC)
    arguments = [form, broker.bootstrap, prefix, str(len(work.events)), str(len(work.ticks))]
    with Child(name, ["benchmarks.stock_app", *arguments], folder) as child:

        async def look() -> Seen:
            told = child.told()
            ends = await broker.ends(changelog, log, flags)
            written, sent = sum(ends[changelog]), sum(ends[flags])
            return Seen(written + sum(ends[log]), is_done=written == told.get("writes") and sent == told.get("flags"))

        run = await measure(broker, len(work.events), [child], look, tell)
    found = await broker.flags(flags)
    if found != work.planted:
        raise WrongResult(name, work.planted, found)
    return run


async def _tell(producer: Producer, work: Workload, topic: str) -> None:
    for events, tick in work.parts():
        await producer.write(
            Outgoing(topic, b"%d" % told.case, told.value, told.case % PARTITIONS, ((TOPIC, told.topic.encode()),))
            for told in events
        )
        at = utc_text(tick.at).encode()
        await producer.write(Outgoing(topic, at, at, partition, ((TICK, at),)) for partition in range(PARTITIONS))
