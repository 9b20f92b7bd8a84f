"""Kinds of facts as small numbers, in the order of a case's life: at one instant the smaller comes first.

The numbers stand in packed rows: never renumber one, put a new kind into a gap.
"""

from collections.abc import Mapping

from streams.core.errors import UnknownKind

REGISTERED = 10
QUEUE_TICKET = 12
APPOINTMENT_MADE = 14
APPOINTMENT_MISSED = 16
RECEIVED = 20
COMPLETED = 24
PID_REQUESTED = 26
SUPPLEMENT_REQUESTED = 30
SUPPLEMENT_RECEIVED = 32
PAYMENT_REQUESTED = 34
PAYMENT_RECEIVED = 36
FORCE_MAJEURE_BEGUN = 37
FORCE_MAJEURE_ENDED = 38
EXTENDED = 39
VERIFIED = 40
TRANSMITTED = 44
PID_PROPOSED = 46
CARD_PRINTED = 50
LETTER_PRINTED = 52
DISPATCHED = 60
RECEIVED_AT_UNIT = 64
PID_DECIDED = 66
PUBLISHED = 68
CARD_RETURNED = 80
LETTER_COLLECTED = 82
DELIVERED = 84
REFUSED = 90
WITHDRAWN = 92
STOPPED = 94
OFFICIAL = 100

KIND_OF_TYPE: Mapping[str, int] = {
    "case.registered_online": REGISTERED,
    "queue.ticket_taken": QUEUE_TICKET,
    "appointment.made": APPOINTMENT_MADE,
    "appointment.missed": APPOINTMENT_MISSED,
    "case.received": RECEIVED,
    "case.completed": COMPLETED,
    "pid.requested": PID_REQUESTED,
    "supplement.requested": SUPPLEMENT_REQUESTED,
    "supplement.received": SUPPLEMENT_RECEIVED,
    "payment.requested": PAYMENT_REQUESTED,
    "payment.received": PAYMENT_RECEIVED,
    "force_majeure.begun": FORCE_MAJEURE_BEGUN,
    "force_majeure.ended": FORCE_MAJEURE_ENDED,
    "case.extended": EXTENDED,
    "verification.done": VERIFIED,
    "case.transmitted": TRANSMITTED,
    "pid.proposed": PID_PROPOSED,
    "card.printed": CARD_PRINTED,
    "letter.printed": LETTER_PRINTED,
    "card.dispatched": DISPATCHED,
    "card.received_at_unit": RECEIVED_AT_UNIT,
    "pid.decided": PID_DECIDED,
    "result.published": PUBLISHED,
    "card.returned": CARD_RETURNED,
    "letter.collected": LETTER_COLLECTED,
    "result.delivered": DELIVERED,
    "case.refused": REFUSED,
    "case.withdrawn": WITHDRAWN,
    "case.stopped": STOPPED,
    "official.status_changed": OFFICIAL,
}
TYPE_OF_KIND: Mapping[int, str] = {kind: name for name, kind in KIND_OF_TYPE.items()}

# The citizen has the result: whatever the procedure's duty was, it is done by then.
HANDED_OVER = frozenset({CARD_RETURNED, LETTER_COLLECTED, DELIVERED})
# The result is there, at some place.
READY = frozenset({LETTER_PRINTED, RECEIVED_AT_UNIT, PID_DECIDED, PUBLISHED})
# The case ended without a result.
TURNED_AWAY = frozenset({REFUSED, WITHDRAWN, STOPPED})
# What says nothing of how far a case is: waits before it, and what only touches its clock.
ASIDE = frozenset(
    {QUEUE_TICKET, APPOINTMENT_MADE, APPOINTMENT_MISSED, FORCE_MAJEURE_BEGUN, FORCE_MAJEURE_ENDED, EXTENDED}
)


def kind_of(name: str) -> int:
    """The number of an event type; raises UnknownKind."""
    kind = KIND_OF_TYPE.get(name)
    if kind is None:
        raise UnknownKind(name)
    return kind
