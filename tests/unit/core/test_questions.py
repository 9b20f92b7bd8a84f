"""A case that is only asked about, and its due explained day by day."""

from typing import Any

import pytest

from streams.core.calendar import day_date
from streams.core.clock import Clock
from streams.core.compiling import compile_rules
from streams.core.explain import days_of, is_reception
from streams.core.pauses import span_of
from streams.core.question import Longer, NoRule, Question, Wait, clock_of, leg_due, leg_of
from streams.core.rules import Rules
from tests.core_builders import at, calendar_row, content_of, deadline_row, law, shown, vietnam


def told(clock: Clock) -> list[tuple[str, str, int, str | None]]:
    assert clock.rule is not None
    assert clock.start is not None
    assert clock.due is not None
    days = days_of(clock, clock.rule.term, span_of(clock.start), clock.due, clock.pauses)
    return [(f"{day_date(one.day):%d/%m}", one.what, one.used, one.why) for one in days]


def asked(procedure: str = "card", when: str = "2025-12-29 09:00", rules: Rules | None = None, **more: Any) -> Clock:
    return clock_of(Question(procedure, at(when), **({"variant": "new"} | more)), rules or vietnam())


def test_every_day_from_start_to_due_is_told() -> None:
    days = told(asked())

    assert [(day, what, used) for day, what, used, _ in days] == [
        ("29/12", "first_day", 0),
        ("30/12", "counted", 1),
        ("31/12", "counted", 2),
        ("01/01", "off", 2),
        ("02/01", "off", 2),
        ("03/01", "off", 2),
        ("04/01", "off", 2),
        ("05/01", "counted", 3),
        ("06/01", "counted", 4),
        ("07/01", "counted", 5),
        ("08/01", "counted", 6),
        ("09/01", "counted", 7),
    ]
    reasons = {day: why for day, _, _, why in days if why}
    assert "12729/VPCP-KGVX" in reasons["02/01"]
    assert reasons["03/01"] == "weekend"


def test_days_of_a_pause_are_told_with_what_it_waited_for() -> None:
    days = told(asked(pauses=[Wait(at("2025-12-30 09:00"), at("2026-01-05 09:00"))]))

    assert [(day, what, why) for day, what, _, why in days if what == "paused"] == [
        ("31/12", "paused", "supplement"),
        ("05/01", "paused", "supplement"),
    ]
    assert days[-1][:3] == ("12/01", "counted", 7)


def test_a_worked_saturday_is_counted_and_says_by_which_decree() -> None:
    days = {day: (what, why) for day, what, _, why in told(asked(when="2026-01-05 09:00"))}

    assert days["10/01"][0] == "counted"
    assert "12729/VPCP-KGVX" in (days["10/01"][1] or "")


def test_a_last_day_off_rolls_on_and_the_days_after_it_say_so() -> None:
    rules = law(unit="calendar_day", amount=5)

    days = told(asked("any", "2026-01-05 09:00", rules))

    assert days[-3:] == [
        ("10/01", "counted", 5, None),
        ("11/01", "rolled_on", 5, None),
        ("12/01", "rolled_on", 5, None),
    ]


def test_hours_are_told_in_seconds_of_the_day() -> None:
    days = told(asked("any", "2026-01-09 16:30", law(unit="working_hour", amount=8)))

    assert [(day, what, used // 3600) for day, what, used, _ in days] == [
        ("09/01", "counted", 1),
        ("10/01", "off", 1),
        ("11/01", "off", 1),
        ("12/01", "counted", 8),
    ]


def test_a_term_of_the_same_day_counts_the_day_of_the_start() -> None:
    rules = law(unit="same_day", amount=1, cut_off=15 * 3600)

    days = [told(asked("any", when, rules)) for when in ("2026-01-05 09:00", "2026-01-05 16:00")]

    assert days == [
        [("05/01", "counted", 1, None)],
        [("05/01", "first_day", 0, None), ("06/01", "counted", 1, None)],
    ]


def test_days_after_the_term_are_told_as_extended() -> None:
    longer = Longer(at("2026-01-12 09:00"), at("2026-01-17 00:00"))

    days = told(asked("any", "2026-01-05 09:00", law(), extensions=[longer]))

    assert [day[:3] for day in days[-3:]] == [
        ("14/01", "counted", 7),
        ("15/01", "extended", 7),
        ("16/01", "extended", 7),
    ]


def test_pauses_that_overlap_are_each_on_a_document_of_their_own() -> None:
    waits = [Wait(at("2026-01-06 09:00"), at("2026-01-08 09:00")), Wait(at("2026-01-07 09:00"), at("2026-01-09 09:00"))]

    clock = asked("any", "2026-01-05 09:00", law(), pauses=waits)

    assert [(pause.used, pause.refused) for pause in clock.pauses] == [(2, None), (1, None)]
    assert [day for day, what, _, _ in told(clock) if what == "paused"] == ["07/01", "08/01", "09/01"]


def test_two_requests_of_one_second_are_two() -> None:
    waits = [Wait(at("2026-01-06 09:00"), at(f"2026-01-{day} 09:00")) for day in ("07", "08")]

    clock = asked("any", "2026-01-05 09:00", law(), pauses=waits)

    assert [pause.used for pause in clock.pauses] == [1, 1]


def test_what_waits_since_before_the_start_takes_only_what_lies_after_it() -> None:
    wait = Wait(at("2025-12-30 09:00"), at("2026-01-07 09:00"))

    clock = asked("any", "2026-01-05 09:00", law(), pauses=[wait])

    assert told(clock)[:4] == [
        ("05/01", "first_day", 0, None),
        ("06/01", "paused", 0, "supplement"),
        ("07/01", "paused", 0, "supplement"),
        ("08/01", "counted", 1, None),
    ]
    assert told(clock)[-1][:3] == ("16/01", "counted", 7)


@pytest.mark.parametrize("why", ["supplement", "payment", "force_majeure"])
def test_a_pause_may_be_for_papers_for_payment_or_force_majeure(why: str) -> None:
    wait = Wait(at("2026-01-06 09:00"), at("2026-01-08 09:00"), why)

    clock = asked("any", "2026-01-05 09:00", law(), pauses=[wait])

    assert [(pause.what.why, pause.used) for pause in clock.pauses] == [(why, 2)]


def test_a_choice_is_named_only_where_it_would_give_an_answer() -> None:
    narrow = deadline_row(id="narrow", procedure="card", variants=["new"], place_kinds=["island"])
    wide = deadline_row(id="wide", procedure="card", variants=["new", "lost"])
    other = deadline_row(id="other", procedure="card", variants=["worn"], amount=3)
    rules = compile_rules(content_of(narrow, wide, other))

    with pytest.raises(NoRule, match=r"binds: variant is not given, the choices are lost, new, worn$"):
        asked("card", rules=rules, variant=None)


def test_where_variant_and_place_are_both_needed_the_pairs_are_told() -> None:
    rules = compile_rules(content_of(deadline_row(procedure="card", variants=["new"], place_kinds=["island"])))

    with pytest.raises(
        NoRule, match="variant is not given, place is not given; there are rule: variants new, places island"
    ):
        asked("card", rules=rules, variant=None)


def test_a_dossier_is_complete_when_it_is_received_unless_told_otherwise() -> None:
    later = asked(when="2026-01-05 09:00", completed=at("2026-01-07 09:00"))

    assert [shown(one.due.at if one.due else None) for one in (asked(when="2026-01-05 09:00"), later)] == [
        "2026-01-14 00:00",
        "2026-01-16 00:00",
    ]


def test_a_term_that_runs_from_another_event_is_asked_for_as_if_it_were_reception() -> None:
    rules = law(starts="pid.requested", duty_ends_at="pid.decided", amount=15)

    found = asked("any", "2026-01-05 09:00", rules).due

    assert found is not None
    assert shown(found.at) == "2026-01-27 00:00"


def test_a_leg_of_a_group_has_a_due_of_its_own() -> None:
    leg = {"id": "birth", "agency": "justice", "amount": 1, "unit": "same_day", "source": "a test"}
    rules = compile_rules(content_of(deadline_row(amount=3, legs=[leg]), calendars=[calendar_row()]))
    clock = asked("any", "2026-01-05 09:00", rules)
    assert clock.rule is not None

    found = leg_due(clock, leg_of(clock.rule, "birth"))

    assert shown(found.at) == "2026-01-06 00:00"
    with pytest.raises(NoRule, match="has no leg moon; its legs: birth"):
        leg_of(clock.rule, "moon")


@pytest.mark.parametrize(
    "procedure, variant, why",
    [("moon", "new", "procedure moon has no rule; known are "), ("card", "moon", "no rule of card binds")],
)
def test_what_no_rule_binds_is_told_with_what_there_is(procedure: str, variant: str, why: str) -> None:
    with pytest.raises(NoRule, match=why):
        asked(procedure, variant=variant)


@pytest.mark.parametrize("second, inside", [(28_799, False), (28_800, True), (43_199, True), (43_200, False)])
def test_hours_of_reception_are_half_open(second: int, inside: bool) -> None:
    assert is_reception(((28_800, 43_200), (48_600, 63_000)), second) is inside
