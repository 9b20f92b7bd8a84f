"""The oracle on the term itself, against dates worked out by hand: overdue, at risk, wrong due."""

import pytest

from tests.oracle_builders import CARD, accountable, flags, only


def test_a_card_that_comes_two_days_late_is_first_at_risk_and_then_overdue() -> None:
    story = f"{CARD}2026-01-15 09:30  card.received_at_unit origin=post"

    # Two working days of the term are left from the end of Saturday the 10th on, and the first step has been still for
    # its two days and three.
    assert flags(story, "2026-01-16") == [
        "at_risk 2026-01-11 00:00 to 2026-01-14 00:00",
        "no_movement 2026-01-11 00:00 to 2026-01-15 09:30",
        "overdue 2026-01-14 00:00 to 2026-01-15 09:30",
    ]


def test_what_is_ready_on_the_last_evening_is_in_time() -> None:
    story = f"{CARD}2026-01-13 23:59  card.received_at_unit origin=post"

    assert only("overdue", story, "2026-01-20") == []


def test_a_card_not_ready_is_overdue_until_now() -> None:
    assert only("overdue", CARD, "2026-01-20") == ["2026-01-14 00:00"]


def test_before_the_due_nothing_is_overdue() -> None:
    assert only("overdue", CARD, "2026-01-13T23:59") == []


def test_tet_is_no_working_time() -> None:
    story = CARD.replace("01-05", "02-10")

    # 11, 12, 13 February; Tết 16 to 20; 23, 24, 25, 26.
    assert only("overdue", story, "2026-03-01") == ["2026-02-27 00:00"]
    assert only("at_risk", story, "2026-03-01") == ["2026-02-25 00:00 to 2026-02-27 00:00"]


def test_a_refused_case_ends_its_clock() -> None:
    story = f"{CARD}2026-01-15 09:30  case.refused"

    assert only("overdue", story, "2026-01-20") == ["2026-01-14 00:00 to 2026-01-15 09:30"]


def test_what_is_posted_ends_with_its_delivery() -> None:
    posted = CARD.replace("unit=U1", "unit=U1 return_by=post")
    story = f"{posted}2026-01-12 09:00  card.received_at_unit\n2026-01-15 09:30  result.delivered origin=post"

    assert only("overdue", story, "2026-01-20") == ["2026-01-14 00:00 to 2026-01-15 09:30"]


def test_handed_over_after_the_due_without_a_word_of_readiness_proves_nothing() -> None:
    story = f"{CARD}2026-01-16 09:00  card.returned origin=unit"

    assert only("overdue", story, "2026-01-20") == []


def test_handed_over_in_time_it_was_ready_in_time() -> None:
    story = f"{CARD}2026-01-12 09:00  card.returned origin=unit"

    assert only("overdue", story, "2026-01-20") == []


@pytest.mark.parametrize(
    "origin, overdue",
    [("unit", ["2026-01-14 00:00 to 2026-01-16 11:00"]), ("post", [])],
)
def test_the_units_own_word_after_the_due_does_not_turn_late_into_in_time(origin: str, overdue: list[str]) -> None:
    story = f"{CARD}2026-01-13 15:00  card.received_at_unit recorded=2026-01-16T11:00 origin={origin}"

    assert only("overdue", story, "2026-01-20") == overdue


def test_a_register_line_stands_for_the_end_of_its_day() -> None:
    story = f"{CARD}2026-01-14 00:00  card.received_at_unit precision=day origin=post"

    assert only("overdue", story, "2026-01-20") == ["2026-01-14 00:00 to 2026-01-14 23:59"]


# Papers are asked for on Wednesday the 7th and come on Monday the 12th: 8, 9, 10 and 12 January do not count.
ASKED = "2026-01-07 10:00  supplement.requested document=YC-1\n"
CAME = "2026-01-12 10:00  supplement.received\n"


def test_a_documented_pause_moves_the_due() -> None:
    # 6, 7, 13, 14, 15, 16, 19 January.
    assert only("overdue", CARD + ASKED + CAME, "2026-01-25") == ["2026-01-20 00:00"]


def test_without_a_document_nothing_is_deducted() -> None:
    story = CARD + ASKED.replace("document=YC-1", "") + CAME

    assert only("overdue", story, "2026-01-25") == ["2026-01-14 00:00"]


def test_while_the_answer_is_waited_for_the_clock_stands() -> None:
    assert only("overdue", CARD + ASKED, "2026-01-25") == []
    assert only("at_risk", CARD + ASKED, "2026-01-25") == []


def test_a_pause_asked_for_on_the_last_day_moves_the_due_to_the_day_of_the_answer() -> None:
    asked = f"{CARD}2026-01-13 09:00  supplement.requested document=1/YC\n"

    # 5 to 15 January less the two days of the supplement are the seven of the term.
    assert only("overdue", f"{asked}2026-01-15 09:00  supplement.received document=1/YC", "2026-01-20") == [
        "2026-01-16 00:00"
    ]
    # Answered on the Sunday: the 16th was the last day of the wait that is worked.
    assert only("overdue", f"{asked}2026-01-18 09:00  supplement.received document=1/YC", "2026-01-22") == [
        "2026-01-18 09:00"
    ]


def test_a_pause_whose_end_was_never_observed_is_not_deducted() -> None:
    story = f"{CARD}{ASKED}2026-01-16 09:00  card.received_at_unit origin=post"

    assert only("overdue", story, "2026-01-25") == ["2026-01-14 00:00 to 2026-01-16 09:00"]


def test_a_pause_asked_for_after_the_due_is_not_deducted() -> None:
    story = f"{CARD}2026-01-14 08:00  supplement.requested document=YC-1\n2026-01-20 10:00  supplement.received"

    assert only("overdue", story, "2026-01-25") == ["2026-01-14 00:00"]


def test_a_pause_that_the_unit_writes_down_after_the_due_is_not_deducted() -> None:
    story = CARD + ASKED.replace("document", "recorded=2026-01-15T09:00 document") + CAME

    assert only("overdue", story, "2026-01-25") == ["2026-01-14 00:00"]


def test_a_warning_that_a_pause_ends_was_right_while_it_stood() -> None:
    story = f"{CARD}2026-01-12 10:00  supplement.requested document=YC-1\n2026-01-15 09:00  supplement.received"

    # The one day left when they were asked for is Friday the 16th.
    assert only("at_risk", story, "2026-01-25") == [
        "2026-01-11 00:00 to 2026-01-12 10:00",
        "2026-01-15 09:00 to 2026-01-17 00:00",
    ]


def test_an_extension_in_time_sets_a_new_due_and_one_after_it_does_not() -> None:
    in_time = f"{CARD}2026-01-12 10:00  case.extended document=XL-1 new_due=2026-01-16T17:00"
    late = in_time.replace("01-12 10:00", "01-14 10:00")

    assert only("overdue", in_time, "2026-01-25") == ["2026-01-17 00:00"]
    assert only("overdue", late, "2026-01-25") == ["2026-01-14 00:00"]


def test_without_a_word_that_it_is_complete_acceptance_stands_for_it() -> None:
    story = "2026-01-05 08:00  case.received procedure=card variant=new\n2026-01-06 09:00  portal 2"

    # 7, 8, 9, 10, 12, 13, 14 January.
    assert only("overdue", story, "2026-01-25") == ["2026-01-15 00:00"]


def test_a_case_keeps_the_law_of_the_day_on_which_it_was_received() -> None:
    story = (
        "2024-06-28 16:00  case.received procedure=card variant=exchange place_kind=island\n"
        "2024-07-02 09:00  case.completed"
    )

    # Twenty working days: 3 to 5 July 3, then 8, 13, 18 by 26 July; 29 and 30.
    assert only("overdue", story, "2024-08-25") == ["2024-07-31 00:00"]


def test_a_term_of_office_hours() -> None:
    story = (
        "2026-07-13 10:00  case.received procedure=vehicle_plates variant=online\n"
        "2026-07-13 10:00  case.completed\n2026-07-14 11:00  result.published origin=operator"
    )

    # Two hours to noon, four in the afternoon, two on Tuesday; at risk in the last two.
    assert only("overdue", story, "2026-07-20") == ["2026-07-14 10:00 to 2026-07-14 11:00"]
    assert only("at_risk", story, "2026-07-20") == ["2026-07-14 08:00 to 2026-07-14 10:00"]


def test_a_stay_notice_is_the_hosts_duty_and_no_flag_of_the_unit() -> None:
    story = (
        "2026-07-05 19:00  case.received procedure=stay_notification\n2026-07-05 19:00  case.completed\n"
        "2026-07-06 03:00  result.published origin=citizen"
    )

    assert flags(story, "2026-07-20") == []


def test_an_appointment_on_another_day_is_wrong_and_the_right_one_at_any_hour_is_not() -> None:
    wrong = CARD.replace("unit=U1", "unit=U1 appointment_at=2026-01-15T17:00")
    right = CARD.replace("unit=U1", "unit=U1 appointment_at=2026-01-13T08:00")

    assert only("wrong_due", wrong, "2026-01-10") == ["2026-01-05 10:00"]
    assert only("wrong_due", right, "2026-01-10") == []


def test_what_was_promised_first_is_what_counts_until_the_result_is_ready() -> None:
    wrong = CARD.replace("unit=U1", "unit=U1 appointment_at=2026-01-15T17:00")
    story = f"{wrong}2026-01-06 09:00  portal 4 appointment_at=2026-01-13T17:00\n"
    moved = f"{story}2026-01-07 09:00  supplement.requested document=1\n2026-01-09 09:00  supplement.received\n"

    assert only("wrong_due", moved, "2026-01-10") == ["2026-01-05 10:00"]
    assert only("wrong_due", f"{story}2026-01-09 09:00  card.received_at_unit", "2026-01-10") == [
        "2026-01-05 10:00 to 2026-01-09 09:00"
    ]


def test_without_a_receipt_the_first_appointment_that_the_scoring_system_shows_is_the_promise() -> None:
    story = f"{CARD}2026-01-05 11:00  onestop 4 appointment_at=2026-01-13T17:00\n2026-01-05 12:00  portal 4"

    assert only("wrong_due", f"{story} appointment_at=2026-01-15T17:00", "2026-01-10") == ["2026-01-05 12:00"]
    assert only("wrong_due", f"{story} appointment_at=2026-01-13T17:00", "2026-01-10") == []


def test_a_start_seen_in_a_snapshot_only_is_known_as_by_then_and_no_appointment_is_wrong() -> None:
    story = "2026-01-05 08:00  case.received procedure=card variant=new appointment_at=2026-01-13T17:00\n"
    accepted = "2026-01-08 20:00  portal 2"

    assert only("wrong_due", story + accepted, "2026-01-10") == ["2026-01-08 20:00"]
    assert only("wrong_due", f"{story}{accepted} snapshot=S1", "2026-01-10") == []


def test_a_pause_after_an_extension_moves_the_extended_due_on() -> None:
    extended = f"{CARD}2026-01-12 10:00  case.extended document=XL-1 new_due=2026-01-16T17:00\n"
    paused = "2026-01-14 10:00  supplement.requested document=YC-1\n2026-01-19 10:00  supplement.received\n"

    # 15, 16 and 19 January are taken: 19, 20, 21.
    assert only("overdue", extended + paused, "2026-01-25") == ["2026-01-22 00:00"]


def test_a_kind_that_nobody_told_is_bound_where_all_kinds_have_one_term() -> None:
    plates = CARD.replace("procedure=card variant=new", "procedure=vehicle_plates")
    confirmation = CARD.replace("procedure=card variant=new", "procedure=residence_confirmation")

    # Eight office hours, whatever the kind; a confirmation takes half a day or three days.
    assert only("overdue", plates, "2026-01-25") == ["2026-01-06 10:00"]
    assert only("overdue", confirmation, "2026-01-25") == []


def test_who_holds_the_stage_answers_for_it() -> None:
    at_the_ministry = f"{CARD}2026-01-06 09:00  case.transmitted"
    on_the_way = f"{at_the_ministry}\n2026-01-12 09:00  card.dispatched"

    assert accountable("overdue", CARD, "2026-01-20") == ["unit"]
    assert accountable("overdue", at_the_ministry, "2026-01-20") == ["ministry"]
    assert accountable("overdue", on_the_way, "2026-01-20") == ["post"]


def test_a_pause_asked_for_in_the_last_half_day_moves_the_due_to_that_of_the_answer() -> None:
    confirmation = CARD.replace("procedure=card variant=new", "procedure=residence_confirmation variant=in_database")
    paused = "2026-01-05 12:20  supplement.requested document=YC-1\n2026-01-07 09:00  supplement.received\n"

    # The morning of the 5th is not counted; its afternoon is the term.
    assert only("overdue", confirmation, "2026-01-20") == ["2026-01-05 17:30"]
    assert only("overdue", confirmation + paused, "2026-01-20") == ["2026-01-07 12:00"]
