"""Units that end by decree: their open cases move without a fact, and the days stay with who held them."""

from typing import Any

import pytest

from streams.core.case import EMPTY
from streams.core.compiling import compile_rules
from streams.core.engine import fold, judge
from streams.core.errors import RulesRefused
from streams.core.rules import Rules
from tests.core_builders import (
    TOKEN,
    at,
    completed,
    content_of,
    deadline_row,
    entry,
    flags_at,
    judged,
    ready,
    received,
    view_at,
)

DISTRICT, COMMUNE, MERGED = "G01.801.001", "G01.801.077", "G01.801.078"
STAGES = [
    {"id": "intake", "owner": "unit", "from": "case.completed", "to": "case.transmitted"},
    {"id": "print", "owner": "ministry", "from": "case.transmitted", "to": "card.received_at_unit"},
]


def ends(unit: str, last: str, successor: str) -> dict[str, Any]:
    return {"id": unit, "last": last, "successor": successor, "decision": "12/QĐ", "source": "a test"}


def rules(*units: dict[str, Any]) -> Rules:
    return compile_rules(content_of(deadline_row(stages=STAGES), units=list(units)))


LAW = rules(ends(DISTRICT, "2026-01-07", COMMUNE))


@pytest.mark.parametrize("when, unit", [("2026-01-07 23:59", DISTRICT), ("2026-01-08 00:00", COMMUNE)])
def test_a_case_is_the_successors_from_the_day_after_the_last(when: str, unit: str) -> None:
    assert view_at(when, received(), completed(), rules=LAW)["unit"] == unit


def test_the_days_until_then_stay_with_who_held_them_and_add_up() -> None:
    facts = (received(), completed(), ready("2026-01-12 09:00"))
    plain, moved = (view_at("2026-01-20 08:00", *facts, rules=law)["held"] for law in (rules(), LAW))

    assert [(one["unit"], one["taken"]) for one in moved] == [(DISTRICT, 2), (COMMUNE, 3)]
    assert sum(one["taken"] for one in moved) == sum(one["taken"] for one in plain)


def test_what_was_due_before_the_decree_is_the_predecessors_and_what_is_due_after_it_the_successors() -> None:
    late = rules(ends(DISTRICT, "2026-01-20", COMMUNE))

    def scored(law: Rules) -> list[str | None]:
        found = flags_at("2026-02-02 08:00", received(), completed(), rules=law)
        return [flag["scored_unit"] for flag in found if flag["class"] == "overdue"]

    assert (scored(late), scored(LAW)) == ([DISTRICT], [COMMUNE])


def test_an_open_case_that_another_unit_took_in_is_told_apart() -> None:
    views = [view_at("2026-01-20 08:00", received(), completed(), *more, rules=LAW) for more in ((), (ready(),))]

    assert [view["inherited_from"] for view in views] == [DISTRICT, None]


def test_decrees_follow_each_other_and_a_transfer_that_was_told_stands_between() -> None:
    law = rules(ends(DISTRICT, "2026-01-07", COMMUNE), ends(COMMUNE, "2026-01-09", MERGED))
    away = entry("case.transferred", "2026-01-08 10:00", to_unit="G01.802", document="1/QĐ")

    assert view_at("2026-01-20 08:00", received(), completed(), rules=law)["unit"] == MERGED
    assert view_at("2026-01-20 08:00", received(), completed(), away, rules=law)["unit"] == "G01.802"


def test_a_unit_that_took_a_case_in_after_its_end_had_it_for_its_successor() -> None:
    late = received("2026-01-12 08:00")

    assert view_at("2026-01-12 09:00", late, rules=LAW)["unit"] == COMMUNE


def test_units_that_succeed_each_other_in_a_circle_come_to_an_end() -> None:
    law = rules(ends(DISTRICT, "2026-01-07", COMMUNE), ends(COMMUNE, "2026-01-07", DISTRICT))

    assert view_at("2026-01-20 08:00", received(), completed(), rules=law)["unit"] == DISTRICT


def test_the_decree_is_law_and_no_evidence_and_it_wakes_the_case() -> None:
    case = EMPTY
    for number, one in enumerate((received(), completed())):
        case = fold(case, number, one)
    case, _ = judge(TOKEN, case, at("2026-01-06 08:00"), LAW)

    assert case.wake == at("2026-01-08 00:00")
    flags = judged("2026-02-02 08:00", received(), completed(), rules=LAW).flags
    assert {one["type"] for flag in flags for one in flag["evidence"]} == {"case.received", "case.completed"}


@pytest.mark.parametrize(
    "fields, why",
    [
        ({"decision": None}, "unit G01.801.001: decision is missing: name the one by which the unit ends"),
        (
            {"last": None},
            "unit G01.801.001: last and successor belong together: a unit that ends has who takes its cases",
        ),
        ({"source": ""}, "unit G01.801.001: source is missing: name the act and article, or the decision"),
    ],
)
def test_a_row_that_says_half_is_refused(fields: dict[str, Any], why: str) -> None:
    row = {**ends(DISTRICT, "2026-01-07", COMMUNE), **fields}

    with pytest.raises(RulesRefused) as refused:
        rules({name: value for name, value in row.items() if value is not None})

    assert str(refused.value) == why
