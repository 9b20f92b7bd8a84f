"""A case that moves from one unit to another: days stay with who had it, and so do breaches from before."""

from typing import Any

from tests.core_builders import UNIT, completed, entry, flags_at, law, ready, received, view_at

OTHER, THIRD = "G01.801.002", "G01.801.003"
RULES = law()
CASE = [received("2026-03-02 08:00"), completed("2026-03-02 09:00")]  # due on Wednesday 11 March


def moved(when: str, to_unit: str = OTHER) -> dict[str, Any]:
    return entry("case.transferred", when, to_unit=to_unit, document="01/QĐ")


def held(*facts: dict[str, Any]) -> list[tuple[str | None, int | None]]:
    return [(one["unit"], one["taken"]) for one in view_at("2026-03-30 08:00", *facts, rules=RULES)["held"]]


def test_days_stay_with_the_unit_that_had_the_case() -> None:
    found = held(*CASE, moved("2026-03-05 10:00"), moved("2026-03-09 10:00", THIRD), ready("2026-03-11 10:00"))

    assert found == [(UNIT, 3), (OTHER, 2), (THIRD, 2)]


def test_what_was_overdue_before_a_transfer_is_not_charged_to_the_successor() -> None:
    (flag,) = flags_at("2026-03-20 08:00", *CASE, moved("2026-03-13 10:00"), rules=RULES)

    assert (flag["class"], flag["unit"], flag["accountable"]) == ("overdue", OTHER, f"unit:{OTHER}")
    assert flag["scored_unit"] == UNIT


def test_what_falls_due_after_a_transfer_is_the_successors() -> None:
    (flag,) = flags_at("2026-03-20 08:00", *CASE, moved("2026-03-05 10:00"), rules=RULES)

    assert flag["scored_unit"] == OTHER
    assert "case.transferred" in {piece["type"] for piece in flag["evidence"]}


def test_a_view_tells_the_unit_that_has_the_case_now() -> None:
    assert view_at("2026-03-06 08:00", *CASE, moved("2026-03-05 10:00"), rules=RULES)["unit"] == OTHER
    assert view_at("2026-03-05 09:00", *CASE, moved("2026-03-05 10:00"), rules=RULES)["unit"] == UNIT


def test_a_transfer_moves_no_due() -> None:
    before, after = (
        view_at("2026-03-06 08:00", *some, rules=RULES) for some in (CASE, [*CASE, moved("2026-03-05 10:00")])
    )

    assert before["due_computed"] == after["due_computed"]


def test_what_falls_due_with_the_day_of_the_transfer_is_the_predecessors() -> None:
    (flag,) = flags_at("2026-03-20 08:00", *CASE, moved("2026-03-12 00:00"), rules=RULES)

    assert (flag["unit"], flag["scored_unit"]) == (OTHER, UNIT)
