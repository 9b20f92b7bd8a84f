"""Lints of rules: each has rows that raise it, and rows next to them that do not."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from streams.core.findings import Declared, Finding, Subject
from streams.core.lints import LINTS, lint
from streams.core.rules import compile_rules
from tests.core_builders import PAUSES, calendar_row, content_of, day, deadline_row

TODAY = day("2026-06-01")
OPEN = [[28_800, 43_200]]
TWO = {"amount": 2, "unit": "working_day"}
CHAIN = ("case.completed", "case.transmitted", "card.dispatched", "card.received_at_unit")


def found(
    content: Mapping[str, Any], *declared: Declared, on: int = TODAY, without: frozenset[str] = frozenset()
) -> list[Finding]:
    ids = frozenset(row["id"] for row in content["deadlines"]) - without
    return list(lint(Subject(compile_rules(content), content, declared, ids, on)))


def rule(name: str = "rule", **fields: Any) -> dict[str, Any]:
    return deadline_row(id=name, **fields)


def cut(**fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": "cut",
        "deadline": "rule",
        "units": ["H26"],
        "amount": 5,
        "effective_from": "2025-01-01",
        "decision": "12/QD-UBND",
        "source": "a decision",
    }
    return row | fields


def stages(*amounts: int | None, chain: tuple[str, ...] = CHAIN) -> list[dict[str, Any]]:
    rows = zip(chain, chain[1:], amounts, strict=False)
    return [
        {"id": f"s{number}", "owner": "unit", "from": begins, "to": ends}
        | ({} if amount is None else {"amount": amount, "unit": "working_day"})
        for number, (begins, ends, amount) in enumerate(rows)
    ]


def leg(amount: int, unit: str = "working_day") -> dict[str, Any]:
    return {"id": "birth", "agency": "justice", "amount": amount, "unit": unit, "source": "a decision"}


def swap(off: str = "", worked: str = "", **fields: Any) -> Declared:
    days = {name: tuple(map(day, text.split())) for name, text in (("off", off), ("worked", worked))}
    return Declared("plain", True, days["off"], days["worked"], {}, {})._replace(**fields)


def closure(**days: int) -> list[dict[str, Any]]:
    named = {name.removeprefix("on_").replace("_", "-"): worked for name, worked in days.items()}
    return [{"id": "storm", "calendar": "plain", "units": ["H26"], "days": named, "source": "a decision"}]


def one(**fields: Any) -> dict[str, Any]:
    """The content of one rule."""
    return content_of(rule(**fields))


def with_cut(row: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return content_of(rule(**fields), cuts=[row])


def calendar(**fields: Any) -> dict[str, Any]:
    return content_of(calendars=[calendar_row(**fields)])


class Pair(NamedTuple):
    """Rows that raise a lint, where it says it lies and a part of what it says; rows near to them that do not."""

    bad: tuple[Any, ...]
    where: str
    what: str
    good: tuple[Any, ...]


def a(*parts: Any) -> tuple[Any, ...]:
    return parts


OLD = {"effective_from": "2020-01-01"}
NEW = {"effective_from": "2024-07-01"}
UNTIL = {"effective_until": "2024-07-01"}
SATURDAYS = {"week": [1, 1, 1, 1, 1, 1, 0], "hours": [OPEN] * 5 + [[], []]}
PAIRS: dict[str, Pair] = {
    "empty_range": Pair(
        a(one(**NEW, **UNTIL)),
        "deadline rule",
        "from 2024-07-01 until 2024-07-01 is no day at all",
        a(one(**OLD, **UNTIL)),
    ),
    "never_chosen": Pair(
        a(content_of(rule("all", **OLD), rule("new", variants=["new"], **OLD), rule("old", variants=["new"], **OLD))),
        "deadline old",
        "no case is ever judged by it: new goes before it",
        a(content_of(rule("all", **OLD), rule("new", variants=["new"], **OLD))),
    ),
    "same_standing": Pair(
        a(content_of(rule("one", variants=["new", "lost"]), rule("other", variants=["lost", "old"]))),
        "deadline other",
        "binds the same cases as one, from 2024-07-01: only the order of their ids decides",
        a(content_of(rule("one", variants=["new", "lost"]), rule("other", variants=["old"]))),
    ),
    "overlap": Pair(
        a(content_of(rule("old", **OLD), rule("new", **NEW))),
        "deadline old",
        "is in force beside new, from 2024-07-01; the later one binds",
        a(content_of(rule("old", **OLD, **UNTIL), rule("new", **NEW))),
    ),
    "gap": Pair(
        a(content_of(rule("old", **OLD, effective_until="2024-06-30"), rule("new", **NEW, variants=["new"]))),
        "procedure *",
        "no rule from 2024-06-30 until 2024-07-01 for new/other",
        a(content_of(rule("old", **OLD, **UNTIL), rule("new", **NEW, variants=["new"]))),
    ),
    "transition": Pair(
        a(content_of(rule("old", **OLD, **UNTIL, law_of="complete"), rule("new", **NEW, law_of="received"))),
        "procedure *",
        "received before 2024-07-01 and complete on it, a case has no rule: other/other",
        a(content_of(rule("old", **OLD, **UNTIL, law_of="received"), rule("new", **NEW, law_of="complete"))),
    ),
    "cut_is_no_cut": Pair(
        a(with_cut(cut(amount=7))), "cut cut", "7 is not shorter than the 7 working_day of rule", a(with_cut(cut()))
    ),
    "cut_beside_its_rule": Pair(
        a(with_cut(cut(effective_from="2020-01-01", effective_until="2021-01-01"))),
        "cut cut",
        "from 2020-01-01 until 2021-01-01, its rule rule from 2024-07-01: it never shortens anything",
        a(with_cut(cut(effective_from="2020-01-01", effective_until="2025-01-01"))),
    ),
    "cut_outlives": Pair(
        a(with_cut(cut(), effective_until="2026-01-01")),
        "cut cut",
        "goes on after rule has ended on 2026-01-01",
        a(with_cut(cut(effective_until="2026-01-01"), effective_until="2026-01-01")),
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
    "not_verified": Pair(
        a(one(nv="the article")), "deadline rule", "the article", a(one()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_finds_what_is_wrong_and_says_where_and_what_to_do(name: str, pair: Pair) -> None:
    [finding] = [each for each in found(*pair.bad) if each.lint == name]

    assert finding.where == pair.where
    assert pair.what in finding.what
    assert finding.do
    assert finding.severity == {each.name: each.severity for each in LINTS}[name]


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_is_silent_where_nothing_is_wrong(name: str, pair: Pair) -> None:
    assert [each for each in found(*pair.good) if each.lint == name] == []


def test_every_lint_stands_in_the_table_of_these_tests() -> None:
    assert {each.name for each in LINTS} == {*PAIRS, "example_missing"}


def test_a_rule_without_an_example_is_told() -> None:
    content = content_of(rule("one", procedure="card"), rule("other", procedure="letter"))

    [finding] = found(content, without=frozenset({"other"}))

    assert (finding.lint, finding.severity, finding.where) == ("example_missing", "warning", "deadline other")


def test_plain_rules_have_nothing_to_be_said() -> None:
    assert found(content_of()) == []


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


def test_a_rule_hidden_by_several_together_is_never_chosen() -> None:
    content = content_of(
        rule("one", variants=["new"], effective_from="2020-01-01", effective_until="2024-01-01"),
        rule("other", variants=["old"], effective_from="2020-01-01", effective_until="2022-01-01"),
        rule("rest", variants=["new", "old"], effective_from="2020-01-01", effective_until="2024-01-01"),
    )

    assert [each.where for each in found(content) if each.lint == "never_chosen"] == []

    content["deadlines"][1]["effective_until"] = "2024-01-01"

    assert [each.where for each in found(content) if each.lint == "never_chosen"] == ["deadline rest"]


def test_a_campaign_that_ends_before_it_begins_is_told() -> None:
    week = [OPEN] * 7
    row = {"id": "night", "calendar": "plain", "units": ["H26"], "hours": week, "source": "a plan"}

    told = found(content_of(campaigns=[row | {"first": "2026-02-02", "last": "2026-02-01"}]))

    assert [(each.lint, each.where) for each in told] == [("empty_range", "campaign night")]


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


def test_marks_of_doubt_of_stages_legs_and_cuts_are_notes() -> None:
    content = content_of(rule(stages=[stages(2)[0] | {"nv": "a"}], legs=[leg(2) | {"nv": "b"}]), cuts=[cut(nv="c")])

    told = [(each.where, each.what) for each in found(content) if each.severity == "note"]

    assert told == [("deadline rule stage s0", "a"), ("deadline rule leg birth", "b"), ("cut cut", "c")]
