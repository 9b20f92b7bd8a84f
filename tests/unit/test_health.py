"""Stuck is told from idle, from working and from recovering."""

import pytest
from orjson import loads

from streams.adapters.health import Health, Pulse, State, live, ready, state_of

STUCK = 30.0


@pytest.mark.parametrize(
    "has_work, recovering, beat_age, progress_age, state, live_status, ready_status",
    [
        (False, False, 0.1, 0.1, State.IDLE, 200, 200),
        (False, False, 0.1, 3600.0, State.IDLE, 200, 200),
        (True, False, 0.1, 0.1, State.WORKING, 200, 200),
        (True, False, 0.1, 29.9, State.WORKING, 200, 200),
        (True, False, 0.1, 30.0, State.STUCK, 503, 503),
        (True, True, 0.1, 0.1, State.RECOVERING, 200, 503),
        (False, True, 0.1, 29.9, State.RECOVERING, 200, 503),
        (True, True, 0.1, 30.0, State.STUCK, 503, 503),
        # A loop that says nothing is not alive, whatever it last said.
        (False, False, 30.0, 30.0, State.STUCK, 503, 503),
    ],
)
def test_what_a_probe_is_told(
    has_work: bool,
    recovering: bool,
    beat_age: float,
    progress_age: float,
    state: State,
    live_status: int,
    ready_status: int,
) -> None:
    health = Health(has_work, recovering, beat_age, progress_age, "PostgreSQL: refused")

    assert state_of(health, STUCK) is state
    assert live(health, STUCK)[0] == live_status
    assert ready(health, STUCK)[0] == ready_status
    assert loads(live(health, STUCK)[1]) == {
        "state": state.value,
        "progress_age_seconds": progress_age,
        "reason": "PostgreSQL: refused",
    }


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_pulse_ages_until_it_is_felt_again() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    assert pulse.health() == Health(False, False, 0, 0)

    pulse.worked()
    clock.now += 20
    assert pulse.health() == Health(True, False, 20, 20)

    pulse.waited("PostgreSQL")
    clock.now += 5
    assert pulse.health() == Health(True, False, 5, 25, "PostgreSQL")

    pulse.recovered()
    assert pulse.health() == Health(True, True, 0, 0)

    pulse.rested()
    assert pulse.health() == Health(False, False, 0, 0)


def test_who_waits_too_long_with_work_at_hand_is_stuck() -> None:
    clock = Clock()
    pulse = Pulse(clock)

    pulse.rested()
    for _ in range(7):
        clock.now += 5
        pulse.waited("PostgreSQL")

    assert state_of(pulse.health(), STUCK) is State.STUCK
    pulse.worked(more=False)
    assert state_of(pulse.health(), STUCK) is State.IDLE
