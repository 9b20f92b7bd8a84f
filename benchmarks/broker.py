"""What a benchmark asks of the broker: topics made and removed, ends, what a group has done, what flags say."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

import orjson
import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from benchmarks.workload import PLANTED_CLASSES, Told, Workload
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.ports import Outgoing, Record

PARTITIONS = 4
WRITTEN_AT_ONCE = 10_000
_ASK_SECONDS, _ASKS_MAX = 0.05, 400
_TAIL = 50


class TopicRefused(RuntimeError):
    """The broker does not create, or does not show, a topic."""


class Broker:
    """One connection for questions. Contenders have their own."""

    def __init__(self, bootstrap: str, pid: int) -> None:
        self.bootstrap = bootstrap
        self._process = psutil.Process(pid)
        self._admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, isolation_level="read_committed"
        )

    async def __aenter__(self) -> Self:
        await self._admin.start()
        await self._consumer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()
        await self._admin.close()

    def cpu_seconds(self) -> float:
        """What the broker's process has used so far."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    async def create(self, topics: Iterable[str], settings: Mapping[str, str] | None = None) -> None:
        """Topics with as many partitions as all others of a benchmark; returns when they can be used."""
        names = set(topics)
        new = [NewTopic(name, PARTITIONS, 1, topic_configs=dict(settings or {})) for name in sorted(names)]
        answer = await self._admin.create_topics(new)
        if refused := [name for name, code, *_ in answer.topic_errors if code]:
            raise TopicRefused(f"the broker did not create {', '.join(refused)}")
        for _ in range(_ASKS_MAX):
            shown = await self._admin.describe_topics(sorted(names & set(await self._admin.list_topics())))
            if {topic["topic"] for topic in shown if _has_leaders(topic)} == names:
                return
            await asyncio.sleep(_ASK_SECONDS)
        raise TopicRefused(f"the broker does not show {', '.join(sorted(names))}")

    async def remove(self, prefix: str) -> None:
        """Every topic under a prefix, so that the next round finds the disk as this one did."""
        if names := [name for name in await self._admin.list_topics() if name.startswith(prefix)]:
            await self._admin.delete_topics(names)

    async def ends(self, *topics: str) -> dict[str, list[int]]:
        """Where a committed reader of each partition would stop, by topic."""
        places = [TopicPartition(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        found = await self._consumer.end_offsets(places)
        return {topic: [found[TopicPartition(topic, number)] for number in range(PARTITIONS)] for topic in topics}

    async def committed(self, group: str, topic: str) -> list[int]:
        """The next offset of each partition, as far as a group has made it durable."""
        found = await self._admin.list_consumer_group_offsets(group)
        offsets = {place.partition: kept.offset for place, kept in found.items() if place.topic == topic}
        return [offsets.get(number, 0) for number in range(PARTITIONS)]

    async def last(self, topic: str) -> list[Record | None]:
        """The last committed record of each partition; behind it there may be the marker of its transaction."""
        ends = (await self.ends(topic))[topic]
        return [
            records[-1] if records else None
            for records in [await self._read(topic, number, end - _TAIL, end) for number, end in enumerate(ends)]
        ]

    async def flags(self, topic: str, starts: Sequence[int] = (0,) * PARTITIONS) -> Counter[tuple[str, str]]:
        """How many records of each planted class and state a flags topic holds, from these offsets on."""
        found = Counter[tuple[str, str]]()
        for partition, end in enumerate((await self.ends(topic))[topic]):
            for record in await self._read(topic, partition, starts[partition], end):
                flag = orjson.loads(record.value or b"{}")
                if flag["class"] in PLANTED_CLASSES:
                    found[flag["class"], flag["state"]] += 1
        return found

    async def _read(self, topic: str, partition: int, start: int, end: int) -> list[Record]:
        reader = KafkaReader(self.bootstrap)
        chunks = reader.read(topic, partition, max(0, start), end)
        return [record async for records in chunks for record in records]


class Producer:
    """Writes a workload, and knows the offsets that it reaches in fresh topics."""

    def __init__(self, writer: KafkaWriter, prefix: str) -> None:
        self._writer, self._prefix = writer, prefix
        self.offsets: Counter[str] = Counter()

    async def tell(self, events: Sequence[Told], topic: str | None = None) -> None:
        """The events to their source topics, or all to one topic, in order; a case keeps to one partition."""
        for start in range(0, len(events), WRITTEN_AT_ONCE):
            await self.write(
                Outgoing(self._prefix + (topic or told.topic), b"%d" % told.case, told.value, told.case % PARTITIONS)
                for told in events[start : start + WRITTEN_AT_ONCE]
            )

    async def write(self, records: Iterable[Outgoing]) -> None:
        written = list(records)
        self.offsets.update(f"{record.topic}/{record.partition}" for record in written)
        await self._writer.append(written)


def source_topics(work: Workload) -> list[str]:
    """Short names of the topics that a workload is told on."""
    return sorted({told.topic for told in work.events})


def _has_leaders(topic: Mapping[str, object]) -> bool:
    partitions = topic["partitions"]
    return isinstance(partitions, list) and bool(partitions) and all(part["leader"] >= 0 for part in partitions)
