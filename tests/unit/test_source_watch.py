"""Who speaks, who is silent, who is set aside: what the controller says of sources, tick by tick."""

from typing import Any, NamedTuple

import pytest

from schemas.codec import decode
from schemas.control import CONTROL, Control, SourceRequested, SourceState
from streams.core.instants import parse_utc, utc_text
from streams.pipeline.source_watch import Said, SourceWatch
from tests.intake_builders import ControlLog, beat, drained, resume, source_row, suspend

A, B = "urn:hoso:onestop:A", "urn:hoso:onestop:B"
ONESTOP = "urn:hoso:onestop"
T = 1_767_657_600


class Tick(NamedTuple):
    entries: list[dict[str, Any]]
    states: dict[str, str]


class World:
    """A watch with its control log: what is kept is read back at once, as the controller reads it."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows or (source_row(ONESTOP),)
        self.log = ControlLog()
        self.watch = SourceWatch(self.rows)

    def say(self, *controls: Control) -> "World":
        for control in controls:
            (record,) = self.log.say(control)
            self.watch.take(control, record.key or b"", record.offset)
        return self

    def tick(self, at: int) -> Tick:
        return self._write(self.watch.before(T + at))

    def between(self, heard: int | None = None) -> Tick:
        """With all of intake having heard everything, if not told otherwise."""
        return self._write(self.watch.between(len(self.log.records) if heard is None else heard))

    def restart(self) -> None:
        self.watch = SourceWatch(self.rows)
        for record in self.log.compacted():
            self.watch.take(parse(record.value), record.key or b"", record.offset)

    def offset_of(self, source: str) -> int:
        """Where the newest state of a source stands."""
        return max(record.offset for record in self.log.records if record.key == f"source.state/{source}".encode())

    def _write(self, said: Said) -> Tick:
        states = dict[str, str]()
        for key, value in said.kept:
            (record,) = self.log.say_raw(key, value)
            control = parse(value)
            self.watch.take(control, key, record.offset)
            assert isinstance(control, SourceState)
            states[control.source] = control.state
        for key in said.done:
            self.log.say_raw(key, None)
            self.watch.drop(key)
        return Tick(said.entries, states)


def parse(value: bytes | None) -> Control:
    return CONTROL.validate_json(value or b"")


def silent(source: str, since: int) -> dict[str, Any]:
    return {"type": "source.silent", "source": source, "since": utc_text(T + since)}


def heard(source: str, at: int) -> dict[str, Any]:
    return {"type": "source.heard", "source": source, "at": utc_text(T + at)}


def suspended(source: str, since: int, reason: str = "flood") -> dict[str, Any]:
    return {"type": "source.suspended", "source": source, "since": utc_text(T + since), "reason": reason}


def resumed(source: str, at: int) -> dict[str, Any]:
    return {"type": "source.resumed", "source": source, "at": utc_text(T + at)}


def test_a_source_is_heard_at_its_first_heartbeat_and_that_is_said_once() -> None:
    world = World().say(beat(A, T))

    assert world.tick(0).entries == [heard(A, 0)]
    assert world.tick(5).entries == []


def test_a_heartbeat_counts_from_the_tick_by_which_all_is_in_that_was_sent_before_it() -> None:
    world = World().say(beat(A, T, at=T + 30))

    assert [world.tick(at).entries for at in (0, 29, 30)] == [[], [], [heard(A, 30)]]


def test_a_source_is_silent_after_its_rhythm_since_it_was_complete() -> None:
    world = World().say(beat(A, T))
    world.tick(0)

    assert [world.tick(at).entries for at in (60, 61, 66)] == [[], [silent(A, 0)], []]


def test_a_source_that_sent_its_first_heartbeat_too_late_is_silent_at_once() -> None:
    assert World().say(beat(A, T - 3600, at=T)).tick(0).entries == [silent(A, -3600)]


def test_it_is_heard_again_when_its_backlog_is_in() -> None:
    world = World().say(beat(A, T))
    world.tick(0)
    world.tick(100)

    # First it tells how far its backlog is, then that it has caught up.
    world.say(beat(A, T + 20, at=T + 120), beat(A, T + 130, at=T + 131))

    assert [world.tick(at).entries for at in (125, 130, 131)] == [[], [], [heard(A, 131)]]


def test_heartbeats_out_of_order_take_nothing_back() -> None:
    world = World().say(beat(A, T + 50, at=T + 50))
    world.tick(50)

    world.say(beat(A, T, at=T))

    assert world.tick(110).entries == []
    assert world.tick(111).entries == [silent(A, 50)]


def test_sources_fall_silent_each_by_itself() -> None:
    world = World().say(beat(A, T), beat(B, T + 40, at=T + 40))
    world.tick(40)

    assert world.tick(80).entries == [silent(A, 0)]


def test_nothing_is_expected_of_a_source_that_no_row_names() -> None:
    world = World().say(beat("urn:hoso:other", T))

    assert [world.tick(at).entries for at in (0, 10_000)] == [[], []]


def test_of_several_rows_the_shortest_rhythm_is_expected() -> None:
    world = World(source_row(ONESTOP, 10), source_row(A, 1)).say(beat(A, T), beat(B, T))
    world.tick(0)

    assert world.tick(61).entries == [silent(A, 0)]
    assert world.tick(601).entries == [silent(B, 0)]


def test_a_silent_source_is_heard_when_other_rules_expect_nothing_of_it() -> None:
    world = World().say(beat(A, T))
    world.tick(0)
    world.tick(100)

    world.watch.expect("2" * 32, [])

    assert world.tick(105).entries == [heard(A, 105)]
    assert world.tick(110).entries == []


def test_other_rules_bring_other_rhythms() -> None:
    world = World().say(beat(A, T))
    world.tick(0)

    world.watch.expect("2" * 32, [source_row(ONESTOP, 10)])

    assert [world.tick(at).entries for at in (100, 601)] == [[], [silent(A, 0)]]


def test_a_source_is_set_aside_with_an_entry_since_all_of_it_was_in() -> None:
    world = World().say(beat(A, T - 10, at=T), suspend(A))

    assert world.tick(0).entries == [suspended(A, -10)]
    assert [world.tick(at).entries for at in (5, 10_000)] == [[], []]


def test_a_source_that_was_heard_is_complete_up_to_what_it_said() -> None:
    world = World().say(beat(A, T - 10, at=T))
    world.tick(0)

    world.say(suspend(A))

    assert world.tick(20) == Tick([suspended(A, -10)], {A: "suspended"})


def test_a_name_above_sets_all_beneath_it_aside_since_the_least_complete_of_them() -> None:
    world = World().say(beat(A, T), beat(B, T + 10, at=T + 10), beat("urn:hoso:post", T - 900, at=T))
    world.tick(10)

    world.say(suspend(ONESTOP))

    assert world.tick(30).entries == [suspended(ONESTOP, 0)]
    # Neither of them falls silent beside it.
    assert world.tick(10_000).entries == []


def test_one_that_is_silent_already_does_not_stretch_what_is_said_of_those_beside_it() -> None:
    world = World().say(beat(A, T))
    world.tick(0)
    world.say(beat(B, T + 100, at=T + 100))
    world.tick(100)

    world.say(suspend(ONESTOP))

    assert world.tick(110).entries == [suspended(ONESTOP, 100)]


def test_who_never_spoke_may_be_set_aside() -> None:
    assert World().say(suspend("urn:x:y")).tick(7).entries == [suspended("urn:x:y", 7)]


def aside(source: str = A) -> World:
    world = World().say(beat(A, T), suspend(source))
    world.tick(0)
    return world


def test_a_source_is_taken_back_in_steps_and_judged_by_only_after_the_last() -> None:
    world = aside()
    world.say(resume(A))

    assert world.between() == Tick([], {A: "resuming"})
    resuming = world.offset_of(A)
    # A partition has not heard of it: it may still be parking.
    assert world.between(heard=resuming) == Tick([], {})
    assert world.between(heard=resuming + 1) == Tick([], {A: "draining"})
    assert world.tick(5) == Tick([], {})
    world.say(drained(A, world.offset_of(A)), beat(A, T + 8, at=T + 8))
    assert world.between() == Tick([], {})
    assert world.tick(10) == Tick([resumed(A, 10)], {A: "heard"})
    assert world.tick(15) == Tick([], {})


def test_a_source_that_is_taken_back_and_says_nothing_is_silent() -> None:
    world = aside()
    world.say(resume(A))
    for _ in range(2):
        world.between()
    world.say(drained(A, world.offset_of(A)))

    assert world.tick(300).entries == [resumed(A, 300), silent(A, 0)]


def test_what_was_written_is_not_known_to_be_heard_before_it_is_read_back() -> None:
    world = aside()
    world.say(resume(A))
    world.watch.between(1000)

    assert world.watch.between(1000) == Said([], [], [])


def test_an_answer_to_an_earlier_drain_does_not_end_a_later_one() -> None:
    world = aside()
    world.say(resume(A, "r1"))
    for _ in range(2):
        world.between()
    first = world.offset_of(A)
    world.say(suspend(A, "s2"))
    assert world.between() == Tick([], {A: "suspended"})
    world.say(resume(A, "r2"))
    for _ in range(2):
        world.between()

    world.say(drained(A, first))

    assert world.tick(5) == Tick([], {})
    world.say(drained(A, world.offset_of(A)))
    assert world.tick(10).entries[0] == resumed(A, 10)


@pytest.mark.parametrize("restarts", [False, True])
def test_requests_are_answered_in_their_order_and_each_once(restarts: bool) -> None:
    world = World().say(suspend(A, "9"), resume(A, "5"), suspend(B, "7"))
    # What needs an entry of the log waits for a tick, and what was asked after it waits with it.
    assert world.between() == Tick([], {})
    if restarts:
        world.restart()

    assert world.tick(0) == Tick([suspended(A, 0), suspended(B, 0)], {A: "resuming", B: "suspended"})
    assert world.tick(5).entries == []
    assert not [record.key for record in world.log.compacted() if b"requested" in (record.key or b"")]


@pytest.mark.parametrize("ask", [suspend(A, "3"), resume(B, "3")])
def test_what_is_so_already_is_done_without_a_word(ask: SourceRequested) -> None:
    world = aside()

    world.say(ask)

    assert world.between() == Tick([], {})
    assert world.tick(5) == Tick([], {})
    assert not [record.key for record in world.log.compacted() if b"requested" in (record.key or b"")]


def test_an_older_state_that_is_read_back_late_takes_nothing_back() -> None:
    world = World().say(beat(A, T))
    first = world.watch.before(T)
    world.say(suspend(A))
    second = world.watch.before(T + 5)

    for said, offset in ((first, 100), (second, 101)):
        world.watch.take(parse(said.kept[0][1]), said.kept[0][0], offset)
        assert world.watch.before(T + 500).entries == []


def test_a_later_controller_knows_how_far_a_source_was_while_its_newest_heartbeat_does_not_count() -> None:
    world = World().say(beat(A, T))
    for at in range(0, 200, 5):
        world.say(beat(A, T + at, at=T + at))
        world.tick(at)
    # Of heartbeats only the newest is kept, and the partition of another topic holds time back.
    world.say(beat(A, T + 5000, at=T + 5000))
    world.restart()

    assert world.tick(200).entries == []
    (entry,) = world.tick(300).entries
    assert entry["type"] == "source.silent"
    assert T + 195 - 30 <= parse_utc(entry["since"]) <= T + 195
    assert world.tick(5000).entries == [heard(A, 5000)]


def test_what_is_noted_for_a_later_controller_is_written_twice_a_rhythm_at_most() -> None:
    world = World()
    written = 0
    for at in range(0, 600, 5):
        world.say(beat(A, T + at, at=T + at))
        written += len(world.tick(at).states)

    assert written <= 1 + 600 // 30


def test_what_is_expected_is_kept_for_a_later_controller() -> None:
    key, value = World().watch.expect("2" * 32, [source_row(A)])

    assert key == b"sources.expected"
    assert decode(value) == {"type": "sources.expected", "rules": "2" * 32, "sources": [source_row(A)]}
