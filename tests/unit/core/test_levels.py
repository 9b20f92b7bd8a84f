"""At risk by levels: each is told once, in order, also by a worker that was down when they passed."""

from typing import Any

from streams.core.compiling import compile_rules
from streams.core.engine import judge
from tests.core_builders import (
    TOKEN,
    answered,
    asked,
    at,
    case_of,
    completed,
    content_of,
    deadline_row,
    entry,
    law,
    ready,
    received,
)

LEVELS: list[dict[str, Any]] = [
    {"percent": 50},
    {"percent": 75},
    {"amount": 1, "unit": "working_day"},
    {"percent": 100},
]
RULES = compile_rules(content_of(deadline_row(at_risk=LEVELS)))
# Seven working days from Monday 2 March 2026: 50 % is the fourth (the 6th), 75 % the sixth (the 10th), due the 11th.
CASE = case_of(received("2026-03-02 08:00"), completed("2026-03-02 09:00"))
TOLD = [
    ("at_risk", 1, "50%", "raised", "2026-03-07"),
    ("at_risk", 1, "50%", "cleared", "2026-03-07"),
    ("at_risk", 2, "75%", "raised", "2026-03-11"),
    ("at_risk", 2, "75%", "cleared", "2026-03-11"),
]


def told(flags: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(one["class"], one["cycle"], one["level"], one["state"], (one["since"] or "")[:10]) for one in flags]


def test_each_level_is_told_as_it_passes() -> None:
    case, seen = CASE, []
    for when in ("2026-03-06 12:00", "2026-03-08 08:00", "2026-03-09 08:00", "2026-03-11 08:00", "2026-03-12 08:00"):
        case, effects = judge(TOKEN, case, at(when), RULES)
        seen.append(told(effects.flags))

    assert seen[:3] == [[], TOLD[:1], []]
    # The end of the sixth day is the end of the day before the last: one of the two levels has no time of its own.
    assert [one[:4] for one in seen[3]] == [("at_risk", 1, "50%", "cleared"), ("at_risk", 2, "75%", "raised")]
    assert [one[:4] for one in seen[4]] == [("at_risk", 2, "75%", "cleared"), ("overdue", 1, "100%", "raised")]


def test_after_a_downtime_all_that_passed_is_told_in_order_and_once() -> None:
    case, effects = judge(TOKEN, CASE, at("2026-03-20 08:00"), RULES)
    again, nothing = judge(TOKEN, case, at("2026-03-20 08:05"), RULES)

    assert told(effects.flags) == [*TOLD, ("overdue", 1, "100%", "raised", "2026-03-12")]
    assert (nothing.flags, again.ledger) == ([], case.ledger)


def test_a_level_is_told_again_when_a_pause_is_over_as_a_cycle_of_its_own() -> None:
    one = case_of(
        received("2026-03-02 08:00"),
        completed("2026-03-02 09:00"),
        asked("2026-03-09 09:00"),
        answered("2026-03-11 09:00"),
    )

    flags = judge(TOKEN, one, at("2026-03-12 08:00"), RULES)[1].flags

    assert [each[1:4] for each in told(flags)] == [(1, "50%", "raised"), (1, "50%", "cleared"), (2, "50%", "raised")]


def test_a_rule_without_levels_warns_of_nothing() -> None:
    flags = judge(TOKEN, CASE, at("2026-03-20 08:00"), law(at_risk=[]))[1].flags

    assert {one["class"] for one in flags} == {"overdue"}


# Known late


def test_a_case_written_down_after_its_due_is_born_overdue_and_says_so_once() -> None:
    late = case_of(
        received("2026-03-02 08:00", recorded="2026-03-16 08:00"),
        completed("2026-03-02 09:00", recorded="2026-03-16 08:01"),
    )

    case, effects = judge(TOKEN, late, at("2026-03-16 08:05"), RULES)

    assert {one["class"]: one["known_late"] for one in effects.flags} == {"overdue": True, "at_risk": True}
    assert judge(TOKEN, case, at("2026-03-17 08:05"), RULES)[1].flags == []


def test_what_was_written_down_in_time_is_not_known_late() -> None:
    known = case_of(received("2026-03-02 08:00", recorded="2026-03-02 08:01"), completed("2026-03-02 09:00"))

    flags = judge(TOKEN, known, at("2026-03-16 08:05"), RULES)[1].flags

    assert {one["known_late"] for one in flags} == {False}


def test_a_late_record_of_the_end_does_not_make_the_case_known_late() -> None:
    done = ready("2026-03-13 09:00", recorded="2026-03-20 09:00")
    one = case_of(received("2026-03-02 08:00"), completed("2026-03-02 09:00"), done, entry("card.dispatched"))

    flags = judge(TOKEN, one, at("2026-03-30 08:00"), RULES)[1].flags

    assert {each["known_late"] for each in flags} == {False}
