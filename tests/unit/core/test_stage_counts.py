"""Stages against their targets, of a card: two working days at the unit, three with the Ministry, worked by hand."""

from collections.abc import Mapping
from typing import Any

from streams.core.lines import read_lines
from streams.core.stage_counts import Spent, spent
from tests.core_builders import STORY, UNIT, answered, asked, at, case_of, clock_at, completed, entry, received


def found(when: str, *told: Mapping[str, Any], first: str = "2026-01-01") -> list[Spent]:
    case = case_of(*told)
    lines = read_lines(case.facts, case.strings, at(when))
    return list(spent(lines, clock_at(when, *told), at(first), at(when)))


def test_each_stage_is_held_against_its_target() -> None:
    # The 6th and 7th at the unit, where two days are the target; the 8th, 9th, 10th (worked) and 12th with the
    # Ministry, where three are.
    told = (*STORY, entry("case.transmitted", "2026-01-07 10:00"))

    assert found("2026-01-31 24:00", *told) == [
        Spent("processing", "unit", UNIT, 2, "within", False),
        Spent("print", "ministry", UNIT, 4, "over", False),
    ]


def test_a_stage_that_goes_on_is_counted_up_to_the_instant() -> None:
    told = (received(), completed())

    assert found("2026-01-07 12:00", *told) == [Spent("processing", "unit", UNIT, 2, "within", True)]
    assert found("2026-01-08 12:00", *told) == [Spent("processing", "unit", UNIT, 3, "over", True)]


def test_what_a_citizen_is_waited_for_is_the_citizens_and_no_stage() -> None:
    told = (received(), completed(), asked(), answered())

    assert found("2026-01-09 12:00", *told) == [
        Spent("processing", "unit", UNIT, 2, "within", True),
        Spent("supplement", "citizen", UNIT, 2, "no_target", False),
    ]


def test_stages_that_were_over_before_the_period_are_none_of_it() -> None:
    told = (*STORY, entry("case.transmitted", "2026-01-07 10:00"))

    assert [one.stage for one in found("2026-01-31 24:00", *told, first="2026-01-08")] == ["print"]


def test_a_transfer_within_a_stage_starts_no_target_anew() -> None:
    told = (received(), completed(), entry("case.transferred", "2026-01-07 08:00", to_unit="G01.801.002"))

    # The 6th before it, the 7th and the 8th after it: three days, where two are the target.
    assert found("2026-01-08 12:00", *told) == [Spent("processing", "unit", "G01.801.002", 3, "over", True)]
