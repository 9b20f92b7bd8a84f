"""Lints of which rule binds: each has rows that raise it, and rows next to them that do not."""

import pytest

from tests.core_builders import content_of
from tests.lint_builders import Pair, a, assert_found, assert_silent, cut, found, one, rule, with_cut

OPEN = [[28_800, 43_200]]
OLD = {"effective_from": "2020-01-01"}
NEW = {"effective_from": "2024-07-01"}
UNTIL = {"effective_until": "2024-07-01"}
PAIRS: dict[str, Pair] = {
    "empty_range": Pair(
        a(one(**NEW, **UNTIL)),
        "deadline rule",
        "from 2024-07-01, and no longer from 2024-07-01 on: that is no day at all",
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
        "no rule from 2024-06-30 to 2024-06-30 for new/other",
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
        "from 2020-01-01 to 2020-12-31, its rule rule from 2024-07-01: it never shortens anything",
        a(with_cut(cut(effective_from="2020-01-01", effective_until="2025-01-01"))),
    ),
    "cut_outlives": Pair(
        a(with_cut(cut(), effective_until="2026-01-01")),
        "cut cut",
        "goes on after 2025-12-31, the last day of rule",
        a(with_cut(cut(effective_until="2026-01-01"), effective_until="2026-01-01")),
    ),
}


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_finds_what_is_wrong_and_says_where_and_what_to_do(name: str, pair: Pair) -> None:
    assert_found(name, pair)


@pytest.mark.parametrize("name, pair", PAIRS.items(), ids=PAIRS)
def test_a_lint_is_silent_where_nothing_is_wrong(name: str, pair: Pair) -> None:
    assert_silent(name, pair)


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
