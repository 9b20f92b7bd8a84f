"""The life of a published flag, every row of the table; identities, versions and canonical content."""

from typing import Any

import pytest

from schemas.codec import encode
from schemas.flags import CASE_VIEW, FLAG
from streams.core.case import Case
from streams.core.clock import ground, read_clock
from streams.core.compiling import compile_rules
from streams.core.engine import Effects, fold, judge
from streams.core.flags import Context, flag_id, publish
from streams.core.interval import Interval
from streams.core.ledger import CLEARED, MERGED, RAISED, STATE, STATE_NAMES, STEPS, WITHDRAWN, Line
from streams.core.lines import read_lines
from tests.core_builders import (
    STORY,
    TOKEN,
    UNIT,
    answered,
    asked,
    at,
    calendar_row,
    case_of,
    completed,
    content_of,
    judged,
    official,
    ready,
    received,
    vietnam,
)


class Told:
    """A case told step by step: what each judgement published, as (class, cycle, version, state)."""

    def __init__(self, *entries: dict[str, Any]) -> None:
        self.case: Case = case_of(*entries)
        self.offset = len(entries)
        self.effects = Effects([], None)

    def add(self, *entries: dict[str, Any]) -> None:
        for one in entries:
            self.case = fold(self.case, self.offset, one)
            self.offset += 1

    def judge(self, when: str, flag_class: str = "overdue") -> list[tuple[int, int, str]]:
        self.case, self.effects = judge(TOKEN, self.case, at(when), vietnam())
        return [
            (each["cycle"], each["version"], each["state"])
            for each in self.effects.flags
            if each["class"] == flag_class
        ]


LATE = ready("2026-01-15 09:00")
IN_TIME = ready("2026-01-12 09:00", source="urn:hoso:post")


def test_every_state_has_a_row_for_what_may_have_become_of_its_interval() -> None:
    states = (None, RAISED, CLEARED, WITHDRAWN, MERGED)
    fates = ("holds", "ended", "gone", "elsewhere")

    expected = {(state, fate) for state in states for fate in fates} - {(None, "gone"), (None, "elsewhere")}
    assert set(STEPS) == expected


# What is published of an interval, by what was published of it last, and what became of it: by the same content, and by
# other content. Of an interval that never was nothing is published; one that is withdrawn may come again.
PUBLISHED: dict[tuple[str, str], tuple[list[str], list[str]]] = {
    ("never", "holds"): (["raised"], ["raised"]),
    ("never", "ended"): (["raised", "cleared"], ["raised", "cleared"]),
    ("never", "gone"): ([], []),
    ("raised", "holds"): ([], ["raised"]),
    ("raised", "ended"): (["cleared"], ["cleared"]),
    ("raised", "gone"): (["withdrawn"], ["withdrawn"]),
    ("cleared", "holds"): (["raised"], ["raised"]),
    ("cleared", "ended"): ([], ["cleared"]),
    ("cleared", "gone"): (["withdrawn"], ["withdrawn"]),
    ("withdrawn", "holds"): (["raised"], ["raised"]),
    ("withdrawn", "ended"): (["cleared"], ["cleared"]),
    ("withdrawn", "gone"): ([], []),
    ("merged", "holds"): (["raised"], ["raised"]),
    ("merged", "ended"): (["cleared"], ["cleared"]),
    ("merged", "gone"): (["withdrawn"], ["withdrawn"]),
    ("never", "elsewhere"): ([], []),
    ("raised", "elsewhere"): (["merged"], ["merged"]),
    ("cleared", "elsewhere"): (["merged"], ["merged"]),
    ("withdrawn", "elsewhere"): ([], []),
    ("merged", "elsewhere"): ([], []),
}
# What became of the interval at each tick until a state was published last.
TICKS: dict[str, list[str]] = {
    "never": [],
    "raised": ["holds"],
    "cleared": ["holds", "ended"],
    "withdrawn": ["holds", "gone"],
    "merged": ["holds", "elsewhere"],
}


def tick(ledger: list[Line], fate: str, level: str) -> tuple[list[tuple[int, str]], list[Line]]:
    """What a tick publishes of one interval, as (version, state), and the ledger after it."""
    case = case_of(received(), completed())
    lines = read_lines(case.facts, case.strings, at("2026-01-20 08:00"))
    clock = read_clock(lines, vietnam())
    context = Context(
        TOKEN, lines, clock, {}, ground(lines, clock), (), at("2026-01-20 08:00"), [], fate == "elsewhere", {}
    )
    until = at("2026-01-16 09:00") if fate == "ended" else None
    found = [] if fate in ("gone", "elsewhere") else [Interval("overdue", at("2026-01-14"), until, (), level=level)]
    records, after = publish(context, found, ledger, context.at)
    return [(record["version"], record["state"]) for record in records], after


def standing(ledger: list[Line]) -> str:
    """What was published last of the one interval there is."""
    return next((STATE_NAMES[line[STATE]] for line in ledger), "never")


@pytest.mark.parametrize("before, fate", PUBLISHED)
@pytest.mark.parametrize("level", ["100%", "150%"])
def test_every_state_meets_every_fate_by_publishing(before: str, fate: str, level: str) -> None:
    ledger: list[Line] = []
    for one in TICKS[before]:
        _, ledger = tick(ledger, one, "100%")
    assert standing(ledger) == before
    version = len(TICKS[before])
    expected = PUBLISHED[before, fate][level == "150%"]

    published, after = tick(ledger, fate, level)

    assert published == list(enumerate(expected, version + 1))
    assert standing(after) == (expected or [before])[-1]
    assert tick(after, fate, level) == ([], after)


def test_never_published_and_holds_is_raised() -> None:
    assert Told(received(), completed()).judge("2026-01-14 08:00") == [(1, 1, "raised")]


def test_never_published_and_ended_is_raised_and_cleared() -> None:
    assert Told(received(), completed(), LATE).judge("2026-01-16 08:00") == [(1, 1, "raised"), (1, 2, "cleared")]


def test_raised_and_holds_publishes_nothing() -> None:
    case = Told(received(), completed())
    case.judge("2026-01-14 08:00")

    assert case.judge("2026-01-15 08:00") == []


def test_raised_and_changed_is_raised_again_at_the_next_version() -> None:
    case = Told(received(), completed())
    case.judge("2026-01-19 08:00")
    case.add(asked(), answered())

    assert case.judge("2026-01-20 08:00") == [(1, 2, "raised")]


def test_raised_and_ended_is_cleared() -> None:
    case = Told(received(), completed())
    case.judge("2026-01-14 08:00")
    case.add(LATE)

    assert case.judge("2026-01-16 08:00") == [(1, 2, "cleared")]


def test_raised_and_gone_is_withdrawn() -> None:
    case = Told(received(), completed())
    case.judge("2026-01-14 08:00")
    case.add(IN_TIME)

    assert case.judge("2026-01-16 08:00") == [(1, 2, "withdrawn")]


def test_cleared_and_ended_publishes_nothing() -> None:
    case = Told(received(), completed(), LATE)
    case.judge("2026-01-16 08:00")

    assert case.judge("2026-02-27 08:00") == []


def test_cleared_and_changed_is_cleared_again_at_the_next_version() -> None:
    case = Told(received(), completed(), LATE)
    case.judge("2026-01-16 08:00")
    case.add(ready("2026-01-14 16:00", source="urn:hoso:post"))

    assert case.judge("2026-01-17 08:00") == [(1, 3, "cleared")]
    assert case.effects.flags[-1]["until"] == "2026-01-14T16:00:00+07:00"


def test_cleared_and_gone_is_withdrawn() -> None:
    case = Told(received(), completed(), LATE)
    case.judge("2026-01-16 08:00")
    case.add(IN_TIME)

    assert case.judge("2026-01-17 08:00") == [(1, 3, "withdrawn")]


def test_cleared_and_holds_again_is_raised() -> None:
    """At risk ended with the due; a late pause moves the due, so the risk of then is not over."""
    case = Told(received(), completed())
    case.judge("2026-01-14 08:00", "at_risk")
    case.add(asked(), answered())

    assert case.judge("2026-01-14 09:00", "at_risk") == [(1, 3, "raised")]


def test_withdrawn_and_gone_publishes_nothing() -> None:
    case = Told(received(), completed())
    case.judge("2026-01-14 08:00")
    case.add(IN_TIME)
    case.judge("2026-01-16 08:00")
    case.add(ready("2026-01-09 09:00", source="urn:hoso:ministry"))

    assert case.judge("2026-01-17 08:00") == []


def withdrawn_by_a_wrong_completion() -> Told:
    """Overdue by a completion on 5 January, which its source then replaces under the same id."""
    case = Told(received(), completed("2026-01-05 10:00", fact=7, channel="b"))
    case.judge("2026-01-14 08:00")
    case.add(asked())
    assert case.judge("2026-01-15 08:00") == [(1, 2, "withdrawn")]
    return case


def test_withdrawn_and_holds_reopens_at_the_next_version() -> None:
    case = withdrawn_by_a_wrong_completion()
    case.add(answered())

    assert case.judge("2026-01-20 08:00") == [(1, 3, "raised")]


def test_withdrawn_and_ended_is_cleared_at_the_next_version() -> None:
    case = withdrawn_by_a_wrong_completion()
    case.add(answered(), ready("2026-01-16 09:00"))

    assert case.judge("2026-01-20 08:00") == [(1, 3, "cleared")]


def test_a_flag_keeps_its_identity_over_cycles_and_versions() -> None:
    entries = (*STORY, official("4"), official("10", "2026-01-20 09:00"), official("4", "2026-01-22 09:00"))

    found = [each for each in judged("2026-02-27 08:00", *entries).flags if each["class"] == "falsely_pending"]

    assert {each["flag_id"] for each in found} == {flag_id(TOKEN, "falsely_pending")}
    assert [(each["cycle"], each["version"], each["state"]) for each in found] == [
        (1, 1, "raised"),
        (1, 2, "cleared"),
        (2, 1, "raised"),
    ]


def test_cases_classes_and_legs_have_identities_of_their_own() -> None:
    named = {flag_id(*parts) for parts in (("a", "overdue"), ("b", "overdue"), ("a", "at_risk"), ("a", "overdue", "x"))}

    assert len(named) == 4


def test_a_raised_flag_says_why_in_full() -> None:
    (found,) = [
        each for each in judged("2026-02-27 08:00", received(), completed()).flags if each["class"] == "overdue"
    ]
    basis, evidence = found.pop("basis"), found.pop("evidence")

    assert found == {
        "flag_id": flag_id(TOKEN, "overdue"),
        "cycle": 1,
        "version": 1,
        "case": TOKEN,
        "class": "overdue",
        "leg": None,
        "state": "raised",
        "since": "2026-01-14T00:00:00+07:00",
        "until": None,
        "unit": UNIT,
        "procedure": "card",
        "accountable": f"unit:{UNIT}",
        "scored_unit": UNIT,
        "due": "2026-01-14T00:00:00+07:00",
        "due_kind": "legal",
        "level": "100%",
        "difference": None,
        "provisional": False,
        "known_late": False,
        "source": None,
        "life": None,
        "wording": "Quá hạn (theo chứng cứ)",
    }
    assert (basis["rule"], basis["calendar"]) == ("card-2023", "vn")
    assert basis["source"].startswith("Law 26/2023/QH15, Article 26 (https://")
    assert [(each["type"], each["time"]) for each in evidence] == [
        ("case.received", "2026-01-05T08:00:00+07:00"),
        ("case.completed", "2026-01-05T10:00:00+07:00"),
    ]


def test_a_withdrawn_flag_claims_nothing() -> None:
    case = Told(received(), completed())
    case.judge("2026-01-14 08:00")
    case.add(IN_TIME)
    case.judge("2026-01-16 08:00")

    (found,) = [each for each in case.effects.flags if each["class"] == "overdue"]
    nothing: dict[str, Any] = {
        "since": None,
        "until": None,
        "due": None,
        "due_kind": None,
        "basis": None,
        "evidence": [],
    }
    assert {name: found[name] for name in nothing} == nothing


@pytest.mark.parametrize(
    "change", [{"unit": "G01.801.002"}, {"source": "urn:hoso:other"}, {"when": "2026-01-05 10:01"}]
)
def test_evidence_is_bound_to_all_that_a_fact_says(change: dict[str, str]) -> None:
    plain, changed = (
        judged("2026-02-27 08:00", received(), completed(fact=1, **fields)).flags[0] for fields in ({}, change)
    )

    [mine], [other] = (
        [piece["hash"] for piece in flag["evidence"] if piece["type"] == "case.completed"] for flag in (plain, changed)
    )
    assert mine != other


def test_the_basis_moves_with_the_days_that_were_counted_and_no_other() -> None:
    def basis(days: dict[str, int]) -> Any:
        rules = compile_rules(content_of(calendars=[calendar_row(days=days)]))
        return judged("2026-02-27 08:00", received(), completed(), rules=rules).flags[0]["basis"]

    plain = basis({})

    assert basis({"2026-01-07": 0})["days"] != plain["days"]
    assert basis({"2026-03-02": 0, "2025-12-24": 0}) == plain


def test_every_record_and_view_is_as_the_schemas_say() -> None:
    effects = judged("2026-02-27 08:00", *STORY[:2], LATE, official("4"), official("77", system="onestop"))

    for each in effects.flags:
        FLAG.validate_json(encode(each))
    assert effects.view is not None
    CASE_VIEW.validate_json(encode(effects.view))


def test_a_view_is_published_when_it_changes_and_only_then() -> None:
    case = Told(received(), completed())
    versions = []
    for when in ("2026-01-05 12:00", "2026-01-06 12:00", "2026-01-14 08:00", "2026-01-15 08:00"):
        case.judge(when)
        versions.append(None if case.effects.view is None else case.effects.view["version"])

    assert versions == [1, None, 2, None]
