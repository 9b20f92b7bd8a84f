"""The oracle on official lines beside the evidence, against dates worked out by hand."""

import pytest

from tests.oracle_builders import CARD, accountable, flags, only

PROMISED = CARD.replace("unit=U1", "unit=U1 appointment_at=2026-01-13T17:00")
OPEN = "2026-01-05 10:05  portal 4\n"
BOTH_OPEN = f"2026-01-05 10:03  onestop 4\n{OPEN}"


def ready(at: str, origin: str = "post") -> str:
    return f"{at}  card.received_at_unit origin={origin}\n"


@pytest.mark.parametrize(
    "became_ready, since",
    [
        pytest.param("2026-01-08 10:00", "2026-01-10 00:00", id="the end of the next working day"),
        pytest.param("2026-01-09 10:00", "2026-01-11 00:00", id="Saturday worked by decree"),
        pytest.param("2026-01-12 10:00", "2026-01-13 13:30", id="on the due day four hours before closing"),
        pytest.param("2026-01-13 09:00", "2026-01-13 13:30", id="ready on the due day"),
        pytest.param("2026-01-13 15:00", "2026-01-13 15:00", id="ready on the due day in its last hours"),
        pytest.param("2026-01-15 10:00", "2026-01-17 00:00", id="late"),
        pytest.param("2026-01-16 10:00", "2026-01-20 00:00", id="over a weekend"),
    ],
)
def test_a_system_that_does_not_follow_is_falsely_pending_after_the_grace(became_ready: str, since: str) -> None:
    assert only("falsely_pending", CARD + OPEN + ready(became_ready), "2026-01-25") == [since]


def test_an_interlinked_group_has_two_days() -> None:
    story = (
        "2026-03-02 08:00  case.received procedure=interlinked_birth\n2026-03-02 09:00  case.completed\n"
        "2026-03-02 09:05  portal 4\n{}  result.published origin=operator\n"
    )

    # Due on Thursday 5 March: on that day it is urgent from 13:30 on.
    assert only("falsely_pending", story.format("2026-03-02 10:00"), "2026-03-20") == ["2026-03-05 00:00"]
    assert only("falsely_pending", story.format("2026-03-03 10:00"), "2026-03-20") == ["2026-03-05 13:30"]
    assert only("falsely_pending", story.format("2026-03-06 10:00"), "2026-03-20") == ["2026-03-11 00:00"]


def test_it_ends_when_the_scoring_system_closes_and_begins_again_after_a_grace_when_it_opens() -> None:
    story = f"{CARD}{OPEN}{ready('2026-01-08 10:00')}2026-01-12 09:00  portal 9\n2026-01-14 09:00  portal 4"

    assert only("falsely_pending", story, "2026-01-25") == [
        "2026-01-10 00:00 to 2026-01-12 09:00",
        "2026-01-16 00:00",
    ]


def test_without_an_official_line_or_with_an_unknown_code_nothing_is_falsely_pending() -> None:
    unknown = "2026-01-05 10:05  portal 77\n"
    other = "2026-01-05 10:05  onestop 4\n"

    for line in ("", unknown, other):
        assert only("falsely_pending", CARD + line + ready("2026-01-08 10:00"), "2026-01-25") == []


def test_in_the_citizens_hand_the_duty_is_done() -> None:
    story = f"{CARD}{OPEN}2026-01-08 10:00  card.returned origin=unit"

    assert only("falsely_pending", story, "2026-01-25") == ["2026-01-10 00:00"]


def test_an_account_in_use_is_no_evidence_of_a_card() -> None:
    story = f"{CARD}{OPEN}2026-01-08 10:00  eid.activated"

    assert only("falsely_pending", story, "2026-01-25") == []


def test_the_unit_is_to_act_where_its_own_system_is_open_too_else_the_operator() -> None:
    both = CARD + BOTH_OPEN + ready("2026-01-08 10:00")

    assert accountable("falsely_pending", both, "2026-01-25") == ["unit"]
    assert accountable("falsely_pending", f"{both}2026-01-08 10:05  onestop 9", "2026-01-25") == ["operator"]


def test_closed_here_and_open_there_is_out_of_sync_after_the_grace() -> None:
    story = f"{CARD}{BOTH_OPEN}2026-01-08 10:05  onestop 9\n2026-01-12 09:00  portal 9"

    assert only("out_of_sync", story, "2026-01-25") == ["2026-01-10 00:00 to 2026-01-12 09:00"]
    assert only("out_of_sync", CARD + OPEN, "2026-01-25") == []


def test_what_a_snapshot_shows_is_known_of_its_moment_only_and_a_later_one_must_show_it_again() -> None:
    seen = "2026-01-06 20:00  portal 4 snapshot=S1\n"
    again = "2026-01-16 20:00  portal 4 snapshot=S2\n"
    promised, local = f"{PROMISED}{seen}", "2026-01-08 10:05  onestop 9\n"

    for story in (promised + ready("2026-01-08 10:00"), promised + local):
        assert [flag for flag in flags(story, "2026-01-15") if flag.startswith(("falsely", "out_of"))] == []
    done = f"{promised}{local}{ready('2026-01-08 10:00')}{again}"
    assert only("falsely_pending", done, "2026-01-25") == ["2026-01-10 00:00"]
    assert only("out_of_sync", done, "2026-01-25") == ["2026-01-10 00:00"]
    assert only("falsely_late", done, "2026-01-25") == ["2026-01-14 00:00"]


LATE_9 = "2026-01-15 09:00  portal 9\n"


def test_ready_in_time_and_open_past_the_appointment_is_falsely_late() -> None:
    story = PROMISED + OPEN + ready("2026-01-12 10:00")

    assert only("falsely_late", story, "2026-01-25") == ["2026-01-14 00:00"]


def test_a_late_closing_does_not_end_it_and_a_correction_does() -> None:
    closed = PROMISED + OPEN + ready("2026-01-12 10:00") + LATE_9

    assert only("falsely_late", closed, "2026-01-25") == ["2026-01-14 00:00"]
    corrected = f"{closed}2026-01-16 09:00  portal 9 ended_at=2026-01-12T10:00"
    assert only("falsely_late", corrected, "2026-01-25") == ["2026-01-14 00:00 to 2026-01-16 09:00"]
    assert only("rewritten", corrected, "2026-01-25") == []


def test_an_end_declared_on_the_day_of_the_appointment_is_in_time() -> None:
    story = f"{PROMISED}{OPEN}{ready('2026-01-12 10:00')}2026-01-13 20:00  portal 9 ended_at=2026-01-13T19:00"

    assert only("falsely_late", story, "2026-01-25") == []


def test_what_was_late_is_not_falsely_late_nor_what_only_the_unit_says_afterwards() -> None:
    late = PROMISED + OPEN + ready("2026-01-14 10:00")
    own_word = f"{PROMISED}{OPEN}2026-01-12 10:00  card.received_at_unit origin=unit recorded=2026-01-16T09:00"

    assert only("falsely_late", late, "2026-01-25") == []
    assert only("falsely_late", own_word, "2026-01-25") == []


FAILED = "{}  official.sync_failed system=portal\n"


def test_past_due_and_two_updates_failed_is_hung_until_the_system_closes() -> None:
    once = CARD + OPEN + FAILED.format("2026-01-12 10:00")
    twice = once + FAILED.format("2026-01-14 10:00")

    assert only("hung", once, "2026-01-25") == []
    assert only("hung", twice, "2026-01-25") == ["2026-01-14 10:00"]
    assert only("hung", f"{twice}2026-01-16 09:00  portal 9", "2026-01-25") == ["2026-01-14 10:00 to 2026-01-16 09:00"]
    assert accountable("hung", twice, "2026-01-25") == ["operator"]


def test_the_report_of_a_unit_counts_if_it_says_when_it_tried() -> None:
    story = f"{CARD}{OPEN}2026-01-12 10:00  update.failed_reported system=portal"

    assert only("hung", story, "2026-01-25") == []
    assert only("hung", f"{story} attempted_at=2026-01-12T09:50", "2026-01-25") == ["2026-01-14 00:00"]


DONE = "2026-01-06 10:00  portal 9\n"


def test_done_without_a_result_is_falsely_done_after_five_working_days() -> None:
    # 7, 8, 9, 10, 12 January.
    assert only("falsely_done", CARD + OPEN + DONE, "2026-01-25") == ["2026-01-13 00:00"]
    assert only("falsely_done", CARD + OPEN + DONE + ready("2026-01-14 09:00"), "2026-01-25") == [
        "2026-01-13 00:00 to 2026-01-14 09:00"
    ]
    assert only("falsely_done", CARD + OPEN + DONE + ready("2026-01-12 09:00"), "2026-01-25") == []


def test_returned_without_hand_over_is_falsely_done_for_a_card_and_not_for_a_letter() -> None:
    card = f"{CARD}{OPEN}{ready('2026-01-08 09:00')}2026-01-08 10:00  portal 10\n"
    letter = card.replace("procedure=card variant=new", "procedure=old_number_confirmation variant=in_database")
    letter = letter.replace("card.received_at_unit", "letter.printed")

    # 9, 10, 12, 13, 14 January.
    assert only("falsely_done", card, "2026-01-25") == ["2026-01-15 00:00"]
    assert only("falsely_done", f"{card}2026-01-14 09:00  card.returned", "2026-01-25") == []
    assert only("falsely_done", letter, "2026-01-25") == []


SEEN_OPEN = "2026-01-16 20:00  official.observed system=portal code=4 snapshot=S1\n"
BACKDATED = "2026-01-19 09:00  portal 9 ended_at=2026-01-13T10:00\n"


def test_an_end_before_the_last_time_it_was_seen_open_is_backdated_unless_evidence_bears_it_out() -> None:
    story = CARD + OPEN + SEEN_OPEN + BACKDATED

    assert only("backdated", story + ready("2026-01-19 08:00"), "2026-01-25") == ["2026-01-19 09:00"]
    assert only("backdated", story + ready("2026-01-13 09:00"), "2026-01-25") == []
    own_word = "2026-01-13 09:00  card.received_at_unit origin=unit recorded=2026-01-19T08:00"
    assert only("backdated", story + own_word, "2026-01-25") == ["2026-01-19 09:00"]


def test_where_no_rule_is_in_force_a_published_result_bears_an_end_out_all_the_same() -> None:
    story = "2024-04-08 14:45  case.received procedure=vehicle_plates variant=online\n{}"
    lines = "2024-04-09 15:03  portal 4\n2024-04-09 15:12  portal 9 ended_at=2024-04-08T15:01\n"
    published = "2024-04-08 15:01  result.published origin=operator\n"

    assert only("backdated", story.format(published + lines), "2024-04-20") == []
    assert only("backdated", story.format(lines), "2024-04-20") == ["2024-04-09 15:12"]


def test_a_backdated_end_that_is_put_right_is_no_longer_one() -> None:
    story = f"{CARD}{OPEN}{SEEN_OPEN}{BACKDATED}2026-01-20 09:00  portal 9 ended_at=2026-01-19T08:00\n"

    assert only("backdated", story + ready("2026-01-19 08:00"), "2026-01-25") == [
        "2026-01-19 09:00 to 2026-01-20 09:00"
    ]


def test_an_end_or_an_appointment_that_changes_is_rewritten_until_it_is_set_back() -> None:
    ended = f"{CARD}{ready('2026-01-12 09:00')}2026-01-12 10:00  portal 9 ended_at=2026-01-12T09:00\n"
    other = "2026-01-14 09:00  portal 9 ended_at=2026-01-09T09:00\n"
    back = "2026-01-16 09:00  portal 9 ended_at=2026-01-12T09:00\n"
    promised = f"{CARD}2026-01-05 10:05  portal 4 appointment_at=2026-01-13T17:00\n"
    moved = "2026-01-12 10:05  portal 4 appointment_at=2026-01-16T17:00\n"

    assert only("rewritten", ended + other, "2026-01-25") == ["2026-01-14 09:00"]
    assert only("rewritten", ended + other + back, "2026-01-25") == ["2026-01-14 09:00 to 2026-01-16 09:00"]
    assert only("rewritten", promised + moved, "2026-01-25") == ["2026-01-12 10:05"]
    assert only("rewritten", ended, "2026-01-25") == []


def test_a_case_in_which_all_is_as_it_should_be_has_no_flag() -> None:
    story = (
        f"{PROMISED}{BOTH_OPEN}2026-01-06 09:00  case.transmitted\n2026-01-07 09:00  card.printed\n"
        f"2026-01-08 09:00  card.dispatched\n{ready('2026-01-09 09:00')}"
        "2026-01-09 09:05  onestop 9 ended_at=2026-01-09T09:00\n2026-01-09 09:15  portal 9 ended_at=2026-01-09T09:00\n"
        "2026-01-12 09:00  card.returned origin=unit\n2026-01-12 09:05  onestop 10\n2026-01-12 09:15  portal 10\n"
    )

    assert flags(story, "2026-03-01") == []


def test_what_the_unit_writes_down_after_the_due_counts_from_then_on() -> None:
    own_word = "2026-01-13 10:00  card.received_at_unit origin=unit recorded=2026-01-16T09:00"

    # Written down on Friday the 16th: the grace ends with Monday the 19th.
    assert only("falsely_pending", f"{CARD}{OPEN}{own_word}", "2026-01-25") == ["2026-01-20 00:00"]
