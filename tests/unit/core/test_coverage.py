"""Absence is evidence only where a feed is live; elsewhere nothing is claimed, and it says so."""

from pathlib import Path
from typing import Any

import pytest

from streams.core.compiling import compile_rules
from streams.core.coverage import Place, is_declared_live, is_live
from streams.core.errors import RulesRefused
from streams.core.rules import Rules
from streams.rules_file import load_rules
from tests.core_builders import (
    UNIT,
    classes_at,
    completed,
    content_of,
    day,
    deadline_row,
    flags_at,
    official,
    ready,
    received,
    returned,
    view_at,
)
from tests.rules_folder import RULES, write_rules

LATER = "2026-03-20 08:00"
CASE = [received("2026-03-02 08:00"), completed("2026-03-02 09:00")]  # due on Wednesday 11 March


def row(feed: str = "card-dispatch", **fields: Any) -> dict[str, Any]:
    return {
        "id": feed,
        "feed": feed,
        "units": [],
        "procedures": [],
        "state": "broken",
        "first": "2026-01-01",
        "document": "5/CV",
        "source": "a test",
    } | fields


def measured(feed: str = "card-dispatch", **fields: Any) -> dict[str, Any]:
    """A row of what was measured: 41 of 60."""
    return row(
        feed,
        **{
            "id": f"measured {feed}",
            "state": "incomplete",
            "document": None,
            "measured": 0.6833,
            "expected": 60,
            "told": 41,
            "witnessed_first": "2026-01-19",
            "witnessed_last": "2026-02-13",
        }
        | fields,
    )


def under(*rows: dict[str, Any], **fields: Any) -> Rules:
    return compile_rules(content_of(deadline_row(returned_means="handed_over", **fields), coverage=list(rows)))


def test_without_rows_every_feed_counts_as_live() -> None:
    assert classes_at(LATER, *CASE, rules=under()) == ["overdue"]


def test_nobody_is_called_late_where_the_feed_of_the_result_is_broken() -> None:
    rules = under(row())

    (flag,) = flags_at(LATER, *CASE, rules=rules)

    assert (flag["class"], flag["accountable"], flag["wording"]) == ("unknown", "operator", "Chưa đủ căn cứ kết luận")
    assert view_at(LATER, *CASE, rules=rules)["verdict"] == "insufficient"


@pytest.mark.parametrize(
    "fields",
    [
        {"units": ["G02"]},
        {"procedures": ["letter"]},
        {"last": "2026-03-01"},
        {"first": "2026-03-12"},
        {"feed": "handover"},
        {"state": "live", "document": None},
    ],
)
def test_a_row_speaks_of_its_units_procedures_and_days_only(fields: dict[str, Any]) -> None:
    assert classes_at(LATER, *CASE, rules=under(row(**fields))) == ["overdue"]


@pytest.mark.parametrize(
    "fields",
    [
        {"first": "2026-03-02", "last": "2026-03-02"},
        {"first": "2026-03-05", "last": "2026-03-06"},
        {"first": "2026-03-11", "last": "2026-03-11"},
    ],
)
def test_a_feed_that_was_broken_on_one_day_of_the_term_may_have_lost_the_result(fields: dict[str, Any]) -> None:
    assert classes_at(LATER, *CASE, rules=under(row(**fields))) == ["unknown"]
    assert view_at(LATER, *CASE, rules=under(row(**fields)))["verdict"] == "insufficient"


@pytest.mark.parametrize("units", [[UNIT], ["G01.801"], ["G02", "G01"]])
def test_a_code_above_a_unit_covers_it(units: list[str]) -> None:
    assert classes_at(LATER, *CASE, rules=under(row(units=units))) == ["unknown"]


def test_the_later_row_overrules() -> None:
    mended = row(id="mended", units=[UNIT], state="live", document=None)

    assert classes_at(LATER, *CASE, rules=under(row(), mended)) == ["overdue"]


def test_evidence_that_is_there_counts_all_the_same() -> None:
    facts = [*CASE, ready("2026-03-10 09:00"), returned("2026-03-10 10:00"), official("4", "2026-03-02 10:00")]

    assert classes_at(LATER, *facts, rules=under(row())) == ["falsely_late", "falsely_pending"]


def test_a_portal_that_tells_nothing_any_more_is_not_still_open() -> None:
    facts = [*CASE, ready("2026-03-10 09:00"), returned("2026-03-10 10:00"), official("4", "2026-03-02 10:00")]

    assert classes_at(LATER, *facts, rules=under(row("official-status"))) == ["unknown"]


def test_a_hand_over_that_nobody_could_tell_is_not_missing() -> None:
    facts = [*CASE, ready("2026-03-10 09:00"), official("10", "2026-03-10 10:00")]

    assert classes_at("2026-03-30 08:00", *facts, rules=under()) == ["falsely_done", "not_collected"]
    assert classes_at("2026-03-30 08:00", *facts, rules=under(row("handover"))) == ["unknown"]


def test_unknown_ends_when_what_it_waited_for_comes() -> None:
    rules = under(row())

    assert (
        classes_at("2026-03-30 08:00", *CASE, ready("2026-03-16 09:00"), returned("2026-03-16 10:00"), rules=rules)
        == []
    )


@pytest.mark.parametrize(
    "fields, why",
    [
        ({"feed": "moon"}, "coverage moon: feed moon is none of "),
        ({"document": None}, "document is missing: name the one that declares the feed broken"),
        ({"source": ""}, "source is missing"),
    ],
)
def test_a_row_that_says_too_little_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(RulesRefused, match=why):
        under(row(**{"id": fields.get("feed", "card-dispatch")} | fields))


def test_nobody_is_called_late_where_the_feed_is_measured_incomplete() -> None:
    rules = under(measured(units=[UNIT]))

    assert classes_at(LATER, *CASE, rules=rules) == ["unknown"]
    assert view_at(LATER, *CASE, rules=rules)["verdict"] == "insufficient"


SHOWN_OPEN = [ready("2026-03-10 09:00"), returned("2026-03-10 10:00"), official("4", "2026-03-02 10:00")]
CLOSED = [ready("2026-03-10 09:00"), official("10", "2026-03-10 10:00")]


@pytest.mark.parametrize(
    "feed, facts, claimed",
    [
        ("card-dispatch", [], ["overdue"]),
        ("official-status", SHOWN_OPEN, ["falsely_late", "falsely_pending"]),
        ("handover", CLOSED, ["falsely_done", "not_collected"]),
        ("card-dispatch", [official("9", "2026-03-10 10:00")], ["falsely_done", "overdue"]),
    ],
)
def test_what_absence_would_show_is_unknown_where_the_feed_is_measured_incomplete(
    feed: str, facts: list[dict[str, Any]], claimed: list[str]
) -> None:
    rules = under(measured(feed, units=["G01.801"], procedures=["card"]))

    assert classes_at("2026-03-30 08:00", *CASE, *facts, rules=under()) == claimed
    assert classes_at("2026-03-30 08:00", *CASE, *facts, rules=rules) == ["unknown"]


def test_what_is_measured_holds_whatever_is_declared_before_or_after_it() -> None:
    mended = row(id="mended", units=[UNIT], state="live", document=None)

    assert classes_at(LATER, *CASE, rules=under(measured(), mended)) == ["unknown"]
    assert classes_at(LATER, *CASE, rules=under(mended, measured())) == ["unknown"]


def test_what_is_measured_says_nothing_of_what_is_declared() -> None:
    on = day("2026-03-11")
    rows, broken = under(measured()).coverage, under(measured(), row()).coverage

    assert is_declared_live(rows, on)
    assert not is_live(rows, on)
    assert not is_declared_live(broken, on)


def test_rows_are_found_by_feed_and_place_and_stay_in_their_order() -> None:
    rows = [
        row(),
        measured(units=[UNIT]),
        measured(id="other", units=["G02"]),
        row("handover"),
        row(id="letter", procedures=["letter"]),
    ]
    rules = under(*rows)

    for _ in range(2):
        assert [one.id for one in rules.covering("card-dispatch", Place(UNIT, "card"))] == [
            "card-dispatch",
            "measured card-dispatch",
        ]
        assert [one.id for one in rules.covering("card-dispatch", Place("G02.1", "letter"))] == [
            "card-dispatch",
            "other",
            "letter",
        ]
        assert rules.covering("print", Place(UNIT, "card")) == ()


@pytest.mark.parametrize(
    "fields, why",
    [
        ({"measured": 0.95, "expected": 20, "told": 19}, "measured 0.95 is complete from 0.95 on: then there is no"),
        ({"measured": 0.8, "expected": 5, "told": 4, "complete_from": 0.8}, "measured 0.8 is complete from 0.8 on"),
        ({"measured": 0.7}, "measured 0.7 is not told 41 of expected 60"),
        ({"measured": None, "told": None}, "measured, told missing: an incomplete row says what was measured"),
        ({"expected": 0}, "greater than or equal to 1"),
        ({"measured": 1.5}, "less than or equal to 1"),
        ({"witnessed_last": "2026-01-18"}, "witnessed_last lies before witnessed_first"),
        ({"state": "live"}, "measured, expected, told, .*: only a row of the state incomplete is measured"),
    ],
)
def test_a_measured_row_that_does_not_add_up_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(RulesRefused, match=why):
        under(measured(**fields))


def test_the_bar_is_data_of_the_row() -> None:
    assert under(measured(measured=0.96, expected=100, told=96, complete_from=0.98)).coverage[0].state == "incomplete"


def test_rows_without_a_measure_keep_the_content_and_so_the_hash_that_they_had(tmp_path: Path) -> None:
    declared = '[[coverage]]\nid = "a"\nfeed = "eid"\nstate = "live"\nfirst = 2026-01-01\nsource = "a test"\n'

    (found,) = load_rules(write_rules(tmp_path, rules=RULES + declared))["coverage"]

    assert found == {
        "units": [],
        "procedures": [],
        "id": "a",
        "feed": "eid",
        "state": "live",
        "first": "2026-01-01",
        "source": "a test",
    }


def test_what_goes_by_post_rests_on_the_feed_of_the_post() -> None:
    facts = [received("2026-03-02 08:00", return_by="post"), completed("2026-03-02 09:00")]

    assert classes_at(LATER, *facts, rules=under(row("handover"))) == ["unknown"]
    assert classes_at(LATER, *facts, rules=under(row("card-dispatch"))) == ["overdue"]
