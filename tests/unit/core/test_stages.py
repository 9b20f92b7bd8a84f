"""Who held a case when, and what it waited for outside its clock."""

from typing import Any

import pytest

from streams.core.lines import Lines, read_lines
from streams.core.rules import Rules
from streams.core.stages import NOBODY, Held, holder_at, holders, overran, waits
from tests.core_builders import (
    answered,
    asked,
    at,
    case_of,
    clock_at,
    completed,
    entry,
    flags_at,
    law,
    official,
    ready,
    received,
    returned,
    shown,
    vietnam,
)

LATER = "2026-03-30 08:00"
NO_STAGES = law()
TRANSMITTED = entry("case.transmitted", "2026-01-07 16:00")
DISPATCHED = entry("card.dispatched", "2026-01-12 15:00")


def lines_of(*facts: dict[str, Any]) -> Lines:
    case = case_of(*facts)
    return read_lines(case.facts, case.strings, at(LATER))


def held(*facts: dict[str, Any], rules: Rules | None = None) -> list[tuple[str, str, int | None]]:
    return [(one.stage, one.owner, one.taken) for one in found(*facts, rules=rules)]


def found(*facts: dict[str, Any], rules: Rules | None = None) -> list[Held]:
    return holders(lines_of(*facts), clock_at(LATER, *facts, rules=rules or vietnam()))


def test_each_stage_has_its_owner_and_they_add_up_to_the_case() -> None:
    stretches = held(received(), completed(), TRANSMITTED, DISPATCHED, ready("2026-01-13 09:00"))

    # 6, 7 January; 8, 9, 10 (a Saturday worked by decree), 12; 13.
    assert stretches == [("processing", "unit", 2), ("print", "ministry", 4), ("delivery", "post", 1)]


def test_while_its_clock_waits_the_citizen_holds_the_case() -> None:
    stretches = held(
        received(), completed(), asked("2026-01-06 09:00"), answered("2026-01-07 09:00"), TRANSMITTED, ready()
    )

    assert stretches == [
        ("processing", "unit", 1),
        ("supplement", "citizen", 1),
        ("processing", "unit", 0),
        ("print", "ministry", 4),
    ]


def test_a_pause_that_does_not_count_leaves_the_case_with_its_owner() -> None:
    assert held(received(), completed(), asked(document=None), answered(), ready()) == [("processing", "unit", 6)]


def test_a_step_that_nobody_told_leaves_no_hole() -> None:
    assert held(received(), completed(), DISPATCHED, ready("2026-01-13 09:00")) == [
        ("processing", "unit", 6),
        ("delivery", "post", 1),
    ]


def test_an_earlier_step_that_is_told_later_moves_nothing_back() -> None:
    late = entry("case.transmitted", "2026-01-12 16:00")

    assert held(received(), completed(), DISPATCHED, late, ready("2026-01-13 09:00"))[-1] == ("delivery", "post", 1)


def test_a_step_that_was_taken_before_the_term_ran_shows_the_stage_all_the_same() -> None:
    by_day = completed("2026-01-06 00:00", precision="day")

    assert held(received(), entry("case.transmitted", "2026-01-05 16:00"), by_day, ready("2026-01-08 09:00")) == [
        ("print", "ministry", 3)
    ]


def test_without_stages_the_unit_holds_it_all() -> None:
    assert held(received(), completed(), TRANSMITTED, ready(), rules=NO_STAGES) == [("", "unit", 5)]


def test_an_acceptance_that_stands_for_the_complete_dossier_opens_the_first_stage() -> None:
    assert held(received(), official("2", "2026-01-05 11:00"), TRANSMITTED, ready("2026-01-13 09:00")) == [
        ("processing", "unit", 2),
        ("print", "ministry", 5),
    ]


def test_the_last_stretch_of_an_open_case_goes_on() -> None:
    assert held(received(), completed(), TRANSMITTED) == [("processing", "unit", 2), ("print", "ministry", None)]


def test_a_case_whose_clock_never_started_is_held_by_nobody() -> None:
    assert (held(received()), held(received(), completed("2026-01-12 10:00"), ready("2026-01-09 09:00"))) == ([], [])


@pytest.mark.parametrize(
    "when, owner", [("2026-01-07 15:59:59", "unit"), ("2026-01-07 16:00", "ministry"), ("2026-02-01 00:00", "post")]
)
def test_the_holder_at_an_instant(when: str, owner: str) -> None:
    one = holder_at(found(received(), completed(), TRANSMITTED, DISPATCHED), at(when))

    assert one is not None
    assert one.owner == owner


def test_before_its_clock_nobody_holds_a_case() -> None:
    assert holder_at(found(received(), completed()), at("2026-01-05 09:59:59")) is None


def test_the_fact_that_showed_the_stage_is_named_and_not_the_one_that_ended_a_pause() -> None:
    last = found(received(), completed(), TRANSMITTED, asked("2026-01-08 09:00"), answered("2026-01-09 09:00"))[-1]

    assert (shown(last.since[0]), shown(last.by[0])) == ("2026-01-09 09:00", "2026-01-07 16:00")


# Waits


def waiting(*facts: dict[str, Any]) -> list[tuple[str, str, str | None, str | None]]:
    every = waits(lines_of(*facts), clock_at(LATER, *facts, rules=NO_STAGES))
    return [(one.what, one.owner, shown(one.since), shown(one.until)) for one in every]


def test_who_registered_and_did_not_come_is_waited_for_until_a_first_sign() -> None:
    registered = entry("case.registered_online", "2026-01-03 20:00")

    assert waiting(registered) == [("attendance", "citizen", "2026-01-03 20:00", None)]
    assert waiting(registered, entry("queue.ticket_taken", "2026-01-05 07:00"), received()) == [
        ("attendance", "citizen", "2026-01-03 20:00", "2026-01-05 07:00"),
        ("queue", "unit", "2026-01-05 07:00", "2026-01-05 08:00"),
    ]
    assert waiting(registered, entry("case.withdrawn", "2026-01-04 09:00"))[0][3] == "2026-01-04 09:00"


def test_an_online_dossier_that_needs_no_visit_waits_for_nobody_to_come() -> None:
    facts = [entry("case.registered_online", "2026-01-03 20:00", procedure="permanent_residence")]

    assert list(waits(lines_of(*facts), clock_at(LATER, *facts))) == []


def test_who_registered_for_what_no_rule_binds_is_not_waited_for() -> None:
    facts = [entry("case.registered_online", "2026-01-03 20:00", procedure="passport")]

    assert list(waits(lines_of(*facts), clock_at(LATER, *facts, rules=law(procedure="card")))) == []


def test_a_one_time_code_is_waited_for_until_it_is_confirmed() -> None:
    sent, confirmed = entry("eid.otp_sent", "2026-01-05 09:00"), entry("eid.otp_confirmed", "2026-01-06 10:00")

    assert waiting(sent) == [("otp", "operator", "2026-01-05 09:00", None)]
    assert waiting(sent, confirmed) == [("otp", "operator", "2026-01-05 09:00", "2026-01-06 10:00")]


def test_a_queue_is_the_unit_s_until_the_dossier_is_taken_in() -> None:
    ticket = entry("queue.ticket_taken", "2026-01-02 08:00")

    assert waiting(ticket) == [("queue", "unit", "2026-01-02 08:00", None)]
    assert waiting(ticket, received()) == [("queue", "unit", "2026-01-02 08:00", "2026-01-05 08:00")]


@pytest.mark.parametrize(
    "missed, owner", [([], "unit"), ([entry("appointment.missed", "2026-01-03 12:00")], "citizen")]
)
def test_up_to_its_slot_an_appointment_is_the_unit_s_then_it_depends(missed: list[dict[str, Any]], owner: str) -> None:
    made = entry("appointment.made", "2026-01-02 08:00", at="2026-01-03 09:00")

    assert waiting(made, *missed, received()) == [
        ("appointment", "unit", "2026-01-02 08:00", "2026-01-03 09:00"),
        ("arrival", owner, "2026-01-03 09:00", "2026-01-05 08:00"),
    ]


def test_who_comes_before_the_slot_waited_no_longer() -> None:
    made = entry("appointment.made", "2026-01-02 08:00", at="2026-01-09 09:00")

    assert waiting(made, received()) == [("appointment", "unit", "2026-01-02 08:00", "2026-01-05 08:00")]


def test_a_card_that_lies_ready_waits_for_the_citizen() -> None:
    assert waiting(received(), completed(), ready()) == [("collection", "citizen", "2026-01-12 09:00", None)]
    assert waiting(received(), completed(), ready(), returned("2026-02-02 10:00")) == [
        ("collection", "citizen", "2026-01-12 09:00", "2026-02-02 10:00")
    ]


def test_nothing_is_left_to_collect_of_a_case_that_was_refused_or_handed_over_at_once() -> None:
    assert waiting(received(), completed(), entry("case.refused", "2026-01-07 09:00")) == []
    assert waiting(received(), completed(), returned()) == []


# At the edges


STAGES = [
    {"id": "processing", "owner": "unit", "from": "case.completed", "to": "case.transmitted"},
    {"id": "print", "owner": "ministry", "from": "case.transmitted", "to": "card.dispatched"},
    {"id": "delivery", "owner": "post", "from": "card.dispatched", "to": "card.received_at_unit"},
]


def test_before_the_first_stage_the_unit_holds_the_case_in_none() -> None:
    rules = law(starts="case.received", stages=STAGES)

    stretches = held(
        received("2026-01-05 08:00"), completed("2026-01-07 10:00"), ready("2026-01-08 09:00"), rules=rules
    )

    assert stretches == [("", "unit", 2), ("processing", "unit", 1)]


def test_a_case_whose_start_is_its_end_is_held_by_nobody() -> None:
    assert held(received(), completed(), rules=law(duty_ends_at="case.completed")) == []


def test_what_is_known_to_the_day_comes_before_the_first_second_of_the_next() -> None:
    """Transmitted on the 6th at no known hour; papers asked for at the first second of the 7th."""
    transmitted = entry("case.transmitted", "2026-01-07 00:00", precision="day")

    stretches = held(
        received(), completed(), asked("2026-01-07 00:00"), transmitted, answered("2026-01-08 09:00"), ready()
    )

    assert stretches[:3] == [("processing", "unit", 1), ("print", "ministry", 1), ("supplement", "citizen", 1)]


def test_an_appointment_for_no_known_time_lasts_until_the_dossier_is_taken_in() -> None:
    made = entry("appointment.made", "2026-01-02 08:00")

    assert waiting(made) == [("appointment", "unit", "2026-01-02 08:00", None)]
    assert waiting(made, received()) == [("appointment", "unit", "2026-01-02 08:00", "2026-01-05 08:00")]


def test_who_has_not_come_yet_is_waited_for_from_the_slot_on() -> None:
    made = entry("appointment.made", "2026-01-02 08:00", at="2026-01-05 08:00")

    assert waiting(made) == [
        ("appointment", "unit", "2026-01-02 08:00", "2026-01-05 08:00"),
        ("arrival", "unit", "2026-01-05 08:00", None),
    ]


def test_who_comes_at_the_very_second_of_the_slot_is_not_waited_for() -> None:
    made = entry("appointment.made", "2026-01-02 08:00", at="2026-01-05 08:00")

    assert waiting(made, received("2026-01-05 08:00")) == [
        ("appointment", "unit", "2026-01-02 08:00", "2026-01-05 08:00")
    ]


def test_of_two_that_are_waited_for_the_first_holds_the_case_as_long_as_it_is_awaiting() -> None:
    fee = [entry(f"payment.{kind}", when, document="2/TB") for kind, when in FEE]

    stretches = held(
        received(), completed(), asked("2026-01-06 09:00"), answered("2026-01-08 09:00"), *fee, ready(), rules=law()
    )

    assert stretches[:4] == [
        ("", "unit", 1),
        ("supplement", "citizen", 2),
        ("payment", "citizen", 1),
        ("", "unit", 1),
    ]


def test_who_is_waited_for_first_holds_the_case_although_nobody_else_does() -> None:
    flood = entry("force_majeure.begun", "2026-01-07 09:00", document="88/QĐ")

    stretches = held(received(), completed(), asked("2026-01-06 09:00"), flood, rules=law())

    assert stretches == [("", "unit", 1), ("supplement", "citizen", None)]


FEE = [("requested", "2026-01-07 09:00"), ("received", "2026-01-09 09:00")]


def test_past_its_last_stage_the_unit_holds_the_case_in_none() -> None:
    rules = law(duty_ends_at="card.returned", stages=STAGES)

    stretches = held(
        received(), completed(), TRANSMITTED, DISPATCHED, ready("2026-01-13 09:00"), returned("2026-01-15 09:00"),
        rules=rules,
    )  # fmt: skip

    assert stretches[-2:] == [("delivery", "post", 1), ("", "unit", 2)]


def test_a_card_is_collected_with_the_first_hand_over() -> None:
    letter = entry("letter.collected", "2026-01-20 10:00")

    assert waiting(received(), completed(), ready(), letter, returned("2026-02-02 10:00")) == [
        ("collection", "citizen", "2026-01-12 09:00", "2026-01-20 10:00")
    ]


# Before the term starts


def moved(when: str, to_unit: str) -> dict[str, Any]:
    return entry("case.transferred", when, to_unit=to_unit, document="01/QĐ")


def test_who_had_the_case_before_its_term_is_no_holder_of_it() -> None:
    facts = [received("2026-01-02 08:00"), moved("2026-01-02 10:00", "G01.802"), moved("2026-01-02 16:00", "G01.803")]

    stretches = found(*facts, completed(), ready(), rules=NO_STAGES)

    assert [(one.stage, one.unit, one.taken) for one in stretches] == [("", "G01.803", 5)]


def test_a_term_that_starts_with_what_was_waited_for_is_the_units_from_then_on() -> None:
    fee = [entry(f"payment.{kind}", when, document="2/TB") for kind, when in FEE]

    stretches = held(received(), completed(), *fee, ready(), rules=law(starts="payment.received"))

    assert stretches == [("", "unit", 1)]


# Whose stage overran


DUE = "2026-01-14 24:00"


def with_targets(*amounts: int, unit: str = "working_day") -> Rules:
    """Stages called first, second and third; the target of the first may be in another unit."""
    rows = zip(STAGES, ("first", "second", "third"), amounts, (unit, "working_day", "working_day"), strict=True)
    return law(stages=[stage | {"id": name, "amount": amount, "unit": each} for stage, name, amount, each in rows])


def overrun(*facts: dict[str, Any], rules: Rules | None = None) -> tuple[str, str | None]:
    """The stage that overran by the due, and the unit that had it: complete on Monday the 5th, due on the 14th."""
    clock = clock_at(LATER, received(), completed(), *facts, rules=rules or with_targets(2, 3, 1))
    assert shown(clock.due.at if clock.due else None) == shown(at(DUE))
    one = overran(holders(lines_of(received(), completed(), *facts), clock), clock, at(DUE))
    assert one is not None
    return one.stage, one.unit


@pytest.mark.parametrize(
    "sent, targets, stage",
    [
        ("2026-01-07 16:00", (2, 3, 1), "second"),  # 2 days of 2, then 5 of 3
        ("2026-01-08 16:00", (2, 3, 1), "first"),  # both are one day over: the first of them
        ("2026-01-08 16:00", (2, 2, 1), "second"),  # one day over, then two
        ("2026-01-09 16:00", (2, 3, 1), "first"),
    ],
)
def test_the_stage_that_is_furthest_over_its_target_overran(
    sent: str, targets: tuple[int, int, int], stage: str
) -> None:
    assert overrun(entry("case.transmitted", sent), rules=with_targets(*targets))[0] == stage


def test_a_stage_that_a_pause_cut_in_two_is_measured_as_one() -> None:
    pause = [asked("2026-01-07 09:00"), answered("2026-01-07 10:00")]

    assert overrun(*pause, entry("case.transmitted", "2026-01-09 16:00"))[0] == "first"


def test_a_target_in_another_unit_than_the_terms_is_not_compared() -> None:
    sent = entry("case.transmitted", "2026-01-08 16:00")

    assert overrun(sent, rules=with_targets(1, 3, 1, unit="clock_hour"))[0] == "second"


def test_where_no_stage_is_over_its_target_who_held_the_case_then_has_it() -> None:
    facts = [entry("case.transmitted", "2026-01-07 16:00"), entry("card.dispatched", "2026-01-12 16:00")]

    assert overrun(*facts, ready("2026-01-13 16:00"))[0] == "third"


def test_what_a_stage_took_after_the_due_is_not_looked_at() -> None:
    facts = [entry("case.transmitted", "2026-01-08 16:00"), entry("card.dispatched", "2026-01-20 16:00")]

    assert overrun(*facts)[0] == "first"


@pytest.mark.parametrize(
    "sent, stage",
    [("2026-01-14 23:59:59", "first"), ("2026-01-15 00:00", "second"), ("2026-01-15 00:00:01", "first")],
)
def test_a_stage_that_ended_at_the_second_of_the_due_took_what_it_took(sent: str, stage: str) -> None:
    """The second began on the 8th: by the end of the 14th four days of three, by the first second of the 15th five."""
    facts = [entry("case.transmitted", "2026-01-08 16:00"), entry("card.dispatched", sent)]

    assert overrun(*facts)[0] == stage


def test_who_gets_a_case_at_the_second_of_its_due_has_its_stage() -> None:
    sent = entry("case.transmitted", "2026-01-07 16:00")

    assert overrun(sent, moved(DUE, "G01.802")) == ("second", "G01.802")
    assert overrun(sent, moved("2026-01-15 00:00:01", "G01.802")) == ("second", "G01.801.001")


def test_a_blocked_print_of_which_nobody_is_said_to_act_is_nobodys() -> None:
    blocked = entry("print.blocked", "2026-01-08 10:00")

    found = flags_at("2026-01-12 08:00", received(), completed(), TRANSMITTED, blocked)

    assert [flag["accountable"] for flag in found if flag["class"] == "print_blocked"] == [NOBODY] == ["nobody"]
