"""Ticks never go back and never pass the slowest partition, whatever the order in which progress comes."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.control import ClockRequested, Control, Progress
from streams.core.instants import parse_utc, utc_text
from streams.pipeline.controller import Broadcast, Controller
from streams.pipeline.standing import Standing
from tests.intake_builders import ControlLog, clock_request, plan, progress, rules_request

PARTITIONS = 3
instants = st.integers(0, 100_000)
progresses = st.builds(
    progress, st.integers(0, PARTITIONS - 1), st.none() | instants.map(lambda at: at * 100), st.integers(0, 30)
)
requests = st.builds(
    clock_request,
    st.integers(0, 2_000).map(utc_text),
    st.dictionaries(st.integers(0, PARTITIONS - 1).map(lambda n: f"submission/{n}"), st.integers(0, 30)),
)
rules = st.sampled_from("123").map(lambda digit: rules_request(digit * 32))
# None asks for a broadcast, "restart" for a new controller that reads everything again.
acts = st.lists(progresses | rules | st.none() | st.just("restart"), max_size=40)
simulated_acts = st.lists(progresses | requests | rules | st.none() | st.just("restart"), max_size=40)


class Run:
    """A controller over a log in memory, restarted at will; a broadcast is all or nothing, as its transaction is."""

    def __init__(self, clock: str) -> None:
        self.plan = plan(clock=clock, partitions=PARTITIONS, tick_seconds=1.0)
        self.control, self.log = ControlLog(), list[dict[str, Any]]()
        self.controller = Controller(self.plan, Standing())

    def act(self, act: Any) -> None:
        if act is None:
            self._write(self.controller.broadcast())
        elif act == "restart":
            standing = Standing()
            for entry in self.log:
                standing = standing.after(entry)
            assert standing == self.controller.standing
            self.controller = Controller(self.plan, standing)
            self.controller.fold(self.control.compacted())
        else:
            self.controller.fold(self.control.say(act))

    def _write(self, broadcast: Broadcast | None) -> None:
        if broadcast is not None:
            self.log += [decode(entry) for entry in broadcast.entries]
            for key, value in broadcast.kept:
                self.controller.fold(self.control.say_raw(key, value))
            for key in broadcast.done:
                self.controller.fold(self.control.say_raw(key, None))

    def ticks(self) -> list[int]:
        return [parse_utc(entry["at"]) for entry in self.log if entry["type"] == "clock.ticked"]


@given(acts)
def test_wall_ticks_go_forward_and_never_pass_the_slowest_partition(acts: list[Any]) -> None:
    run, slowest = Run("wall"), dict[int, int]()

    for act in acts:
        run.act(act)
        if isinstance(act, Progress) and act.as_of is not None:
            slowest[act.partition] = max(slowest.get(act.partition, 0), act.as_of)
        ticks = run.ticks()
        assert all(earlier < later for earlier, later in pairwise(ticks))
        if ticks:
            assert len(slowest) == PARTITIONS
            assert ticks[-1] * 1000 <= min(slowest.values())


@given(simulated_acts)
def test_simulated_ticks_never_go_back_and_never_come_before_their_facts(acts: list[Any]) -> None:
    run = Run("simulated")
    forwarded, asked = dict[str, int](), list[ClockRequested]()

    for act in acts:
        before = len(run.ticks())
        run.act(act)
        if isinstance(act, Progress):
            place = f"submission/{act.partition}"
            forwarded[place] = max(forwarded.get(place, 0), act.offset)
        elif isinstance(act, ClockRequested):
            asked.append(act)
        ticks = run.ticks()
        assert ticks == sorted(ticks)
        ready = {
            parse_utc(one.at) for one in asked if all(forwarded.get(name, 0) >= to for name, to in one.offsets.items())
        }
        # Either asked for, or the repeat of the last for a request that came late.
        assert all(at in ready or at in ticks[:before] for at in ticks[before:])


@given(simulated_acts)
def test_in_the_end_every_request_is_ticked_and_no_request_is_left(acts: list[Any]) -> None:
    run = Run("simulated")
    for act in acts:
        run.act(act)

    for partition in range(PARTITIONS):
        run.act(progress(partition, None, 30))
    run.act(None)

    latest = max((parse_utc(act.at) for act in acts if isinstance(act, ClockRequested)), default=None)
    assert max(run.ticks(), default=None) == latest
    left = [one.key or b"" for one in run.control.compacted()]
    assert {key for key in left if not key.startswith(b"progress/")} <= {b"sources.expected"}
    run.act("restart")
    assert run.controller.broadcast() is None


@given(st.lists(progresses, max_size=20).flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_the_interleaving_of_progress_does_not_change_the_last_tick(
    orders: tuple[list[Control], list[Control]],
) -> None:
    last = []
    for said in orders:
        run = Run("wall")
        for act in said:
            run.act(act)
        run.act(None)
        last.append(run.ticks())

    assert last[0] == last[1]
