"""Our own full path: the real roles as real processes on a fresh deployment, from source topics to durable effects."""

import asyncio
import os
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from benchmarks.broker import PARTITIONS, Broker, Producer
from benchmarks.children import Child
from benchmarks.measure import Run, Seen, Tell, WrongResult, measure
from benchmarks.workload import Told, Workload
from schemas.codec import decode, encode
from schemas.control import ClockRequested, RulesRequested
from schemas.topics import CODES, CONTROL, DEAD_LETTERS, FLAGS, LOG, SOURCES
from streams.adapters.kafka import KafkaWriter
from streams.adapters.sealing import new_letter_keys
from streams.adapters.topics_admin import create_topics
from streams.agents.app import group_of
from streams.core.compiling import rules_hash
from streams.core.instants import parse_utc, utc_text
from streams.pipeline.control_keys import control_key
from streams.ports import Outgoing, Record
from streams.settings import Settings
from tools.stack.ports import HOST, free_port

NAME = "hoso"
# Whatever the tests and the demo use would do: the work is the same under any key.
TOKEN_KEY, CODES_KEY = "benchmark-token-key-benchmark-32", "benchmark-codes-key-benchmark-32"
READY_SECONDS_MAX = 120.0
_ASK_SECONDS = 0.05


class NotReady(TimeoutError):
    """A worker does not say that it is ready."""


class Deployment:
    """One fresh prefix with a simulated clock, and the workers over it."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path) -> None:
        _, public_key = new_letter_keys()
        self._values = {
            "kafka": bootstrap,
            "prefix": prefix,
            "clock": "simulated",
            "token_key": TOKEN_KEY,
            "codes_key": CODES_KEY,
            "dead_letters_public_key": public_key,
            "log_partitions": str(PARTITIONS),
            "source_partitions": str(PARTITIONS),
            "replication": "1",
            "min_insync": "1",
            # Progress is told every fifth of it, and the last tick waits for progress.
            "tick_seconds": "1",
        }
        self.settings = Settings.model_validate(self._values)
        self.prefix, self._folder = prefix, folder
        self._ports: dict[str, int] = {}

    async def create(self) -> None:
        await create_topics(self.settings)

    def worker(self, role: str, **more: str) -> Child:
        """A worker to be started, with settings of its own beside those of the deployment."""
        self._ports[role] = free_port()
        others = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
        ours = {f"HOSO_{name.upper()}": value for name, value in (self._values | more).items()}
        arguments = ["streams", "worker", role, "--metrics-port", str(self._ports[role])]
        return Child(role, arguments, self._folder, others | ours)

    async def ready(self, worker: Child) -> None:
        """Returns when a started worker holds its partitions, with all that it must recover."""
        await self._until(worker, "ready")

    async def answers(self, worker: Child) -> None:
        """Returns when a started worker answers at all."""
        await self._until(worker, "live")

    async def _until(self, worker: Child, page: str) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not await asyncio.to_thread(_is_well, self._ports[worker.name], page):
            worker.cpu_seconds()
            if time.monotonic() > deadline:
                raise NotReady(f"{worker.name} is not {page} after {READY_SECONDS_MAX:.0f} s")
            await asyncio.sleep(_ASK_SECONDS)

    def topic(self, name: str) -> str:
        return self.prefix + name

    async def tell(self, work: Workload) -> None:
        """Write the whole backlog and the requests for its ticks, before anybody reads."""
        async with KafkaWriter(self.settings.kafka) as writer:
            producer = Producer(writer, self.prefix)
            for events, tick in work.parts():
                await self.tell_part(producer, events, tick.at)

    async def tell_part(self, producer: Producer, events: Sequence[Told], at: int) -> None:
        """Write events, and ask for a tick at `at` once intake has forwarded all that was written so far."""
        sources = {self.topic(topic.name) for topic in SOURCES}
        await producer.tell(events)
        offsets = {place: end for place, end in producer.offsets.items() if place.rpartition("/")[0] in sources}
        request = ClockRequested(at=utc_text(at), offsets=offsets)
        control = Outgoing(self.topic(CONTROL.name), control_key(request), encode(request.model_dump()), 0)
        await producer.write([control])

    async def look(self, broker: Broker, events: int, last_at: int) -> Seen:
        """How many records the case workers have made durable; done when the tick at `last_at` is among them."""
        log, codes = self.topic(LOG.name), self.topic(CODES.name)
        ends = await broker.ends(log, codes)
        if not any(ends[codes]):
            return Seen(0, is_done=False)
        handled = await broker.committed(group_of(self.settings, "cases"), log)
        # A tick is the last record of its broadcast, behind it is only the marker of the transaction.
        has_all = sum(handled) >= events and all(end - done <= 1 for end, done in zip(ends[log], handled, strict=True))
        return Seen(1 + sum(handled), is_done=has_all and await self.ticks(broker, last_at) == handled)

    async def is_durable(self, broker: Broker, at: int) -> bool:
        """Whether the tick at `at` is the last record of each partition of the log, and done with."""
        log = self.topic(LOG.name)
        handled = await broker.committed(group_of(self.settings, "cases"), log)
        ends = (await broker.ends(log))[log]
        # Behind the tick there is only the marker of its transaction.
        is_near = all(end - done <= 1 for end, done in zip(ends, handled, strict=True))
        return is_near and await self.ticks(broker, at) == handled

    async def ticks(self, broker: Broker, at: int) -> list[int]:
        """The offset after the tick at `at`, by partition of the log; 0 where that is not the last record."""
        return [_after_tick(record, at) for record in await broker.last(self.topic(LOG.name))]

    def activation(self, content: Mapping[str, Any]) -> Outgoing:
        """The request that other rules judge from the next tick on."""
        request = RulesRequested(hash=rules_hash(content), content=dict(content))
        return Outgoing(self.topic(CONTROL.name), control_key(request), encode(request.model_dump()), 0)

    def metrics_url(self, worker: Child) -> str:
        return f"http://{HOST}:{self._ports[worker.name]}/metrics"

    async def check(self, broker: Broker, work: Workload) -> None:
        found = await broker.flags(self.topic(FLAGS.name))
        if found != work.planted:
            raise WrongResult(NAME, work.planted, found)
        dead = self.topic(DEAD_LETTERS.name)
        if any(letters := (await broker.ends(dead))[dead]):
            raise WrongResult(NAME, "no dead letters", letters)


async def run_hoso(broker: Broker, work: Workload, prefix: str, folder: Path, tell: Tell) -> Run:
    """The case worker waits ready at an empty log; then intake starts on the backlog."""
    deployment = Deployment(broker.bootstrap, prefix, folder)
    await deployment.create()
    await deployment.tell(work)
    with deployment.worker("cases") as cases:
        await deployment.ready(cases)
        with deployment.worker("intake") as intake:
            events, last_at = len(work.events), work.ticks[-1].at

            async def look() -> Seen:
                return await deployment.look(broker, events, last_at)

            run = await measure(broker, events, [intake, cases], look, tell)
    await deployment.check(broker, work)
    return run


def _after_tick(record: Record | None, at: int) -> int:
    if record is None or record.value is None:
        return 0
    entry = decode(record.value)
    return record.offset + 1 if entry["type"] == "clock.ticked" and parse_utc(entry["at"]) == at else 0


def _is_well(port: int, page: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/{page}", timeout=5) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
