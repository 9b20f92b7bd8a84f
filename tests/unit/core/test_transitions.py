"""The two tables of states, walked pair by pair."""

from itertools import product

import pytest

from streams.core import official
from streams.core.kinds import ASIDE, HANDED_OVER, KIND_OF_TYPE, REPORTS, TURNED_AWAY, TYPE_OF_KIND
from streams.core.lines import read_lines
from streams.core.observed import TRANSITIONS, State
from tests.core_builders import case_of, entry

KINDS = sorted(kind for kind in TYPE_OF_KIND if kind not in REPORTS | ASIDE)
# The order of a life without a flaw.
LIFE = [
    "case.registered_online",
    "case.received",
    "case.completed",
    "verification.done",
    "case.transmitted",
    "card.printed",
    "card.dispatched",
    "card.received_at_unit",
    "card.returned",
]
LAST = {State.HANDED_OVER, State.REFUSED, State.WITHDRAWN, State.STOPPED}


def walked(*kinds: str) -> tuple[list[State], int]:
    """The states a case goes through, one event an hour, and how many events no row allowed."""
    entries = [entry(kind, f"2026-01-05 {hour:02d}:00") for hour, kind in enumerate(kinds)]
    case = case_of(*entries)
    states = [read_lines(case.facts, case.strings, fact[0]).state for fact in case.facts]
    return states, read_lines(case.facts, case.strings, 1 << 40).illegal


def test_every_state_has_a_row_and_every_row_leads_to_a_state() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {after for row in TRANSITIONS.values() for after in row.values()} <= set(State)


@pytest.mark.parametrize("state, kind", list(product(State, KINDS)))
def test_a_kind_leads_to_its_own_state_or_is_not_allowed(state: State, kind: int) -> None:
    """Where a fact leads depends on the fact alone, so a case that is seen in pieces comes to the same end."""
    means = {after for row in TRANSITIONS.values() if (after := row.get(kind)) is not None}

    assert len(means) == 1
    assert TRANSITIONS[state].get(kind) in {None, *means}


@pytest.mark.parametrize("state", sorted(LAST))
def test_nothing_follows_the_last_states_but_the_same_again(state: State) -> None:
    assert set(TRANSITIONS[state].values()) == {state}


def test_a_life_without_a_flaw_goes_through_the_table() -> None:
    states, illegal = walked(*LIFE)

    assert [str(state) for state in states] == [
        "registered",
        "received",
        "complete",
        "verified",
        "transmitted",
        "printed",
        "dispatched",
        "ready",
        "handed_over",
    ]
    assert illegal == 0


@pytest.mark.parametrize("first, second", [(i, j) for i in range(len(LIFE)) for j in range(i + 1, len(LIFE))])
def test_every_step_may_be_followed_by_any_later_one(first: int, second: int) -> None:
    """Evidence comes in pieces: a step that nobody told is no fault of the case."""
    states, illegal = walked(LIFE[first], LIFE[second])

    assert (states[-1], illegal) == (walked(*LIFE)[0][second], 0)


@pytest.mark.parametrize("later, earlier", [(j, i) for i in range(len(LIFE)) for j in range(i + 1, len(LIFE))])
def test_no_step_may_be_followed_by_an_earlier_one(later: int, earlier: int) -> None:
    states, illegal = walked(LIFE[later], LIFE[earlier])

    assert (states[0], illegal) == (states[1], 1)


@pytest.mark.parametrize("kind", sorted(TURNED_AWAY))
def test_an_applicant_may_be_turned_away_until_the_card_is_printed(kind: int) -> None:
    allowing = {state for state, row in TRANSITIONS.items() if kind in row}

    assert allowing >= {
        State.UNSEEN,
        State.REGISTERED,
        State.RECEIVED,
        State.COMPLETE,
        State.WAITING,
        State.VERIFIED,
        State.TRANSMITTED,
    }


@pytest.mark.parametrize("kind", sorted(HANDED_OVER))
def test_a_hand_over_may_be_the_only_thing_seen(kind: int) -> None:
    allowing = {state for state, row in TRANSITIONS.items() if kind in row}

    assert allowing == (set(State) - LAST) | {State.HANDED_OVER}


def test_a_supplement_leads_back_to_the_desk() -> None:
    states, illegal = walked("case.received", "supplement.requested", "supplement.received", "case.completed")

    assert (states, illegal) == ([State.RECEIVED, State.WAITING, State.RECEIVED, State.COMPLETE], 0)


@pytest.mark.parametrize("kind", ["case.completed", "card.printed", "card.received_at_unit", "card.returned"])
def test_a_step_told_by_two_sources_is_no_disorder(kind: str) -> None:
    entries = [entry(kind, "2026-01-05 10:00"), entry(kind, "2026-01-05 11:00", source="urn:hoso:post")]
    case = case_of(*entries)

    assert read_lines(case.facts, case.strings, 1 << 40).illegal == 0


# The official line


def test_the_official_table_follows_the_ten_national_codes() -> None:
    assert [code for code, _ in official.STATES.values()] == [str(number) for number in range(1, 11)]
    assert sorted(official.OPEN) == ["accepted", "payment", "processing", "registered", "supplement"]
    assert sorted(official.CLOSED) == ["done", "refused", "returned", "stopped"]


def test_every_official_state_has_a_row_and_every_row_leads_to_a_state() -> None:
    assert set(official.TRANSITIONS) == {None, *official.STATES}
    assert {after for row in official.TRANSITIONS.values() for after in row} == set(official.STATES)


LEGAL = {
    "registered": "accepted refused withdrawing",
    "accepted": "processing supplement payment withdrawing refused stopped done returned",
    "processing": "supplement payment withdrawing refused stopped done returned",
    "supplement": "processing payment withdrawing refused stopped done returned",
    "payment": "processing supplement withdrawing refused stopped done returned",
    "withdrawing": "refused stopped",
    "done": "returned",
    "refused": "",
    "stopped": "",
    "returned": "",
}


@pytest.mark.parametrize("before, after", list(product(official.STATES, official.STATES)))
def test_official_states_pair_by_pair(before: str, after: str) -> None:
    assert official.is_legal(before, after) == (before == after or after in LEGAL[before].split())


@pytest.mark.parametrize("state", official.STATES)
def test_a_system_may_begin_with_any_state_and_an_unknown_code_is_never_counted_against_it(state: str) -> None:
    found = [official.is_legal(*pair) for pair in ((None, state), (official.UNKNOWN, state), (state, official.UNKNOWN))]

    assert found == [True, True, True]


def test_every_type_has_one_number_and_every_number_one_type() -> None:
    assert len(TYPE_OF_KIND) == len(KIND_OF_TYPE) == len(set(KIND_OF_TYPE.values()))
