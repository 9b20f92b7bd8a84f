"""Lints of who tells us: rows of sources that speak of the same ones, and rows next to them that do not."""

from typing import Any

import pytest

from tests.core_builders import content_of
from tests.intake_builders import source_row
from tests.lint_builders import Pair, a, assert_found, assert_silent, found

COUNTERS = source_row("urn:hoso:onestop", 15)


def with_sources(*rows: dict[str, Any]) -> dict[str, Any]:
    return content_of(sources=list(rows))


PAIRS: dict[str, Pair] = {
    "sources_overlap": Pair(
        a(with_sources(COUNTERS, source_row("urn:hoso:onestop:H26-01", 60))),
        "source urn:hoso:onestop:H26-01",
        "its name urn:hoso:onestop:H26-01 is beneath that of urn:hoso:onestop: the shorter rhythm counts, 15 minutes",
        # One name begins another, and is not above it.
        a(with_sources(COUNTERS, source_row("urn:hoso:onestopper", 60), source_row("urn:hoso:print"))),
    ),
}


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_says_where_what_and_what_to_do(name: str, pair: Pair) -> None:
    assert_found(name, pair)


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_is_silent_where_nothing_is_wrong(name: str, pair: Pair) -> None:
    assert_silent(name, pair)


def test_two_rows_of_one_name_are_told_once_and_every_pair_of_three() -> None:
    twice = with_sources(COUNTERS, COUNTERS | {"id": "z", "rhythm_minutes": 5})
    three = with_sources(*(source_row("urn:a" + ":b" * depth) for depth in range(3)))

    (one,) = found(twice)
    assert (one.where, one.what) == (
        "source z",
        "its name urn:hoso:onestop is also that of urn:hoso:onestop: the shorter rhythm counts, 5 minutes",
    )
    assert [each.where for each in found(three)] == ["source urn:a:b", "source urn:a:b:b", "source urn:a:b:b"]
