"""A Faust transport that hands an agent whole fetched chunks: one message a (partition, fetch).

A message's value is the list of its records, its offset the last one's. Faust's own acks decide nothing here: what is
committed is what `Holding` says was handled, so that nothing has to be looked for between offsets.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

from faust.transport.consumer import Fetcher
from faust.transport.drivers import TRANSPORTS
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage
from mode import Service

from streams.agents.consumer_thread import ConsumerThread, Listener
from streams.agents.ending import leave
from streams.agents.holding import Holding
from streams.agents.jobs import Start
from streams.agents.vitals import Place
from streams.ports import Record

SCHEME = "chunks"
POLL_SECONDS = 1.0
# While a place is busy: what it waits for to be fetched again is not a record.
BUSY_POLL_SECONDS = 0.1


class ChunkConsumer(driver.Consumer):
    """Expects an app with an attribute `holding`."""

    RebalanceListener = Listener
    _thread: ConsumerThread

    @property
    def holding(self) -> Holding:
        return cast(Holding, self.app.holding)  # type: ignore[attr-defined]

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def begin(self, assignments: int, starts: Mapping[Place, Start]) -> bool:
        """See ConsumerThread.begin."""
        return await self._thread.begin(assignments, {TP(*place): start for place, start in starts.items()})

    @property
    def assignments(self) -> int:
        return self._thread.assignments

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        busy = self.holding.busy()
        assignments, fetched, left = await self._thread.fetch(BUSY_POLL_SECONDS if busy else timeout, busy)
        vitals = self.holding.vitals
        if assignments == self._thread.assignments:
            vitals.left.update(left)
            vitals.handed.update({place: records[-1].offset + 1 for place, records in fetched.items()})
        vitals.beat()
        if not self.flow_active:
            await self.wait(self.can_resume_flow)  # type: ignore[arg-type]
        for place, records in fetched.items():
            # What was fetched before a rebalance is read again after it, from wherever that is.
            if self.should_stop or not self.flow_active or assignments != self._thread.assignments:
                return
            yield TP(*place), self._chunk(TP(*place), records)

    async def _drain_messages(self, fetcher: Any) -> None:
        while not (self.should_stop or fetcher.should_stop):
            async for _, chunk in self.getmany(POLL_SECONDS):
                # Waits where the stream's queue is full: meanwhile nothing is fetched, and the next chunk is larger.
                await self.wait_first(self.callback(chunk), self.suspend_flow.wait())

    def on_buffer_full(self, tp: TP) -> None:
        """Faust would take the partition out of the set to fetch, and with none left sleep for a second."""

    async def commit(self, *_: Any, **__: Any) -> bool:
        """Tell the group what was handled since the last time."""
        if not (offsets := self.holding.uncommitted()):
            return False
        done = await self._commit({TP(*place): offset for place, offset in offsets.items()})
        if done:
            self.holding.committed(offsets)
        else:
            self.holding.vitals.commit_failures += 1
        return done

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        try:
            await self.quiesce()
        except Exception as error:  # noqa: BLE001  (the client only logs what leaves a listener)
            leave(error)
        await super().on_partitions_revoked(revoked)

    async def quiesce(self) -> None:
        """Returns when no agent works on a chunk, all that was handled is durable, and the group knows of it."""
        self.app.flow_control.suspend()
        self.stop_flow()
        await self.holding.pause()
        await self.commit()

    async def perform_seek(self) -> None:
        raise AssertionError("reading begins where Holding says, never at whatever is committed")

    async def verify_all_partitions_active(self) -> None:
        """Liveness is Vitals' affair; Faust's detector goes by acks and commits, which we do not use."""

    def _chunk(self, place: TP, fetched: list[Any]) -> ConsumerMessage:
        topic, partition = place
        records = [Record(topic, partition, r.offset, r.timestamp, r.key, r.value, r.headers) for r in fetched]
        last = fetched[-1]
        value: Any = records  # Faust expects bytes, and hands on whatever it is given
        return ConsumerMessage(
            topic, partition, last.offset, last.timestamp / 1000, last.timestamp_type, None, None, value, None, 0, 0,
            place, generation_id=self.app.consumer_generation_id,
        )  # fmt: skip


class ChunkFetcher(Fetcher):
    """Faust's would take a stop during a rebalance for a crash."""

    @Service.task
    async def _fetcher(self) -> None:
        await cast(ChunkConsumer, self.app.consumer)._drain_messages(self)


class Transport(driver.Transport):
    Consumer = ChunkConsumer
    Fetcher = ChunkFetcher


TRANSPORTS.aliases[SCHEME] = f"{__name__}:{Transport.__name__}"
