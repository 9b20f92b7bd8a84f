"""How far a case got: each step once, at its first fact."""

from collections.abc import Mapping
from typing import Any

from streams.core.funnel import channel, opened_at, reached
from streams.core.lines import read_lines
from tests.core_builders import (
    STORY,
    at,
    case_of,
    clock_at,
    completed,
    entry,
    official,
    received,
    returned,
    shown,
    vietnam,
)

END = "2026-02-28 12:00"


def steps(*told: Mapping[str, Any]) -> dict[str, str | None]:
    case = case_of(*told)
    found = reached(read_lines(case.facts, case.strings, at(END)), clock_at(END, *told), vietnam())
    return {step: shown(instant) for step, instant in found.items()}


def test_a_card_from_the_counter_to_the_citizen() -> None:
    assert steps(*STORY) == {
        "taken": "2026-01-05 08:00",
        "accepted": "2026-01-05 08:00",
        "complete": "2026-01-05 10:00",
        "received_at_unit": "2026-01-12 09:00",
        "ready": "2026-01-12 09:00",
        "handed_over": "2026-01-12 10:00",
        "ended": "2026-01-12 10:00",
    }


def test_a_card_that_lies_at_the_unit_is_ready_and_has_not_ended() -> None:
    assert "ended" not in steps(*STORY[:-1])
    assert steps(*STORY[:-1])["ready"] == "2026-01-12 09:00"


def test_a_registration_is_accepted_when_the_system_shows_it_in_work() -> None:
    registered = entry("case.registered_online", "2026-01-04 20:00", channel="online")

    assert steps(registered, official("1", "2026-01-04 20:01")) == {"registered": "2026-01-04 20:00"}
    assert steps(registered, official("2", "2026-01-05 09:00"))["accepted"] == "2026-01-05 09:00"


def test_a_case_that_is_turned_away_has_ended_and_was_never_ready() -> None:
    found = steps(received(), completed(), entry("case.refused", "2026-01-07 09:00"))

    assert found["ended"] == found["turned_away"] == "2026-01-07 09:00"
    assert "ready" not in found


def test_a_case_that_was_ready_and_then_turned_away_was_ready() -> None:
    found = steps(*STORY[:-1], entry("case.refused", "2026-01-20 08:00"))

    assert found["ready"] == "2026-01-12 09:00"
    assert found["ended"] == found["turned_away"] == "2026-01-20 08:00"


def test_a_hand_over_shows_that_it_was_ready() -> None:
    assert steps(received(), completed(), returned())["ready"] == "2026-01-12 10:00"


def test_the_channel_is_online_where_it_was_registered_so() -> None:
    def of(*told: Mapping[str, Any]) -> str:
        case = case_of(*told)
        return channel(read_lines(case.facts, case.strings, at(END)))

    registered = entry("case.registered_online", "2026-01-04 20:00")
    assert [of(registered, received(channel="counter")), of(received(channel="mobile")), of(received())] == [
        "online",
        "mobile",
        "unknown",
    ]


def test_it_came_in_with_its_first_step() -> None:
    assert opened_at({"registered": 5, "taken": 9, "ended": 1}) == 5
    assert opened_at({"ended": 1}) is None
