"""Pauses and extensions: which count, which are refused and why, and how far the due moves."""

from typing import Any

import pytest

from streams.core.clock import Clock
from streams.core.compiling import compile_rules
from streams.core.deadlines import Due
from streams.core.facts import AT
from streams.core.pauses import Pause, Run
from streams.core.rules import Rules
from tests.core_builders import (
    PAUSES,
    answered,
    asked,
    at,
    calendar_row,
    clock_at,
    completed,
    content_of,
    day,
    entry,
    law,
    ready,
    received,
    shown,
)

LATER = "2026-03-30 08:00"
PLAIN = law()
BASE = [received("2026-03-02 08:00"), completed("2026-03-02 09:00")]


def clock(*facts: dict[str, Any], rules: Rules = PLAIN) -> Clock:
    return clock_at(LATER, *BASE, *facts, rules=rules)


def due(found: Clock) -> str | None:
    return shown(found.due.at if found.due else None)


def fee(kind: str, when: str, document: str | None = "2/TB") -> dict[str, Any]:
    return entry(f"payment.{kind}", when, document=document)


def flood(kind: str, when: str) -> dict[str, Any]:
    return entry(f"force_majeure.{kind}", when, document="88/QĐ")


def extended(when: str, new_due: str, document: str | None = "7/XL") -> dict[str, Any]:
    return entry("case.extended", when, new_due=new_due, document=document)


def ledger(found: Clock) -> list[tuple[str, int, str | None]]:
    return [(pause.what.why, pause.used, pause.refused) for pause in found.pauses]


def test_without_a_pause_seven_working_days_end_on_the_eleventh() -> None:
    assert due(clock()) == "2026-03-12 00:00"


@pytest.mark.parametrize("begin, end", [(fee("requested", "2026-03-03 09:00"), fee("received", "2026-03-05 09:00")),
                                        (flood("begun", "2026-03-03 09:00"), flood("ended", "2026-03-05 09:00")),
                                        (asked("2026-03-03 09:00"), answered("2026-03-05 09:00"))])  # fmt: skip
def test_each_kind_of_pause_moves_the_due_by_its_working_days(begin: dict[str, Any], end: dict[str, Any]) -> None:
    found = clock(begin, end)

    assert (due(found), found.pauses[0].used) == ("2026-03-14 00:00", 2)
    assert found.rests_on == [found.pauses[0].asked, found.pauses[0].ended]


def test_days_in_which_two_pauses_overlap_count_once() -> None:
    found = clock(
        asked("2026-03-03 09:00"),
        fee("requested", "2026-03-04 09:00"),
        answered("2026-03-05 09:00"),
        fee("received", "2026-03-06 09:00"),
    )

    assert (due(found), ledger(found)) == ("2026-03-17 00:00", [("supplement", 2, None), ("payment", 1, None)])


def test_a_pause_inside_another_takes_nothing_more() -> None:
    found = clock(
        asked("2026-03-03 09:00"),
        fee("requested", "2026-03-04 09:00"),
        fee("received", "2026-03-05 09:00"),
        answered("2026-03-06 09:00"),
    )

    assert (due(found), ledger(found)) == ("2026-03-17 00:00", [("supplement", 3, None), ("payment", 0, None)])


def test_the_clock_stands_until_the_last_pause_has_ended() -> None:
    found = clock(asked("2026-03-03 09:00"), fee("requested", "2026-03-04 09:00"), answered("2026-03-05 09:00"))

    assert (found.due, found.paused) == (None, True)


@pytest.mark.parametrize(
    "one, why",
    [
        (asked("2026-03-03 09:00", document=None), "no_document"),
        (asked("2026-03-12 00:00:01"), "after_due"),
    ],
)
def test_a_pause_that_does_not_count_says_why_and_moves_nothing(one: dict[str, Any], why: str) -> None:
    found = clock(one, answered("2026-03-20 09:00"))

    assert (due(found), ledger(found), found.rests_on) == ("2026-03-12 00:00", [("supplement", 0, why)], [])


def test_at_the_very_end_of_the_last_day_a_pause_may_still_be_asked_for() -> None:
    assert ledger(clock(asked("2026-03-12 00:00"))) == [("supplement", 0, None)]


def test_what_is_asked_for_after_the_result_was_ready_stops_nothing() -> None:
    found = clock(ready("2026-03-05 09:00"), asked("2026-03-06 09:00"))

    assert (due(found), ledger(found)) == ("2026-03-12 00:00", [("supplement", 0, "after_end")])


def test_a_result_without_an_answer_leaves_nothing_to_deduct() -> None:
    """Nobody knows when the wait was over: the due is the one without it, and lateness is not hidden."""
    found = clock(asked("2026-03-03 09:00"), ready("2026-03-16 09:00"))

    assert (due(found), ledger(found)) == ("2026-03-12 00:00", [("supplement", 0, "no_end")])
    assert found.verdict(at(LATER)) == "late"


def test_a_case_that_was_ended_because_nothing_came_waited_until_then() -> None:
    found = clock(asked("2026-03-03 09:00"), entry("case.stopped", "2026-03-16 09:00"))

    assert (due(found), ledger(found)) == ("2026-03-25 00:00", [("supplement", 9, None)])
    assert found.verdict(at(LATER)) == "on_time"


def test_an_answer_after_the_result_is_none() -> None:
    found = clock(asked("2026-03-03 09:00"), ready("2026-03-16 09:00"), answered("2026-03-20 09:00"))

    assert (due(found), ledger(found)) == ("2026-03-12 00:00", [("supplement", 0, "no_end")])


def test_a_request_that_two_sources_tell_opens_no_way_for_one_after_the_due() -> None:
    found = clock(
        asked("2026-03-03 09:00", document="1/YC"),
        asked("2026-03-03 10:00", document="1/YC", source="urn:hoso:portal:x"),
        asked("2026-03-17 09:00", document="2/YC"),
        answered("2026-03-19 09:00", document="2/YC"),
        ready("2026-03-20 09:00"),
    )

    assert due(found) == "2026-03-12 00:00"
    assert sorted(pause.refused or "" for pause in found.pauses) == ["after_due", "no_end", "no_end"]


def test_a_fee_asked_for_before_the_dossier_was_complete_is_counted_from_then() -> None:
    found = clock(fee("requested", "2026-03-02 08:30"), fee("received", "2026-03-05 09:00"))

    assert (due(found), ledger(found)) == ("2026-03-17 00:00", [("payment", 3, None)])


def test_what_began_and_ended_before_the_start_is_no_pause_of_it() -> None:
    found = clock(fee("requested", "2026-03-02 08:10"), fee("received", "2026-03-02 08:40"))

    assert (due(found), ledger(found), found.rests_on) == ("2026-03-12 00:00", [("payment", 0, "before_start")], [])


def test_a_pause_that_the_unit_wrote_down_after_the_due_hides_nothing() -> None:
    """What another party wrote down late counts: a request that is only learned of later."""
    begin, end = asked("2026-03-10 09:00", recorded="2026-03-20 09:00"), answered("2026-03-19 09:00")
    by_post = asked("2026-03-10 09:00", recorded="2026-03-20 09:00", origin="post")

    assert ledger(clock(begin, end, ready("2026-03-20 08:00"))) == [("supplement", 0, "recorded_after_due")]
    assert ledger(clock(by_post, end, ready("2026-03-20 08:00"))) == [("supplement", 7, None)]
    late = entry(
        "case.extended", "2026-03-11 09:00", new_due="2026-03-19", document="7/XL", recorded="2026-03-13 09:00"
    )
    assert [one.refused for one in clock(late).extensions] == ["recorded_after_due"]


def test_of_two_requests_each_waits_for_its_own_answer() -> None:
    found = clock(
        asked("2026-03-03 09:00", document="1/YC"),
        asked("2026-03-04 09:00", document="2/YC"),
        answered("2026-03-05 09:00", document="1/YC"),
        answered("2026-03-06 09:00", document="2/YC"),
    )

    assert (due(found), [one.used for one in found.pauses]) == ("2026-03-17 00:00", [2, 1])


def test_known_to_the_day_an_answer_and_the_next_request_may_share_one() -> None:
    found = clock(
        asked("2026-03-04 00:00", document="1/YC", precision="day"),
        asked("2026-03-06 00:00", document="2/YC", precision="day"),
        answered("2026-03-06 00:00", document="1/YC", precision="day"),
        answered("2026-03-11 00:00", document="2/YC", precision="day"),
    )

    assert (due(found), [one.used for one in found.pauses]) == ("2026-03-19 00:00", [2, 3])


def test_an_answer_of_the_very_day_ends_a_request_known_only_to_the_day() -> None:
    found = clock(asked("2026-03-06 00:00", precision="day"), answered("2026-03-05 10:00"))

    assert (due(found), found.paused, ledger(found)) == ("2026-03-12 00:00", False, [("supplement", 0, None)])


def test_on_the_day_of_a_start_known_only_to_the_day_papers_may_be_asked_for() -> None:
    facts = [received("2026-03-02 08:00"), completed("2026-03-03 00:00", precision="day"), asked("2026-03-02 15:00")]

    found = clock_at(LATER, *facts, answered("2026-03-05 09:00"), rules=PLAIN)

    assert (due(found), ledger(found)) == ("2026-03-17 00:00", [("supplement", 3, None)])


def test_two_pauses_one_after_the_other_add_up() -> None:
    found = clock(
        asked("2026-03-03 09:00"), answered("2026-03-04 09:00"), asked("2026-03-06 09:00"), answered("2026-03-10 09:00")
    )

    assert (due(found), [one.used for one in found.pauses]) == ("2026-03-17 00:00", [1, 2])
    assert [shown(stretch.due.at) for stretch in found.stretches] == [
        "2026-03-12 00:00",
        "2026-03-13 00:00",
        "2026-03-17 00:00",
    ]
    assert [stretch.used for stretch in found.stretches] == [0, 1, 3]


def test_an_answer_that_nobody_asked_for_does_nothing() -> None:
    assert (due(clock(answered("2026-03-04 09:00"))), ledger(clock(answered()))) == ("2026-03-12 00:00", [])


def test_what_pauses_a_clock_is_data() -> None:
    only_papers = law(pauses=PAUSES[:1])

    found = clock(fee("requested", "2026-03-03 09:00"), fee("received", "2026-03-05 09:00"), rules=only_papers)

    assert (due(found), found.pauses) == ("2026-03-12 00:00", [])


def test_what_ends_a_case_without_a_result_is_data() -> None:
    found = clock(entry("case.withdrawn", "2026-03-05 09:00"), rules=law(cancels=["case.refused"]))

    assert found.ended is None


# Extensions


def test_an_accepted_extension_sets_a_new_due_and_remembers_the_first() -> None:
    found = clock(extended("2026-03-11 15:00", "2026-03-19"))

    assert due(found) == "2026-03-19 00:00"
    assert [shown(one.before.at) for one in found.extensions] == ["2026-03-12 00:00"]
    assert found.rests_on == [found.extensions[0].fact]


@pytest.mark.parametrize(
    "one, why",
    [
        (extended("2026-03-11 15:00", "2026-03-19", document=None), "no_document"),
        (extended("2026-03-12 00:00:01", "2026-03-19"), "after_due"),
        (extended("2026-03-11 15:00", "2026-03-12"), "not_later"),
        (extended("2026-03-02 08:30", "2026-03-19"), "before_start"),
    ],
)
def test_an_extension_that_does_not_count_says_why_and_leaves_the_due(one: dict[str, Any], why: str) -> None:
    found = clock(one)

    assert (due(found), [one.refused for one in found.extensions]) == ("2026-03-12 00:00", [why])


def test_a_pause_after_an_extension_moves_the_extended_due() -> None:
    found = clock(
        asked("2026-03-03 09:00"),
        answered("2026-03-04 09:00"),
        extended("2026-03-05 15:00", "2026-03-19"),
        asked("2026-03-17 09:00"),
        answered("2026-03-19 09:00"),
    )

    assert due(found) == "2026-03-21 00:00"


def test_an_extension_during_a_pause_moves_with_what_is_left_of_it() -> None:
    found = clock(asked("2026-03-03 09:00"), extended("2026-03-05 15:00", "2026-03-19"), answered("2026-03-06 09:00"))

    assert (due(found), found.pauses[0].used) == ("2026-03-20 00:00", 3)


@pytest.mark.parametrize(
    "unit, amount, expected",
    [
        ("working_day_at_hour", 7, "2026-03-13 09:00"),
        ("working_hour", 56, "2026-03-13 09:00"),
        ("clock_hour", 168, "2026-03-11 09:00"),
        ("calendar_day", 9, "2026-03-14 00:00"),
        ("half_day", 14, "2026-03-13 12:00"),
        ("same_day", 1, "2026-03-05 00:00"),
    ],
)
def test_every_unit_pauses_in_its_own_measure(unit: str, amount: int, expected: str) -> None:
    """Asked on Monday the 2nd at 15:00, answered on Wednesday the 4th at 15:00."""
    rules = law(unit=unit, amount=amount)

    found = clock(asked("2026-03-02 15:00"), answered("2026-03-04 15:00"), rules=rules)

    assert due(found) == expected


def test_an_extension_ends_the_stretch_of_the_due_before_it_and_begins_one_that_runs_still() -> None:
    found = clock(extended("2026-03-11 15:00", "2026-03-18 24:00"))

    assert [(shown(one.since), shown(one.until), shown(one.due.at)) for one in found.stretches] == [
        ("2026-03-02 09:00", "2026-03-11 15:00", "2026-03-12 00:00"),
        ("2026-03-11 15:00", None, "2026-03-19 00:00"),
    ]


def test_an_extended_due_at_24_00_lies_on_the_day_that_ends_then() -> None:
    found = clock(extended("2026-03-11 15:00", "2026-03-18 24:00"))

    assert found.due == Due(at("2026-03-18 24:00"), day("2026-03-18"), False)


@pytest.mark.parametrize("horizon, provisional", [("2026-03-17", True), ("2026-03-18", False)])
def test_an_extended_due_beyond_the_known_decrees_is_provisional(horizon: str, provisional: bool) -> None:
    rules = compile_rules(content_of(calendars=[calendar_row(horizon=horizon)]))

    found = clock(extended("2026-03-11 15:00", "2026-03-18 24:00"), rules=rules)

    assert found.due is not None
    assert found.due.provisional is provisional


def test_of_an_extension_without_a_document_that_is_not_later_either_the_document_is_said_first() -> None:
    found = clock(extended("2026-03-11 15:00", "2026-03-11", document=None))

    assert [one.refused for one in found.extensions] == ["no_document"]


# At one instant with something else


def test_what_is_asked_for_at_the_second_of_the_start_or_of_the_end_still_counts() -> None:
    at_start = clock(asked("2026-03-02 09:00"), answered("2026-03-04 09:00"))
    at_end = clock(entry("case.stopped", "2026-03-05 09:00"), asked("2026-03-05 09:00"))

    assert (ledger(at_start), ledger(at_end)) == ([("supplement", 2, None)], [("supplement", 0, None)])


def test_while_the_clock_waits_no_due_can_be_missed_by_asking_for_something_else() -> None:
    found = clock(
        asked("2026-03-03 09:00"),
        fee("requested", "2026-03-20 09:00"),
        answered("2026-03-23 09:00"),
        fee("received", "2026-03-24 09:00"),
    )

    assert ledger(found) == [("supplement", 14, None), ("payment", 1, None)]


def test_a_second_request_on_the_same_document_is_no_line_of_its_own() -> None:
    found = clock(asked("2026-03-03 09:00"), asked("2026-03-04 09:00"), answered("2026-03-05 09:00"))

    assert [(shown(pause.asked[AT]), pause.used) for pause in found.pauses] == [("2026-03-03 09:00", 2)]


def test_of_two_requests_at_one_midnight_the_one_made_on_the_day_that_ends_then_begins_the_wait() -> None:
    """Papers asked for at the first second of the 4th, a fee on the 3rd at no known hour: the 4th and 5th are waits."""
    found = clock(
        asked("2026-03-04 00:00"),
        entry("payment.requested", "2026-03-04 00:00", precision="day", document="2/TB"),
        fee("received", "2026-03-05 08:00"),
        answered("2026-03-05 09:00"),
    )

    assert due(found) == "2026-03-14 00:00"


def test_a_pause_counts_unless_something_is_said_against_it() -> None:
    (pause,) = clock(asked("2026-03-03 09:00")).pauses

    assert Pause(pause.what, pause.asked) == pause


def test_the_due_last_in_force_is_that_after_the_wait_where_a_case_was_ended_in_it() -> None:
    found = clock(asked("2026-03-03 09:00"), entry("case.stopped", "2026-03-05 09:00"))

    assert (shown(found.last.at if found.last else None), found.last) == ("2026-03-14 00:00", found.due)


def test_a_run_begins_with_nothing() -> None:
    assert Run() == Run([], paused=False, pauses=[], extensions=[], rests_on=[], last=None)


# An extension of a term in days lasts to the end of its day


@pytest.mark.parametrize("unit", ["working_day", "calendar_day"])
@pytest.mark.parametrize("until", ["2026-03-18 00:00:01", "2026-03-18 10:00", "2026-03-18 24:00"])
def test_a_term_in_days_that_is_extended_to_an_hour_lasts_to_the_end_of_that_day(unit: str, until: str) -> None:
    found = clock(extended("2026-03-05 15:00", until), rules=law(unit=unit))

    assert found.due == Due(at("2026-03-18 24:00"), day("2026-03-18"), False)


@pytest.mark.parametrize("unit", ["working_day_at_hour", "working_hour", "clock_hour", "half_day"])
def test_a_term_that_ends_at_an_hour_is_extended_to_an_hour(unit: str) -> None:
    found = clock(extended("2026-03-02 15:00", "2026-03-18 10:00"), rules=law(unit=unit))

    assert found.due == Due(at("2026-03-18 10:00"), day("2026-03-18"), False)


@pytest.mark.parametrize("until, expected", [("2026-03-11 24:00", "not_later"), ("2026-03-12 00:00:01", None)])
def test_an_extension_of_a_term_in_days_is_later_from_the_next_day_on(until: str, expected: str | None) -> None:
    (found,) = clock(extended("2026-03-11 15:00", until)).extensions

    assert found.refused == expected
