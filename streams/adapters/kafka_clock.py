"""The simulated clock of a log, waited for: its ticks, read as they come."""

from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.codec import decode
from streams.clock import monotonic_seconds
from streams.core.instants import parse_utc, utc_text

_POLL_MS = 100


class ClockStands(TimeoutError):
    """A tick was asked for and did not come."""

    def __init__(self, log: str, at: int, seconds: float) -> None:
        self.at = at
        super().__init__(
            f"{log} has no tick at {utc_text(at)}, {seconds:.0f} s after it was asked for: "
            f"is `hoso worker intake` running, with HOSO_CLOCK=simulated and this HOSO_PREFIX?"
        )


class KafkaClock:
    """`await reached(at)` returns when the log has a tick at or after an instant; raises ClockStands after so many
    seconds. It knows of the ticks that come while it is open. A tick stands in all partitions or in none: one is read.
    """

    def __init__(self, bootstrap: str, log: str, patience_seconds: float) -> None:
        self._bootstrap, self._at, self._patience = bootstrap, TopicPartition(log, 0), patience_seconds
        self._consumer: AIOKafkaConsumer | None = None
        self._now: int | None = None

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, isolation_level="read_committed", enable_auto_commit=False
        )
        await self._consumer.start()
        self._consumer.assign([self._at])
        await self._consumer.seek_to_end(self._at)
        return self

    async def reached(self, at: int) -> None:
        consumer = self._consumer
        assert consumer is not None, "waited for before it was opened"
        deadline = monotonic_seconds() + self._patience
        while self._now is None or self._now < at:
            if monotonic_seconds() > deadline:
                raise ClockStands(self._at.topic, at, self._patience)
            for records in (await consumer.getmany(self._at, timeout_ms=_POLL_MS)).values():
                for record in records:
                    # Facts have a key, entries of time and law have none.
                    if not record.key and record.value is not None:
                        entry = decode(record.value)
                        if entry["type"] == "clock.ticked":
                            self._now = parse_utc(entry["at"])

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
