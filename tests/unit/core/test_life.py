"""What people make of a flag: the table walked pair by pair, time's part in it, and races."""

from itertools import permutations, product
from typing import Any

import pytest

from schemas.codec import encode
from schemas.flags import FLAG
from streams.core.engine import judge
from streams.core.flags import flag_id
from streams.core.life import DECISION_DAYS, OPEN, STEPS
from tests.core_builders import TOKEN, UNIT, at, case_of, completed, entry, law, ready, received, shown

RULES = law(at_risk=[])
# Due on Wednesday 11 March 2026: overdue since the midnight after it.
CASE = [received("2026-03-02 08:00"), completed("2026-03-02 09:00")]
SINCE = "2026-03-12 00:00"
NAME = flag_id(TOKEN, "overdue")
ABOVE = "G01.801"
EVENTS = ["acknowledged", "unacknowledged", "snoozed", "disputed", "upheld", "false_alarm"]
# What leads to a status, one event a day from Friday 13 March.
WAY: dict[str, list[str]] = {
    OPEN: [],
    "acknowledged": ["acknowledged"],
    "snoozed": ["snoozed"],
    "disputed": ["disputed"],
    "escalated": ["disputed"],
    "upheld": ["disputed", "upheld"],
    "false_alarm": ["disputed", "false_alarm"],
}
# Where what is said leads, by what is right: only a dispute is decided, what is disputed waits for its decision, and a
# decision may be taken back in favour of the flag. A dash: it changes nothing.
AFTER: dict[str, list[str]] = {
    #                acknowledged    unacknowledged  snoozed    disputed    upheld    false_alarm
    "open":         ["acknowledged", "-",            "snoozed", "disputed", "-",      "-"],
    "acknowledged": ["acknowledged", "open",         "snoozed", "disputed", "-",      "-"],
    "snoozed":      ["acknowledged", "open",         "snoozed", "disputed", "-",      "-"],
    "disputed":     ["-",            "-",            "-",       "-",        "upheld", "false_alarm"],
    "escalated":    ["-",            "-",            "-",       "-",        "upheld", "false_alarm"],
    "upheld":       ["acknowledged", "-",            "snoozed", "disputed", "-",      "-"],
    "false_alarm":  ["-",            "-",            "-",       "-",        "upheld", "-"],
}  # fmt: skip
# What time alone makes of a status that has an end, and of one that has none.
IN_TIME = {"acknowledged": "open", "snoozed": "open", "disputed": "escalated"}


def said(event: str, when: str, **fields: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"flag_id": NAME, "since": SINCE, "unit": UNIT, "procedure": None}
    if event in {"upheld", "false_alarm"}:
        return entry("dispute.decided", when, **(told | {"decision": event, "unit": ABOVE} | fields))
    more = {"snoozed": {"until": "2026-04-30 08:00"}, "disputed": {"evidence": "12/BC"}}.get(event, {})
    return entry(f"flag.{event}", when, **(told | more | fields))


def life(when: str, *reviews: dict[str, Any], rules: Any = RULES, facts: Any = None) -> dict[str, Any] | None:
    """The life of the overdue flag as of an instant."""
    flags = judge(TOKEN, case_of(*(facts or CASE), *reviews), at(when), rules)[1].flags
    (flag,) = [one for one in flags if one["class"] == "overdue"][-1:]
    FLAG.validate_json(encode(flag))
    found: dict[str, Any] | None = flag["life"]
    return found


def status(when: str, *reviews: dict[str, Any], **options: Any) -> str:
    found = life(when, *reviews, **options)
    return OPEN if found is None else str(found["status"])


def way_to(before: str, **fields: Any) -> list[dict[str, Any]]:
    """What people said until a status was reached, one event a day."""
    return [said(event, f"2026-03-{13 + number} 09:00", **fields) for number, event in enumerate(WAY[before])]


@pytest.mark.parametrize("before, event", list(product(WAY, EVENTS)))
def test_the_table_is_walked_pair_by_pair(before: str, event: str) -> None:
    """Each pair by reviews: what a status does not allow changes nothing of the life."""
    way = way_to(before)
    # A dispute of Friday the 13th is undecided after Monday, Tuesday and Wednesday.
    now = "2026-03-19 09:00" if before == "escalated" else "2026-03-16 09:00"
    after = AFTER[before][EVENTS.index(event)]

    untouched = life(now, *way)
    assert status(now, *way) == before
    assert status(now[:10] + " 10:00", *way, said(event, now)) == (before if after == "-" else after)
    if after == "-":
        assert life(now[:10] + " 10:00", *way, said(event, now)) == untouched


@pytest.mark.parametrize("before", WAY)
def test_time_ends_what_has_an_end_and_nothing_else(before: str) -> None:
    has_end = before in {"acknowledged", "snoozed"}
    way = way_to(before, until="2026-04-01 09:00") if has_end else way_to(before)

    assert status("2026-06-01 08:00", *way) == IN_TIME.get(before, before)


@pytest.mark.parametrize("before", ["acknowledged", "snoozed"])
def test_what_has_no_end_does_not_lapse(before: str) -> None:
    assert status("2026-06-01 08:00", *way_to(before, until=None)) == before


def test_no_status_and_no_event_is_left_out() -> None:
    pairs = {
        (before, event)
        for before, row in AFTER.items()
        for event, after in zip(EVENTS, row, strict=True)
        if after != "-"
    }
    by_time = {("acknowledged", "lapsed"), ("snoozed", "lapsed"), ("disputed", "undecided")}

    assert set(AFTER) == set(WAY)
    assert set(STEPS) == pairs | by_time


def test_an_acknowledgement_lapses_by_itself_and_a_wake_says_when() -> None:
    facts = case_of(*CASE, said("acknowledged", "2026-03-13 09:00", until="2026-03-17 09:00"))

    case, effects = judge(TOKEN, facts, at("2026-03-13 10:00"), RULES)

    assert effects.flags[-1]["life"]["status"] == "acknowledged"
    assert shown(case.wake) == "2026-03-17 09:00"
    later, lapsed = judge(TOKEN, case, at("2026-03-17 09:00"), RULES)
    assert [(one["version"], one["state"], one["life"]["status"]) for one in lapsed.flags] == [(2, "raised", OPEN)]
    assert judge(TOKEN, later, at("2026-03-18 09:00"), RULES)[1].flags == []


def test_a_dispute_that_nobody_decides_goes_one_level_up_after_three_working_days() -> None:
    one = said("disputed", "2026-03-13 09:00")

    assert DECISION_DAYS == 3
    assert [status(when, one) for when in ("2026-03-18 23:59:59", "2026-03-19 00:00")] == ["disputed", "escalated"]
    assert life("2026-03-19 08:00", one) == {
        "status": "escalated",
        "since": "2026-03-19T00:00:00+07:00",
        "until": None,
        "by": "urn:hoso:onestop:H26-01",
        "reason": None,
        "evidence": "12/BC",
    }


@pytest.mark.parametrize(
    "unit, expected",
    [(UNIT, "disputed"), (f"{UNIT}.01", "disputed"), (None, "disputed"), ("G01", "upheld"), ("G02", "upheld")],
)
def test_nobody_decides_the_dispute_of_the_own_unit(unit: str | None, expected: str) -> None:
    way = [said("disputed", "2026-03-13 09:00"), said("upheld", "2026-03-14 09:00", unit=unit)]

    assert status("2026-03-16 09:00", *way) == expected


def test_what_is_said_of_another_flag_or_of_a_time_in_which_it_did_not_hold_counts_for_nothing() -> None:
    assert status("2026-03-16 09:00", said("acknowledged", "2026-03-13 09:00", flag_id="f" * 32)) == OPEN
    assert status("2026-03-16 09:00", said("acknowledged", "2026-03-13 09:00", since="2026-03-11 23:59")) == OPEN


def test_reviews_come_in_any_order_and_the_time_of_each_decides() -> None:
    way = [
        said("acknowledged", "2026-03-13 09:00"),
        said("disputed", "2026-03-13 10:00"),
        said("false_alarm", "2026-03-16 10:00"),
        said("acknowledged", "2026-03-16 11:00"),
    ]

    assert {status("2026-03-17 08:00", *order) for order in permutations(way)} == {"false_alarm"}


def test_a_flag_that_is_over_is_left_as_people_left_it() -> None:
    facts = [*CASE, ready("2026-03-16 09:00")]
    one = said("acknowledged", "2026-03-13 09:00", until="2026-03-20 09:00")

    assert status("2026-03-30 08:00", one, facts=facts) == "acknowledged"
    assert status("2026-03-30 08:00", said("disputed", "2026-03-17 09:00"), facts=facts) == "escalated"


def test_a_flag_that_is_raised_stays_raised_whatever_people_say() -> None:
    case = case_of(*CASE, said("disputed", "2026-03-13 09:00"), said("false_alarm", "2026-03-14 09:00"))

    effects = judge(TOKEN, case, at("2026-03-16 08:00"), RULES)[1]

    assert effects.view is not None
    assert (effects.view["flags"], effects.view["verdict"]) == (["overdue"], "overdue")


def test_a_review_says_nothing_of_the_case() -> None:
    one = said("acknowledged", "2026-03-13 09:00", unit="G99")

    view = judge(TOKEN, case_of(*CASE, one), at("2026-03-16 08:00"), RULES)[1].view

    assert view is not None
    assert (view["unit"], view["illegal"]) == (UNIT, 0)
