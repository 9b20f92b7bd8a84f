"""What every flag of a case rests on, a term that a decision cut, and a clock whose feed is not live."""

from typing import Any

import pytest

from streams.core.clock import ground, read_clock
from streams.core.compiling import compile_rules
from streams.core.facts import AT, KIND
from streams.core.kinds import TYPE_OF_KIND
from streams.core.lines import read_lines
from streams.core.rules import Rules
from tests.core_builders import (
    answered,
    asked,
    at,
    case_of,
    clock_at,
    completed,
    content_of,
    deadline_row,
    entry,
    law,
    leg_row,
    official,
    ready,
    received,
    shown,
    vietnam,
)  # fmt: skip

LATER = "2026-03-31 12:00"


# What every flag rests on


def grounds(*facts: dict[str, Any], rules: Rules | None = None) -> list[tuple[str, str | None]]:
    case = case_of(*facts)
    lines = read_lines(case.facts, case.strings, at(LATER))
    found = ground(lines, read_clock(lines, rules or vietnam()))
    return sorted({(TYPE_OF_KIND[fact[KIND]], shown(fact[AT])) for fact in found})


RECEIVED = ("case.received", "2026-01-05 08:00")
COMPLETED = ("case.completed", "2026-01-05 10:00")


def test_a_flag_rests_on_the_facts_that_say_whose_the_case_is_and_when_it_is_due() -> None:
    facts = [received(), completed(), asked(), answered(), official("2", appointment_at="2026-01-13 17:00")]

    assert grounds(*facts, ready()) == [
        COMPLETED,
        RECEIVED,
        ("official.status_changed", "2026-01-05 11:00"),
        ("supplement.received", "2026-01-09 09:00"),
        ("supplement.requested", "2026-01-07 09:00"),
    ]


def test_where_the_law_goes_by_the_complete_dossier_a_flag_rests_on_that_fact_too() -> None:
    facts = [received(), completed()]

    found = [grounds(*facts, rules=law(starts="case.received", law_of=law_of)) for law_of in ("received", "complete")]

    assert found == [[RECEIVED], [COMPLETED, RECEIVED]]


def test_where_a_result_goes_by_post_a_flag_rests_on_who_said_so() -> None:
    told = entry("case.registered_online", "2026-01-02 08:00", return_by="post")

    assert ("case.registered_online", "2026-01-02 08:00") in grounds(told, received(), completed(), rules=law())
    assert grounds(entry("case.registered_online", "2026-01-02 08:00"), received(), completed(), rules=law()) == [
        COMPLETED,
        RECEIVED,
    ]


@pytest.mark.parametrize("field", ["unit", "procedure", "variant", "place_kind"])
def test_a_flag_rests_on_whoever_told_what_the_case_is(field: str) -> None:
    bare: dict[str, Any] = {"unit": None, "procedure": None, "variant": None} | {field: None}
    teller = entry("case.transmitted", "2026-01-07 16:00", **bare | {field: "some"})

    found = grounds(received(**bare), completed(**bare), teller, rules=law())

    assert found == [COMPLETED, RECEIVED, ("case.transmitted", "2026-01-07 16:00")]


def test_a_case_that_no_rule_binds_rests_on_what_it_is() -> None:
    facts = [received(procedure="passport"), completed(procedure="passport")]

    assert grounds(*facts, rules=law(procedure="card", law_of="complete")) == [RECEIVED]


# A shorter term by a decision


def cut_to(shorter: int, **fields: Any) -> Rules:
    cut = {
        "id": "cut", "deadline": "rule", "units": ["G01.801"], "amount": shorter, "effective_from": "2026-01-01",
        "decision": "01/QĐ-UBND", "source": "a test",
    }  # fmt: skip
    return compile_rules(content_of(deadline_row(**fields), cuts=[cut]))


@pytest.mark.parametrize("amount, kind", [(6, "provincial"), (7, "legal")])
def test_a_decision_governs_where_its_due_comes_first(amount: int, kind: str) -> None:
    clock = clock_at(LATER, received(), completed(), rules=cut_to(amount))

    assert clock.due_kind == kind
    assert clock.computed == clock.due == (clock.provincial if kind == "provincial" else clock.legal)


def test_where_a_shorter_term_ends_on_the_same_day_the_law_governs() -> None:
    """Six calendar days end on Sunday the 11th, five on Saturday: both roll on to Monday."""
    clock = clock_at(LATER, received(), completed(), rules=cut_to(5, unit="calendar_day", amount=6))

    assert (shown(clock.due.at if clock.due else None), clock.due_kind) == ("2026-01-13 00:00", "legal")


def test_a_clock_that_stands_still_has_a_due_of_no_kind() -> None:
    for rules in (law(), cut_to(5)):
        clock = clock_at(LATER, received(), completed(), asked("2026-01-06 09:00"), rules=rules)

        assert (clock.paused, clock.due, clock.due_kind, clock.computed) == (True, None, None, None)


def test_a_clock_may_stand_still_under_the_decision_alone() -> None:
    """Of X the unit wrote its request down after the due of the decision: it counts for the law only, where the answer
    ends it with the first one. By the decision X was asked for on the 9th, which is not before the answer."""
    late = asked("2026-01-08 09:00", "X", recorded="2026-01-14 09:00", origin="unit")
    facts = [asked(document="W"), late, asked("2026-01-09 09:00", "X"), answered("2026-01-09 09:00")]

    clock = clock_at(LATER, received(), completed(), *facts, rules=cut_to(5))

    assert (clock.paused, clock.due, shown(clock.legal.at if clock.legal else None)) == (True, None, "2026-01-17 00:00")


def test_a_decision_that_has_come_to_lie_behind_the_law_governs_nothing_though_its_clock_stands_still() -> None:
    """Four calendar days instead of six. The 12th is an extension of the four only, and with the pause it comes to the
    13th; by the law the term ended on the 12th with it, so that papers are asked for too late on the 13th."""
    facts = [
        entry("case.extended", "2026-01-06 09:00", new_due="2026-01-12 24:00", document="7/XL"),
        asked("2026-01-07 09:00"),
        answered("2026-01-08 09:00"),
        asked("2026-01-13 09:00", "13/YC"),
    ]

    clock = clock_at(LATER, received(), completed(), *facts, rules=cut_to(4, unit="calendar_day", amount=6))

    assert (shown(clock.due.at if clock.due else None), clock.due_kind) == ("2026-01-13 00:00", "legal")
    assert (clock.paused, clock.provincial, clock.verdict(at(LATER))) == (False, None, "overdue")


def test_a_decision_that_would_lengthen_the_term_governs_nothing_where_its_due_comes_first_either() -> None:
    """Six calendar days instead of four. The 12th is an extension of the four only, and the pause moves it on to the
    13th; six days and the pause end on the 12th."""
    facts = [
        entry("case.extended", "2026-01-06 09:00", new_due="2026-01-12 24:00", document="7/XL"),
        asked("2026-01-07 09:00"),
        answered("2026-01-08 09:00"),
    ]

    clock = clock_at(LATER, received(), completed(), *facts, rules=cut_to(6, unit="calendar_day", amount=4))

    assert (shown(clock.due.at if clock.due else None), clock.due_kind) == ("2026-01-14 00:00", "legal")


# A leg of a group


def test_a_leg_is_counted_by_its_own_rule_and_not_by_the_groups_appointment() -> None:
    rules = law(legs=[leg_row("insurance", 2)])
    case = case_of(received(appointment_at="2026-01-20 17:00"), completed())
    lines = read_lines(case.facts, case.strings, at(LATER))
    (leg,) = rules.by_procedure["*"][0].legs

    group, own = read_clock(lines, rules), read_clock(lines, rules, leg.rule)

    assert [shown(one.due.at if one.due else None) for one in (group, own)] == ["2026-01-15 00:00", "2026-01-08 00:00"]
    assert [one.rule for one in (group, own)] == [rules.by_procedure["*"][0], leg.rule]
    assert [shown(one.declared.at if one.declared else None) for one in (group, own)] == ["2026-01-20 17:00", None]


# Where a feed is not live


def broken(feed: str, **fields: Any) -> dict[str, Any]:
    row = {
        "id": feed, "feed": feed, "units": [], "procedures": [], "state": "broken", "first": "2026-01-01",
        "document": "5/CV", "source": "a test",
    }  # fmt: skip
    return row | fields


def blind(*rows: dict[str, Any], **fields: Any) -> bool:
    rules = compile_rules(content_of(deadline_row(**fields), coverage=list(rows)))
    return clock_at(LATER, received(), completed(), rules=rules).blind


def test_a_clock_is_blind_where_one_of_the_feeds_of_its_result_is_broken() -> None:
    either = ["card.received_at_unit", "letter.printed"]

    assert blind(broken("card-dispatch"), duty_ends_at=either) is True
    assert blind(broken("handover"), duty_ends_at=either) is False


@pytest.mark.parametrize("fields, expected", [({"procedures": ["card"]}, True), ({"procedures": ["letter"]}, False)])
def test_a_feed_may_be_broken_for_some_procedures_only(fields: dict[str, Any], expected: bool) -> None:
    assert blind(broken("card-dispatch", **fields)) is expected


@pytest.mark.parametrize("moved, expected", [("2026-01-14 23:59:59", False), ("2026-01-14 24:00", True)])
def test_it_is_the_unit_that_had_the_case_just_before_the_due_whose_feed_counts(moved: str, expected: bool) -> None:
    rules = compile_rules(content_of(coverage=[broken("card-dispatch", units=["G01.801.001"])]))
    transfer = entry("case.transferred", moved, to_unit="G01.802", document="01/QĐ")

    assert clock_at(LATER, received(), completed(), transfer, rules=rules).blind is expected


def test_a_clock_without_a_due_is_not_blind() -> None:
    rules = compile_rules(content_of(coverage=[broken("card-dispatch")]))

    not_started = clock_at(LATER, received(), rules=rules)
    paused = clock_at(LATER, received(), completed(), asked("2026-01-06 09:00"), rules=rules)

    assert [(clock.due, clock.blind) for clock in (not_started, paused)] == [(None, False)] * 2


def test_a_decision_that_would_lengthen_the_term_does_not_make_it_wait() -> None:
    """Due by law on the 14th; the papers were asked for on the 15th, within the longer term only."""
    clock = clock_at(LATER, received(), completed(), asked("2026-01-15 09:00"), rules=cut_to(9))

    assert (clock.due_kind, clock.verdict(at(LATER))) == ("legal", "overdue")
