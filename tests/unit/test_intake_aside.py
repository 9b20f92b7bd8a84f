"""The intake job while sources are set aside and taken back: nothing stays behind in hoso.parked."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from schemas.codec import decode, encode
from schemas.control import CONTROL as CONTROLS
from schemas.control import SourceDrained, SourceState
from streams.adapters.memory import MemoryWriter
from streams.adapters.memory_intake import MemoryTrimmer
from streams.pipeline.control_keys import control_key
from streams.pipeline.tokens import fact_id_of
from streams.ports import Outgoing
from tests.intake_builders import TOKEN_KEY, message
from tests.unit.test_intake_job import CONTROL, LOG, PARKED, PLACE, SOURCE, World, until

A, B = "urn:hoso:onestop:A", "urn:hoso:onestop:B"
OTHER = (SOURCE, 1)


class Aside(World):
    """A world with a controller played by the test."""

    def turn(self, **states: str) -> None:
        for name, state in states.items():
            said = SourceState.model_validate({"source": f"urn:hoso:onestop:{name}", "state": state})
            value = encode(said.model_dump(exclude_none=True))
            self.log.append([Outgoing(CONTROL, control_key(said), value, 0)])

    def asked_at(self) -> int:
        """Where the newest state stands."""
        return max(
            slot.offset for slot in self.log.slots(CONTROL, 0) if slot and b"source.state" in (slot.value or b"")
        )

    def drained(self) -> list[SourceDrained]:
        told = [CONTROLS.validate_json(slot.value or b"") for slot in self.log.slots(CONTROL, 0) if slot is not None]
        return [one for one in told if isinstance(one, SourceDrained)]

    def heard(self) -> Mapping[int, int]:
        """By partition, up to where the newest announcement has heard."""
        told = [decode(slot.value or b"") for slot in self.log.slots(CONTROL, 0) if slot is not None]
        return {one["partition"]: one["heard"] for one in told if one["type"] == "progress"}

    def facts(self) -> Counter[str]:
        entries = [decode(slot.value or b"") for slot in self.written(LOG) if slot is not None]
        return Counter(entry["fact"] for entry in entries if "fact" in entry)

    def parked(self) -> list[str]:
        return [decode(slot.value or b"")["id"] for slot in self.written(PARKED) if slot is not None]


def of(name: str, *ids: str) -> list[bytes]:
    return [message(source=f"urn:hoso:onestop:{name}", id=one) for one in ids]


def fact(name: str, one: str) -> str:
    return fact_id_of(TOKEN_KEY, f"urn:hoso:onestop:{name}", one)


async def opened(**states: str) -> Aside:
    world = Aside()
    world.turn(**states)
    await world.job.take(PLACE)
    await world.job.take(OTHER)
    # The first one, which the job makes by itself.
    await world.announced(len(states) + 2)
    return world


async def test_what_was_set_aside_before_it_began_is_parked_from_the_first_record() -> None:
    world = await opened(A="suspended", B="suspended")
    world.turn(B="heard")
    await world.job.announce()

    await world.job.handle(PLACE, world.send(*of("A", "1"), *of("B", "2"), *of("A", "3")))

    assert world.parked() == ["1", "3"]
    assert world.facts() == {fact("B", "2"): 1}


async def test_announcements_tell_how_far_hoso_control_was_heard() -> None:
    world = await opened()
    world.turn(A="suspended")
    at = world.asked_at()
    assert all(heard <= at for heard in world.heard().values())

    await world.job.announce()

    assert all(heard > at for heard in world.heard().values())


async def test_what_is_parked_by_one_that_had_not_heard_yet_is_forwarded_by_it() -> None:
    world = await opened(A="suspended", B="suspended")

    # Nothing was announced since, so the job does not know: it parks, looks again, and lets go what is on its way.
    world.turn(A="resuming")
    await world.job.handle(PLACE, world.send(*of("A", "1"), *of("B", "2"), *of("A", "3")))

    assert world.facts() == {fact("A", "1"): 1, fact("A", "3"): 1}
    assert sorted(world.parked()) == ["1", "2", "3"]


@pytest.mark.parametrize("state", ["suspended", "resuming", "heard", "silent"])
async def test_nothing_is_drained_before_it_is_asked_for(state: str) -> None:
    world = await opened(A="suspended")
    await world.job.handle(PLACE, world.send(*of("A", "1")))

    world.turn(A=state)
    await world.job.announce()
    await asyncio.sleep(0)

    assert (world.drained(), world.facts()) == ([], {})


async def test_what_is_asked_for_is_forwarded_then_said_then_deleted() -> None:
    world = await opened(A="suspended", B="suspended")
    await world.job.handle(PLACE, world.send(*of("A", "1", "2"), *of("B", "3"), *of("A", "4")))

    world.turn(A="resuming")
    world.turn(A="draining")
    at = world.asked_at()
    await world.job.announce()
    await until(lambda: bool(world.drained()))

    assert world.drained() == [SourceDrained(source=A, asked=at)]
    assert world.facts() == {fact("A", one): 1 for one in ("1", "2", "4")}
    # What is below the first record that another still needs is gone, in its partition.
    await until(lambda: "1" not in world.parked())
    assert "3" in world.parked()


async def test_all_is_deleted_where_nobody_needs_it_and_told_once() -> None:
    world = await opened(A="suspended")
    await world.job.handle(PLACE, world.send(*of("A", "1", "2")))
    world.turn(A="draining")

    for _ in range(3):
        await world.job.announce()
        await until(lambda: not world.parked())

    assert len(world.drained()) == 1


async def test_the_same_source_is_drained_anew_when_it_is_asked_for_anew() -> None:
    world = await opened(A="suspended")
    for one in ("1", "2"):
        await world.job.handle(PLACE, world.send(*of("A", one)))
        world.turn(A="draining")
        at = world.asked_at()
        await world.job.announce()
        await until(lambda at=at: SourceDrained(source=A, asked=at) in world.drained())  # type: ignore[misc]
        await until(lambda: not world.parked())
        world.turn(A="suspended")
        await world.job.announce()

    assert world.facts() == {fact("A", "1"): 1, fact("A", "2"): 1}


async def test_only_who_holds_the_place_of_the_drain_drains_and_a_new_holder_begins_again() -> None:
    world = await opened(A="suspended")
    await world.job.handle(PLACE, world.send(*of("A", "1")))
    await world.job.drop(PLACE)
    world.turn(A="draining")
    await world.job.announce()
    await asyncio.sleep(0)
    assert world.drained() == []

    await world.job.take(PLACE)
    await world.job.announce()

    await until(lambda: bool(world.drained()))
    assert world.facts() == {fact("A", "1"): 1}


async def test_a_drain_that_is_taken_away_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = await opened(A="suspended")
    await world.job.handle(PLACE, world.send(*of("A", "1")))
    began, gate = asyncio.Event(), asyncio.Event()

    async def held(self: MemoryWriter, records: Sequence[Outgoing]) -> None:
        began.set()
        await gate.wait()
        world.log.append(records)

    world.turn(A="draining")
    monkeypatch.setattr(MemoryWriter, "append", held)
    await world.job.announce()
    await began.wait()

    await world.job.drop(PLACE)
    gate.set()
    await world.job.announce()

    assert world.drained() == []
    assert world.faults == []
    assert world.parked() == ["1"]


async def test_who_comes_back_after_it_held_nothing_hears_anew() -> None:
    world = await opened(A="suspended")
    for place in (PLACE, OTHER):
        await world.job.drop(place)
    world.turn(A="heard", B="suspended")

    await world.job.take(PLACE)
    await world.job.handle(PLACE, world.send(*of("A", "1"), *of("B", "2")))

    assert world.parked() == ["2"]
    assert world.facts() == {fact("A", "1"): 1}


async def test_a_drain_that_fails_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    world = await opened(A="suspended")
    await world.job.handle(PLACE, world.send(*of("A", "1")))

    async def broken(*_: Any) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(MemoryTrimmer, "trim", broken)
    world.turn(A="draining")
    await world.job.announce()

    await until(lambda: bool(world.faults))
    assert str(world.faults[0]) == "gone"


async def test_of_a_name_above_all_beneath_it_are_drained_but_those_set_aside_by_their_own_name() -> None:
    world = Aside()
    above = SourceState(source="urn:hoso:onestop", state="suspended")
    world.log.append([Outgoing(CONTROL, control_key(above), encode(above.model_dump(exclude_none=True)), 0)])
    await world.job.take(PLACE)
    await world.announced(2)
    await world.job.handle(PLACE, world.send(*of("A", "1"), *of("B", "2")))
    world.turn(B="suspended")
    back = above.model_copy(update={"state": "draining"})
    world.log.append([Outgoing(CONTROL, control_key(above), encode(back.model_dump(exclude_none=True)), 0)])

    await world.job.announce()
    await until(lambda: bool(world.drained()))

    assert world.facts() == {fact("A", "1"): 1}
    await until(lambda: world.parked() == ["2"])
