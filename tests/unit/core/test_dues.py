"""The three dues of a case: legal, provincial by a decision, and the appointment; calendars and cuts hold for units."""

from typing import Any

import pytest

from streams.core.compiling import compile_rules
from streams.core.errors import RulesRefused
from streams.core.rules import Rules
from streams.core.units import covers
from tests.core_builders import (
    asked,
    at,
    calendar_row,
    clock_at,
    completed,
    content_of,
    day,
    deadline_row,
    entry,
    flags_at,
    official,
    ready,
    received,
    shown,
)

LATER = "2026-03-30 08:00"
HUE, HANOI, HANOI_BAC = "G01.847", "G01.801", "G01.8010"


def cut_row(**fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": "hanoi-cut",
        "deadline": "rule",
        "units": [HANOI],
        "amount": 5,
        "effective_from": "2026-01-01",
        "decision": "01/QĐ-UBND",
        "source": "a test",
    }
    return row | fields


def closure_row(**fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": "storm",
        "calendar": "plain",
        "units": [HUE],
        "days": {"2026-01-08": 0, "2026-01-09": 0},
        "source": "Document 5/UBND: storm",
    }
    return row | fields


def with_rows(**tables: Any) -> Rules:
    return compile_rules(content_of(deadline_row(), **tables))


def dues(unit: str, rules: Rules) -> tuple[str | None, str | None, str | None, str | None]:
    clock = clock_at(LATER, received(unit=unit), completed(unit=unit), rules=rules)
    return (
        shown(clock.legal.at if clock.legal else None),
        shown(clock.provincial.at if clock.provincial else None),
        shown(clock.due.at if clock.due else None),
        clock.due_kind,
    )


@pytest.mark.parametrize(
    "unit, expected",
    [(HANOI, True), (f"{HANOI}.001", True), (HANOI_BAC, False), (HUE, False), ("H26-01", False), (None, False)],
)
def test_a_code_covers_itself_and_the_units_beneath_it(unit: str | None, expected: bool) -> None:
    assert covers([HANOI], unit) is expected


def test_a_hyphen_stands_between_a_unit_and_the_one_above_it_too() -> None:
    assert (covers(["H26"], "H26-01"), covers(["H2"], "H26-01")) == (True, False)


def test_a_decision_cuts_the_term_of_its_units_only() -> None:
    rules = with_rows(cuts=[cut_row()])

    assert dues(f"{HANOI}.001", rules) == ("2026-01-15 00:00", "2026-01-13 00:00", "2026-01-13 00:00", "provincial")
    assert dues(f"{HUE}.001", rules) == ("2026-01-15 00:00", None, "2026-01-15 00:00", "legal")


def test_the_shortest_of_two_decisions_holds() -> None:
    rules = with_rows(cuts=[cut_row(), cut_row(id="two", units=[f"{HANOI}.001"], amount=3)])

    assert [dues(unit, rules)[1] for unit in (HANOI, f"{HANOI}.001")] == ["2026-01-13 00:00", "2026-01-09 00:00"]


@pytest.mark.parametrize("fields", [{"effective_from": "2026-01-06"}, {"effective_until": "2026-01-05"}])
def test_a_decision_holds_on_the_case_s_own_day_or_not_at_all(fields: dict[str, str]) -> None:
    assert dues(HANOI, with_rows(cuts=[cut_row(**fields)]))[1] is None


def test_a_decision_that_would_lengthen_the_term_governs_nothing() -> None:
    assert dues(HANOI, with_rows(cuts=[cut_row(amount=9)]))[1:] == (None, "2026-01-15 00:00", "legal")


def test_a_flag_says_that_the_provincial_due_passed_and_by_which_decision() -> None:
    rules = with_rows(cuts=[cut_row()])

    (found,) = flags_at("2026-01-14 08:00", received(unit=HANOI), completed(unit=HANOI), rules=rules)

    assert (found["class"], found["due_kind"], found["basis"]["decision"]) == ("overdue", "provincial", "01/QĐ-UBND")


def test_a_pause_asked_for_after_the_provincial_due_moves_only_the_legal_one() -> None:
    rules = with_rows(cuts=[cut_row()])
    facts = [received(unit=HANOI), completed(unit=HANOI), asked("2026-01-14 09:00", unit=HANOI)]

    clock = clock_at(LATER, *facts, rules=rules)

    assert (clock.legal, clock.due_kind, clock.paused) == (None, "provincial", False)
    assert shown(clock.due.at if clock.due else None) == "2026-01-13 00:00"
    assert [pause.refused for pause in clock.pauses] == ["after_due"]


def test_a_storm_closes_the_units_of_one_province() -> None:
    rules = with_rows(closures=[closure_row()])

    assert [dues(unit, rules)[0] for unit in (f"{HUE}.001", HANOI)] == ["2026-01-17 00:00", "2026-01-15 00:00"]


def test_a_closed_day_says_why_and_under_a_name_of_its_own() -> None:
    rules = with_rows(closures=[closure_row(), closure_row(id="flood", units=[f"{HUE}.002"], days={"2026-01-12": 0})])

    own = rules.calendar_for(rules.calendar, f"{HUE}.002")

    assert (own.id, own.reasons[day("2026-01-08")]) == ("plain+flood+storm", "Document 5/UBND: storm")
    assert [own.is_working(day(f"2026-01-{number:02d}")) for number in (7, 8, 9, 12, 13)] == [True, *[False] * 3, True]
    assert rules.calendar_for(rules.calendar, HANOI) is rules.calendar
    assert rules.calendar_for(rules.calendar, f"{HUE}.002") is own


def test_a_day_worked_by_one_province_only() -> None:
    rules = with_rows(closures=[closure_row(days={"2026-01-10": 1})])

    assert dues(HUE, rules)[0] == "2026-01-14 00:00"


@pytest.mark.parametrize("table, row", [("cuts", cut_row), ("closures", closure_row)])
def test_a_row_without_its_source_is_refused(table: str, row: Any) -> None:
    with pytest.raises(RulesRefused, match="source is missing"):
        with_rows(**{table: [row(source="")]})


@pytest.mark.parametrize(
    "tables, why",
    [
        ({"cuts": [cut_row(deadline="moon")]}, "cut hanoi-cut: deadline moon is none of rule"),
        ({"closures": [closure_row(calendar="moon")]}, "closure storm: calendar moon is none of plain"),
    ],
)
def test_a_row_that_points_nowhere_is_refused(tables: dict[str, Any], why: str) -> None:
    with pytest.raises(RulesRefused, match=why):
        with_rows(**tables)


# Reception


def test_reception_follows_the_calendar_but_for_campaigns() -> None:
    night = {
        "id": "campaign",
        "calendar": "plain",
        "units": [HANOI],
        "first": "2026-01-05",
        "last": "2026-01-06",
        "hours": [[[25_200, 79_200]]] * 7,
        "source": "a test",
    }
    calendar = calendar_row(
        reception=[[[28_800, 43_200]]] * 5 + [[[27_000, 41_400]], []], days={"2026-01-07": 0, "2026-01-17": 0}
    )
    rules = with_rows(campaigns=[night], calendars=[calendar])

    def hours(unit: str, when: str) -> tuple[tuple[int, int], ...]:
        return rules.reception(rules.calendar, unit, day(when))

    assert hours(f"{HANOI}.001", "2026-01-05") == ((25_200, 79_200),)
    assert hours(f"{HUE}.001", "2026-01-05") == ((28_800, 43_200),)
    assert hours(HANOI, "2026-01-07") == ()  # off by decree
    assert hours(HANOI, "2026-01-10") == ((27_000, 41_400),)  # Saturday morning, which counts for no term
    assert hours(HANOI, "2026-01-11") == ()
    assert hours(HANOI, "2026-01-17") == ()  # a Saturday that is a holiday
    assert dues(HANOI, rules)[0] == "2026-01-16 00:00"


# Which law, by whose day


def test_the_case_s_own_day_is_taken_in_the_zone_of_the_rule() -> None:
    """23:30 in Hà Nội is still the morning before in New York, where this rule begins to hold on the 6th."""
    newyork = calendar_row(id="ny", zone="America/New_York", offsets=[[-(1 << 40), -5 * 3600]])
    rules = compile_rules(
        content_of(
            deadline_row(id="there", calendar="ny", effective_from="2026-01-06"),
            calendars=[calendar_row(), newyork],
        )
    )

    early = clock_at(LATER, received("2026-01-06 11:00"), completed("2026-01-06 11:00"), rules=rules)
    late = clock_at(LATER, received("2026-01-06 13:00"), completed("2026-01-06 13:00"), rules=rules)

    assert (early.rule, late.rule.id if late.rule else None) == (None, "there")


# By post


def test_a_result_that_goes_by_post_is_due_at_the_citizen_s_door() -> None:
    facts = [received(return_by="post"), completed(), ready("2026-01-12 09:00")]
    rules = with_rows()

    waiting = clock_at("2026-01-20 08:00", *facts, rules=rules)
    there = clock_at(LATER, *facts, entry("result.delivered", "2026-01-16 10:00"), rules=rules)

    assert (waiting.ended, waiting.verdict(at("2026-01-20 08:00"))) == (None, "overdue")
    assert there.verdict(at(LATER)) == "late"


def test_a_card_fetched_at_the_counter_is_due_when_it_is_ready_there() -> None:
    clock = clock_at(LATER, received(return_by="counter"), completed(), ready("2026-01-12 09:00"), rules=with_rows())

    assert clock.verdict(at(LATER)) == "on_time"


def test_what_closes_a_calendar_closes_those_that_extend_it() -> None:
    residence = calendar_row(id="residence", extends="plain")
    rules = compile_rules(
        content_of(deadline_row(calendar="residence"), calendars=[calendar_row(), residence], closures=[closure_row()])
    )

    assert [dues(unit, rules)[0] for unit in (f"{HUE}.001", HANOI)] == ["2026-01-17 00:00", "2026-01-15 00:00"]


def test_the_acceptance_that_stands_for_a_complete_dossier_chooses_the_law_too() -> None:
    old = deadline_row(id="old", amount=15, law_of="complete", effective_from="2020-01-01")
    rules = compile_rules(content_of(old, deadline_row(law_of="complete", effective_from="2026-01-06")))
    facts = [received("2026-01-05 08:00"), official("2", "2026-01-07 09:00")]

    clock = clock_at(LATER, *facts, rules=rules)

    assert (clock.rule.id if clock.rule else None, clock.assumed) == ("rule", True)
    assert clock.complete is clock.start
