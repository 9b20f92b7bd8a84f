"""Lints of calendars: each has rows that raise it, and rows next to them that do not."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.core_builders import calendar_row, content_of, day
from tests.lint_builders import Pair, a, assert_found, assert_silent, calendar, closure, found, rule, swap


def other_closure(units: Sequence[str] = ("H26.1",), **days: int) -> list[dict[str, Any]]:
    """A closure of another decision, whose id comes later."""
    return [row | {"id": "typhoon", "units": list(units)} for row in closure(**days)]


PAIRS: dict[str, Pair] = {
    "day_without_effect": Pair(
        a(calendar(), swap("2026-01-03", "2026-01-10")),
        "calendar plain swap of 2026-01-03 2026-01-10",
        "2026-01-03 is declared off, and is off without that: the week has it so",
        a(calendar(), swap("2026-01-02", "2026-01-10")),
    ),
    "swap_of_one_side": Pair(
        a(calendar(), swap("2026-01-02")),
        "calendar plain swap of 2026-01-02",
        "off 2026-01-02, worked none: a swap has as many days worked as off",
        a(calendar(), swap("2026-01-02", row="lists")),
    ),
    "closures_contradict": Pair(
        a(content_of(closures=[*closure(on_2026_01_06=0), *other_closure(on_2026_01_06=1)])),
        "closure typhoon",
        "says the opposite of closure storm of 2026-01-06 for H26.1: typhoon binds, for its id comes later",
        a(content_of(closures=[*closure(on_2026_01_06=0), *other_closure(on_2026_01_06=1, units=["H27"])])),
    ),
    "only_a_list": Pair(
        a(calendar(), swap("2026-01-02 2026-05-01", row="lists")),
        "calendar plain",
        "is a list of days that ends on 2026-05-01, before 2026-06-01",
        a(calendar(), swap("2026-01-02 2026-09-02", row="lists")),
    ),
    "horizon_is_past": Pair(
        a(calendar(horizon="2026-05-31")),
        "calendar plain",
        "its horizon 2026-05-31 lies before 2026-06-01",
        a(calendar(horizon="2026-06-01")),
    ),
    "day_known_already": Pair(
        a(calendar(), swap("2026-01-01", "2026-01-10", package={day("2026-01-01"): 0})),
        "calendar plain swap of 2026-01-01 2026-01-10",
        "the package of holidays knows 2026-01-01 as well",
        a(calendar(), swap("2026-01-02", "2026-01-10", package={day("2026-01-01"): 0})),
    ),
}


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_finds_what_is_wrong_and_says_where_and_what_to_do(name: str, pair: Pair) -> None:
    assert_found(name, pair)


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_is_silent_where_nothing_is_wrong(name: str, pair: Pair) -> None:
    assert_silent(name, pair)


def test_a_closure_that_closes_what_is_closed_is_told() -> None:
    told = found(content_of(closures=closure(on_2026_01_10=0, on_2026_01_12=0)))

    assert [(each.where, each.what) for each in told] == [
        ("closure storm", "2026-01-10 is declared off, and is off without that: calendar plain has it so")
    ]


def test_closures_that_say_the_same_of_a_day_do_not_contradict_each_other() -> None:
    rows = [*closure(on_2026_01_06=0), *other_closure(on_2026_01_06=0, on_2026_01_07=0)]

    assert found(content_of(closures=rows)) == []


def test_what_a_calendar_has_from_the_one_it_extends_is_told_once() -> None:
    calendars = [calendar_row(), calendar_row(id="extended", extends="plain")]
    closures = [*closure(on_2026_01_10=0, on_2026_01_06=0), *other_closure(on_2026_01_06=1)]
    rules = [rule("rule"), rule("other", procedure="card", calendar="extended")]

    told = [each.lint for each in found(content_of(*rules, calendars=calendars, closures=closures))]

    assert sorted(told) == ["closures_contradict", "day_without_effect", "day_without_effect"]


def test_a_decreed_day_off_is_no_swap_and_is_named_as_what_it_is() -> None:
    told = found(calendar(), swap("2026-09-05 2026-11-24", row="holiday"))

    assert [(each.lint, each.where) for each in told] == [
        ("day_without_effect", "calendar plain holiday of 2026-09-05 2026-11-24")
    ]


def test_a_day_that_two_rows_declare_is_told() -> None:
    told = found(calendar(), swap("2026-08-31", "2026-08-22", others={day("2026-08-31"): 0}))

    assert [each.what for each in told] == [
        "2026-08-31 is declared off, and is off without that: another row of the calendar says so"
    ]
