"""What is wrong with a case, from when, on whose account: the class table of the domain, row by row."""

from typing import Any

import pytest

from streams.core.instants import local_text
from tests.core_builders import (
    HANOI,
    UNIT,
    answered,
    asked,
    at,
    classes_at,
    completed,
    entry,
    flags_at,
    judged,
    law,
    official,
    ready,
    received,
    returned,
    view_at,
)

LATER = "2026-03-31 12:00"
DISPATCHED = "card.dispatched"


def local(when: str) -> str:
    return local_text(at(when), HANOI)


def flag(flag_class: str, when: str, *entries: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The one flag of a class that stands raised."""
    (found,) = [each for each in flags_at(when, *entries, **options) if each["class"] == flag_class]
    return found


def spans(flag_class: str, *entries: dict[str, Any], when: str = LATER, **options: Any) -> list[tuple[Any, Any]]:
    """Since and until of every cycle of a class, as last published."""
    newest = {each["cycle"]: each for each in judged(when, *entries, **options).flags if each["class"] == flag_class}
    return [(each["since"], each["until"]) for _, each in sorted(newest.items())]


# Overdue


def test_overdue_begins_strictly_after_the_due() -> None:
    found = [
        "overdue" in classes_at(when, received(), completed())
        for when in ("2026-01-13 23:59:59", "2026-01-14 00:00", "2026-01-14 00:00:01")
    ]

    assert found == [False, False, True]


def test_overdue_bears_the_due_and_not_the_instant_of_the_tick() -> None:
    found = flag("overdue", LATER, received(), completed())

    assert (found["since"], found["due"], found["due_kind"]) == (
        local("2026-01-14 00:00"),
        local("2026-01-14 00:00"),
        "legal",
    )


def test_overdue_clears_when_the_result_is_ready() -> None:
    entries = (received(), completed(), ready("2026-01-16 09:00"))

    assert spans("overdue", *entries) == [(local("2026-01-14 00:00"), local("2026-01-16 09:00"))]
    assert classes_at("2026-01-16 09:00", *entries) == []


def test_a_result_ready_at_24_00_of_the_last_day_is_never_overdue() -> None:
    assert spans("overdue", received(), completed(), ready("2026-01-14 00:00")) == []


def test_a_hand_over_alone_after_due_is_no_evidence_for_overdue() -> None:
    assert spans("overdue", received(), completed(), returned("2026-01-16 10:00")) == []


def test_a_paused_case_is_not_overdue() -> None:
    assert classes_at(LATER, received(), completed(), asked()) == []


def test_overdue_on_the_appointment_says_so() -> None:
    rules = law(due_governs="declared")

    found = flag("overdue", LATER, received(appointment_at="2026-01-09 17:00"), completed(), rules=rules)

    assert (found["since"], found["due_kind"]) == (local("2026-01-09 17:00"), "appointment")


def test_the_duty_of_another_than_the_unit_raises_nothing() -> None:
    rules = law(duty_bearer="host")

    assert judged(LATER, received(), completed(), official("4"), returned(), rules=rules).flags == []


def test_a_case_without_a_deadline_raises_nothing() -> None:
    assert judged(LATER, received(variant="correction"), completed()).flags == []


@pytest.mark.parametrize(
    "steps, owner",
    [
        ((), f"unit:{UNIT}"),
        # The targets are two, three and two working days; the 10th is worked by decree, and the due is the 13th.
        ((entry("case.transmitted", "2026-01-07 09:00"),), "ministry"),
        ((entry("case.transmitted", "2026-01-07 09:00"), entry(DISPATCHED, "2026-01-09 09:00")), "post"),
        ((entry("case.transmitted", "2026-01-07 09:00"), entry(DISPATCHED, "2026-01-12 09:00")), "ministry"),
        # The unit sat on it until the last day: that the ministry has it by then is not the ministry's fault.
        ((entry("case.transmitted", "2026-01-13 16:00"),), f"unit:{UNIT}"),
        # Transmitted only after the due: the case stood with the unit when its term passed.
        ((entry("case.transmitted", "2026-01-15 09:00"),), f"unit:{UNIT}"),
    ],
)
def test_overdue_is_on_account_of_the_owner_of_the_stage_that_overran(steps: Any, owner: str) -> None:
    found = flag("overdue", LATER, received(), completed(), *steps)

    assert (found["accountable"], found["scored_unit"]) == (owner, UNIT)


LATE_NOTE = {"origin": "unit", "strength": "register_line", "recorded": "2026-01-19 09:00"}


def test_evidence_of_the_unit_itself_recorded_after_due_does_not_make_late_on_time() -> None:
    told = ready("2026-01-13 16:00", **LATE_NOTE)

    assert spans("overdue", received(), completed(), told) == [(local("2026-01-14 00:00"), local("2026-01-19 09:00"))]
    assert view_at(LATER, received(), completed(), told)["verdict"] == "insufficient"


def test_an_independent_piece_confirms_what_the_unit_wrote_down_late() -> None:
    told = (ready("2026-01-13 16:00", **LATE_NOTE), ready("2026-01-13 15:00", origin="post", source="urn:hoso:post"))

    assert spans("overdue", received(), completed(), *told) == []
    assert view_at(LATER, received(), completed(), *told)["verdict"] == "on_time"


# At risk


def test_at_risk_begins_two_working_days_before_the_due_and_ends_with_it() -> None:
    assert spans("at_risk", received(), completed()) == [(local("2026-01-11 00:00"), local("2026-01-14 00:00"))]


def test_at_risk_is_on_account_of_who_has_the_case_then() -> None:
    found = flag("at_risk", "2026-01-12 09:00", received(), completed(), entry("case.transmitted", "2026-01-07 09:00"))

    assert (found["accountable"], found["scored_unit"]) == ("ministry", UNIT)


def test_at_risk_clears_when_the_result_is_ready() -> None:
    found = spans("at_risk", received(), completed(), ready("2026-01-12 09:00"))

    assert found == [(local("2026-01-11 00:00"), local("2026-01-12 09:00"))]


def test_a_case_ready_before_is_never_at_risk() -> None:
    assert spans("at_risk", received(), completed(), ready("2026-01-10 09:00")) == []


def test_a_pause_ends_the_risk_and_its_end_may_begin_it_again() -> None:
    entries = (received(), completed(), asked("2026-01-12 09:00"), answered("2026-01-13 09:00"))

    assert spans("at_risk", *entries) == [
        (local("2026-01-11 00:00"), local("2026-01-12 09:00")),
        (local("2026-01-13 09:00"), local("2026-01-15 00:00")),
    ]


def test_terms_of_one_day_or_less_are_at_risk_by_the_hour() -> None:
    rules = law(amount=8, unit="working_hour", at_risk=[{"amount": 2, "unit": "working_hour"}])

    found = spans("at_risk", received(), completed("2026-01-05 08:00"), rules=rules)

    assert found == [(local("2026-01-05 15:30"), local("2026-01-05 17:30"))]


# Falsely pending

DONE = (received(), completed(), official("4", "2026-01-05 11:00"), ready("2026-01-06 09:00"))


def test_falsely_pending_begins_after_the_end_of_the_next_working_day() -> None:
    found = [
        "falsely_pending" in classes_at(when, *DONE)
        for when in ("2026-01-07 23:59:59", "2026-01-08 00:00", "2026-01-08 00:00:01")
    ]

    assert found == [False, False, True]


@pytest.mark.parametrize(
    "done, since",
    [
        ("2026-01-08 09:00", "2026-01-10 00:00"),
        ("2026-01-09 09:00", "2026-01-11 00:00"),  # the next working day is the worked Saturday
        ("2026-01-10 09:00", "2026-01-13 00:00"),
        ("2026-01-12 09:00", "2026-01-13 13:30"),  # the due day: 4 working hours before closing at 17:30
        ("2026-01-13 10:00", "2026-01-13 13:30"),
        ("2026-01-13 15:00", "2026-01-13 15:00"),
        ("2026-01-15 09:00", "2026-01-17 00:00"),  # late: no due day any more, the grace is whole
    ],
)
def test_the_grace_before_falsely_pending(done: str, since: str) -> None:
    found = flag("falsely_pending", LATER, received(), completed(), official("4", "2026-01-05 11:00"), ready(done))

    assert found["since"] == local(since)


def test_the_due_day_on_which_no_grace_is_left_is_that_of_the_law_whatever_was_promised() -> None:
    entries = (received(appointment_at="2026-01-09 17:00"), completed(), official("4"), ready("2026-01-08 09:00"))

    found = flag("falsely_pending", LATER, *entries)

    assert (found["since"], found["due_kind"]) == (local("2026-01-10 00:00"), "appointment")


def test_a_hand_over_alone_is_evidence_of_duty_done() -> None:
    found = flag("falsely_pending", LATER, received(), completed(), official("4"), returned("2026-01-06 09:00"))

    assert found["since"] == local("2026-01-08 00:00")


def test_a_day_known_only_to_the_day_has_the_grace_from_that_day() -> None:
    found = flag("falsely_pending", LATER, *DONE[:3], ready("2026-01-07 00:00", precision="day"))

    assert found["since"] == local("2026-01-08 00:00")


def pending(*entries: dict[str, Any]) -> bool:
    return "falsely_pending" in classes_at(LATER, *entries)


def test_no_official_line_no_falsely_pending() -> None:
    assert not pending(received(), completed(), ready("2026-01-06 09:00"))


def test_a_line_of_another_system_is_not_the_scoring_one() -> None:
    entries = (received(), completed(), ready("2026-01-06 09:00"), official("4", system="onestop"))

    assert not pending(*entries)


def test_an_unknown_code_raises_nothing() -> None:
    entries = (received(), completed(), ready("2026-01-06 09:00"), official("77"))

    assert not pending(*entries)


def test_an_unknown_code_is_no_evidence_that_the_case_was_closed() -> None:
    assert pending(*DONE, official("77", "2026-01-20 09:00"))


@pytest.mark.parametrize("code", ["3", "8", "9", "10"])
def test_a_system_that_closed_in_time_is_no_matter(code: str) -> None:
    assert spans("falsely_pending", *DONE, official(code, "2026-01-08 00:00")) == []


@pytest.mark.parametrize("code", ["1", "2", "4", "5", "6"])
def test_every_open_code_counts(code: str) -> None:
    entries = (received(), completed(), official(code), ready("2026-01-06 09:00"))

    assert pending(*entries)


def test_a_withdrawal_that_is_asked_for_is_neither_open_nor_closed() -> None:
    entries = (received(), completed(), official("7"), ready("2026-01-06 09:00"))

    assert not pending(*entries)


def test_falsely_pending_clears_when_the_system_closes() -> None:
    found = spans("falsely_pending", *DONE, official("10", "2026-01-20 09:00"))

    assert found == [(local("2026-01-08 00:00"), local("2026-01-20 09:00"))]


def test_a_case_reopened_is_a_second_cycle_with_a_grace_of_its_own() -> None:
    found = spans("falsely_pending", *DONE, official("10", "2026-01-20 09:00"), official("4", "2026-01-22 09:00"))

    assert found == [
        (local("2026-01-08 00:00"), local("2026-01-20 09:00")),
        (local("2026-01-24 00:00"), None),
    ]


@pytest.mark.parametrize(
    "local_codes, owner",
    [((), f"unit:{UNIT}"), (("4",), f"unit:{UNIT}"), (("4", "10"), "operator"), (("77",), f"unit:{UNIT}")],
)
def test_the_operator_is_accountable_where_the_units_own_system_closed_the_case(local_codes: Any, owner: str) -> None:
    lines = [official(code, f"2026-01-0{6 + number} 09:00", "onestop") for number, code in enumerate(local_codes)]

    found = flag("falsely_pending", LATER, *DONE, *lines)

    assert (found["accountable"], found["scored_unit"]) == (owner, UNIT)


def test_what_happens_after_a_flag_was_cleared_does_not_change_on_whose_account_it_stood() -> None:
    closed = (*DONE, official("4", "2026-01-06 09:00", "onestop"), official("10", "2026-01-20 09:00"))

    found = {
        each["accountable"]
        for each in judged(LATER, *closed, official("10", "2026-02-25 09:00", "onestop")).flags
        if each["class"] == "falsely_pending"
    }

    assert found == {f"unit:{UNIT}"}


def test_evidence_names_what_was_done_and_what_still_shows_it_open() -> None:
    found = flag("falsely_pending", LATER, *DONE)

    shown = [each["type"] for each in found["evidence"] if each["type"] not in {"case.received", "case.completed"}]
    assert sorted(shown) == ["card.received_at_unit", "official.status_changed"]


def test_a_case_of_no_known_unit_is_on_account_of_none() -> None:
    found = flag("overdue", LATER, received(unit=None), completed(unit=None))

    assert (found["unit"], "None" in found["accountable"]) == (None, False)
