"""Activating rules on a real Kafka: what is asked for, what is waited for, and what is said when nobody answers.

Intake and case workers are played by the test: it writes the broadcasts and commits the offsets that they would.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from schemas.codec import decode, encode
from schemas.control import CONTROL as CONTROLS
from schemas.control import RulesRequested
from schemas.topics import CASES_CURRENT, CONTROL, LOG
from streams.adapters.kafka import KafkaReader, KafkaTransactions
from streams.adapters.topics_admin import create_topics
from streams.agents.app import group_of
from streams.pipeline.control_keys import control_key
from streams.ports import Outgoing, Position, Record
from streams.settings import Settings
from streams.wiring.activation import Activation, Place, activate
from streams.wiring.law import Law, read_law
from tests.core_builders import activation, at, tick
from tests.rules_folder import write_rules
from tests.unit.test_cli import run

pytestmark = pytest.mark.services

PARTITIONS = 2
NOON = at("2026-01-12 12:00")
T = TypeVar("T")
Step = Callable[[], Awaitable[None]]


class Played:
    """The workers of a deployment, as far as an activation meets them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._reader = KafkaReader(settings.kafka)

    async def broadcast(self, *entries: dict[str, Any]) -> None:
        """Entries on every partition of the log, in one transaction."""
        log = self.settings.topic(LOG)
        records = [Outgoing(log, None, encode(one), number) for number in range(PARTITIONS) for one in entries]
        await self._commit("controller", records, [])

    async def judged(self, views: list[dict[str, Any]]) -> None:
        """All of the log is judged: views with the offsets, as a case worker writes them."""
        log, current = self.settings.topic(LOG), self.settings.topic(CASES_CURRENT)
        positions = [Position(log, *place) for place in (await self._reader.end_offsets(log)).items()]
        records = [Outgoing(current, view["case"].encode(), encode(view)) for view in views]
        await self._commit("cases", records, positions)

    async def requests(self) -> list[Record]:
        """What stands in hoso.control."""
        control = self.settings.topic(CONTROL)
        end = (await self._reader.end_offsets(control))[0]
        return [record async for chunk in self._reader.read(control, 0, 0, end) for record in chunk]

    async def _commit(self, role: str, records: list[Outgoing], positions: list[Position]) -> None:
        transactions = KafkaTransactions(self.settings.kafka, f"{self.settings.prefix}{role}", 10)
        await transactions.open()
        await transactions.commit(records, group_of(self.settings, "cases"), positions)
        await transactions.close()


@pytest.fixture
async def played(kafka: str, prefix: str) -> Played:
    settings = Settings(
        demo=True,
        kafka=kafka,
        prefix=prefix,
        log_partitions=PARTITIONS,
        source_partitions=1,
        replication=1,
        min_insync=1,
    )
    await create_topics(settings)
    return Played(settings)


@pytest.fixture
def old(tmp_path: Path) -> Law:
    return read_law(write_rules(tmp_path / "old", swap=False))


@pytest.fixture
def new(tmp_path: Path) -> Law:
    return read_law(write_rules(tmp_path / "new"))


async def in_force(played: Played, law: Law, clock: str = "wall") -> None:
    head: list[dict[str, Any]] = [{"type": "clock.started", "kind": clock}, activation(law.content)]
    await played.broadcast(*head, tick(NOON, rules=law.rules.hash))


async def asked(played: Played, law: Law, seconds: float, *steps: Step) -> Activation:
    """An activation, with what the workers do once it has been asked for."""
    return await meanwhile(played, lambda: activate(law, played.settings, seconds, lambda *_: None), *steps)


async def commanded(played: Played, *words: str, steps: Sequence[Step] = ()) -> tuple[int, str]:
    """The same by the command: its exit code and what it printed."""
    settings = {"kafka": played.settings.kafka, "prefix": played.settings.prefix, "demo": "true"}
    code, said = await meanwhile(played, lambda: run("rules", "activate", *words, **settings), *steps)
    return code, " ".join(said.split())


async def meanwhile(played: Played, doing: Callable[[], T], *steps: Step) -> T:
    before = len(await played.requests())
    task = asyncio.create_task(asyncio.to_thread(doing))
    if steps:
        while not task.done() and len(await played.requests()) == before:  # noqa: ASYNC110  (in another thread)
            await asyncio.sleep(0.05)
    for step in steps:
        await step()
    return await task


async def test_law_is_asked_for_and_waited_for_until_every_case_is_judged(played: Played, old: Law, new: Law) -> None:
    await in_force(played, old)
    moved = {"before": "2026-01-09T00:00:00+07:00", "after": "2026-01-10T00:00:00+07:00", "rules": new.rules.hash}

    done = await asked(
        played,
        new,
        60,
        lambda: played.broadcast(activation(new.content)),
        lambda: played.broadcast(tick(NOON + 5, rules=new.rules.hash)),
        lambda: played.judged([{"case": "a", "moved": moved}, {"case": "b", "moved": None}]),
    )

    assert (done.waited_for, done.judged, done.in_force_already) == (None, True, False)
    assert done.hash == new.rules.hash
    # Three entries and the marker of their transaction; the law and its marker; the tick.
    assert done.places == dict.fromkeys(range(PARTITIONS), Place(4, 6, new.rules.hash))
    assert [view["case"] for view in done.moved] == ["a"]
    [request] = await played.requests()
    assert request.value is not None
    assert CONTROLS.validate_python(decode(request.value)) == RulesRequested(hash=done.hash, content=new.content)
    assert request.key == control_key(RulesRequested(hash=done.hash, content=new.content))


async def test_what_has_not_come_is_told_and_the_request_stands(played: Played, old: Law, new: Law) -> None:
    await in_force(played, old)

    done = await asked(played, new, 0)

    log = played.settings.topic(LOG)
    assert done.waited_for == f"the law stands on 0 of 2 partitions of {log}: is intake running?"
    assert len(await played.requests()) == 1


async def test_law_that_an_earlier_request_brings_is_waited_for_too(played: Played, old: Law, new: Law) -> None:
    await in_force(played, old)
    await asked(played, new, 0)

    done = await asked(
        played,
        new,
        60,
        lambda: played.broadcast(activation(new.content), tick(NOON + 5, rules=new.rules.hash)),
        lambda: played.judged([]),
    )

    assert (done.waited_for, done.judged) == (None, True)


async def test_the_law_in_force_is_not_asked_for_again(played: Played, new: Law) -> None:
    await in_force(played, new)

    done = await asked(played, new, 60)

    assert (done.in_force_already, done.places) == (True, {})
    assert await played.requests() == []


async def test_a_simulated_clock_is_not_waited_for(played: Played, old: Law, new: Law) -> None:
    await in_force(played, old, clock="simulated")

    done = await asked(played, new, 60, lambda: played.broadcast(activation(new.content)))

    assert (done.clock, done.waited_for, done.judged) == ("simulated", None, False)
    assert {place.ticked for place in done.places.values()} == {None}
    assert {place.activated for place in done.places.values()} == {4}


async def test_a_request_on_an_empty_log_stands_for_the_first_controller(played: Played, new: Law) -> None:
    done = await asked(played, new, 0)

    assert done.waited_for is not None
    assert len(await played.requests()) == 1


async def test_the_command_tells_when_and_whom_it_moved(played: Played, old: Law, new: Law) -> None:
    await in_force(played, old)
    days = [{"day": "2026-01-02", "worked": False, "source": "Document 12729/VPCP-KGVX"}]
    moved = {
        "before": "2026-01-09T00:00:00+07:00",
        "after": "2026-01-10T00:00:00+07:00",
        "rules": new.rules.hash,
        "rule_before": "card 00",
        "rule_after": "card 00",
        "days": days,
    }
    steps = (
        lambda: played.broadcast(activation(new.content), tick(NOON + 5, rules=new.rules.hash)),
        lambda: played.judged([{"case": "a-token", "unit": "H26", "moved": moved}]),
    )

    code, said = await commanded(played, str(new.folder), "--list", steps=steps)

    assert code == 0
    assert f"rules {new.rules.hash} are in force after" in said
    assert "open cases moved: 1" in said
    assert "a-token H26 2026-01-09T00:00 2026-01-10T00:00 2026-01-02 off" in said


async def test_the_command_ends_with_1_where_nobody_carried_it_out(played: Played, old: Law, new: Law) -> None:
    await in_force(played, old)

    code, said = await commanded(played, str(new.folder), "--wait", "0")

    assert code == 1
    assert "the law stands on 0 of 2 partitions" in said
    assert "the request stands and will be carried out" in said


async def test_the_command_does_nothing_where_the_law_is_in_force(played: Played, new: Law) -> None:
    await in_force(played, new)

    code, said = await commanded(played, str(new.folder))

    assert (code, said) == (0, f"rules {new.rules.hash} are in force already: nothing to do")


async def test_the_command_says_that_a_simulated_clock_judges_later(played: Played, old: Law, new: Law) -> None:
    await in_force(played, old, clock="simulated")

    code, said = await commanded(played, str(new.folder), steps=[lambda: played.broadcast(activation(new.content))])

    assert code == 0
    assert "the clock is simulated: cases are judged by them at the next tick" in said
