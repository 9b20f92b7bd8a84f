"""What new rules did to the due of an open case, and why; and that the case remembers it."""

from collections.abc import Mapping
from typing import Any

from schemas.codec import encode
from schemas.flags import CASE_VIEW
from streams.core.case import pack, unpack
from streams.core.compiling import compile_rules
from streams.core.engine import judge
from streams.core.rules import Rules
from tests.core_builders import (
    TOKEN,
    at,
    calendar_row,
    case_of,
    completed,
    content_of,
    deadline_row,
    entry,
    ready,
    received,
)

SWAP = {"2026-01-02": 0, "2026-01-10": 1}
DECREE = dict.fromkeys(SWAP, "Document 12729/VPCP-KGVX of 2025-12-25")
NEW_YEAR = {"2026-01-01": 0}
START = [received("2025-12-29 08:00"), completed("2025-12-29 09:00")]
NOW = at("2025-12-31 12:00")


def law(days: Mapping[str, int], **fields: Any) -> Rules:
    reasons = {day: DECREE.get(day, "New Year") for day in days}
    calendar = calendar_row(days=dict(days), reasons=reasons)
    return compile_rules(content_of(deadline_row(**fields), calendars=[calendar]))


BEFORE, AFTER = law(NEW_YEAR), law({**NEW_YEAR, **SWAP})


def moved(*facts: dict[str, Any], before: Rules | None = BEFORE, after: Rules = AFTER) -> dict[str, Any] | None:
    view = judge(TOKEN, case_of(*facts), NOW, after, before)[1].view
    assert view is not None
    found: dict[str, Any] | None = view["moved"]
    return found


def test_a_decree_moves_the_due_of_a_case_that_crosses_it_and_says_why() -> None:
    found = moved(*START)

    assert found is not None
    assert (found["before"], found["after"], found["rules"]) == (
        "2026-01-09T00:00:00+07:00",
        "2026-01-10T00:00:00+07:00",
        AFTER.hash,
    )
    assert found["rule_before"] == found["rule_after"]
    assert found["days"] == [{"day": "2026-01-02", "worked": False, "source": DECREE["2026-01-02"]}]


def test_a_case_that_does_not_cross_it_stays() -> None:
    assert moved(received("2025-12-15 08:00"), completed("2025-12-15 09:00")) is None


def test_a_case_that_crosses_both_days_of_a_swap_stays() -> None:
    assert moved(received("2025-12-31 08:00"), completed("2025-12-31 09:00")) is None


def test_a_case_that_waits_for_the_citizen_is_moved_by_what_its_due_was() -> None:
    found = moved(*START, entry("supplement.requested", "2025-12-30 09:00", document="1/YC"))

    assert found is not None
    assert (found["before"][:10], found["after"][:10]) == ("2026-01-09", "2026-01-10")


def test_a_case_that_is_done_is_not_moved() -> None:
    assert moved(*START, ready("2025-12-30 07:00")) is None


def test_a_changed_rule_is_named_with_its_hash() -> None:
    found = moved(*START, after=law(NEW_YEAR, amount=5))

    assert found is not None
    assert (found["rule_before"].split()[0], found["days"]) == ("rule", [])
    assert found["rule_before"] != found["rule_after"]


def test_without_new_law_nothing_moves() -> None:
    assert moved(*START, before=None) is None


def test_a_case_remembers_its_last_move_and_judging_again_changes_nothing() -> None:
    case, first = judge(TOKEN, case_of(*START), NOW, AFTER, BEFORE)
    again, repeated = judge(TOKEN, case, NOW, AFTER, BEFORE)
    later, shown = judge(TOKEN, unpack(pack(again)), at("2026-01-12 08:00"), AFTER)

    assert first.view is not None
    assert (repeated.flags, repeated.view) == ([], None)
    assert shown.view is not None
    assert shown.view["moved"] == first.view["moved"]
    assert later.moved == case.moved
    CASE_VIEW.validate_json(encode(shown.view))
