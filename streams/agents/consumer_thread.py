"""The client that Faust's consumer drives, in its own thread: read_committed, silent until told where to begin."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.consumer.group_coordinator import OffsetCommitRequest
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode import Service

from streams.agents.ending import MembershipLost, leave
from streams.agents.jobs import Start
from streams.agents.vitals import Place

# A partition that is read to the end of its last fetch waits for the fetch in flight (the client keeps one a broker),
# which idle partitions hold up for this long. Half a second, the default, is felt.
FETCH_WAIT_MS = 100
WATCH_SECONDS = 1.0

NOWHERE = TopicPartition("", 0)


class Fetch(NamedTuple):
    """The records, the assignment under which they were fetched, and how many offsets a committed reader has still
    before it in each partition that was fetched from; the mark of a transaction that it has passed is none of them.
    """

    assignments: int
    records: Mapping[TP, list[Any]]
    left: Mapping[Place, int]


class RecordsGone(RuntimeError):
    """What is to be read next is not in the topic."""

    def __init__(self, place: TP, start: int, beginning: int, end: int) -> None:
        super().__init__(f"{place.topic}/{place.partition} holds offsets {beginning} to {end}, needed from {start} on")


class TopicMissing(RuntimeError):
    """Faust's assignor leaves out a topic that is not there, and a worker would wait for its records for ever."""

    def __init__(self, topics: Iterable[str]) -> None:
        super().__init__(f"no such topic: {', '.join(sorted(topics))}")


class Listener(driver.ConsumerRebalanceListener):
    """Called by the client in its own thread, where both methods act at once, before anything can be fetched."""

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> Any:
        thread = cast(ConsumerThread, self._thread)
        if revoked and thread.membership_is_lost:
            # A static member that joins once more takes its id back from whoever took it over: two processes would
            # fight for it. This one is the older, or its session expired: it goes.
            leave(MembershipLost(thread.app.conf.consumer_group_instance_id))
        return super().on_partitions_revoked(revoked)

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> Any:
        cast(ConsumerThread, self._thread).silence(assigned)
        return super().on_partitions_assigned(assigned)


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """`assignments` counts them: what was fetched under an earlier one must not be handed out."""

    assignments = 0

    @property
    def membership_is_lost(self) -> bool:
        generation = self._ensure_consumer()._coordinator.generation
        return bool(generation == OffsetCommitRequest.DEFAULT_GENERATION_ID)

    def silence(self, assigned: Iterable[Any]) -> None:
        """Fetch nothing until `begin`: not what recovery makes us skip, and no fetch in flight that would delay it."""
        self.assignments += 1
        self._ensure_consumer().pause(*assigned)

    async def begin(self, assignments: int, starts: Mapping[TP, Start]) -> bool:
        """Read from these starts on; False if there has been another assignment since, and nothing was done."""
        bounds = await self.call_thread(self._bounds, list(starts))
        for place, start in starts.items():
            beginning, end = bounds[place]
            if not beginning <= start <= end:
                raise RecordsGone(place, start, beginning, end)
        return bool(await self.call_thread(self._begin, assignments, starts))

    async def fetch(self, timeout_seconds: float, busy: Collection[Place]) -> Fetch:
        """What has arrived of any partition that is not busy.

        Of a busy partition the client keeps what one fetch brought, and asks the broker for no more.
        """
        return cast(Fetch, await self.call_thread(self._fetch, timeout_seconds, busy))

    async def _bounds(self, places: list[TP]) -> dict[TP, tuple[int, int]]:
        consumer, wanted = self._ensure_consumer(), [TopicPartition(*place) for place in places]
        if missing := consumer.subscription() - await consumer.topics():
            raise TopicMissing(missing)
        first, last = await consumer.beginning_offsets(wanted), await consumer.end_offsets(wanted)
        return {place: (first[place], last[place]) for place in places}

    async def _begin(self, assignments: int, starts: Mapping[TP, Start]) -> bool:
        consumer = self._ensure_consumer()
        if assignments != self.assignments or consumer.assignment() != set(starts):
            return False
        for place, start in starts.items():
            consumer.seek(TopicPartition(*place), start)
        consumer.resume(*consumer.assignment())
        return True

    async def _fetch(self, timeout_seconds: float, busy: Collection[Place]) -> Fetch:
        consumer, wanted = self._ensure_consumer(), list[TopicPartition]()
        if busy:
            # To name none means all; and a client that is not asked at all would in the end leave the group.
            wanted = [place for place in consumer.assignment() if place not in busy] or [NOWHERE]
        fetched = await consumer.getmany(*wanted, timeout_ms=int(timeout_seconds * 1000))
        left = dict[Place, int]()
        for place in consumer.assignment():
            # Not known before the first fetch: asked then, the client would wait for a position.
            if (end := consumer.last_stable_offset(place)) is not None:
                left[tuple(place)] = max(0, end - await consumer.position(place))
        return Fetch(self.assignments, fetched, left)

    @Service.task
    async def _watch(self) -> None:
        """The client keeps errors of its background tasks for whoever polls next, and nobody polls during recovery."""
        async for _ in self.itertimer(WATCH_SECONDS, name="watch"):
            self._ensure_consumer()._coordinator.check_errors()

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        conf = self.app.conf
        return AIOKafkaConsumer(
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            # Faust's assignor keeps partitions where they are, and the same numbers of co-partitioned topics together.
            partition_assignment_strategy=[self.app.assignor],
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=conf.broker_max_poll_records,
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
            connections_max_idle_ms=conf.consumer_connections_max_idle_ms,
            **driver.credentials_to_aiokafka_auth(conf.broker_credentials, conf.ssl_context),
        )
