"""The source that a flag names: whoever told what its condition began with, where that is one source."""

from typing import Any

import pytest

from streams.core.engine import judge
from streams.core.sources import NO_MARKS, Marks
from tests.core_builders import TOKEN, at, case_of, completed, entry, flags_at, official, ready, received, vietnam

LATER = "2026-03-31 12:00"
PORTAL, API, DESK = "urn:portal:export", "urn:portal:api", "urn:hoso:onestop:H26-01"
OPEN = official("4", "2026-01-05 11:00", source=PORTAL)
DONE = (received(), completed(), ready("2026-01-07 09:00"))


def source_of(flag_class: str, *entries: dict[str, Any]) -> str | None:
    (found,) = [each for each in flags_at(LATER, *entries) if each["class"] == flag_class]
    source: str | None = found["source"]
    return source


def test_a_discrepancy_names_who_reported_it() -> None:
    assert source_of("falsely_pending", *DONE, OPEN) == PORTAL
    assert source_of("falsely_late", *DONE, OPEN) == PORTAL


def test_a_later_report_by_another_does_not_change_who_told_what_it_began_with() -> None:
    later = official("4", "2026-02-05 11:00", source=API)

    assert source_of("falsely_pending", *DONE, OPEN, later) == PORTAL


def test_a_report_of_another_system_than_the_scoring_one_names_nobody() -> None:
    local = official("10", "2026-01-07 10:00", system="localgate", source=DESK)

    assert source_of("falsely_pending", *DONE, OPEN, local) == PORTAL


def test_a_rewritten_end_names_who_rewrote_it() -> None:
    first = official("9", "2026-01-14 10:00", source=PORTAL, ended_at="2026-01-14 09:00")
    again = official("9", "2026-01-20 10:00", source=API, ended_at="2026-01-12 09:00")

    assert source_of("rewritten", received(), completed(), OPEN, first, again) == API


def test_a_block_of_printing_names_who_told_of_it() -> None:
    blocked = entry("print.blocked", "2026-01-06 09:00", source="urn:hoso:print", reason="bad_data", must_act="unit")

    assert source_of("print_blocked", received(), completed(), blocked) == "urn:hoso:print"


def test_who_vanished_names_who_showed_it_last() -> None:
    marks: Marks = NO_MARKS
    for snapshot, ended in (("one", "2026-01-05T16:00:00Z"), ("two", "2026-01-06T16:00:00Z")):
        told = {"system": "gate", "snapshot": snapshot, "ended": ended, "complete": True}
        marks = marks.after({"type": "snapshot.ended", **told})
    seen = entry("official.observed", "2026-01-05 22:00", system="gate", code="4", snapshot="one", source=PORTAL)

    told_now = judge(TOKEN, case_of(received(), completed(), seen), at(LATER), vietnam(), None, marks)[1].flags
    assert [each["source"] for each in told_now if each["class"] == "vanished"] == [PORTAL]


@pytest.mark.parametrize("flag_class", ["overdue", "no_movement"])
def test_a_delay_names_no_source(flag_class: str) -> None:
    assert source_of(flag_class, received(), completed()) is None
