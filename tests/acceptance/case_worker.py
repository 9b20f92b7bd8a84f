"""Real case workers for tests: their topics, their processes, what went in and what came out."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.protocol import ConsumerProtocol

from schemas.topics import FLAGS, LOG, TABLE, Topic
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.ports import Outgoing, Record
from streams.settings import Settings
from tests.acceptance.counting import MARK, Counting

ROOT = Path(__file__).parents[2]
GROUP = "hoso-cases"
PATIENCE_SECONDS = 40.0


async def until(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Ask again and again, within a bound."""
    try:
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110  (what is waited for is in another process)
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {seconds:.0f} s: {what}") from None


class Process:
    """One worker process; `settings` and `extra` are its environment."""

    def __init__(self, module: str, settings: Settings, log: Path, instance: int, extra: Mapping[str, str]) -> None:
        environment = {
            **os.environ,
            "HOSO_DEMO": "true",
            "HOSO_KAFKA": settings.kafka,
            "HOSO_PREFIX": settings.prefix,
            "HOSO_LOG_PARTITIONS": str(settings.log_partitions),
            "HOSO_CHUNK_RECORDS_MAX": str(settings.chunk_records_max),
            "HOSO_INSTANCE": str(instance),
            **extra,
        }
        self._log = log
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module], cwd=ROOT, env=environment, stdout=stderr, stderr=stderr
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    async def exit_code(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Waits for the process to end by itself."""
        return await asyncio.to_thread(self._process.wait, seconds)

    def said(self) -> str:
        return self._log.read_text()


class Cases:
    """A deployment of its own with counting case workers."""

    def __init__(self, settings: Settings, folder: Path, module: str = "tests.acceptance.counting") -> None:
        self.settings = settings
        self.folder, self._module = folder, module
        self._started: list[Process] = []
        self._reader = KafkaReader(settings.kafka)

    async def create_topics(self, *topics: Topic) -> None:
        await create_topics(
            self.settings.kafka,
            {self.settings.topic(topic): self.settings.partitions_of(topic) for topic in topics or (LOG, FLAGS, TABLE)},
        )

    def start(self, instance: int = 0, **extra: str) -> Process:
        log = self.folder / f"worker-{len(self._started)}.log"
        self._started.append(Process(self._module, self.settings, log, instance, extra))
        return self._started[-1]

    def stop_all(self) -> None:
        for process in self._started:
            process.kill()

    def said(self) -> str:
        return "\n".join(f"--- worker {n}\n{process.said()}" for n, process in enumerate(self._started))

    async def feed(self, keys: Sequence[bytes], value: bytes = b"{}") -> None:
        """Log records of these keys, in their order; a key's partition is the one that its own hash says."""
        async with KafkaWriter(self.settings.kafka) as writer:
            await writer.append([Outgoing(self.settings.topic(LOG), key, value) for key in keys])

    async def records(self, topic: Topic) -> dict[int, list[Record]]:
        """All that a committed reader finds, by partition."""
        name = self.settings.topic(topic)
        ends = await self._reader.end_offsets(name)
        return {
            partition: [r async for chunk in self._reader.read(name, partition, 0, end) for r in chunk]
            for partition, end in ends.items()
        }

    async def table(self) -> dict[int, dict[bytes, bytes]]:
        """What a recovery would find."""
        rows: dict[int, dict[bytes, bytes]] = {}
        for partition, records in (await self.records(TABLE)).items():
            rows[partition] = {r.key: r.value for r in records if r.key is not None and r.value is not None}
        return rows

    async def flags(self) -> dict[int, list[tuple[bytes | None, bytes | None]]]:
        return {p: [(r.key, r.value) for r in found] for p, found in (await self.records(FLAGS)).items()}

    async def undisturbed(
        self,
    ) -> tuple[dict[int, dict[bytes, bytes]], dict[int, list[tuple[bytes | None, bytes | None]]]]:
        """The table and the flags as they would be had one worker read the whole log in one chunk a partition."""
        table, flags = {}, {}
        for partition, records in (await self.records(LOG)).items():
            rows: dict[bytes, bytes] = {}
            slices = Counting(partition, rows, self.settings.topic).steps(records) if records else ()
            flags[partition] = [(flag.key, flag.value) for writes in slices for flag in writes.records]
            table[partition] = rows
        return table, flags

    async def until_done(self) -> None:
        """Every record of the log is in the table."""
        ends = {p: (r[-1].offset + 1 if r else 0) for p, r in (await self.records(LOG)).items()}

        async def done() -> bool:
            table = await self.table()
            return all(int(table[partition].get(MARK, b"0")) >= end for partition, end in ends.items())

        await until(done, f"the log's ends {ends} are in the table")

    async def until_begun(self, more_than: int = 0) -> int:
        """Something is in the table beyond so many changelog offsets; returns how many there are now."""
        name, found = self.settings.topic(TABLE), 0

        async def begun() -> bool:
            nonlocal found
            found = sum((await self._reader.end_offsets(name)).values())
            return found > more_than

        await until(begun, f"more than {more_than} offsets in the changelog")
        return found

    async def assignment(self) -> dict[str, set[tuple[str, int]]]:
        """What each member of the group holds, by client id."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.kafka)
        await admin.start()
        try:
            [response] = await admin.describe_consumer_groups([self.settings.prefix + GROUP])
        finally:
            await admin.close()
        [(_, _, _, _, _, members, *_)] = response.groups
        return {
            client: {tuple(place) for place in ConsumerProtocol.ASSIGNMENT.decode(assignment).partitions()}
            for _, client, _, _, assignment in members
            if assignment
        }


async def create_topics(kafka: str, partitions: Mapping[str, int]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        response = await admin.create_topics([NewTopic(name, count, 1) for name, count in partitions.items()])
        assert all(error == 0 for _, error, *_ in response.topic_errors), response
    finally:
        await admin.close()
