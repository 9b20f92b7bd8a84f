"""Kinds of facts as small numbers, in the order of a case's life: at one instant the smaller comes first.

The numbers stand in packed rows: never renumber one, put a new kind into a gap.
"""

from collections.abc import Mapping

from streams.core.errors import UnknownKind

REGISTERED = 10
RECEIVED = 20
COMPLETED = 24
SUPPLEMENT_REQUESTED = 30
SUPPLEMENT_RECEIVED = 32
VERIFIED = 40
TRANSMITTED = 44
CARD_PRINTED = 50
LETTER_PRINTED = 52
DISPATCHED = 60
RECEIVED_AT_UNIT = 64
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
    "case.received": RECEIVED,
    "case.completed": COMPLETED,
    "supplement.requested": SUPPLEMENT_REQUESTED,
    "supplement.received": SUPPLEMENT_RECEIVED,
    "verification.done": VERIFIED,
    "case.transmitted": TRANSMITTED,
    "card.printed": CARD_PRINTED,
    "letter.printed": LETTER_PRINTED,
    "card.dispatched": DISPATCHED,
    "card.received_at_unit": RECEIVED_AT_UNIT,
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
# The case ended without a result.
TURNED_AWAY = frozenset({REFUSED, WITHDRAWN, STOPPED})


def kind_of(name: str) -> int:
    """The number of an event type; raises UnknownKind."""
    kind = KIND_OF_TYPE.get(name)
    if kind is None:
        raise UnknownKind(name)
    return kind
