"""Sources told by a controller that may die at any point: nothing twice, nothing forgotten, nobody silent unnoticed."""

from collections import defaultdict
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.control import CONTROL, Heartbeat, SourceRequested, SourceState
from streams.core.instants import parse_utc
from streams.core.sources import NO_MARKS, is_named
from streams.pipeline.controller import Controller
from streams.pipeline.standing import Standing
from tests.intake_builders import ControlLog, beat, drained, plan, progress, resume, source_row, suspend

NAMES = ("urn:a", "urn:a:1")
RHYTHM = 60
ROWS = [source_row("urn:a")]

# Seconds that pass before a tick: within a rhythm, and beyond it. A negative number passes without being read.
ticks = st.sampled_from([1, 5, 30, 61, 200, -1, -61])
beats = st.tuples(st.just("beat"), st.sampled_from(NAMES), st.sampled_from([-80, 0]), st.sampled_from([0, 1, 100]))
asks = st.tuples(st.sampled_from(["suspend", "resume"]), st.sampled_from(NAMES))
others = st.sampled_from(["drain", "hear", "restart", "look", "look", "look 1", "look 1"])
acts = st.lists(st.one_of(ticks, beats, beats, asks, others), min_size=15, max_size=60)


# Rare by chance: a restart while the newest heartbeat does not count yet, and an own state that is read back when a
# later one is written already.
RESTARTED = [("beat", "urn:a", 0, 0), 5, ("beat", "urn:a", 0, 100), "restart", 61]
READ_LATE = [
    *("look", ("beat", "urn:a", 0, 0), -1, ("suspend", "urn:a"), -1, "look 1", "look 1", -61),
    *("look 1", "look 1", "look 1", "look 1", "look"),
]


class Run:
    """A controller on a wall clock over a log in memory. Each broadcast is a transaction; a restart finds hoso.control
    compacted, and reads back what it wrote itself only with the next act."""

    def __init__(self) -> None:
        self.plan = plan(partitions=1, tick_seconds=1.0, rules={"sources": ROWS})
        self.control, self.log = ControlLog(), list[dict[str, Any]]()
        self.controller = Controller(self.plan, Standing())
        self.now, self.read, self.heard, self.requests = 1_000_000, 0, 0, 0
        self.tick(0)

    def act(self, act: Any) -> None:
        if isinstance(act, int):
            self.tick(act)
        elif act == "restart":
            self.restart()
        elif act == "hear":
            self.heard = len(self.control.records)
            self.tick(0)
        elif act == "drain":
            self.drain()
        elif act == "look":
            self.look()
        elif act == "look 1":
            self.look(1)
        elif act[0] == "beat":
            _, name, up_to, later = act
            self.control.say(beat(name, self.now + up_to, at=self.now + later))
        else:
            self.requests += 1
            ask = suspend if act[0] == "suspend" else resume
            self.control.say(ask(act[1], id=str(self.requests)))

    def tick(self, seconds: int) -> None:
        self.now += abs(seconds)
        self.control.say(progress(0, self.now * 1000, heard=self.heard))
        if seconds >= 0:
            self.look()

    def look(self, number: int = 1000) -> None:
        """Read what has come, or some of it, and broadcast until nothing is left to say."""
        chunk = self.control.records[self.read :][:number]
        self.controller.fold(chunk)
        self.read += len(chunk)
        for _ in range(10):
            broadcast = self.controller.broadcast()
            if broadcast is None:
                return
            self.log += [decode(entry) for entry in broadcast.entries]
            for key, value in broadcast.kept:
                self.control.say_raw(key, value)
            for key in broadcast.done:
                self.control.say_raw(key, None)
        raise AssertionError("it goes on broadcasting")

    def restart(self) -> None:
        standing = Standing()
        for entry in self.log:
            standing = standing.after(entry)
        self.controller = Controller(self.plan, standing)
        self.controller.fold(self.control.compacted())
        # The controller begins after what it has read to its end.
        self.read = len(self.control.records)

    def drain(self) -> None:
        """Intake forwards what was parked of all that are draining."""
        for record in self.control.compacted():
            control = CONTROL.validate_json(record.value or b"")
            if isinstance(control, SourceState) and control.state == "draining":
                self.control.say(drained(control.source, record.offset))

    def states(self) -> dict[str, str]:
        found = [CONTROL.validate_json(record.value or b"") for record in self.control.compacted()]
        return {one.source: one.state for one in found if isinstance(one, SourceState)}

    def settle(self) -> None:
        for _ in range(4):
            self.heard = len(self.control.records)
            self.tick(1)
            self.drain()


def told(log: list[dict[str, Any]]) -> dict[str, list[str]]:
    by_source = defaultdict[str, list[str]](list)
    for entry in log:
        if entry["type"].startswith("source."):
            by_source[entry["source"]].append(entry["type"].removeprefix("source."))
    return by_source


FOLLOWS = {
    None: {"heard", "silent", "suspended"},
    "heard": {"silent", "suspended"},
    "silent": {"heard", "suspended"},
    "suspended": {"resumed"},
    "resumed": {"silent", "suspended"},
}


@given(acts)
@example(RESTARTED)
@example(READ_LATE)
@settings(max_examples=200, deadline=None)
def test_nothing_is_said_twice_and_nothing_out_of_its_order(acts: list[Any]) -> None:
    run = Run()

    for act in acts:
        run.act(act)

    for words in told(run.log).values():
        for before, word in zip([None, *words], words, strict=False):
            assert word in FOLLOWS[before], words


@given(acts)
@example(RESTARTED)
@example(READ_LATE)
@settings(max_examples=200, deadline=None)
def test_no_tick_passes_over_a_silence_that_nobody_was_told_of(acts: list[Any]) -> None:
    """Of each source that was ever heard: a tick more than its rhythm after what it said stands under a mark."""
    run, sent = Run(), list[Heartbeat]()
    marks, up_to = NO_MARKS, dict[str, int]()

    for act in acts:
        seen, before = len(run.log), len(run.control.records)
        run.act(act)
        for record in run.control.records[before:]:
            control = None if record.value is None else CONTROL.validate_json(record.value)
            if isinstance(control, Heartbeat):
                sent.append(control)
        for entry in run.log[seen:]:
            if entry["type"].startswith("source."):
                marks = marks.after(entry)
            if entry["type"] != "clock.ticked":
                continue
            now = parse_utc(entry["at"])
            open_since = {
                name: told[-1].since for name, told in marks.sources.items() if told and told[-1].until is None
            }
            for one in sent:
                if parse_utc(one.at) <= now and one.source in marks.sources:
                    up_to[one.source] = max(up_to.get(one.source, 0), parse_utc(one.sent_up_to))
            for name, complete in up_to.items():
                if now > complete + RHYTHM:
                    since = [at for other, at in open_since.items() if is_named(name, (other,))]
                    assert since, (name, now, complete)


@given(acts)
@example(RESTARTED)
@example(READ_LATE)
@settings(max_examples=200, deadline=None)
def test_every_request_is_answered_and_whoever_is_taken_back_comes_back(acts: list[Any]) -> None:
    run = Run()
    for act in acts:
        run.act(act)
    run.restart()
    run.settle()

    states = run.states()
    asked = [CONTROL.validate_json(record.value) for record in run.control.records if record.value is not None]
    last = {one.source: one.ask for one in asked if isinstance(one, SourceRequested)}
    for name, ask in last.items():
        assert (states.get(name) == "suspended") == (ask == "suspend"), (name, ask, states)
    assert not {"resuming", "draining"} & set(states.values())
    assert not [record.key for record in run.control.compacted() if b"requested" in (record.key or b"")]
    aside = [words for words in told(run.log).values() if words[-1] == "suspended"]
    assert len(aside) == sum(state == "suspended" for state in states.values())
