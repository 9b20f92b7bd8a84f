"""Which answer ends which request, and on which side of the start and the end of a term a pause lies."""

from typing import Any

import pytest

from streams.core.clock import Clock
from streams.core.facts import AT
from tests.core_builders import answered, asked, clock_at, completed, entry, law, ready, received, shown

LATER = "2026-03-30 08:00"
PLAIN = law()
BASE = [received("2026-03-02 08:00"), completed("2026-03-02 09:00")]


def clock(*facts: dict[str, Any]) -> Clock:
    return clock_at(LATER, *BASE, *facts, rules=PLAIN)


def due(found: Clock) -> str | None:
    return shown(found.due.at if found.due else None)


def ledger(found: Clock) -> list[tuple[str, int, str | None]]:
    return [(pause.what.why, pause.used, pause.refused) for pause in found.pauses]


def fee(kind: str, when: str, document: str = "2/TB") -> dict[str, Any]:
    return entry(f"payment.{kind}", when, document=document)


# Which answer ends which request


def test_a_request_known_only_to_the_day_rests_on_the_answer_of_that_day() -> None:
    found = clock(asked("2026-03-06 00:00", precision="day"), answered("2026-03-05 10:00"))

    (pause,) = found.pauses
    assert (shown(pause.ended[AT] if pause.ended else None), len(found.rests_on)) == ("2026-03-05 10:00", 2)
    assert found.rests_on == [pause.asked, pause.ended]


@pytest.mark.parametrize(
    "request_",
    [
        asked("2026-03-05 11:00"),  # after it, to the second
        asked("2026-03-07 00:00", precision="day"),  # on the next day
    ],
)
def test_an_answer_that_came_before_the_request_ends_nothing(request_: dict[str, Any]) -> None:
    found = clock(answered("2026-03-05 10:00"), request_)

    assert (found.paused, found.pauses[0].ended) == (True, None)


def test_an_answer_without_a_document_ends_what_was_asked_for_before_it() -> None:
    """One was asked for at the very second of the answer: it waits on."""
    found = clock(asked("2026-03-03 09:00", "1/YC"), asked("2026-03-05 09:00", "2/YC"), answered("2026-03-05 09:00"))

    assert [shown(pause.ended[AT]) if pause.ended else None for pause in found.pauses] == ["2026-03-05 09:00", None]
    assert found.paused


def test_an_answer_at_the_very_second_of_the_only_request_ends_it() -> None:
    found = clock(asked("2026-03-05 09:00"), answered("2026-03-05 09:00"))

    assert (due(found), ledger(found), found.paused) == ("2026-03-12 00:00", [("supplement", 0, None)], False)


def test_papers_and_a_fee_on_one_document_are_two_pauses() -> None:
    found = clock(asked("2026-03-03 09:00", "1/TB"), fee("requested", "2026-03-04 09:00", "1/TB"))

    assert [pause.what.why for pause in found.pauses] == ["supplement", "payment"]


# Before and after the start


def test_what_was_answered_at_the_second_of_the_start_was_a_pause_of_it() -> None:
    found = clock(asked("2026-03-02 08:30"), answered("2026-03-02 09:00"))

    assert (due(found), ledger(found)) == ("2026-03-12 00:00", [("supplement", 0, None)])


def test_what_was_asked_for_and_answered_on_the_day_of_a_start_known_to_the_day_is_a_pause_of_it() -> None:
    facts = [completed("2026-03-03 00:00", precision="day"), asked("2026-03-02 15:00"), answered("2026-03-02 16:00")]

    found = clock_at(LATER, received("2026-03-02 08:00"), *facts, rules=PLAIN)

    assert ledger(found) == [("supplement", 0, None)]


def test_what_was_answered_on_a_day_before_that_of_the_start_is_no_pause_of_it() -> None:
    facts = [completed("2026-03-04 00:00", precision="day"), asked("2026-03-02 09:00"), answered("2026-03-02 16:00")]

    found = clock_at(LATER, received("2026-03-02 08:00"), *facts, rules=PLAIN)

    assert ledger(found) == [("supplement", 0, "before_start")]


def test_what_was_asked_for_on_the_day_before_a_start_at_midnight_is_counted_from_the_start() -> None:
    """The start is the first second of the 3rd; asked for on the 2nd, at no known hour: the 4th and 5th are waits."""
    facts = [completed("2026-03-03 00:00"), asked("2026-03-03 00:00", precision="day"), answered("2026-03-05 09:00")]

    found = clock_at(LATER, received("2026-03-02 08:00"), *facts, rules=PLAIN)

    assert ledger(found) == [("supplement", 2, None)]


@pytest.mark.parametrize(
    "recorded, origin, why",
    [
        ("2026-03-12 00:00", "unit", None),  # written down by the due
        ("2026-03-12 00:00:01", "unit", "recorded_after_due"),
        ("2026-03-12 00:00:01", None, "recorded_after_due"),
        ("2026-03-12 00:00:01", "post", None),
    ],
)
def test_a_request_of_the_unit_has_to_be_written_down_by_the_due(
    recorded: str, origin: str | None, why: str | None
) -> None:
    found = clock(asked("2026-03-10 09:00", recorded=recorded, origin=origin))

    assert ledger(found) == [("supplement", 0, why)]


# Around the end


@pytest.mark.parametrize(
    "answer, end, why",
    [
        (answered("2026-03-05 09:00"), ready("2026-03-05 09:00"), None),
        (answered("2026-03-05 09:00:01"), ready("2026-03-05 09:00"), "no_end"),
        (answered("2026-03-06 00:00", precision="day"), ready("2026-03-05 09:00"), None),  # on the same day
        (answered("2026-03-07 00:00", precision="day"), ready("2026-03-05 09:00"), "no_end"),
        (answered("2026-03-05 20:00"), ready("2026-03-06 00:00", precision="day"), None),
        (answered("2026-03-06 00:00"), ready("2026-03-06 00:00", precision="day"), "no_end"),
    ],
)
def test_an_answer_of_the_day_of_the_result_may_have_come_before_it(
    answer: dict[str, Any], end: dict[str, Any], why: str | None
) -> None:
    found = clock(asked("2026-03-03 09:00"), answer, end)

    assert [pause.refused for pause in found.pauses] == [why]


def test_pauses_stand_in_the_order_in_which_they_were_asked_for_whatever_became_of_them() -> None:
    found = clock(
        asked("2026-03-03 09:00"),
        fee("requested", "2026-03-04 09:00"),
        fee("received", "2026-03-05 09:00"),
        entry("force_majeure.begun", "2026-03-05 10:00", document="88/QĐ"),
        ready("2026-03-06 09:00"),
    )

    assert ledger(found) == [("supplement", 0, "no_end"), ("payment", 1, None), ("force_majeure", 0, "no_end")]
