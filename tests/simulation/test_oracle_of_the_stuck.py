"""The oracle on what does not move, and on what it knows of a case: against dates worked out by hand."""

from datetime import date

from streams.simulator.law import Law
from tests.oracle_builders import CARD, LAW, accountable, flags, lines, only, told


def test_a_step_that_is_still_for_its_days_and_three_does_not_move() -> None:
    # Five working days after the 5th: 6, 7, 8, 9, 10.
    assert only("no_movement", CARD, "2026-01-25") == ["2026-01-11 00:00"]
    sent = f"{CARD}2026-01-06 09:00  case.transmitted"
    # Printing has three days, and three more: 7, 8, 9, 10, 12, 13.
    assert only("no_movement", sent, "2026-01-25") == ["2026-01-14 00:00"]
    assert accountable("no_movement", sent, "2026-01-25") == ["ministry"]
    assert only("no_movement", f"{sent}\n2026-01-16 08:00  card.dispatched", "2026-01-18") == [
        "2026-01-14 00:00 to 2026-01-16 08:00"
    ]


def test_without_stages_nothing_is_said_of_movement() -> None:
    assert (
        only("no_movement", CARD.replace("procedure=card variant=new", "procedure=permanent_residence"), "2026-03-01")
        == []
    )


def test_a_report_of_an_official_system_is_no_movement_of_the_case() -> None:
    story = f"{CARD}2026-01-09 10:00  portal 4"

    assert only("no_movement", story, "2026-01-25") == ["2026-01-11 00:00"]


def test_a_case_that_waits_for_papers_need_not_move() -> None:
    story = f"{CARD}2026-01-07 10:00  supplement.requested document=YC-1"

    assert only("no_movement", story, "2026-01-25") == []


ONLINE = "2026-01-09 16:00  case.registered_online procedure=permanent_residence unit=U1 channel=online\n"


def test_a_registration_that_the_officer_does_not_find_is_lost_at_once() -> None:
    story = f"{ONLINE}2026-01-12 09:00  intake.lookup_missed\n"

    assert only("lost_registration", story, "2026-01-25") == ["2026-01-12 09:00"]
    assert only("lost_registration", f"{story}2026-01-14 09:00  portal 2", "2026-01-25") == [
        "2026-01-12 09:00 to 2026-01-14 09:00"
    ]


def test_received_at_the_counter_while_no_system_shows_the_registration_it_is_lost_too() -> None:
    received = "2026-01-12 09:00  case.received channel=counter\n"
    shown = "2026-01-09 16:05  portal 1\n"

    assert only("lost_registration", ONLINE + received, "2026-01-25") == ["2026-01-12 09:00"]
    assert only("lost_registration", ONLINE + shown + received, "2026-01-25") == []


def test_an_online_dossier_is_to_be_accepted_within_a_working_day() -> None:
    # The working day after Friday the 9th is Saturday the 10th.
    assert only("not_accepted", ONLINE, "2026-01-25") == ["2026-01-11 00:00"]
    assert only("not_accepted", f"{ONLINE}2026-01-12 09:00  portal 2", "2026-01-25") == [
        "2026-01-11 00:00 to 2026-01-12 09:00"
    ]
    assert only("not_accepted", f"{ONLINE}2026-01-10 09:00  portal 3", "2026-01-25") == []


def test_where_a_visit_is_needed_first_nobody_has_to_accept() -> None:
    story = ONLINE.replace("permanent_residence", "card variant=new")

    assert only("not_accepted", story, "2026-01-25") == []


def test_a_blocked_print_stands_until_it_is_freed_or_printed() -> None:
    blocked = f"{CARD}2026-01-07 09:00  print.blocked reason=data_mismatch must_act=citizen\n"

    assert only("print_blocked", blocked, "2026-01-25") == ["2026-01-07 09:00"]
    assert accountable("print_blocked", blocked, "2026-01-25") == ["citizen"]
    for freed in ("print.unblocked", "card.printed"):
        assert only("print_blocked", f"{blocked}2026-01-09 09:00  {freed}", "2026-01-25") == [
            "2026-01-07 09:00 to 2026-01-09 09:00"
        ]


def test_a_card_that_nobody_fetches_is_the_citizens_after_ten_working_days() -> None:
    story = f"{CARD}2026-01-08 09:00  card.received_at_unit\n"

    # 9, 10, 12, 13, 14, 15, 16, 19, 20, 21 January.
    assert only("not_collected", story, "2026-01-31") == ["2026-01-22 00:00"]
    assert only("not_collected", f"{story}2026-01-26 09:00  card.returned", "2026-01-31") == [
        "2026-01-22 00:00 to 2026-01-26 09:00"
    ]
    assert accountable("not_collected", story, "2026-01-31") == ["citizen"]


def test_a_letter_that_closes_itself_is_nobodys_to_fetch() -> None:
    letter = CARD.replace("procedure=card variant=new", "procedure=old_number_confirmation")

    assert only("not_collected", f"{letter}2026-01-08 09:00  letter.printed", "2026-03-01") == []


def test_what_is_not_told_yet_is_not_known() -> None:
    story = f"{CARD}2026-01-13 09:00  card.received_at_unit delivered=2026-01-20T08:00 origin=post"

    assert only("overdue", story, "2026-01-19") == ["2026-01-14 00:00"]
    assert only("overdue", story, "2026-01-21") == []


def test_told_twice_or_in_another_order_it_is_the_same() -> None:
    story = f"{CARD}2026-01-05 10:05  portal 4\n2026-01-14 10:00  official.sync_failed system=portal"
    history = told(story)

    assert lines([*history[::-1], *history], "2026-01-20") == lines(history, "2026-01-20")
    assert "hung" not in " ".join(flags(story, "2026-01-20"))


def test_where_a_feed_is_declared_broken_silence_proves_nothing() -> None:
    row = {"feed": "card-dispatch", "state": "broken", "first": date(2026, 1, 14), "last": date(2026, 1, 15)}
    law = Law(LAW.rules, LAW.states, LAW.scoring, LAW.local, LAW.cuts, (row,))

    assert only("overdue", CARD, "2026-01-20", law) == ["2026-01-16 00:00"]
    assert only("unknown", CARD, "2026-01-20", law) == ["2026-01-14 00:00 to 2026-01-16 00:00"]


def test_a_decision_that_cuts_the_term_of_a_unit_governs() -> None:
    cut = {"deadline": "card-2023", "units": ["U1"], "amount": 5, "effective_from": date(2025, 1, 1)}
    law = Law(LAW.rules, LAW.states, LAW.scoring, LAW.local, (cut,), ())

    assert only("overdue", CARD, "2026-01-20", law) == ["2026-01-11 00:00"]
    assert only("overdue", CARD.replace("U1", "U2"), "2026-01-20", law) == ["2026-01-14 00:00"]
