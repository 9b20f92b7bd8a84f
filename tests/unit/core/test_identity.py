"""Whose facts are whose: lots and their members, corrections, a new dossier in place of an old one."""

from typing import Any

import pytest

from streams.core.case import EMPTY, Case
from streams.core.engine import assess, fold, judge, moved_facts
from streams.core.facts import FACTS_MAX, KEPT_FREE, moved_entry, read_fact
from streams.core.identity import dossier
from tests.core_builders import (
    TOKEN,
    at,
    case_of,
    completed,
    entry,
    flags_at,
    official,
    ready,
    received,
    vietnam,
    view_at,
)

LATER = at("2026-02-27 08:00")
LOT = "lot-token"


def printed(member: str, **fields: Any) -> dict[str, Any]:
    return entry("card.printed", "2026-01-07 09:00", case=member, lot="L1", lot_case=LOT, **fields)


def as_moved(one: dict[str, Any], target: str, origin: str) -> dict[str, Any]:
    return one | {"type": "fact.moved", "moved": one["type"], "origin": origin, "case": target}


def dispatched(when: str = "2026-01-08 09:00") -> dict[str, Any]:
    return entry("card.dispatched", when, case=LOT, unit=None, procedure=None) | {"scheme": "lot"}


# Lots


def lot_of(*entries: dict[str, Any]) -> tuple[Case, list[tuple[str, dict[str, Any]]]]:
    """The row of a lot, and all that it sent."""
    case, sent = EMPTY, []
    for number, one in enumerate(entries):
        before, case = case, fold(case, number, one)
        sent += moved_facts(before, case)
    return case, sent


@pytest.mark.parametrize("first", ["member", "fact"])
def test_what_is_told_of_a_lot_reaches_each_member_whatever_came_first(first: str) -> None:
    members = [as_moved(printed(name), LOT, name) for name in ("code-a", "code-b")]
    entries = [*members, dispatched()] if first == "member" else [dispatched(), *members]

    _, sent = lot_of(*entries)

    assert [(target, one["moved"], one["origin"]) for target, one in sent] == [
        ("code-a", "card.dispatched", LOT),
        ("code-b", "card.dispatched", LOT),
    ]


def test_what_is_told_of_a_full_lot_reaches_those_that_it_knows_and_no_other() -> None:
    lot = EMPTY
    names = [f"code-{number}" for number in range(FACTS_MAX)]
    for number, name in enumerate(names):
        lot = fold(lot, number, as_moved(printed(name), LOT, name))

    told = fold(lot, len(names), dispatched())

    assert (lot.is_full, len(lot.facts)) == (True, FACTS_MAX - KEPT_FREE)
    assert {target for target, _ in moved_facts(lot, told)} == set(names[: FACTS_MAX - KEPT_FREE])


def test_a_lot_is_no_case() -> None:
    case, _ = lot_of(as_moved(printed("code-a"), LOT, "code-a"), dispatched())

    assert assess(case, LATER, vietnam()) is None
    after, effects = judge(LOT, case, LATER, vietnam())
    assert (effects.flags, effects.view, after.ledger) == ([], None, [])


def test_what_a_lot_says_counts_for_those_that_name_it_and_for_no_other() -> None:
    moved = as_moved({name: value for name, value in dispatched().items() if name != "scheme"}, TOKEN, LOT)

    member = view_at("2026-01-09 08:00", received(), completed(), printed(TOKEN), moved)
    other = view_at("2026-01-09 08:00", received(), completed(), moved)

    assert (member["observed"], other["observed"]) == ("dispatched", "complete")


def test_a_correction_of_what_named_the_lot_takes_the_lot_along() -> None:
    naming = printed(TOKEN, fact=7)
    moved = as_moved({name: value for name, value in dispatched().items() if name != "scheme"}, TOKEN, LOT)

    view = view_at("2026-01-09 08:00", received(), completed(), naming, moved, corrected(7))

    assert view["observed"] == "complete"


# Corrections


def corrected(
    wrong: int, *, instead: int | None = None, when: str = "2026-01-08 10:00", **fields: Any
) -> dict[str, Any]:
    one = entry("fact.corrected", when, **{"unit": "G01.801", "procedure": None, **fields})
    data = one["data"] | {"replaces": f"{wrong:016x}"}
    return one | {"data": data if instead is None else data | {"fact": f"{instead:016x}"}}


WRONG = ready("2026-01-16 09:00", fact=7, source="urn:hoso:moi")
RIGHT = ready("2026-01-12 09:00", fact=8, source="urn:hoso:moi")
OUTSIDE: dict[str, Any] = {"unit": "C06", "source": "urn:hoso:c06"}


def ended(*entries: dict[str, Any]) -> str | None:
    told: str | None = view_at("2026-01-20 08:00", received(), completed(), *entries)["ended"]
    return told


def test_a_fact_that_never_was_counts_for_nothing_and_the_other_stands_instead() -> None:
    assert ended(WRONG, RIGHT, corrected(7, instead=8, **OUTSIDE)) == "2026-01-12T09:00:00+07:00"
    assert ended(WRONG, corrected(7, **OUTSIDE)) is None


def test_a_correction_waits_for_the_fact_that_is_to_stand_instead() -> None:
    assert ended(WRONG, corrected(7, instead=8, **OUTSIDE)) == "2026-01-16T09:00:00+07:00"


@pytest.mark.parametrize(
    "who, counts",
    [
        ({"unit": "C06", "source": "urn:hoso:c06"}, True),
        ({"unit": "G01.801.001", "source": "urn:hoso:onestop"}, False),
        ({"unit": "G01.801.001.03", "source": "urn:hoso:onestop"}, False),
        ({"unit": None, "source": "urn:hoso:onestop"}, False),
        ({"unit": "G01.801.001", "source": "urn:hoso:moi"}, True),
    ],
)
def test_who_may_correct_is_the_source_itself_or_somebody_outside_the_unit(who: dict[str, Any], counts: bool) -> None:
    assert (ended(WRONG, corrected(7, **who)) is None) is counts


def test_a_correction_can_be_corrected() -> None:
    first = corrected(7, when="2026-01-17 10:00", fact=20, **OUTSIDE)
    second = corrected(20, when="2026-01-18 10:00", fact=21, **OUTSIDE)

    assert ended(WRONG, first, second) == "2026-01-16T09:00:00+07:00"


def test_a_correction_that_names_one_fact_twice_or_itself_changes_nothing() -> None:
    late = "2026-01-16T09:00:00+07:00"

    assert ended(WRONG, corrected(7, instead=7, **OUTSIDE)) == late
    assert ended(WRONG, corrected(20, fact=20, **OUTSIDE)) == late
    # Nor does it hide another one.
    assert ended(WRONG, corrected(7, instead=7, when="2026-01-18 10:00", **OUTSIDE), corrected(7, **OUTSIDE)) is None


def test_a_correction_stands_in_the_evidence_of_what_it_changed() -> None:
    (flag,) = [
        one
        for one in flags_at("2026-01-20 08:00", received(), completed(), WRONG, corrected(7, **OUTSIDE))
        if one["class"] == "overdue"
    ]

    assert [one["type"] for one in flag["evidence"]] == ["case.received", "case.completed", "fact.corrected"]


# A new dossier in place of an old one


def superseded(**fields: Any) -> dict[str, Any]:
    return entry("case.superseded", "2026-01-12 09:00", unit=None, procedure=None, cases=f"{TOKEN} other", **fields)


def test_by_a_written_instruction_a_new_dossier_ends_the_old_one() -> None:
    view = view_at("2026-01-20 08:00", received(), completed(), superseded(document="12/HD"))

    assert (view["observed"], view["verdict"], view["review"]) == ("stopped", "on_time", [])


def test_without_an_instruction_it_is_something_to_look_at_and_ends_nothing() -> None:
    view = view_at("2026-01-20 08:00", received(), completed(), superseded())

    assert (view["observed"], view["verdict"], view["review"]) == ("complete", "overdue", ["superseded"])


# Moving


@pytest.mark.parametrize(
    "one",
    [
        received(appointment_at="2026-01-13 17:00", recorded="2026-01-05 08:01", arrived="2026-01-05 08:02"),
        ready("2026-01-12 24:00", precision="day", strength="scan", origin="post"),
        official("9", ended_at="2026-01-12 09:00"),
    ],
)
def test_a_fact_that_moves_says_all_it_said(one: dict[str, Any]) -> None:
    strings: list[str] = []
    fact = read_fact(one, strings)

    moved = moved_entry(fact, strings, TOKEN, "other")

    others: list[str] = []
    again = read_fact(moved, others)
    assert moved_entry(again, others, "another", "other") == moved
    assert {**moved, "type": one["type"], "case": TOKEN} == {**one, "moved": one["type"], "origin": TOKEN}


def test_a_row_that_is_merged_has_no_flag_of_its_own() -> None:
    link = entry("case.linked", "2026-01-20 08:00", case="z", cases="a z", unit=None, procedure=None)
    facts = [one | {"case": "z"} for one in (received(), completed())]
    case, effects = judge("z", case_of(*facts), at("2026-01-16 08:00"), vietnam())
    assert effects.flags[-1]["state"] == "raised"

    merged, effects = judge("z", fold(case, 9, link), at("2026-01-21 08:00"), vietnam())

    assert {flag["state"] for flag in effects.flags} == {"merged"}
    assert effects.view is not None
    assert (effects.view["merged_into"], effects.view["verdict"], effects.view["flags"]) == ("a", "merged", [])
    assert dossier("z", merged.facts, merged.strings, LATER).tokens == ("a", "z")


# What a review found


def test_an_unlink_that_is_known_early_does_not_keep_back_what_the_link_still_covers() -> None:
    linked = [entry("case.linked", "2026-01-06 08:00", case=one, cases="a c", fact=1, unit=None) for one in "ac"]
    undone = [entry("case.unlinked", "2026-01-20 08:00", case=one, cases="a c", fact=2, unit=None) for one in "ac"]
    rows: dict[str, Case] = {}
    told = [received(case="a"), completed(case="a"), *linked, *undone, ready("2026-01-09 09:00", case="c")]
    while told:
        one = told.pop(0)
        before = rows.get(one["case"], EMPTY)
        rows[one["case"]] = fold(before, len(told), one)
        told += [moved for _, moved in moved_facts(before, rows[one["case"]])]

    _, effects = judge("a", rows["a"], at("2026-01-16 08:00"), vietnam())

    assert "overdue" not in {flag["class"] for flag in effects.flags}


def test_a_correction_waits_until_the_fact_that_stands_instead_has_arrived() -> None:
    instead = RIGHT | {"arrived": "2026-01-16T02:30:00Z"}
    early = corrected(7, instead=8, **OUTSIDE) | {"arrived": "2026-01-16T01:00:00Z"}

    view = view_at("2026-01-16 09:00", received(), completed(), WRONG, instead, early)

    assert view["ended"] == "2026-01-16T09:00:00+07:00"


@pytest.mark.parametrize("moved_first", [False, True])
def test_a_fact_told_under_this_token_too_is_its_own_whichever_copy_came_first(moved_first: bool) -> None:
    own = ready("2026-01-12 09:00", fact=7)
    copy = as_moved(ready("2026-01-12 09:00", fact=7, case="c"), TOKEN, "c")

    copies = [copy, own] if moved_first else [own, copy]

    assert ended(*copies) == "2026-01-12T09:00:00+07:00"
