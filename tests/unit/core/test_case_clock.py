"""The clock of a case: start, pauses, dues, end, verdict; from the domain's definitions."""

from dataclasses import fields
from typing import Any

import pytest

from streams.core.clock import Clock
from streams.core.deadlines import Due
from streams.core.facts import AT
from streams.core.pauses import Running
from tests.core_builders import (
    answered,
    asked,
    at,
    clock_at,
    completed,
    day,
    entry,
    law,
    official,
    ready,
    received,
    returned,
    shown,
    vietnam,
    view_at,
)

LATER = "2026-03-31 12:00"


def verdict(clock: Clock, when: str = LATER) -> str:
    return clock.verdict(at(when))


def due(clock: Clock) -> str | None:
    return None if clock.due is None else shown(clock.due.at)


# Start


def test_the_term_runs_from_the_complete_dossier() -> None:
    clock = clock_at(LATER, received("2026-01-02 08:00"), completed("2026-01-05 10:00"))

    assert (due(clock), clock.assumed) == ("2026-01-14 00:00", False)


def test_neither_a_registration_nor_a_reception_starts_it() -> None:
    clock = clock_at(LATER, entry("case.registered_online", "2026-01-02 08:00"), received())

    assert (due(clock), verdict(clock)) == (None, "not_started")


def test_without_a_fact_complete_acceptance_counts_as_complete_and_is_marked_assumed() -> None:
    clock = clock_at(LATER, received(), official("1", "2026-01-05 09:00"), official("2", "2026-01-05 11:00"))

    assert (due(clock), clock.assumed) == ("2026-01-14 00:00", True)


def test_only_the_scoring_systems_acceptance_counts() -> None:
    clock = clock_at(LATER, received(), official("2", system="onestop"))

    assert verdict(clock) == "not_started"


def test_a_status_before_the_acceptance_starts_nothing() -> None:
    clock = clock_at(
        LATER, received(), official("1", "2026-01-05 09:00"), official("2", "2026-01-06 11:00"), rules=law()
    )

    assert (due(clock), clock.assumed) == ("2026-01-16 00:00", True)


def test_a_fact_complete_that_comes_late_takes_the_place_of_the_acceptance() -> None:
    clock = clock_at(LATER, received(), official("2", "2026-01-05 11:00"), completed("2026-01-07 10:00"))

    assert (due(clock), clock.assumed) == ("2026-01-16 00:00", False)


def test_a_rule_that_starts_at_reception_assumes_nothing() -> None:
    rules = law(starts="case.received")

    started = clock_at(LATER, received("2026-01-05 08:00"), rules=rules)
    waiting = clock_at(LATER, official("2"), rules=rules)

    assert (due(started), started.assumed) == ("2026-01-15 00:00", False)
    assert verdict(waiting) == "not_started"


# Which law


def test_a_case_keeps_the_law_of_the_day_it_was_received() -> None:
    before = clock_at(LATER, received("2024-06-28 08:00"), completed("2024-07-02 08:00"))
    after = clock_at(LATER, received("2024-07-01 08:00"), completed("2024-07-02 08:00"))

    assert [clock.rule and clock.rule.id for clock in (before, after)] == ["card-2014-elsewhere", "card-2023"]


def test_a_rule_whose_law_is_of_the_complete_dossier_binds_by_that_day() -> None:
    rules = law(law_of="complete", effective_from="2026-01-01")

    clock = clock_at(LATER, received("2025-12-30 08:00"), completed("2026-01-05 10:00"), rules=rules)

    assert due(clock) == "2026-01-15 00:00"


def test_a_variant_that_no_rule_names_has_no_deadline() -> None:
    clock = clock_at(LATER, received(variant="correction"), completed())

    assert (verdict(clock), clock.rule) == ("no_deadline", None)


@pytest.mark.parametrize("place, expected", [("abroad", "overdue"), ("home", "no_deadline"), (None, "no_deadline")])
def test_a_rule_may_bind_places_of_one_kind_only(place: str | None, expected: str) -> None:
    facts = [received(place_kind=place), completed(place_kind=place)]

    assert verdict(clock_at(LATER, *facts, rules=law(place_kinds=["abroad"]))) == expected


# The end


def test_the_duty_ends_when_the_card_is_ready_at_the_place_of_return() -> None:
    clock = clock_at(LATER, received(), completed(), ready("2026-01-13 17:00"), returned("2026-02-02 09:00"))

    assert (shown(clock.ended[0] if clock.ended else None), verdict(clock)) == ("2026-01-13 17:00", "on_time")


@pytest.mark.parametrize(
    "when, precision, expected",
    [
        ("2026-01-13 23:59:59", "second", "on_time"),
        ("2026-01-14 00:00", "second", "on_time"),  # 24:00 of the last day is still in time
        ("2026-01-14 00:00:01", "second", "late"),
        ("2026-01-14 00:00", "day", "on_time"),  # a register line of 13 January
        ("2026-01-15 00:00", "day", "late"),
    ],
)
def test_late_is_strictly_after_the_due(when: str, precision: str, expected: str) -> None:
    clock = clock_at(LATER, received(), completed(), ready(when, precision=precision))

    assert verdict(clock) == expected


def test_a_hand_over_in_time_ends_the_duty_whatever_was_seen_before() -> None:
    clock = clock_at(LATER, received(), completed(), returned("2026-01-13 10:00"))

    assert verdict(clock) == "on_time"


def test_a_hand_over_after_due_without_evidence_of_readiness_proves_nothing() -> None:
    clock = clock_at(LATER, received(), completed(), returned("2026-01-16 10:00"))

    assert verdict(clock) == "insufficient"


def test_evidence_of_readiness_after_due_proves_lateness_also_after_a_hand_over() -> None:
    clock = clock_at(LATER, received(), completed(), ready("2026-01-15 10:00"), returned("2026-01-16 10:00"))

    assert verdict(clock) == "late"


@pytest.mark.parametrize("kind", ["case.refused", "case.withdrawn", "case.stopped"])
@pytest.mark.parametrize("when, expected", [("2026-01-13 10:00", "on_time"), ("2026-01-14 10:00", "late")])
def test_a_case_that_is_turned_away_ends_its_clock(kind: str, when: str, expected: str) -> None:
    clock = clock_at(LATER, received(), completed(), entry(kind, when))

    assert verdict(clock) == expected


def test_a_case_closed_before_it_was_opened_is_closed_in_time() -> None:
    entries = (received("2026-01-05 08:00"), completed("2026-01-05 10:00"), ready("2026-01-02 09:00"))

    view = view_at(LATER, *entries)

    assert (view["verdict"], view["opened"], view["ended"]) == (
        "on_time",
        "2026-01-05T08:00:00+07:00",
        "2026-01-02T09:00:00+07:00",
    )


def test_an_open_case_is_overdue_strictly_after_the_due() -> None:
    clock = clock_at(LATER, received(), completed())

    assert [verdict(clock, when) for when in ("2026-01-13 23:59:59", "2026-01-14 00:00", "2026-01-14 00:00:01")] == [
        "open",
        "open",
        "overdue",
    ]


# Dues


def test_the_appointment_is_kept_beside_the_computed_due_which_governs() -> None:
    clock = clock_at(LATER, received(appointment_at="2026-01-09 17:00"), completed())

    assert (shown(clock.declared.at if clock.declared else None), due(clock)) == (
        "2026-01-09 17:00",
        "2026-01-14 00:00",
    )


def test_the_appointment_governs_where_the_rule_says_so() -> None:
    rules = law(due_governs="declared")

    clock = clock_at(LATER, received(appointment_at="2026-01-09 17:00"), completed(), rules=rules)
    without = clock_at(LATER, received(), completed(), rules=rules)

    assert (due(clock), due(without)) == ("2026-01-09 17:00", "2026-01-15 00:00")


def test_the_appointment_is_the_first_one_shown() -> None:
    clock = clock_at(
        LATER,
        received(),
        completed(),
        official("2", "2026-01-05 11:00", appointment_at="2026-01-13 17:00"),
        official("4", "2026-01-07 11:00", appointment_at="2026-01-20 17:00"),
    )

    assert shown(clock.declared.at if clock.declared else None) == "2026-01-13 17:00"


def test_the_receipt_comes_before_what_the_system_shows() -> None:
    first = official("2", "2026-01-04 11:00", appointment_at="2026-01-20 17:00")

    clock = clock_at(LATER, first, received(appointment_at="2026-01-13 17:00"), completed())

    assert shown(clock.declared.at if clock.declared else None) == "2026-01-13 17:00"


@pytest.mark.parametrize("when", ["1950-01-01", "2150-01-01"])
def test_an_appointment_in_no_sensible_year_stops_nobody(when: str) -> None:
    entries = (received(appointment_at=when), completed(), ready(), official("4"))

    assert view_at(LATER, *entries)["verdict"] == "on_time"


# Pauses: 7 working days from 5 January, asked on Wednesday 7, answered on Friday 9: 8 and 9 January are deducted.


@pytest.mark.parametrize("unit, end", [("working_day", "2026-01-17 00:00"), ("calendar_day", "2026-01-15 00:00")])
def test_a_documented_pause_that_ended_is_deducted(unit: str, end: str) -> None:
    """On a plain week, without the worked Saturday."""
    clock = clock_at(LATER, received(), completed(), asked(), answered(), rules=law(unit=unit))

    assert (due(clock), verdict(clock)) == (end, "overdue")


def test_a_pause_without_a_document_stops_nothing() -> None:
    clock = clock_at(LATER, received(), completed(), asked(document=None), answered())

    assert due(clock) == "2026-01-14 00:00"


def test_a_pause_asked_for_after_the_due_stops_nothing() -> None:
    clock = clock_at(LATER, received(), completed(), asked("2026-01-14 00:00:01"), answered("2026-01-20 09:00"))

    assert (due(clock), verdict(clock)) == ("2026-01-14 00:00", "overdue")


def test_a_pause_that_was_over_before_the_start_stops_nothing() -> None:
    clock = clock_at(LATER, received(), completed(), asked("2026-01-05 08:30"), answered("2026-01-05 09:00"))

    assert due(clock) == "2026-01-14 00:00"


def test_while_the_citizen_is_asked_the_clock_stands_still() -> None:
    clock = clock_at("2026-02-27 09:00", received(), completed(), asked())

    assert (clock.paused, due(clock), verdict(clock)) == (True, None, "paused")


def test_a_second_request_within_a_pause_is_part_of_it() -> None:
    clock = clock_at(LATER, received(), completed(), asked(), asked("2026-01-08 09:00", "13/YC"), answered())

    assert due(clock) == "2026-01-16 00:00"


def test_two_pauses_are_both_deducted() -> None:
    second = (asked("2026-01-12 09:00", "13/YC"), answered("2026-01-14 09:00"))

    clock = clock_at(LATER, received(), completed(), asked(), answered(), *second)

    assert due(clock) == "2026-01-20 00:00"


def test_a_second_pause_counts_by_the_due_that_the_first_one_moved() -> None:
    """The first due was 13 January; after the first pause it is 15 January, and the 15th is still in time."""
    second = (asked("2026-01-15 09:00", "13/YC"), answered("2026-01-16 09:00"))

    clock = clock_at(LATER, received(), completed(), asked(), answered(), *second)

    assert due(clock) == "2026-01-17 00:00"


def test_a_pause_without_an_answer_hides_no_lateness() -> None:
    clock = clock_at(LATER, received(), completed(), asked(), ready("2026-02-25 09:00"))

    assert (clock.paused, verdict(clock)) == (False, "late")


def test_an_answer_after_the_end_changes_no_verdict() -> None:
    entries = (received(), completed(), asked(), ready("2026-01-12 09:00"))

    found = [verdict(clock_at(LATER, *entries, *more)) for more in ((), (answered("2026-02-26 09:00"),))]

    assert found == ["on_time", "on_time"]


def test_a_pause_within_one_day_takes_nothing() -> None:
    clock = clock_at(LATER, received(), completed(), asked("2026-01-07 08:00"), answered("2026-01-07 16:00"))

    assert due(clock) == "2026-01-14 00:00"


# What is not known


def test_a_fact_still_to_come_is_ignored_until_its_time() -> None:
    entries = (received(), completed(), ready("2026-01-12 09:00"))

    found = [view_at(when, *entries)["verdict"] for when in ("2026-01-12 08:59:59", "2026-01-12 09:00")]

    assert found == ["open", "on_time"]


def test_a_due_beyond_the_known_decrees_is_provisional() -> None:
    entries: tuple[dict[str, Any], ...] = (received("2026-12-28 08:00"), completed("2026-12-28 10:00"))

    assert view_at("2026-12-29 08:00", *entries)["provisional"] is True
    assert view_at("2026-12-29 08:00", received(), completed())["provisional"] is False


# What nothing is known of


def test_a_clock_that_no_rule_gives_has_nothing_on_it() -> None:
    clock = clock_at(
        LATER, received(procedure="passport"), completed(procedure="passport"), rules=law(procedure="card")
    )

    assert clock == Clock(None, clock.calendar)
    assert (clock.computed, clock.is_proven_in_time, clock.says_nothing_of_readiness) == (None, False, False)


def test_a_clock_that_has_not_started_has_no_due_and_no_appointment() -> None:
    rules = law(unit="working_day")

    clock = clock_at(LATER, received(), ready(), rules=rules)

    assert clock == Clock(rules.by_procedure["*"][0], rules.calendar, ended=clock.ended)
    assert clock.is_proven_in_time is False


@pytest.mark.parametrize(
    "kind",
    [
        "letter.printed", "card.received_at_unit", "pid.decided", "result.published", "card.returned",
        "letter.collected", "result.delivered", "case.refused", "case.withdrawn", "case.stopped",
    ],
)  # fmt: skip
def test_without_a_rule_a_result_anywhere_or_a_refusal_ends_a_case(kind: str) -> None:
    facts = [received(procedure="passport"), entry(kind, "2026-01-09 10:00", procedure="passport")]

    clock = clock_at(LATER, *facts, rules=law(procedure="card"))

    assert shown(clock.ended[AT] if clock.ended else None) == "2026-01-09 10:00"
    assert clock.says_nothing_of_readiness is False


def test_a_clock_knows_nothing_but_what_it_is_told() -> None:
    clock = Clock(None, vietnam().calendar)

    said = {field.name: getattr(clock, field.name) for field in fields(clock)}

    lists, marks = (
        ("stretches", "pauses", "extensions", "rests_on"),
        ("assumed", "begun_by", "posted", "paused", "unknown", "blind", "is_own_word"),
    )
    assert [said.pop(name) for name in lists] == [[]] * len(lists)
    assert [said.pop(name) for name in marks] == [False] * len(marks)
    assert said.pop("hold") == 0
    assert said.pop("calendar") is vietnam().calendar
    assert set(said.values()) == {None}


def test_of_a_case_with_more_facts_than_it_holds_no_verdict_is_given() -> None:
    clock = clock_at(LATER, received(), completed())
    clock.unknown = True

    assert verdict(clock) == "unknown"


# Appointments


@pytest.mark.parametrize(
    "when, kept",
    [
        ("1970-01-01 07:00", None),  # an empty field, in the office's own time
        ("1970-01-01 07:00:01", "1970-01-01 07:00:01"),
        ("2100-01-01 06:59:59", "2100-01-01 06:59:59"),
        ("2100-01-01 07:00", None),
    ],
)
def test_an_appointment_lies_between_the_years_1970_and_2100(when: str, kept: str | None) -> None:
    clock = clock_at(LATER, received(appointment_at=when), completed())

    assert shown(clock.declared.at if clock.declared else None) == kept


def test_an_appointment_given_at_the_registration_counts_where_the_receipt_has_none() -> None:
    facts = [entry("case.registered_online", "2026-01-02 08:00", appointment_at="2026-01-12 24:00"), received()]

    clock = clock_at(LATER, *facts, official("2", appointment_at="2026-01-20 17:00"), completed())

    assert clock.declared == Due(at("2026-01-12 24:00"), day("2026-01-12"), False)
    assert clock.promised is not None
    assert shown(clock.promised[AT]) == "2026-01-02 08:00"


def test_an_appointment_that_governs_knows_no_pause() -> None:
    rules = law(due_governs="declared")
    facts = [received(appointment_at="2026-01-09 17:00"), completed(), asked("2026-01-07 09:00")]

    clock = clock_at(LATER, *facts, rules=rules)

    due = Due(at("2026-01-09 17:00"), day("2026-01-09"), False)
    assert (clock.due, clock.due_kind, clock.paused) == (due, "appointment", False)
    assert clock.stretches == [Running(at("2026-01-05 10:00"), None, due, 0)]
