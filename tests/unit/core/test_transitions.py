"""The two tables of states, walked pair by pair by facts, against what is right, written out here once more."""

from itertools import product
from typing import Any

import pytest

from streams.core import official
from streams.core.facts import KIND
from streams.core.kinds import HANDED_OVER, KIND_OF_TYPE, TURNED_AWAY, TYPE_OF_KIND
from streams.core.lines import read_lines
from streams.core.observed import TRANSITIONS, State
from streams.core.reported import reports
from tests.core_builders import case_of, entry, law, view_at
from tests.core_builders import official as reported

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


# What leads to a state, one event an hour.
WAY: dict[str, list[str]] = {
    "unseen": [],
    "registered": ["case.registered_online"],
    "received": ["case.received"],
    "complete": ["case.completed"],
    "waiting_for_supplement": ["case.received", "supplement.requested"],
    "waiting_for_payment": ["case.received", "payment.requested"],
    "verified": ["verification.done"],
    "transmitted": ["case.transmitted"],
    "printed": ["card.printed"],
    "dispatched": ["card.dispatched"],
    "ready": ["card.received_at_unit"],
    "handed_over": ["card.returned"],
    "refused": ["case.refused"],
    "withdrawn": ["case.withdrawn"],
    "stopped": ["case.stopped"],
}
DESK = "unseen registered received waiting_for_supplement waiting_for_payment"
UNTIL_PRINTED = f"{DESK} complete verified transmitted"
UNTIL_HANDED_OVER = f"{UNTIL_PRINTED} printed dispatched ready"
# Events, the state they lead to, whatever state they come in, and the states in which they may come: a case that is
# seen in pieces comes to the same end. A step may come again, and any later one may follow.
MOVES = [
    ("case.registered_online", "registered", "unseen registered"),
    ("case.received pid.requested eid.received", "received", "unseen registered received"),
    ("case.completed", "complete", f"{DESK} complete"),
    ("supplement.requested", "waiting_for_supplement", UNTIL_PRINTED),
    ("supplement.received", "received", "waiting_for_supplement received"),
    ("payment.requested", "waiting_for_payment", UNTIL_PRINTED),
    ("payment.received", "complete", "waiting_for_payment complete"),
    ("verification.done", "verified", f"{DESK} complete verified"),
    ("case.transmitted pid.proposed", "transmitted", UNTIL_PRINTED),
    ("card.printed", "printed", f"{UNTIL_PRINTED} printed"),
    ("card.dispatched", "dispatched", f"{UNTIL_PRINTED} printed dispatched"),
    ("card.received_at_unit letter.printed pid.decided result.published", "ready", UNTIL_HANDED_OVER),
    ("eid.granted eid.locked", "ready", UNTIL_HANDED_OVER),
    ("card.returned letter.collected result.delivered", "handed_over", f"{UNTIL_HANDED_OVER} handed_over"),
    ("case.refused eid.rejected", "refused", f"{UNTIL_HANDED_OVER} refused"),
    ("case.withdrawn", "withdrawn", f"{UNTIL_HANDED_OVER} withdrawn"),
    ("case.stopped case.superseded", "stopped", f"{UNTIL_HANDED_OVER} stopped"),
]
# What says nothing of how far a case is: it comes in every state and leaves it as it is.
ASIDE = """
    intake.lookup_missed queue.ticket_taken appointment.made appointment.missed
    case.contact_missing case.blocked archive.lookup_done fact.corrected apology.issued case.linked case.unlinked
    biometric.captured capture.failed case.manual_entry leg.started leg.ended case.transferred
    force_majeure.begun force_majeure.ended case.extended popdb.matched popdb.mismatched popdb.corrected
    print.blocked print.unblocked parcel.handed_to_post parcel.delivered parcel.returned
    eid.otp_sent eid.otp_confirmed eid.activated official.sync_failed update.failed_reported
    flag.acknowledged flag.unacknowledged flag.snoozed flag.disputed dispute.decided
    official.status_changed official.observed
"""


def expected(state: str, event: str) -> str | None:
    """Where an event leads, by what is written here; None where it may not come."""
    if event in ASIDE.split():
        return state
    ((after, allowed),) = [(after, allowed) for events, after, allowed in MOVES if event in events.split()]
    return after if state in allowed.split() else None


def pairs() -> list[Any]:
    events = [event for events, _, _ in MOVES for event in events.split()] + ASIDE.split()
    return list(product(WAY, events))


def test_every_event_is_written_here_once_and_every_state_has_a_way() -> None:
    events = [event for events, _, _ in MOVES for event in events.split()] + ASIDE.split()

    assert sorted(events) == sorted(TYPE_OF_KIND.values())
    assert set(WAY) == set(State)


@pytest.mark.parametrize("state, event", pairs())
def test_the_observed_line_pair_by_pair(state: str, event: str) -> None:
    """What may not come leaves the state as it is, and is kept and counted."""
    way = [entry(kind, f"2026-01-05 {hour:02d}:00") for hour, kind in enumerate(WAY[state])]
    case = case_of(*way, entry(event, "2026-01-05 20:00", system="portal", code="4", document="1"))

    before = read_lines(case.facts[:-1], case.strings, 1 << 40)
    after = read_lines(case.facts, case.strings, 1 << 40)

    leads_to = expected(state, event)
    assert (before.state, before.illegal) == (state, 0)
    assert (after.state, after.illegal) == (leads_to or state, int(leads_to is None))
    assert list(after.visible) == case.facts
    assert case.facts[-1][KIND] == KIND_OF_TYPE[event]


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
    assert {state: code for state, (code, _) in official.STATES.items()} == CODE
    assert sorted(official.OPEN) == ["accepted", "payment", "processing", "registered", "supplement"]
    assert sorted(official.CLOSED) == ["done", "refused", "returned", "stopped"]


def test_every_official_state_has_a_row_and_every_row_leads_to_a_state() -> None:
    assert set(official.TRANSITIONS) == {None, *official.STATES}
    assert {after for row in official.TRANSITIONS.values() for after in row} == set(official.STATES)


LEGAL = {
    "registered": "accepted supplement payment refused stopped withdrawing",
    "accepted": "processing supplement payment withdrawing refused stopped done returned",
    "processing": "supplement payment withdrawing refused stopped done returned",
    "supplement": "accepted processing payment withdrawing refused stopped done returned",
    "payment": "accepted processing supplement withdrawing refused stopped done returned",
    "withdrawing": "processing refused stopped",
    "done": "returned",
    "refused": "",
    "stopped": "",
    "returned": "",
}


CODE = {
    "registered": "1",
    "accepted": "2",
    "refused": "3",
    "processing": "4",
    "supplement": "5",
    "payment": "6",
    "withdrawing": "7",
    "stopped": "8",
    "done": "9",
    "returned": "10",
}
RULES = law()


def line(*codes: str) -> tuple[str, str, int]:
    """What the view of a case shows of a system that reported these codes: the last code, its state, and how many
    reports were illegal."""
    told = [reported(code, f"2026-01-05 {hour:02d}:00") for hour, code in enumerate(codes, 8)]
    view = view_at("2026-01-06", *told, rules=RULES)
    (shown,) = view["official"]
    return shown["code"], shown["state"], view["illegal"]


def read(*codes: str) -> list[str]:
    """The states that flags are judged by."""
    told = [reported(code, f"2026-01-05 {hour:02d}:00") for hour, code in enumerate(codes, 8)]
    case = case_of(*told)
    return [state for _, state in reports(read_lines(case.facts, case.strings, 1 << 40), RULES, "portal")]


@pytest.mark.parametrize("before, after", list(product(LEGAL, LEGAL)))
def test_what_a_system_may_not_report_is_shown_all_the_same_and_counted(before: str, after: str) -> None:
    is_legal = before == after or after in LEGAL[before].split()

    assert line(CODE[before], CODE[after]) == (CODE[after], after, int(not is_legal))
    assert read(CODE[before], CODE[after]) == [before, after]


@pytest.mark.parametrize("state", LEGAL)
def test_a_system_may_begin_with_any_code(state: str) -> None:
    assert line(CODE[state]) == (CODE[state], state, 0)


@pytest.mark.parametrize("state", LEGAL)
def test_an_unknown_code_is_kept_and_neither_moves_the_line_nor_is_counted(state: str) -> None:
    assert line(CODE[state], "77") == ("77", "unknown", 0)
    assert line("77", CODE[state]) == (CODE[state], state, 0)
    assert read(CODE[state], "77", CODE[state]) == [state, state]


def test_an_unknown_code_hides_no_illegal_report() -> None:
    assert line("9", "77", "1")[-1] == 1


def test_every_type_has_one_number_and_every_number_one_type() -> None:
    assert len(TYPE_OF_KIND) == len(KIND_OF_TYPE) == len(set(KIND_OF_TYPE.values()))
