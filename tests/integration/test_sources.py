"""`hoso source` on a real Kafka: what is asked for, what is waited for, and what is said when nobody answers.

The controller is played by the test: it writes the states that one would keep.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable

import pytest

from schemas.codec import encode
from schemas.control import CONTROL as CONTROLS
from schemas.control import Control, SourceRequested, SourcesExpected, SourceState
from schemas.topics import CONTROL, LOG
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.adapters.topics_admin import create_topics
from streams.pipeline.control_keys import control_key
from streams.ports import Outgoing
from streams.settings import Settings
from tests.intake_builders import beat, source_row
from tests.unit.test_cli import run

pytestmark = pytest.mark.services

A, POST = "urn:hoso:onestop:A", "urn:hoso:post"
T = 1_767_657_600


class Played:
    """A deployment whose controller is the test."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def say(self, *controls: Control) -> None:
        name = self.settings.topic(CONTROL)
        values = [(control_key(one), encode(one.model_dump(exclude_none=True))) for one in controls]
        await self._write(Outgoing(name, key, value, 0) for key, value in values)

    async def clock(self, kind: str) -> None:
        await self._write(
            [Outgoing(self.settings.topic(LOG), None, encode({"type": "clock.started", "kind": kind}), 0)]
        )

    async def requests(self) -> list[SourceRequested]:
        reader, name = KafkaReader(self.settings.kafka), self.settings.topic(CONTROL)
        end = (await reader.end_offsets(name))[0]
        told = [
            CONTROLS.validate_json(one.value or b"") async for chunk in reader.read(name, 0, 0, end) for one in chunk
        ]
        return [one for one in told if isinstance(one, SourceRequested)]

    async def command(self, *words: str, then: Callable[[], Awaitable[None]] | None = None) -> tuple[int, str]:
        """The exit code of the command and what it printed; `then` is done once it has asked."""
        settings = {"kafka": self.settings.kafka, "prefix": self.settings.prefix, "demo": "true"}
        before = len(await self.requests())
        task = asyncio.create_task(asyncio.to_thread(lambda: run("source", *words, **settings)))
        if then is not None:
            while not task.done() and len(await self.requests()) == before:  # noqa: ASYNC110  (in another thread)
                await asyncio.sleep(0.05)
            await then()
        code, said = await task
        return code, said if "--json" in words else " ".join(said.split())

    async def _write(self, records: Iterable[Outgoing]) -> None:
        async with KafkaWriter(self.settings.kafka) as writer:
            await writer.append(list(records))


def state(source: str, name: str, reason: str | None = None) -> SourceState:
    return SourceState.model_validate({"source": source, "state": name, "reason": reason})


@pytest.fixture
async def played(kafka: str, prefix: str) -> Played:
    settings = Settings(
        demo=True, kafka=kafka, prefix=prefix, log_partitions=1, source_partitions=1, replication=1, min_insync=1
    )
    await create_topics(settings)
    made = Played(settings)
    await made.say(SourcesExpected(rules="1" * 32, sources=[source_row("urn:hoso:onestop", 10)]), beat(A, T))
    return made


async def test_sources_are_listed(played: Played) -> None:
    await played.say(state(A, "heard"))

    code, said = await played.command("list", "--json")
    _, table = await played.command("list")

    assert code == 0
    assert json.loads(said) == [
        {"name": A, "state": "heard", "up_to": "2026-01-06T00:00:00Z", "rhythm_minutes": 10, "reason": None}
    ]
    assert f"{A} heard 2026-01-06T00:00:00Z 10 min" in table


async def test_a_source_is_set_aside_when_the_controller_says_so(played: Played) -> None:
    async def answer() -> None:
        await played.say(state(A, "suspended", "flood"))

    code, said = await played.command("suspend", "urn:hoso:onestop", "--reason", "flood", "--wait", "0")
    assert (code, "is intake running" in said) == (1, True)
    code, said = await played.command("suspend", A, "--reason", "flood", then=answer)

    assert code == 0
    assert f"{A} is set aside after" in said
    first, second = await played.requests()
    assert (second.source, second.ask, second.reason) == (A, "suspend", "flood")
    assert first.id != second.id
    assert await played.command("suspend", A, "--reason", "flood") == (0, f"{A} is set aside already: nothing to do")


async def test_of_one_that_no_row_names_it_is_told_what_that_means(played: Played) -> None:
    async def answer() -> None:
        await played.say(state(POST, "suspended"))

    code, said = await played.command("suspend", POST, "--reason", "flood", then=answer)

    assert code == 0
    assert "no [[source]] row of the rules says of what it speaks" in said


async def test_a_source_is_back_when_all_steps_are_taken(played: Played) -> None:
    await played.say(state(A, "suspended"))

    async def answer() -> None:
        for name in ("resuming", "draining", "silent"):
            await played.say(state(A, name))

    code, said = await played.command("resume", A, "--reason", "repaired", then=answer)

    assert code == 0
    assert f"{A} is silent after" in said


async def test_what_did_not_come_in_time_is_told_with_what_to_look_at(played: Played) -> None:
    await played.say(state(A, "draining"))

    code, said = await played.command("resume", A, "--reason", "repaired", "--wait", "0", "--json")

    assert code == 1
    told = json.loads(said)
    assert (told["state"], told["waited_for"][:31]) == ("draining", "what was parked is being forwar")


async def test_only_who_is_set_aside_can_be_taken_back(played: Played) -> None:
    await played.say(state(POST, "suspended"))

    code, said = await played.command("resume", A, "--reason", "repaired")

    assert (code, said) == (2, f"hoso: {A} is not set aside by that name (set aside: {POST})")
    assert await played.requests() == []


async def test_a_simulated_clock_is_not_waited_for(played: Played) -> None:
    await played.clock("simulated")

    code, said = await played.command("suspend", A, "--reason", "flood")

    assert code == 0
    assert "until the next tick, which somebody has to ask for" in said
    assert len(await played.requests()) == 1


async def test_a_deployment_without_topics_is_told(kafka: str, prefix: str) -> None:
    settings = {"kafka": kafka, "prefix": prefix, "demo": "true"}

    code, said = await asyncio.to_thread(lambda: run("source", "list", **settings))

    assert code == 2
    assert "does not exist: make it with hoso topics create" in " ".join(said.split())
