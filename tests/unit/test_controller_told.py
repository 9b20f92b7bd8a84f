"""What the controller says beside time and law: sources, snapshots, and up to when linked cases may be judged."""

from typing import Any

import pytest

from schemas.codec import decode
from schemas.control import CONTROL, Progress, SnapshotTold, SourcesExpected
from streams.core.instants import utc_text
from streams.pipeline.controller import Broadcast, Controller
from streams.pipeline.standing import Standing
from tests.intake_builders import (
    OTHER_HASH,
    RULES_HASH,
    ControlLog,
    beat,
    clock_request,
    drained,
    plan,
    progress,
    resume,
    rules_request,
    source_row,
    suspend,
)

A = "urn:hoso:onestop:A"
T = 1_767_657_600
WALL = Standing("wall", None, RULES_HASH, "1")
SIMULATED = Standing("simulated", None, RULES_HASH, "1")


class World:
    """A controller of one source partition, and the hoso.control that it reads and writes."""

    def __init__(self, standing: Standing = WALL, **fields: Any) -> None:
        rules = {"deadlines": [], "sources": [source_row(A)]}
        usual: dict[str, Any] = {"clock": standing.clock or "wall", "partitions": 1, "rules": rules}
        self.fields = usual | fields
        self.control = ControlLog()
        self.controller = Controller(plan(**self.fields), standing)

    def say(self, *controls: Any) -> list[dict[str, Any]]:
        """What the controller then says in the log, all that it keeps read back."""
        self.controller.fold(self.control.say(*controls))
        entries = []
        while (broadcast := self.controller.broadcast()) is not None:
            entries += [decode(one) for one in broadcast.entries]
            self.keep(broadcast)
        return entries

    def keep(self, broadcast: Broadcast) -> None:
        for key, value in broadcast.kept:
            self.controller.fold(self.control.say_raw(key, value))
        for key in broadcast.done:
            self.controller.fold(self.control.say_raw(key, None))

    def restart(self, **fields: Any) -> None:
        self.controller = Controller(plan(**self.fields | fields), self.controller.standing)
        self.controller.fold(self.control.compacted())

    def kept(self, key: bytes) -> Any:
        return CONTROL.validate_json(next(one.value or b"" for one in self.control.compacted() if one.key == key))


def now(at: int, heard: int | None = None) -> Progress:
    return progress(0, (T + at) * 1000, heard=heard)


def words(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["type"] for entry in entries]


def snapshot(name: str, at: int, *, complete: bool = True) -> SnapshotTold:
    return SnapshotTold(system="portal", snapshot=name, ended=utc_text(T - 60), complete=complete, at=utc_text(T + at))


def test_a_source_is_told_of_before_the_tick_from_which_it_is_judged_by() -> None:
    world = World()

    assert words(world.say(beat(A, T), now(0))) == ["source.heard", "clock.ticked"]
    assert words(world.say(now(65))) == ["source.silent", "clock.ticked"]
    assert words(world.say(beat(A, T + 70), suspend(A), now(70))) == ["source.suspended", "clock.ticked"]


def test_a_source_is_taken_back_once_every_partition_has_heard_and_what_was_parked_is_in() -> None:
    world = World(partitions=2)
    world.say(now(0), progress(1, T * 1000), suspend(A))
    world.say(now(5), progress(1, (T + 5) * 1000))
    world.say(resume(A))
    assert world.kept(b"source.state/" + A.encode()).state == "resuming"
    at = len(world.control.records)

    world.say(now(5, heard=at), progress(1, (T + 5) * 1000, heard=at - 3))
    assert world.kept(b"source.state/" + A.encode()).state == "resuming"
    world.say(progress(1, (T + 5) * 1000, heard=at))

    assert world.kept(b"source.state/" + A.encode()).state == "draining"
    (asked,) = [one.offset for one in world.control.compacted() if one.key == b"source.state/" + A.encode()]
    assert world.say(drained(A, asked)) == []
    assert words(world.say(now(10), progress(1, (T + 10) * 1000))) == ["source.resumed", "clock.ticked"]


def test_a_new_owner_of_a_partition_may_not_have_heard_what_the_one_before_it_had() -> None:
    world = World()
    world.say(now(0), suspend(A))
    world.say(now(5), resume(A))
    at = len(world.control.records)

    world.controller.fold(world.control.say(now(5, heard=at), now(5, heard=1)))

    assert world.controller.broadcast() is None


def test_the_rhythms_of_the_first_rules_are_kept_for_controllers_with_other_files() -> None:
    world = World(Standing())
    world.say(beat(A, T), now(0))
    assert world.kept(b"sources.expected") == SourcesExpected(rules=RULES_HASH, sources=[source_row(A)])

    world.restart(rules_hash=OTHER_HASH, rules={"sources": [source_row(A, 600)]})

    assert words(world.say(now(65))) == ["source.silent", "clock.ticked"]


def test_files_that_are_not_in_force_expect_nothing() -> None:
    world = World(Standing("wall", None, OTHER_HASH, "1"))

    assert words(world.say(beat(A, T), now(0))) == ["clock.ticked"]


def test_other_rules_bring_other_rhythms_and_a_restart_keeps_them() -> None:
    world = World()
    world.say(beat(A, T), now(0), rules_request(OTHER_HASH, {"sources": [source_row(A, 10)]}))
    assert world.kept(b"sources.expected").rules == OTHER_HASH
    world.say(now(60))

    world.restart()

    assert words(world.say(now(599))) == ["clock.ticked"]
    assert words(world.say(now(605))) == ["source.silent", "clock.ticked"]


def test_the_end_of_a_snapshot_is_told_with_the_first_tick_by_which_all_its_lines_are_in() -> None:
    world = World()

    assert words(world.say(snapshot("one", 7), now(0))) == ["clock.ticked"]
    assert words(world.say(now(6))) == ["clock.ticked"]
    world.restart()
    ended, tick = world.say(now(11))

    assert ended == {
        "type": "snapshot.ended",
        "system": "portal",
        "snapshot": "one",
        "ended": utc_text(T - 60),
        "complete": True,
    }
    assert tick["at"] == utc_text(T + 11)
    assert words(world.say(now(16))) == ["clock.ticked"]
    assert not [one.key for one in world.control.compacted() if b"snapshot" in (one.key or b"")]


def ends(entries: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    return [(entry["snapshot"], entry["complete"]) for entry in entries if entry["type"] == "snapshot.ended"]


def test_of_two_words_on_one_snapshot_that_wait_together_the_later_is_said_last() -> None:
    world = World()

    world.say(snapshot("one", 7), snapshot("one", 6, complete=False), snapshot("one", 5), now(0))
    world.restart()

    assert ends(world.say(now(11))) == [("one", True), ("one", False), ("one", True)]
    assert not [one.key for one in world.control.compacted() if b"snapshot" in (one.key or b"")]


def test_a_word_that_comes_while_another_on_the_same_snapshot_is_said_is_not_lost() -> None:
    world = World()
    world.controller.fold(world.control.say(snapshot("one", 1), now(5)))
    broadcast = world.controller.broadcast()
    assert broadcast is not None

    # Before the tombstone of the first is written, intake forwards another.
    world.control.say(snapshot("one", 6, complete=False))
    world.keep(broadcast)
    world.restart()

    assert ends(world.say(now(11))) == [("one", False)]
    assert not [one.key for one in world.control.compacted() if b"snapshot" in (one.key or b"")]


def told(
    partition: int, at: int, *, linked: bool | None = None, to: int | None = None, moved: bool | None = None
) -> Progress:
    """How far a partition of the log has told the others, and `to` when it then knew that all had."""
    told_to = None if to is None else utc_text(T + to)
    as_of = (T + at) * 1000
    return Progress(
        topic="log", partition=partition, offset=1, as_of=as_of, linked=linked, told_to=told_to, moved=moved
    )


@pytest.mark.parametrize(
    ("said", "told_to", "linked_to"),
    [
        ([], None, None),
        ([told(0, 0), told(1, 0)], None, None),
        ([told(0, 0, linked=True)], None, None),
        ([told(0, 0, linked=True), told(1, -5)], -5, None),
        ([told(0, 0, linked=True, to=-5), told(1, -5)], -5, None),
        ([told(0, 0, to=-5), told(1, 900, linked=True, to=-9)], 0, -9),
        ([told(0, 900, to=900), told(1, 900, linked=True, to=900)], 5, 5),
    ],
)
def test_linked_cases_are_judged_as_of_what_all_partitions_have_told_in_turn(
    said: list[Progress], told_to: int | None, linked_to: int | None
) -> None:
    world = World()
    world.say(now(0))

    (tick,) = world.say(*said, now(5))

    expected = [None if at is None else utc_text(T + at) for at in (told_to, linked_to)]
    assert [tick.get("told_to"), tick.get("linked_to")] == expected


def test_on_a_simulated_clock_the_last_tick_is_repeated_until_all_have_told_in_turn_and_no_longer() -> None:
    world = World(SIMULATED)
    (first,) = world.say(told(0, -60, linked=True), told(1, -60), clock_request(utc_text(T)))

    assert (first["told_to"], first.get("linked_to")) == (utc_text(T - 60), None)
    assert world.say(told(0, 0, linked=True, to=-60)) == []
    (second,) = world.say(told(1, 0, to=-60))
    assert (second["at"], second["told_to"], second["linked_to"]) == (utc_text(T), utc_text(T), utc_text(T - 60))
    assert world.say(told(0, 0, to=0)) == []
    (third,) = world.say(told(1, 0, to=0))
    assert (third["at"], third["linked_to"]) == (utc_text(T), utc_text(T))
    assert world.say(told(0, 0, to=0), told(1, 0, to=0)) == []


def test_what_was_moved_after_the_last_tick_is_waited_for() -> None:
    world = World(SIMULATED)
    world.say(told(0, 0, linked=True, to=0), told(1, 0, to=0), clock_request(utc_text(T)))
    world.say(told(0, 0, to=0), told(1, 0, to=0))

    (again,) = world.say(told(0, 0, to=0, moved=True), told(1, 0, to=0))

    assert again["at"] == utc_text(T)
    assert world.say(told(0, 0, to=0), told(1, 0, to=0)) == []


def test_what_is_asked_for_next_goes_before_a_repeated_tick() -> None:
    world = World(SIMULATED)
    world.say(told(0, -60, linked=True), told(1, -60), clock_request(utc_text(T)))
    later = clock_request(utc_text(T + 60), {"submission/0": 9})

    # It is not ticked yet, so what is asked for may still bring facts.
    assert world.say(later, told(0, 0, to=-60), told(1, 0, to=-60)) == []
    (tick,) = world.say(progress(0, None, 9))

    assert (tick["at"], tick["told_to"], tick["linked_to"]) == (utc_text(T + 60), utc_text(T), utc_text(T - 60))


def test_no_tick_is_repeated_where_no_case_is_linked() -> None:
    world = World(SIMULATED)
    world.say(clock_request(utc_text(T)))

    assert world.say(told(0, 0), told(1, 0)) == []
