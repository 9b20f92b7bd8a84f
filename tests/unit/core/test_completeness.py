"""What each feed should have told of a case: witnessed by a fact of another feed, told or not, and by whose word."""

from typing import Any

import pytest

from streams.core.clock import read_clock
from streams.core.completeness import Witnessed, window, witnessed
from streams.core.coverage import Place
from streams.core.lines import read_lines
from streams.core.rules import Rules
from tests.core_builders import (
    UNIT,
    a_calendar,
    at,
    case_of,
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
)
from tests.unit.core.test_coverage import measured, row, under

PLACE = Place(UNIT, "card")
NOW = "2026-02-27 12:00"
SIGNED: dict[str, Any] = {"origin": "unit", "strength": "signed_slip"}


def of(feed: str, *entries: dict[str, Any], rules: Rules | None = None, now: str = NOW) -> Witnessed | None:
    """What one feed should have told of a case."""
    case, in_force = case_of(*entries), rules or vietnam()
    lines = read_lines(case.facts, case.strings, at(now))
    found = [one for one in witnessed(lines, read_clock(lines, in_force), in_force) if one.feed == feed]
    assert len(found) <= 1
    return found[0] if found else None


def printed(**fields: Any) -> dict[str, Any]:
    return entry("card.printed", "2026-01-09 09:00", origin="ministry", **fields)


def dispatched(**fields: Any) -> dict[str, Any]:
    return entry("card.dispatched", "2026-01-10 09:00", origin="ministry", **fields)


def test_a_card_in_the_citizens_hand_had_arrived() -> None:
    handed = returned("2026-01-12 10:00", **SIGNED)

    assert of("card-dispatch", received(), handed) == Witnessed(
        "card-dispatch", PLACE, day("2026-01-12"), is_told=False, is_own=False
    )
    assert of("card-dispatch", received(), ready(), handed) == Witnessed(
        "card-dispatch", PLACE, day("2026-01-12"), is_told=True, is_own=False
    )


def test_a_card_that_goes_by_post_need_not_come_to_the_unit() -> None:
    delivered = entry("result.delivered", "2026-01-12 10:00", origin="post")

    assert of("card-dispatch", received(return_by="post"), delivered) is None


def test_a_hand_over_without_the_citizens_signature_is_the_units_own_word() -> None:
    register = returned("2026-01-12 10:00", origin="unit", strength="register_line")

    found = of("card-dispatch", received(), register)

    assert found is not None
    assert found.is_own


def test_anothers_word_goes_before_the_units_own_which_came_first() -> None:
    register = returned("2026-01-12 10:00", origin="unit", strength="register_line")

    assert of("card-dispatch", received(), register, returned("2026-01-14 10:00", **SIGNED)) == Witnessed(
        "card-dispatch", PLACE, day("2026-01-14"), is_told=False, is_own=False
    )


@pytest.mark.parametrize("witness", [ready(origin="post"), dispatched()])
def test_a_card_on_its_way_or_there_had_been_printed(witness: dict[str, Any]) -> None:
    missing, told = of("print", received(), witness), of("print", received(), printed(), witness)

    assert missing is not None
    assert told is not None
    assert (missing.is_told, told.is_told) == (False, True)


def test_a_card_of_which_nothing_is_known_yet_is_missed_by_no_feed() -> None:
    assert of("print", received()) is None
    assert of("card-dispatch", received(), printed()) is None
    assert of("handover", received(), ready()) is None


def test_a_letter_in_the_citizens_hand_had_been_printed() -> None:
    about = {"procedure": "old_number_confirmation", "variant": "in_database"}
    collected = entry("letter.collected", "2026-01-07 10:00", procedure="old_number_confirmation", **SIGNED)

    found = of("print", received(**about), completed(**about), collected)

    assert found == Witnessed(
        "print", Place(UNIT, "old_number_confirmation"), day("2026-01-07"), is_told=False, is_own=False
    )


def test_a_closing_of_what_was_ready_is_the_units_own_word_of_its_hand_over() -> None:
    closed = official("10", "2026-01-12 17:00")

    assert of("handover", received(), ready(), closed) == Witnessed(
        "handover", PLACE, day("2026-01-12"), is_told=False, is_own=True
    )
    told = of("handover", received(), ready(), closed, returned())
    assert told is not None
    assert told.is_told


@pytest.mark.parametrize(
    "entries",
    [
        [official("10", "2026-01-12 17:00")],
        [ready(), official("9", "2026-01-12 17:00")],
        [ready(), official("10", "2026-01-12 17:00"), official("4", "2026-01-13 08:00")],
    ],
    ids=["without evidence of readiness", "done and not returned", "opened again"],
)
def test_a_closing_that_claims_no_hand_over_of_what_is_ready_witnesses_nothing(entries: list[dict[str, Any]]) -> None:
    assert of("handover", received(), *entries) is None


def test_a_letter_that_closes_itself_when_printed_is_handed_over_by_nobody() -> None:
    case = [received(), ready(), official("10", "2026-01-12 17:00")]

    assert of("handover", *case, rules=law(returned_means="handed_over")) is not None
    assert of("handover", *case, rules=law(returned_means="ready")) is None


POSTED = [
    received(return_by="post"),
    ready("2026-01-12 09:00"),
    entry("parcel.handed_to_post", "2026-01-12 15:00", parcel="P1", origin="unit"),
]


def test_the_citizens_parcel_that_the_post_left_was_delivered() -> None:
    left = entry("parcel.delivered", "2026-01-14 10:00", parcel="P1", origin="post")

    assert of("handover", *POSTED, left) == Witnessed("handover", PLACE, day("2026-01-14"), is_told=False, is_own=False)
    told = of("handover", *POSTED, left, entry("result.delivered", "2026-01-14 10:00", origin="post"))
    assert told is not None
    assert told.is_told


@pytest.mark.parametrize("parcel", ["P0", None])
def test_another_parcel_may_have_gone_to_the_desk(parcel: str | None) -> None:
    assert of("handover", *POSTED, entry("parcel.delivered", "2026-01-14 10:00", parcel=parcel, origin="post")) is None


def test_what_was_worked_on_had_been_received() -> None:
    about = {"variant": "new"}

    missing, told = of("submission", printed(**about)), of("submission", received(), printed())

    assert missing == Witnessed("submission", PLACE, day("2026-01-09"), is_told=False, is_own=False)
    assert told is not None
    assert told.is_told


def test_where_the_facts_that_choose_a_rule_were_not_told_the_procedure_says_what_it_lacks() -> None:
    handed = entry("letter.printed", "2026-01-07 10:00", procedure="old_number_confirmation")

    found = of("submission", handed)

    assert found is not None
    assert not found.is_told


def test_a_reception_witnesses_that_the_scoring_system_shows_the_case() -> None:
    assert of("official-status", received()) == Witnessed(
        "official-status", PLACE, day("2026-01-05"), is_told=False, is_own=False
    )
    local, portal = (
        of("official-status", received(), official("4", system="onestop")),
        of("official-status", received(), official("4")),
    )
    assert local is not None
    assert portal is not None
    assert (local.is_told, portal.is_told) == (False, True)


@pytest.mark.parametrize("kind", ["case.refused", "case.withdrawn", "case.stopped"])
def test_of_a_case_that_ended_without_a_result_nothing_is_asked(kind: str) -> None:
    ended = entry(kind, "2026-01-15 10:00", document="1/QD", reason="not_eligible")

    assert of("card-dispatch", received(), returned(**SIGNED), ended) is None
    assert of("official-status", received(), ended) is None


def test_of_a_duty_that_is_not_the_units_nothing_is_asked() -> None:
    assert of("official-status", received(), rules=under(duty_bearer="host")) is None


def test_a_day_stands_for_itself_and_not_for_the_one_at_whose_midnight_it_ends() -> None:
    line = entry("card.returned", "2026-01-12 24:00", precision="day", **SIGNED)

    found = of("card-dispatch", received(), line)

    assert found is not None
    assert found.day == day("2026-01-12")


def test_the_unit_that_had_the_case_when_it_was_witnessed_is_the_one_whose_feed_is_measured() -> None:
    moved = entry("case.transferred", "2026-01-08 10:00", to_unit="G01.801.002", document="1/QD")

    found = of("card-dispatch", received(), moved, returned(**SIGNED))

    assert found is not None
    assert found.place.unit == "G01.801.002"


@pytest.mark.parametrize("state", ["broken", "never_connected"])
def test_what_is_declared_not_to_be_live_is_not_measured(state: str) -> None:
    declared = row(state=state, first="2026-01-12")

    assert of("card-dispatch", received(), returned(**SIGNED), rules=under(declared)) is None


def test_what_was_connected_only_after_the_case_began_is_not_measured() -> None:
    before = row(state="never_connected", first="2025-01-01", last="2026-01-09")

    assert of("card-dispatch", received(), returned(**SIGNED), rules=under(before)) is None


def test_what_was_measured_incomplete_is_measured_again() -> None:
    assert of("card-dispatch", received(), returned(**SIGNED), rules=under(measured())) is not None


def test_the_window_ends_so_many_working_days_before_the_measure() -> None:
    calendar = a_calendar()

    first, last = window(calendar, at("2026-03-30 00:00"), 20, 5)

    # The day before is a Sunday; Friday the 27th is the last working day that is over.
    assert last == day("2026-03-20")
    assert first == day("2026-02-23")
    assert calendar.working_days(first - 1, last) == 20
    assert shown(calendar.end_of(last)) == "2026-03-21 00:00"
