"""The observed line: what the evidence shows of a card case, as a table of states and kinds of facts.

Evidence comes in pieces, so later steps may be seen where earlier ones were not: every row allows a step onward; and
from several sources, so a row allows the step that led to it once more. A fact that no row allows (a card printed
after it was handed over) is kept and counted as illegal.
"""

from collections.abc import Mapping
from enum import StrEnum

from streams.core.kinds import (
    ASIDE,
    CARD_PRINTED,
    CARD_RETURNED,
    COMPLETED,
    DELIVERED,
    DISPATCHED,
    EID_GRANTED,
    EID_LOCKED,
    EID_RECEIVED,
    EID_REJECTED,
    LETTER_COLLECTED,
    LETTER_PRINTED,
    PAYMENT_RECEIVED,
    PAYMENT_REQUESTED,
    PID_DECIDED,
    PID_PROPOSED,
    PID_REQUESTED,
    PUBLISHED,
    RECEIVED,
    RECEIVED_AT_UNIT,
    REFUSED,
    REGISTERED,
    STOPPED,
    SUPERSEDED,
    SUPPLEMENT_RECEIVED,
    SUPPLEMENT_REQUESTED,
    TRANSMITTED,
    VERIFIED,
    WITHDRAWN,
)


class State(StrEnum):
    UNSEEN = "unseen"
    REGISTERED = "registered"
    RECEIVED = "received"
    COMPLETE = "complete"
    WAITING = "waiting_for_supplement"
    VERIFIED = "verified"
    TRANSMITTED = "transmitted"
    PRINTED = "printed"
    DISPATCHED = "dispatched"
    READY = "ready"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    UNPAID = "waiting_for_payment"


# States as numbers in packed rows: append only.
STATES: tuple[State, ...] = tuple(State)

_TURNED_AWAY = {
    REFUSED: State.REFUSED,
    EID_REJECTED: State.REFUSED,
    WITHDRAWN: State.WITHDRAWN,
    STOPPED: State.STOPPED,
    SUPERSEDED: State.STOPPED,
}
_HANDED_OVER = {CARD_RETURNED: State.HANDED_OVER, LETTER_COLLECTED: State.HANDED_OVER, DELIVERED: State.HANDED_OVER}
_READY = {
    RECEIVED_AT_UNIT: State.READY,
    LETTER_PRINTED: State.READY,
    PUBLISHED: State.READY,
    PID_DECIDED: State.READY,
    EID_GRANTED: State.READY,
    EID_LOCKED: State.READY,
}
_FROM_DISPATCHED = {**_READY, **_HANDED_OVER, **_TURNED_AWAY}
_FROM_PRINTED = {DISPATCHED: State.DISPATCHED, **_FROM_DISPATCHED}
_FROM_TRANSMITTED = {CARD_PRINTED: State.PRINTED, **_FROM_PRINTED}
_SENT = {TRANSMITTED: State.TRANSMITTED, PID_PROPOSED: State.TRANSMITTED}
_ASKED = {SUPPLEMENT_REQUESTED: State.WAITING, PAYMENT_REQUESTED: State.UNPAID}
_TAKEN = {RECEIVED: State.RECEIVED, PID_REQUESTED: State.RECEIVED, EID_RECEIVED: State.RECEIVED}
_FROM_VERIFIED = {**_SENT, **_ASKED, **_FROM_TRANSMITTED}
_FROM_COMPLETE = {VERIFIED: State.VERIFIED, **_FROM_VERIFIED}
_FROM_RECEIVED = {COMPLETED: State.COMPLETE, **_FROM_COMPLETE}

# Every state has a row, and what no row names may not follow.
TRANSITIONS: Mapping[State, Mapping[int, State]] = {
    State.UNSEEN: {REGISTERED: State.REGISTERED, **_TAKEN, **_FROM_RECEIVED},
    State.REGISTERED: {REGISTERED: State.REGISTERED, **_TAKEN, **_FROM_RECEIVED},
    State.RECEIVED: {SUPPLEMENT_RECEIVED: State.RECEIVED, **_TAKEN, **_FROM_RECEIVED},
    State.COMPLETE: {COMPLETED: State.COMPLETE, PAYMENT_RECEIVED: State.COMPLETE, **_FROM_COMPLETE},
    State.WAITING: {SUPPLEMENT_RECEIVED: State.RECEIVED, **_ASKED, **_FROM_RECEIVED},
    State.VERIFIED: {VERIFIED: State.VERIFIED, **_FROM_VERIFIED},
    State.UNPAID: {PAYMENT_RECEIVED: State.COMPLETE, **_FROM_RECEIVED},
    State.TRANSMITTED: {**_SENT, **_ASKED, **_FROM_TRANSMITTED},
    State.PRINTED: {CARD_PRINTED: State.PRINTED, **_FROM_PRINTED},
    State.DISPATCHED: {DISPATCHED: State.DISPATCHED, **_FROM_DISPATCHED},
    State.READY: {**_READY, **_HANDED_OVER, **_TURNED_AWAY},
    State.HANDED_OVER: _HANDED_OVER,
    State.REFUSED: {REFUSED: State.REFUSED, EID_REJECTED: State.REFUSED},
    State.WITHDRAWN: {WITHDRAWN: State.WITHDRAWN},
    State.STOPPED: {STOPPED: State.STOPPED, SUPERSEDED: State.STOPPED},
}

# The same table by the numbers of states, for the one loop that runs over every fact: an Enum hashes in Python. What
# stands aside of the line leaves every state as it is.
STEPS: tuple[Mapping[int, int], ...] = tuple(
    {**dict.fromkeys(ASIDE, number), **{kind: STATES.index(after) for kind, after in TRANSITIONS[state].items()}}
    for number, state in enumerate(STATES)
)
