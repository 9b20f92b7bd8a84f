"""A worker's vitals: alive is who works, or has nothing to do."""

from streams.adapters.health import State, state_of
from streams.agents.vitals import Vitals


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lag_is_what_was_handed_out_and_not_handled_and_what_the_client_has_not_read() -> None:
    vitals = Vitals(
        next_offsets={("log", 0): 7, ("log", 1): 4, ("log", 2): 9, ("log", 3): 1},
        handed={("log", 0): 10, ("log", 1): 4},
        left={("log", 0): 2, ("log", 1): 0, ("log", 2): 5},
    )

    # Of the last nothing is known before the first fetch.
    assert vitals.lag == {("log", 0): 5, ("log", 1): 0, ("log", 2): 5}
    assert vitals.has_work


def test_a_worker_without_work_makes_progress_by_looking_for_some() -> None:
    clock = Clock()
    vitals = Vitals(clock, recovering=False)

    clock.now = 1000.0
    vitals.beat()

    assert state_of(vitals.health()) is State.IDLE


def test_a_worker_with_work_is_stuck_if_it_only_looks() -> None:
    clock = Clock()
    vitals = Vitals(
        clock, recovering=False, next_offsets={("log", 0): 7}, handed={("log", 0): 10}, left={("log", 0): 0}
    )

    clock.now = 1000.0
    vitals.beat()

    assert state_of(vitals.health()) is State.STUCK
    vitals.progress()
    assert state_of(vitals.health()) is State.WORKING


def test_a_recovery_that_goes_on_is_alive_and_one_that_stands_is_stuck() -> None:
    clock = Clock()
    vitals = Vitals(clock)

    vitals.progress()
    assert state_of(vitals.health()) is State.RECOVERING
    clock.now = 1000.0
    vitals.beat()

    assert state_of(vitals.health()) is State.STUCK
