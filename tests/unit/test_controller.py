"""The controller: ticks, rules and engine, from records of hoso.control to entries of the log."""

from typing import Any

import pytest

from schemas.codec import decode, encode
from schemas.control import Control
from schemas.entries import CONTROL_ENTRY
from streams.pipeline import controller as module
from streams.pipeline.controller import Broadcast, ClockMixed, Controller, outgoing
from streams.pipeline.standing import Standing
from streams.ports import Outgoing
from tests.intake_builders import (
    OTHER_HASH,
    RULES_HASH,
    ControlLog,
    clock_request,
    plan,
    progress,
    rules_request,
)

# 2026-01-06T00:00:00Z in milliseconds.
T = 1_767_657_600_000
STANDING = Standing(clock="wall", at=None, rules=RULES_HASH, engine="1")
SIMULATED = Standing(clock="simulated", at=None, rules=RULES_HASH, engine="1")


def started(standing: Standing = STANDING, **fields: Any) -> tuple[Controller, ControlLog]:
    return Controller(plan(clock=standing.clock or "wall", **fields), standing), ControlLog()


def entries(broadcast: Broadcast | None) -> list[dict[str, Any]]:
    return [] if broadcast is None else [decode(one) for one in broadcast.entries]


def ticks(broadcast: Broadcast | None) -> list[str]:
    return [entry["at"] for entry in entries(broadcast) if entry["type"] == "clock.ticked"]


def after(controller: Controller, log: ControlLog, *controls: Control) -> list[str]:
    controller.fold(log.say(*controls))
    return ticks(controller.broadcast())


def test_an_empty_log_begins_with_its_clock_then_engine_rules_and_last_the_tick() -> None:
    controller = Controller(plan(partitions=1, until=None), Standing())
    controller.fold(ControlLog().say(progress(0, T)))

    broadcast = controller.broadcast()

    assert entries(broadcast) == [
        {"type": "clock.started", "kind": "wall"},
        {"type": "engine.activated", "version": "1"},
        {"type": "rules.activated", "hash": RULES_HASH, "content": {"deadlines": [], "sources": []}},
        {"type": "clock.ticked", "at": "2026-01-06T00:00:00Z", "rules": RULES_HASH, "engine": "1"},
    ]
    assert broadcast is not None
    for entry in broadcast.entries:
        CONTROL_ENTRY.validate_json(entry)
    assert controller.standing == Standing("wall", "2026-01-06T00:00:00Z", RULES_HASH, "1")


def test_a_simulated_clock_tells_its_end() -> None:
    controller = Controller(plan(clock="simulated", until="2027-01-01T00:00:00Z"), Standing())

    first = entries(controller.broadcast())[0]

    assert first == {"type": "clock.started", "kind": "simulated", "until": "2027-01-01T00:00:00Z"}


def test_what_stands_is_not_said_again() -> None:
    controller, _ = started()

    assert controller.broadcast() is None


def test_another_engine_is_activated_and_other_rules_of_the_deployment_are_not() -> None:
    controller, _ = started(engine="2", rules_hash=OTHER_HASH)

    assert entries(controller.broadcast()) == [{"type": "engine.activated", "version": "2"}]


@pytest.mark.parametrize(("standing", "asked"), [("wall", "simulated"), ("simulated", "wall")])
def test_clocks_are_never_mixed(standing: str, asked: str) -> None:
    with pytest.raises(ClockMixed, match=f"runs on a {standing} clock and a {asked} one is asked for"):
        Controller(plan(clock=asked), Standing(clock=standing))


def test_the_slowest_partition_makes_the_tick() -> None:
    controller, log = started()

    assert after(controller, log, progress(0, T + 60_000), progress(1, T + 9_999)) == ["2026-01-06T00:00:09Z"]


def test_a_partition_without_an_instant_holds_time() -> None:
    controller, log = started()

    assert after(controller, log, progress(0, T), progress(1, None)) == []
    assert controller.waits_for() == (("submission", 1),)
    assert after(controller, log, progress(1, T)) == ["2026-01-06T00:00:00Z"]
    assert controller.waits_for() == ()


def test_partitions_that_are_not_expected_hold_nothing() -> None:
    controller, log = started(partitions=1)

    assert after(controller, log, progress(0, T + 8_000), progress(7, T)) == ["2026-01-06T00:00:08Z"]


def test_ticks_are_tick_seconds_apart() -> None:
    controller, log = started(partitions=1)

    seen = [after(controller, log, progress(0, T + at)) for at in (0, 1_000, 4_999, 5_000, 9_999, 30_000)]

    assert seen == [["2026-01-06T00:00:00Z"], [], [], ["2026-01-06T00:00:05Z"], [], ["2026-01-06T00:00:30Z"]]


def test_no_tick_goes_back_after_a_restart() -> None:
    controller, log = started(Standing("wall", "2026-01-06T01:00:00Z", RULES_HASH, "1"), partitions=1)

    assert after(controller, log, progress(0, T)) == []
    assert after(controller, log, progress(0, T + 3_605_000)) == ["2026-01-06T01:00:05Z"]


def test_a_new_owner_that_reads_again_takes_no_progress_back() -> None:
    controller, log = started()
    controller.fold(log.say(progress(0, T + 20_000, 50), progress(1, T)))

    assert after(controller, log, progress(0, None, 10), progress(1, T + 15_000)) == ["2026-01-06T00:00:15Z"]


def test_records_read_twice_change_nothing() -> None:
    controller, log = started(SIMULATED)
    controller.fold(log.say(clock_request("2026-01-06T00:00:00Z")))
    broadcast = controller.broadcast()
    assert broadcast is not None
    assert ticks(broadcast) == ["2026-01-06T00:00:00Z"]

    controller.fold(log.records)

    assert controller.broadcast() is None
    assert controller.position == 1


def test_requested_rules_stand_before_the_next_tick() -> None:
    controller, log = started(partitions=1)
    controller.fold(log.say(progress(0, T), rules_request(OTHER_HASH, {"deadlines": [1]})))

    broadcast = controller.broadcast()

    assert entries(broadcast) == [
        {"type": "rules.activated", "hash": OTHER_HASH, "content": {"deadlines": [1]}},
        {"type": "clock.ticked", "at": "2026-01-06T00:00:00Z", "rules": OTHER_HASH, "engine": "1"},
    ]
    assert broadcast is not None
    assert broadcast.done == (f"rules.requested/{OTHER_HASH}".encode(),)


def test_rules_in_force_are_not_activated_again_but_their_request_is_done() -> None:
    controller, log = started()
    controller.fold(log.say(rules_request(RULES_HASH)))

    assert controller.broadcast() == Broadcast((), (), (f"rules.requested/{RULES_HASH}".encode(),))


def test_a_wall_clock_ignores_requested_ticks() -> None:
    controller, log = started(partitions=1)

    assert after(controller, log, clock_request("2030-01-01T00:00:00Z")) == []


def test_a_simulated_clock_ignores_the_time_of_day() -> None:
    controller, log = started(SIMULATED)

    assert after(controller, log, progress(0, T), progress(1, T)) == []


def test_a_requested_tick_waits_for_its_facts() -> None:
    controller, log = started(SIMULATED)
    offsets = {"t.submission/0": 10, "submission/1": 1}

    assert after(controller, log, clock_request("2026-01-06T00:00:00Z", offsets)) == []
    assert after(controller, log, progress(0, None, 9), progress(1, None, 1)) == []
    assert after(controller, log, progress(0, None, 10)) == ["2026-01-06T00:00:00Z"]


def test_requested_ticks_come_in_the_order_of_their_instants() -> None:
    controller, log = started(SIMULATED)
    controller.fold(log.say(clock_request("2026-01-08T00:00:00Z"), clock_request("2026-01-07T00:00:00Z")))

    assert ticks(controller.broadcast()) == ["2026-01-07T00:00:00Z", "2026-01-08T00:00:00Z"]


def test_a_request_whose_facts_are_on_their_way_holds_the_later_ones() -> None:
    controller, log = started(SIMULATED)
    early, late = (
        clock_request("2026-01-07T00:00:00Z", {"submission/0": 5}),
        clock_request("2026-01-08T00:00:00Z", {"submission/1": 0}),
    )

    assert after(controller, log, late, early) == ["2026-01-08T00:00:00Z"] * 0
    assert after(controller, log, progress(0, None, 5)) == ["2026-01-07T00:00:00Z", "2026-01-08T00:00:00Z"]


def test_a_request_for_a_past_instant_repeats_the_last_one_once() -> None:
    controller, log = started(Standing("simulated", "2026-02-01T00:00:00Z", RULES_HASH, "1"))
    controller.fold(log.say(clock_request("2026-01-07T00:00:00Z"), clock_request("2026-01-08T00:00:00Z")))

    broadcast = controller.broadcast()

    assert ticks(broadcast) == ["2026-02-01T00:00:00Z"]
    assert broadcast is not None
    assert len(broadcast.done) == 2


def test_the_last_instant_may_be_asked_for_again() -> None:
    controller, log = started(SIMULATED)

    assert after(controller, log, clock_request("2026-01-07T00:00:00Z")) == ["2026-01-07T00:00:00Z"]
    assert after(controller, log, clock_request("2026-01-07T00:00:00Z", {"submission/0": 0})) == [
        "2026-01-07T00:00:00Z"
    ]


def test_one_broadcast_holds_a_bounded_number_of_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TICKS_MAX", 2)
    controller, log = started(SIMULATED)
    controller.fold(log.say(*(clock_request(f"2026-01-0{day}T00:00:00Z") for day in range(1, 6))))

    seen = [len(ticks(controller.broadcast())) for _ in range(4)]

    assert seen == [2, 2, 1, 0]


def test_a_request_that_is_done_is_not_ticked_after_a_restart() -> None:
    controller, log = started(SIMULATED)
    controller.fold(
        log.say(clock_request("2026-01-07T00:00:00Z"), clock_request("2026-01-09T00:00:00Z", {"print/0": 1}))
    )
    broadcast = controller.broadcast()
    assert broadcast is not None
    for key in broadcast.done:
        log.say_raw(key, None)

    for replayed in (log.records, log.compacted()):
        successor = Controller(plan(clock="simulated"), controller.standing)
        successor.fold(replayed)
        assert successor.broadcast() is None
        successor.fold(ControlLogAt(len(log.records)).say(progress(0, None, 0)))
        assert successor.broadcast() is None


class ControlLogAt(ControlLog):
    """Goes on at an offset."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self._first = offset

    def say(self, *controls: Control) -> list[Any]:
        return [one._replace(offset=one.offset + self._first) for one in super().say(*controls)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"x", b"not JSON"),
        (b"x", encode({"type": "source.heard", "source": "urn:a"})),
        (b"x", encode({"type": "clock.requested", "at": "2026-02-30T00:00:00Z", "offsets": {}})),
        (b"x", encode({"type": "clock.requested", "at": "2026-01-30T00:00:00Z", "offsets": {"submission": 1}})),
        (None, encode({"type": "clock.requested", "at": "2026-01-30T00:00:00Z", "offsets": {}})),
        (None, None),
    ],
)
def test_what_cannot_be_read_is_counted_and_time_goes_on(key: bytes | None, value: bytes | None) -> None:
    controller, log = started(SIMULATED)
    controller.fold(log.say_raw(key, value))

    assert controller.refused == 1
    assert after(controller, log, clock_request("2026-01-06T00:00:00Z")) == ["2026-01-06T00:00:00Z"]


def test_a_broadcast_reaches_every_partition_and_ends_its_requests() -> None:
    records = outgoing(Broadcast((b"1", b"2"), ((b"kept", b"3"),), (b"done",)), "t.", 2)

    assert records == [
        Outgoing("t.log", None, b"1", 0),
        Outgoing("t.log", None, b"2", 0),
        Outgoing("t.log", None, b"1", 1),
        Outgoing("t.log", None, b"2", 1),
        Outgoing("t.control", b"kept", b"3", 0),
        Outgoing("t.control", b"done", None, 0),
    ]
