"""Lints of how a clock runs: each has rows that raise it, and rows next to them that do not."""

from typing import Any

import pytest

from tests.core_builders import PAUSES, calendar_row, content_of
from tests.lint_builders import (
    Pair,
    a,
    assert_found,
    assert_silent,
    cut,
    found,
    leg,
    one,
    rule,
    stages,
    with_cut,
)

OPEN = [[28_800, 43_200]]
SATURDAYS = {"week": [1, 1, 1, 1, 1, 1, 0], "hours": [OPEN] * 5 + [[], []]}
TWO = {"amount": 2, "unit": "working_day"}
PAIRS: dict[str, Pair] = {
    "event_never_comes": Pair(
        a(one(starts="official.status_changed")),
        "deadline rule",
        "its start waits for official.status_changed, which is no fact of the case and never comes",
        a(one(starts="case.received")),
    ),
    "pause_never_runs": Pair(
        a(one(pauses=[{"why": "w", "waits_for": "post", "from": "case.completed", "to": "card.dispatched"}])),
        "deadline rule pause w",
        "case.completed begins it and starts the clock: it never runs",
        a(one(pauses=[{"why": "w", "waits_for": "post", "from": "case.transmitted", "to": "card.dispatched"}])),
    ),
    "start_is_stop": Pair(
        a(one(starts="card.returned")),
        "deadline rule",
        "card.returned (the result is handed over) starts the clock and stops it",
        a(one(starts="case.received")),
    ),
    "stages_with_a_hole": Pair(
        a(one(stages=[*stages(2, 3, 2)[:1], *stages(2, 3, 2)[2:]])),
        "deadline rule stage s2",
        "s0 ends with case.transmitted, s2 begins with card.dispatched",
        a(one(stages=stages(2, 3, 2))),
    ),
    "stages_too_long": Pair(
        a(one(stages=stages(2, 4, 2))),
        "deadline rule",
        "its stages may take 2 working_day + 4 working_day + 2 working_day, the whole has 7 working_day",
        a(one(stages=stages(2, 3, 2))),
    ),
    "level_out_of_reach": Pair(
        a(one(amount=3, at_risk=[{"percent": 75}])),
        "deadline rule",
        "at_risk 75% of a term of 3 working_day is the due itself",
        a(one(amount=4, at_risk=[{"percent": 75}])),
    ),
    "same_day_of_several": Pair(
        a(one(unit="same_day", amount=2)),
        "deadline rule",
        "same_day with amount = 2",
        a(one(unit="same_day", amount=1)),
    ),
    "hours_missing": Pair(
        a(content_of(rule(unit="working_hour"), calendars=[calendar_row(**SATURDAYS)])),
        "deadline rule",
        "counts working_hour by calendar plain, which works on Saturday and has no hours then",
        a(content_of(rule(unit="working_day"), calendars=[calendar_row(**SATURDAYS)])),
    ),
    "leg_longer_than_group": Pair(
        a(one(amount=3, legs=[leg(5)])),
        "deadline rule leg birth",
        "5 working_day may end after the 3 working_day of the group",
        a(one(amount=3, legs=[leg(3), leg(8, "working_hour") | {"id": "other"}])),
    ),
}


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_finds_what_is_wrong_and_says_where_and_what_to_do(name: str, pair: Pair) -> None:
    assert_found(name, pair)


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_is_silent_where_nothing_is_wrong(name: str, pair: Pair) -> None:
    assert_silent(name, pair)


@pytest.mark.parametrize(
    "fields, says",
    [
        ({"amount": 1, "at_risk": [{"percent": 50}]}, "is the due itself"),
        ({"amount": 1, "at_risk": [TWO]}, "holds from the start"),
        ({"amount": 1, "at_risk": [{"amount": 8, "unit": "working_hour"}]}, None),
        ({"amount": 4, "unit": "working_hour", "at_risk": [{"amount": 4, "unit": "working_hour"}]}, "from the start"),
        ({"amount": 4, "unit": "working_hour", "at_risk": [{"percent": 50}]}, None),
        ({"amount": 8, "unit": "clock_hour", "at_risk": [{"amount": 9, "unit": "clock_hour"}]}, "from the start"),
        ({"amount": 7, "at_risk": [{"percent": 100}]}, None),
        ({"amount": 7, "at_risk": [{"amount": 6, "unit": "working_day"}]}, None),
        ({"unit": "same_day", "amount": 1, "at_risk": [{"amount": 2, "unit": "working_hour"}]}, None),
    ],
)
def test_a_level_must_lie_between_start_and_due(fields: dict[str, Any], says: str | None) -> None:
    told = [each.what for each in found(one(**fields)) if each.lint == "level_out_of_reach"]

    assert [says in each for each in told if says] == ([] if says is None else [True])


def test_a_level_out_of_reach_of_a_cut_alone_is_told_with_the_cut() -> None:
    told = found(with_cut(cut(amount=1), at_risk=[TWO]))

    assert [(each.lint, each.where) for each in told] == [("level_out_of_reach", "cut cut")]


OF_A_SYSTEM = {"why": "w", "waits_for": "post", "from": "card.printed", "to": "official.status_changed"}


@pytest.mark.parametrize(
    "fields, where",
    [
        ({"duty_ends_at": ["card.returned", "official.status_changed"]}, "its end"),
        ({"cancels": ["official.status_changed"]}, "its end"),
        ({"pauses": [OF_A_SYSTEM]}, "pause w"),
        ({"stages": stages(2, chain=("case.completed", "official.status_changed"))}, "stage s0"),
    ],
)
def test_nothing_of_a_clock_waits_for_a_report_of_an_official_system(fields: dict[str, Any], where: str) -> None:
    told = [each.what for each in found(one(**fields)) if each.lint == "event_never_comes"]

    assert told == [f"{where} waits for official.status_changed, which is no fact of the case and never comes"]


@pytest.mark.parametrize("end", ["card.received_at_unit", "result.delivered", "case.stopped", "card.returned"])
def test_a_pause_that_begins_where_the_clock_stops_never_runs(end: str) -> None:
    told = found(one(pauses=[{"why": "w", "waits_for": "post", "from": end, "to": "card.dispatched"}]))

    assert [each.what for each in told] == [f"{end} begins it and stops the clock at once: it never runs"]


def test_a_pause_that_ends_where_the_clock_starts_never_runs() -> None:
    told = found(one(starts="supplement.received", pauses=PAUSES))

    assert [each.what for each in told] == ["supplement.received ends it and starts the clock: it never runs"]


def test_holes_before_the_first_stage_and_after_the_last_are_told() -> None:
    told = found(one(stages=stages(2, 3, chain=("case.transmitted", "card.printed", "card.dispatched"))))

    assert [each.what for each in told if each.lint == "stages_with_a_hole"] == [
        "the clock starts with case.completed, s0 begins with case.transmitted",
        "the duty ends with card.received_at_unit, s1 ends with card.dispatched",
    ]


def test_stages_without_targets_are_not_added_up() -> None:
    assert found(one(stages=stages(9, None, 9))) == []
