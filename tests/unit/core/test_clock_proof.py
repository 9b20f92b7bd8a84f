"""By when an end is proven, a start known only as *by then*, and a due after which the sources may still be silent."""

from typing import Any

import pytest

from streams.core.clock import Clock
from streams.core.compiling import compile_rules
from streams.core.engine import judge
from streams.core.facts import AT
from streams.core.rules import Rules
from streams.core.sources import NO_MARKS
from streams.rules_file import VIETNAM, load_rules
from tests.core_builders import (
    TOKEN,
    at,
    case_of,
    clock_at,
    completed,
    entry,
    law,
    official,
    ready,
    received,
    shown,
)

LATER = "2026-03-31 12:00"


def verdict(clock: Clock) -> str:
    return clock.verdict(at(LATER))


# What the unit itself wrote down


@pytest.mark.parametrize(
    "recorded, origin, expected",
    [
        ("2026-01-14 00:00", "unit", "on_time"),  # up to the due
        ("2026-01-14 00:00:01", "unit", "insufficient"),
        ("2026-01-20 09:00", "ministry", "on_time"),
        ("2026-01-20 09:00", None, "on_time"),
    ],
)
def test_an_end_in_time_that_only_the_unit_says_after_the_due_is_not_proven(
    recorded: str, origin: str | None, expected: str
) -> None:
    clock = clock_at(LATER, received(), completed(), ready("2026-01-13 17:00", recorded=recorded, origin=origin))

    assert verdict(clock) == expected


@pytest.mark.parametrize(
    "when, recorded, proven",
    [
        ("2026-01-13 17:00", None, "2026-01-13 17:00"),
        ("2026-01-13 17:00", "2026-01-13 18:00", "2026-01-13 17:00"),
        ("2026-01-13 17:00", "2026-01-14 00:00", "2026-01-13 17:00"),
        ("2026-01-13 17:00", "2026-01-14 00:00:01", "2026-01-14 00:00:01"),
        ("2026-01-14 09:00", "2026-01-20 09:00", "2026-01-14 09:00"),  # late by itself: nothing to widen
    ],
)
def test_only_what_was_written_down_after_the_due_counts_from_then(
    when: str, recorded: str | None, proven: str
) -> None:
    clock = clock_at(LATER, received(), completed(), ready(when, recorded=recorded, origin="unit"))

    assert shown(clock.proven_at) == proven


def test_an_end_is_proven_by_the_earliest_that_counts() -> None:
    own = ready("2026-01-12 17:00", recorded="2026-01-20 09:00", origin="unit")
    other = entry("card.returned", "2026-01-13 10:00", origin="post")

    clock = clock_at(LATER, received(), completed(), own, other)

    assert (verdict(clock), shown(clock.ended[AT] if clock.ended else None)) == ("on_time", "2026-01-12 17:00")
    assert (shown(clock.proven_at), shown(clock.proof[AT] if clock.proof else None)) == (
        "2026-01-13 10:00",
        "2026-01-13 10:00",
    )


def test_an_end_at_the_due_that_the_unit_wrote_down_later_is_not_proven() -> None:
    clock = clock_at(
        LATER, received(), completed(), ready("2026-01-14 00:00", recorded="2026-01-20 09:00", origin="unit")
    )

    assert (verdict(clock), shown(clock.proven_at)) == ("insufficient", "2026-01-20 09:00")


def done_at(*facts: dict[str, Any], rules: Rules | None = None) -> str | None:
    return shown(clock_at(LATER, *facts, rules=rules).done_at)


def test_a_duty_is_done_from_when_that_is_proven() -> None:
    own = {"origin": "unit", "recorded": "2026-01-20 09:00"}

    assert done_at(received(), completed()) is None
    assert done_at(received(), completed(), ready("2026-01-13 17:00")) == "2026-01-13 17:00"
    assert done_at(received(), completed(), ready("2026-01-13 17:00", **own)) == "2026-01-20 09:00"
    assert done_at(received(), completed(), ready("2026-01-15 17:00", **own)) == "2026-01-15 17:00"


def test_without_a_due_a_duty_is_done_when_it_ended() -> None:
    not_started = done_at(received(), ready("2026-01-13 17:00", origin="unit", recorded="2026-01-20 09:00"))
    no_rule = done_at(received(), ready("2026-01-13 17:00"), rules=law(procedure="letter"))

    assert (not_started, no_rule) == ("2026-01-13 17:00", "2026-01-13 17:00")


# A start that a snapshot shows: accepted by then, nobody knows since when


ACCEPTED_BY = entry("official.observed", "2026-01-05 11:00", system="portal", code="2", snapshot="2026-01-05")


def test_of_an_acceptance_that_a_snapshot_shows_it_is_known_only_that_it_was_by_then() -> None:
    starts = [ACCEPTED_BY], [official("2")], [ACCEPTED_BY, completed()]

    clocks = [clock_at(LATER, received(), *start) for start in starts]

    assert [(clock.assumed, clock.begun_by, shown(clock.due.at if clock.due else None)) for clock in clocks] == [
        (True, True, "2026-01-14 00:00"),
        (True, False, "2026-01-14 00:00"),
        (False, False, "2026-01-14 00:00"),
    ]


@pytest.mark.parametrize(
    "appointment, when, expected",
    [
        (None, "2026-01-12 09:00", "insufficient"),
        ("2026-01-12 17:00", "2026-01-12 17:30", "on_time"),  # by the end of the day of the appointment
        ("2026-01-12 17:00", "2026-01-12 24:00", "on_time"),
        ("2026-01-12 17:00", "2026-01-13 00:00:01", "insufficient"),
        ("2026-01-20 17:00", "2026-01-14 00:00:01", "late"),
        (None, "2026-01-14 00:00:01", "late"),
    ],
)
def test_of_a_start_known_as_by_then_an_end_is_in_time_where_it_comes_by_the_appointment_too(
    appointment: str | None, when: str, expected: str
) -> None:
    """Due on the 13th, if it was not accepted earlier."""
    clock = clock_at(LATER, received(appointment_at=appointment), ACCEPTED_BY, ready(when))

    assert verdict(clock) == expected


def test_an_open_case_is_overdue_whenever_before_it_began() -> None:
    clock = clock_at(LATER, received(appointment_at="2026-01-12 17:00"), ACCEPTED_BY)

    assert (verdict(clock), clock.is_begin_sure) == ("overdue", True)


# While nobody knows yet whether the sources are silent


@pytest.mark.parametrize(
    "when, expected",
    [("2026-01-14 00:00", "open"), ("2026-01-14 01:00", "open"), ("2026-01-14 01:00:01", "overdue")],
)
def test_a_case_is_open_after_its_due_until_its_sources_would_be_known_to_be_silent(when: str, expected: str) -> None:
    row = {
        "id": "cards", "name": "urn:hoso:cards", "per_unit": False, "feeds": ["card-dispatch"], "units": [],
        "procedures": [], "rhythm_minutes": 60, "source": "a test",
    }  # fmt: skip
    rules = compile_rules({**load_rules(VIETNAM), "sources": [row]})
    marks = NO_MARKS.after({"type": "source.heard", "source": "urn:hoso:cards", "at": "2026-01-01T00:00:00Z"})

    found = judge(TOKEN, case_of(received(), completed()), at(when), rules, None, marks)[1].view

    assert found is not None
    assert found["verdict"] == expected


# What was waited for until an own word is proven


ASKED = entry("supplement.requested", "2026-01-12 09:00", document="1/YC")
ANSWERED = entry("supplement.received", "2026-01-15 09:00", document="1/YC")


@pytest.mark.parametrize(
    "recorded, origin, due",
    [
        # Told by the post, or by the unit before the due: what came after the end is waited for by nobody.
        ("2026-01-20 09:00", "post", "2026-01-14 00:00"),
        ("2026-01-13 09:00", "unit", "2026-01-14 00:00"),
        # The unit's own word, written long after: until then the case waited for its papers, for three days.
        ("2026-01-20 09:00", "unit", "2026-01-17 00:00"),
    ],
)
def test_until_the_units_own_word_is_proven_what_was_waited_for_is_deducted(
    recorded: str, origin: str, due: str
) -> None:
    ended = ready("2026-01-13 08:00", recorded=recorded, origin=origin)

    clock = clock_at(LATER, received(), completed(), ASKED, ended, ANSWERED)

    assert clock.due is not None
    assert shown(clock.due.at) == due
    assert clock.ended is not None
    assert shown(clock.ended[AT]) == "2026-01-13 08:00"


def test_a_word_is_not_proven_by_the_due_that_it_moved_on_itself() -> None:
    ended = ready("2026-01-13 08:00", recorded="2026-01-16 09:00", origin="unit")

    clock = clock_at(LATER, received(), completed(), ASKED, ended, ANSWERED)

    assert shown(clock.proven_at) == "2026-01-16 09:00"
    assert (clock.is_own_word, verdict(clock)) == (True, "insufficient")


def test_a_withdrawal_that_the_unit_tells_half_a_year_late_is_not_in_time() -> None:
    withdrawn = entry("case.withdrawn", "2026-01-13 08:00", recorded="2026-03-20 09:00", origin="unit")

    assert verdict(clock_at(LATER, received(), completed(), ASKED, withdrawn)) == "insufficient"


def test_what_another_party_says_within_the_due_that_waiting_moved_is_in_time() -> None:
    own = ready("2026-01-13 08:00", recorded="2026-01-20 09:00", origin="unit")
    theirs = ready("2026-01-16 08:00", origin="post")

    clock = clock_at(LATER, received(), completed(), ASKED, own, ANSWERED, theirs)

    assert (shown(clock.proven_at), clock.is_own_word) == ("2026-01-16 08:00", False)
    assert verdict(clock) == "on_time"


def test_where_the_appointment_governs_an_own_word_moves_it_no_more_than_a_pause() -> None:
    ended = ready("2026-01-13 08:00", recorded="2026-01-20 09:00", origin="unit")

    clock = clock_at(
        LATER,
        received(appointment_at="2026-01-14 17:00"),
        completed(),
        ASKED,
        ended,
        ANSWERED,
        rules=law(due_governs="declared"),
    )

    assert clock.due is not None
    assert (shown(clock.due.at), clock.due_kind) == ("2026-01-14 17:00", "appointment")
    assert (clock.paused, len(clock.stretches)) == (False, 1)
