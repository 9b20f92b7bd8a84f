"""A simulated clock moved step by step: each tick is asked for once its events are sent, and awaited until judged."""

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.codec import decode, encode
from schemas.control import ClockRequested
from schemas.topics import CONTROL, LOG, SOURCES
from streams.adapters.kafka import KafkaWriter
from streams.adapters.kafka_ends import KafkaEnds
from streams.core.instants import utc_text
from streams.pipeline.control_keys import control_key
from streams.ports import Outgoing
from streams.settings import Settings

PATIENCE_SECONDS = 30.0
_POLL_MS = 100


class _Tick(NamedTuple):
    """The last tick of a partition of the log, and the offset after it."""

    at: str
    linked_to: str | None
    offset: int


class ClockSteps:
    """`step` sends events and moves the clock; it returns when case workers have made durable what the tick judged."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._log, self._control = settings.topic(LOG), settings.topic(CONTROL)
        self._ticks: dict[int, _Tick] = {}
        self._done: dict[int, int] = {}
        self._writer = KafkaWriter(settings.kafka)
        self._ends = KafkaEnds(settings.kafka, [settings.topic(topic) for topic in SOURCES])

    async def step(self, events: Sequence[Outgoing], at: int, *, linked: bool) -> None:
        """With `linked` the tick has to be said again once all partitions have told each other what they must."""
        await self.send(events)
        request = ClockRequested(at=utc_text(at), offsets=dict(await self._ends()))
        await self._writer.append([Outgoing(self._control, control_key(request), encode(request.model_dump()), 0)])
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_judged(request.at, linked=linked):
            assert time.monotonic() < deadline, f"{request.at}, linked {linked}: {self._ticks}, done {self._done}"
            await self._follow()

    async def send(self, events: Sequence[Outgoing]) -> None:
        """Events that a later step will have judged."""
        await self._writer.append(events)

    def _is_judged(self, at: str, *, linked: bool) -> bool:
        return all(
            (tick := self._ticks.get(partition)) is not None
            and tick.at == at
            and (not linked or tick.linked_to == at)
            and self._done.get(partition, 0) >= tick.offset
            for partition in range(self._settings.log_partitions)
        )

    async def _follow(self) -> None:
        for place, records in (await self._consumer.getmany(timeout_ms=_POLL_MS)).items():
            for record in records:
                if record.value is None or (place.topic == self._log and record.key):
                    continue
                told: Mapping[str, Any] = decode(record.value)
                if told["type"] == "clock.ticked":
                    self._ticks[place.partition] = _Tick(told["at"], told.get("linked_to"), record.offset + 1)
                elif told["type"] == "progress" and told["topic"] == LOG.name:
                    self._done[told["partition"]] = told["offset"]

    async def __aenter__(self) -> Self:
        await self._writer.open()
        await self._ends.__aenter__()
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await self._consumer.start()
        log = [TopicPartition(self._log, partition) for partition in range(self._settings.log_partitions)]
        self._consumer.assign([*log, TopicPartition(self._control, 0)])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()
        await self._ends.__aexit__(kind, error, trace)
        await self._writer.close()
