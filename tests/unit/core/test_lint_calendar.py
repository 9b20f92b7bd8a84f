"""Lints of calendars: each has rows that raise it, and rows next to them that do not."""

import pytest

from tests.core_builders import content_of, day
from tests.lint_builders import Pair, a, assert_found, assert_silent, calendar, closure, found, swap

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
        a(calendar(), swap("2026-01-02", is_swap=False)),
    ),
    "only_a_list": Pair(
        a(calendar(), swap("2026-01-02 2026-05-01", is_swap=False)),
        "calendar plain",
        "is a list of days that ends on 2026-05-01, before 2026-06-01",
        a(calendar(), swap("2026-01-02 2026-09-02", is_swap=False)),
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


def test_a_day_that_two_rows_declare_is_told() -> None:
    told = found(calendar(), swap("2026-08-31", "2026-08-22", others={day("2026-08-31"): 0}))

    assert [each.what for each in told] == [
        "2026-08-31 is declared off, and is off without that: another row of the calendar says so"
    ]
