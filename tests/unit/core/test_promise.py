"""The appointment beside the computed due, and the way of counting that explains the difference."""

from typing import Any

import pytest

from streams.core.compiling import compile_rules
from streams.core.facts import AT
from streams.core.lines import read_lines
from streams.core.promise import Difference, difference, since
from streams.core.rules import Rules
from tests.core_builders import (
    answered,
    asked,
    at,
    calendar_row,
    case_of,
    classes_at,
    clock_at,
    completed,
    content_of,
    deadline_row,
    flags_at,
    law,
    ready,
    received,
    shown,
)

LATER = "2026-03-30 08:00"
# The 8th is a holiday; complete one day after reception; seven working days from the 6th end on the 16th.
HOLIDAY = calendar_row(days={"2026-01-08": 0}, reasons={"2026-01-08": "a holiday"})
RULES = compile_rules(content_of(calendars=[HOLIDAY]))
CUT = {
    "id": "cut", "deadline": "rule", "units": ["G01.801"], "amount": 5, "effective_from": "2026-01-01",
    "decision": "01/QĐ-UBND", "source": "a test",
}  # fmt: skip


def found(appointment: str, *more: dict[str, Any], rules: Rules = RULES) -> Difference | None:
    facts = [received("2026-01-05 08:00", appointment_at=appointment), completed("2026-01-06 10:00"), *more]
    case = case_of(*facts)
    return difference(read_lines(case.facts, case.strings, at(LATER)), clock_at(LATER, *facts, rules=rules))


@pytest.mark.parametrize("hour", ["00:00:01", "08:00", "17:30", "24:00"])
def test_an_appointment_on_the_computed_day_is_right_at_any_hour(hour: str) -> None:
    assert found(f"2026-01-16 {hour}") is None


@pytest.mark.parametrize(
    "appointment, days, why",
    [
        ("2026-01-15 17:00", -1, "counted_from_reception"),
        ("2026-01-14 17:00", -2, "unexplained"),
        ("2026-01-13 17:00", -3, "calendar_days_counted"),
        ("2026-01-19 17:00", 1, "unexplained"),
        ("2026-01-20 17:00", 2, "unexplained"),
    ],
)
def test_a_known_way_of_counting_explains_a_wrong_appointment(appointment: str, days: int, why: str) -> None:
    assert found(appointment) == Difference(days, why)


@pytest.mark.parametrize(
    "days_off, appointment, why",
    [
        # Due on the 15th: six days instead of seven, or the 8th taken for a day of work, come to the 14th both.
        (["2026-01-08"], "2026-01-14 17:00", "first_day_counted"),
        # Due on the 16th.
        (["2026-01-08", "2026-01-09"], "2026-01-15 17:00", "first_day_counted"),
        (["2026-01-08", "2026-01-09"], "2026-01-14 17:00", "days_off_forgotten"),
        (["2026-01-08", "2026-01-09"], "2026-01-12 17:00", "calendar_days_counted"),
    ],
)
def test_the_first_way_of_counting_that_fits_explains_it(days_off: list[str], appointment: str, why: str) -> None:
    rules = compile_rules(content_of(calendars=[calendar_row(days=dict.fromkeys(days_off, 0))]))
    facts = [received("2026-01-05 08:00", appointment_at=appointment), completed("2026-01-05 10:00")]
    case = case_of(*facts)

    one = difference(read_lines(case.facts, case.strings, at(LATER)), clock_at(LATER, *facts, rules=rules))

    assert one is not None
    assert one.why == why


def test_days_off_are_forgotten_in_terms_that_end_at_the_hour_of_their_start_too() -> None:
    """Complete on the 5th; due on the 16th, and by Monday to Friday on the 14th."""
    calendar = calendar_row(days={"2026-01-08": 0, "2026-01-09": 0})
    rules = compile_rules(content_of(deadline_row(unit="working_day_at_hour"), calendars=[calendar]))
    facts = [received("2026-01-05 08:00", appointment_at="2026-01-14 10:00"), completed("2026-01-05 10:00")]
    case = case_of(*facts)

    one = difference(read_lines(case.facts, case.strings, at(LATER)), clock_at(LATER, *facts, rules=rules))

    assert one == Difference(-2, "days_off_forgotten")


@pytest.mark.parametrize(
    "appointment, expected",
    [
        ("2026-01-15 08:00", Difference(-2, "days_off_forgotten")),
        ("2026-01-14 08:00", Difference(-3, "unexplained")),
    ],
)
def test_days_off_are_forgotten_from_the_opening_that_such_a_term_starts_at(
    appointment: str, expected: Difference
) -> None:
    """Complete on the 5th after closing, so that the term starts on the 6th; due on the 19th."""
    calendar = calendar_row(days={"2026-01-08": 0, "2026-01-09": 0})
    rules = compile_rules(content_of(deadline_row(unit="working_day_at_hour"), calendars=[calendar]))
    facts = [received("2026-01-05 08:00", appointment_at=appointment), completed("2026-01-05 18:00")]
    case, clock = case_of(*facts), clock_at(LATER, *facts, rules=rules)

    assert shown(clock.due.at if clock.due else None) == "2026-01-19 08:00"
    assert difference(read_lines(case.facts, case.strings, at(LATER)), clock) == expected


def test_a_decision_that_was_overlooked_explains_one() -> None:
    rules = compile_rules(content_of(deadline_row(), calendars=[HOLIDAY], cuts=[CUT]))

    assert found("2026-01-14 17:00", rules=rules) is None
    assert found("2026-01-16 17:00", rules=rules) == Difference(2, "cut_ignored")


def test_who_gave_the_appointment_knew_of_no_pause_yet() -> None:
    assert found("2026-01-16 17:00", asked("2026-01-07 09:00"), answered("2026-01-12 09:00")) is None


def test_where_the_appointment_governs_there_is_nothing_to_compare() -> None:
    assert found("2026-01-19 17:00", rules=law(due_governs="declared")) is None


def test_a_flag_tells_the_difference_until_the_result_is_ready() -> None:
    facts = [received(appointment_at="2026-01-20 17:00"), completed()]

    (flag,) = flags_at("2026-01-06 08:00", *facts)

    assert (flag["class"], flag["due_kind"], flag["difference"]) == (
        "wrong_due",
        "appointment",
        {"working_days": 5, "why": "unexplained"},
    )
    assert "wrong_due" not in classes_at(LATER, *facts, ready("2026-01-12 09:00"))


def test_an_appointment_that_was_right_before_a_decree_is_nobodys_mistake() -> None:
    """Given on 24 December for 5 January; the decree of the 25th took the 2nd of January off."""
    decree = calendar_row(
        days={"2026-01-01": 0, "2026-01-02": 0, "2026-01-10": 1},
        decided={"2026-01-02": "2025-12-25", "2026-01-10": "2025-12-25"},
    )
    rules = compile_rules(content_of(calendars=[decree]))

    def told(day: str) -> Difference | None:
        facts = [received(f"{day} 08:00", appointment_at="2026-01-05 17:00"), completed(f"{day} 09:00")]
        case = case_of(*facts)
        return difference(read_lines(case.facts, case.strings, at(LATER)), clock_at(LATER, *facts, rules=rules))

    assert told("2025-12-24") is None
    assert told("2025-12-26") == Difference(-3, "calendar_days_counted")


def test_before_the_term_starts_there_is_nothing_to_compare() -> None:
    facts = [received(appointment_at="2026-01-20 17:00")]
    case = case_of(*facts)

    assert difference(read_lines(case.facts, case.strings, at(LATER)), clock_at(LATER, *facts, rules=RULES)) is None


@pytest.mark.parametrize(
    "amount, appointment, why",
    [
        (2, "2026-01-06 17:00", "first_day_counted"),
        (1, "2026-01-05 17:00", "unexplained"),  # of one day nothing would be left
    ],
)
def test_a_first_day_is_counted_in_terms_of_two_days_or_more(amount: int, appointment: str, why: str) -> None:
    rules = law(amount=amount)
    facts = [received("2026-01-05 08:00", appointment_at=appointment), completed("2026-01-05 10:00")]
    case = case_of(*facts)

    one = difference(read_lines(case.facts, case.strings, at(LATER)), clock_at(LATER, *facts, rules=rules))

    assert one == Difference(-1, why)


@pytest.mark.parametrize(
    "given, complete, known",
    [
        ("2026-01-05 08:00", "2026-01-06 10:00", "2026-01-06 10:00"),
        ("2026-01-07 08:00", "2026-01-06 10:00", "2026-01-07 08:00"),
    ],
)
def test_appointment_and_due_are_both_known_with_the_later_of_the_two_facts(
    given: str, complete: str, known: str
) -> None:
    clock = clock_at(LATER, received(given, appointment_at="2026-01-20 17:00"), completed(complete), rules=RULES)

    assert shown(since(clock)[AT]) == known


def test_of_two_facts_at_one_second_the_appointment_is_named() -> None:
    given = received("2026-01-06 10:00", appointment_at="2026-01-20 17:00")

    clock = clock_at(LATER, given, completed("2026-01-06 10:00"), rules=RULES)

    assert since(clock) == clock.promised
