"""The published formula, branch by branch: a worked example each, with the law as shipped."""

from collections.abc import Mapping
from typing import Any

import pytest

from streams.core.compiling import compile_rules
from streams.core.formula import Reported, reported
from streams.core.lines import read_lines
from streams.core.rules import Rules
from tests.core_builders import (
    at,
    case_of,
    clock_at,
    completed,
    content_of,
    day,
    entry,
    official,
    received,
    vietnam,
)

# A dossier of Monday 5 January 2026 with an appointment on Tuesday 13.
OPENED = (received(appointment_at="2026-01-13 17:00"), completed())
END_OF_JANUARY = "2026-01-31 24:00"


def counted(*told: Mapping[str, Any], when: str = END_OF_JANUARY, rules: Rules | None = None) -> Reported | None:
    rules = rules or vietnam()
    formula = rules.formula_on(day("2026-01-31"))
    assert formula is not None
    case = case_of(*told)
    lines = read_lines(case.facts, case.strings, at(when))
    return reported(lines, clock_at(when, *told, rules=rules), rules, formula, at(when))


def ended(code: str, when: str, declared: str | None = None, **fields: Any) -> dict[str, Any]:
    return official(code, when, ended_at=declared, **fields)


@pytest.mark.parametrize(
    ("told", "branch", "end", "in_time"),
    [
        pytest.param([ended("9", "2026-01-13 16:00")], "ended", "2026-01-13", True, id="done on the day"),
        pytest.param([ended("9", "2026-01-13 20:00")], "ended", "2026-01-13", True, id="by days, not times"),
        pytest.param([ended("9", "2026-01-14 08:00")], "ended", "2026-01-14", False, id="done the day after"),
        pytest.param(
            [ended("9", "2026-01-16 08:00", "2026-01-12 10:00")], "ended", "2026-01-12", True, id="as it is declared"
        ),
        pytest.param(
            [ended("9", "2026-01-13 10:00"), ended("10", "2026-01-20 10:00")],
            "ended",
            "2026-01-13",
            True,
            id="9 before 10",
        ),
        pytest.param([ended("10", "2026-01-20 10:00")], "ended", "2026-01-20", False, id="10 where there is no 9"),
        pytest.param([ended("8", "2026-01-12 10:00")], "ended", "2026-01-12", True, id="stopped"),
        pytest.param([ended("3", "2026-01-14 10:00")], "ended", "2026-01-14", False, id="refused"),
        pytest.param([ended("7", "2026-01-12 10:00")], "ended", "2026-01-12", True, id="withdrawn after acceptance"),
        pytest.param(
            [official("7", "2026-01-12 10:00"), ended("8", "2026-01-15 10:00")],
            "ended",
            "2026-01-15",
            False,
            id="8 before 7",
        ),
        pytest.param([], "open", "2026-01-31", False, id="open: the end of the period"),
        pytest.param([official("5", "2026-01-12 10:00")], "waiting", "2026-01-12", True, id="waits for papers"),
        pytest.param([official("5", "2026-01-14 10:00")], "waiting", "2026-01-14", False, id="asked after the due"),
        pytest.param(
            [official("5", "2026-01-07 10:00"), official("4", "2026-01-08 10:00"), official("5", "2026-01-12 10:00")],
            "asked_twice",
            "2026-01-12",
            False,
            id="asked twice",
        ),
        pytest.param(
            [ended("9", "2026-01-12 10:00"), official("4", "2026-01-15 10:00")],
            "open",
            "2026-01-31",
            False,
            id="opened again",
        ),
    ],
)
def test_each_branch_gives_its_end(told: list[Mapping[str, Any]], branch: str, end: str, in_time: bool) -> None:
    found = counted(*OPENED, official("2", "2026-01-05 10:00"), *told)
    assert found is not None
    # The first wait of the dossier that was asked twice is over, and moved the due by a day.
    waited = 1 if branch == "asked_twice" else 0
    due = day("2026-01-13") + waited
    assert found == Reported(in_time, branch, day("2026-01-05"), day(end), due, due - waited, True, waited)


def test_an_open_case_is_in_time_until_the_day_of_its_appointment_is_over() -> None:
    told = (*OPENED, official("2", "2026-01-05 10:00"))
    assert [getattr(counted(*told, when=f"2026-01-{end} 24:00"), "in_time", None) for end in ("13", "14")] == [
        True,
        False,
    ]


def test_time_waited_for_papers_moves_the_due_on() -> None:
    waited = (official("5", "2026-01-07 10:00"), official("4", "2026-01-09 10:00"))
    found = counted(*OPENED, official("2", "2026-01-05 10:00"), *waited, ended("9", "2026-01-15 10:00"))
    assert found == Reported(
        True, "ended", day("2026-01-05"), day("2026-01-15"), day("2026-01-15"), day("2026-01-13"), True, 2
    )


def test_an_appointment_given_after_the_request_has_the_wait_in_it_already() -> None:
    waited = (
        official("5", "2026-01-07 10:00"),
        official("4", "2026-01-09 10:00", appointment_at="2026-01-15 17:00"),
    )
    found = counted(*OPENED, official("2", "2026-01-05 10:00"), *waited, ended("9", "2026-01-16 10:00"))
    assert found == Reported(
        False, "ended", day("2026-01-05"), day("2026-01-16"), day("2026-01-15"), day("2026-01-15"), True, 0
    )


def test_an_appointment_that_the_system_shows_late_was_given_with_the_receipt() -> None:
    waited = (
        official("5", "2026-01-07 10:00"),
        official("4", "2026-01-09 10:00", appointment_at="2026-01-13 17:00"),
    )
    found = counted(*OPENED, official("2", "2026-01-05 10:00"), *waited, ended("9", "2026-01-15 10:00"))
    assert found is not None
    assert (found.in_time, found.deducted) == (True, 2)


def test_without_an_appointment_the_legal_maximum_counts() -> None:
    told = (received(), completed(), official("2", "2026-01-05 10:00"))
    found = counted(*told, ended("9", "2026-01-14 10:00"))
    # Seven working days from Monday the 5th, Saturday the 10th worked: Tuesday the 13th.
    assert found == Reported(
        False, "ended", day("2026-01-05"), day("2026-01-14"), day("2026-01-13"), day("2026-01-13"), False, 0
    )


@pytest.mark.parametrize(
    "told",
    [
        pytest.param((), id="never shown"),
        pytest.param((official("1", "2026-01-05 10:00"),), id="registered"),
        pytest.param((official("1", "2026-01-05 10:00"), official("7", "2026-01-06 10:00")), id="withdrawn unread"),
        pytest.param((official("77", "2026-01-05 10:00"),), id="a code nobody knows"),
    ],
)
def test_what_the_system_never_took_in_is_not_counted(told: tuple[Mapping[str, Any], ...]) -> None:
    assert counted(*OPENED, *told) is None


def test_without_an_appointment_or_a_rule_nothing_binds_it() -> None:
    strange = entry("case.received", "2026-01-05 08:00", procedure="9.999999")
    assert counted(strange, official("2", "2026-01-05 10:00", procedure="9.999999")) is None


def test_rules_of_before_there_were_formulas_have_none() -> None:
    assert compile_rules(content_of()).formula_on(day("2026-01-31")) is None
