"""Kinds of facts as small numbers, in the order of a case's life: at one instant the smaller comes first.

The numbers stand in packed rows: never renumber one, put a new kind into a gap.
"""

from collections.abc import Mapping

from streams.core.errors import UnknownKind

LINKED = 4
UNLINKED = 5
REGISTERED = 10
LOOKUP_MISSED = 11
QUEUE_TICKET = 12
APPOINTMENT_MADE = 14
APPOINTMENT_MISSED = 16
CONTACT_MISSING = 17
CASE_BLOCKED = 18
RECEIVED = 20
CAPTURED = 21
CAPTURE_FAILED = 22
MANUAL_ENTRY = 23
COMPLETED = 24
EID_RECEIVED = 25
PID_REQUESTED = 26
LEG_STARTED = 27
TRANSFERRED = 28
SUPPLEMENT_REQUESTED = 30
SUPPLEMENT_RECEIVED = 32
PAYMENT_REQUESTED = 34
PAYMENT_RECEIVED = 36
FORCE_MAJEURE_BEGUN = 37
FORCE_MAJEURE_ENDED = 38
EXTENDED = 39
VERIFIED = 40
POPDB_MATCHED = 41
POPDB_MISMATCHED = 42
POPDB_CORRECTED = 43
TRANSMITTED = 44
ARCHIVE_LOOKED_UP = 45
PID_PROPOSED = 46
PRINT_BLOCKED = 47
PRINT_UNBLOCKED = 48
CARD_PRINTED = 50
LETTER_PRINTED = 52
DISPATCHED = 60
PARCEL_POSTED = 61
PARCEL_DELIVERED = 62
PARCEL_RETURNED = 63
RECEIVED_AT_UNIT = 64
PID_DECIDED = 66
LEG_ENDED = 67
PUBLISHED = 68
EID_GRANTED = 69
OTP_SENT = 70
OTP_CONFIRMED = 71
EID_ACTIVATED = 72
EID_LOCKED = 73
CARD_RETURNED = 80
LETTER_COLLECTED = 82
DELIVERED = 84
REFUSED = 90
WITHDRAWN = 92
STOPPED = 94
SUPERSEDED = 95
EID_REJECTED = 96
OFFICIAL = 100
OBSERVED = 102
SYNC_FAILED = 104
UPDATE_FAILED = 106
ACKNOWLEDGED = 110
UNACKNOWLEDGED = 112
SNOOZED = 114
DISPUTED = 116
DECIDED = 118
CORRECTED = 119
APOLOGISED = 120

KIND_OF_TYPE: Mapping[str, int] = {
    "case.registered_online": REGISTERED,
    "intake.lookup_missed": LOOKUP_MISSED,
    "queue.ticket_taken": QUEUE_TICKET,
    "appointment.made": APPOINTMENT_MADE,
    "appointment.missed": APPOINTMENT_MISSED,
    "case.contact_missing": CONTACT_MISSING,
    "case.blocked": CASE_BLOCKED,
    "case.received": RECEIVED,
    "biometric.captured": CAPTURED,
    "capture.failed": CAPTURE_FAILED,
    "case.manual_entry": MANUAL_ENTRY,
    "case.completed": COMPLETED,
    "eid.received": EID_RECEIVED,
    "pid.requested": PID_REQUESTED,
    "leg.started": LEG_STARTED,
    "case.transferred": TRANSFERRED,
    "supplement.requested": SUPPLEMENT_REQUESTED,
    "supplement.received": SUPPLEMENT_RECEIVED,
    "payment.requested": PAYMENT_REQUESTED,
    "payment.received": PAYMENT_RECEIVED,
    "force_majeure.begun": FORCE_MAJEURE_BEGUN,
    "force_majeure.ended": FORCE_MAJEURE_ENDED,
    "case.extended": EXTENDED,
    "verification.done": VERIFIED,
    "popdb.matched": POPDB_MATCHED,
    "popdb.mismatched": POPDB_MISMATCHED,
    "popdb.corrected": POPDB_CORRECTED,
    "case.transmitted": TRANSMITTED,
    "archive.lookup_done": ARCHIVE_LOOKED_UP,
    "pid.proposed": PID_PROPOSED,
    "print.blocked": PRINT_BLOCKED,
    "print.unblocked": PRINT_UNBLOCKED,
    "card.printed": CARD_PRINTED,
    "letter.printed": LETTER_PRINTED,
    "card.dispatched": DISPATCHED,
    "parcel.handed_to_post": PARCEL_POSTED,
    "parcel.delivered": PARCEL_DELIVERED,
    "parcel.returned": PARCEL_RETURNED,
    "card.received_at_unit": RECEIVED_AT_UNIT,
    "pid.decided": PID_DECIDED,
    "leg.ended": LEG_ENDED,
    "result.published": PUBLISHED,
    "eid.granted": EID_GRANTED,
    "eid.otp_sent": OTP_SENT,
    "eid.otp_confirmed": OTP_CONFIRMED,
    "eid.activated": EID_ACTIVATED,
    "eid.locked": EID_LOCKED,
    "card.returned": CARD_RETURNED,
    "letter.collected": LETTER_COLLECTED,
    "result.delivered": DELIVERED,
    "case.refused": REFUSED,
    "case.withdrawn": WITHDRAWN,
    "case.stopped": STOPPED,
    "case.superseded": SUPERSEDED,
    "eid.rejected": EID_REJECTED,
    "official.status_changed": OFFICIAL,
    "official.observed": OBSERVED,
    "official.sync_failed": SYNC_FAILED,
    "update.failed_reported": UPDATE_FAILED,
    "flag.acknowledged": ACKNOWLEDGED,
    "flag.unacknowledged": UNACKNOWLEDGED,
    "flag.snoozed": SNOOZED,
    "flag.disputed": DISPUTED,
    "dispute.decided": DECIDED,
    "fact.corrected": CORRECTED,
    "apology.issued": APOLOGISED,
    "case.linked": LINKED,
    "case.unlinked": UNLINKED,
}
TYPE_OF_KIND: Mapping[int, str] = {kind: name for name, kind in KIND_OF_TYPE.items()}

# The citizen has the result: whatever the procedure's duty was, it is done by then.
HANDED_OVER = frozenset({CARD_RETURNED, LETTER_COLLECTED, DELIVERED})
# The result is there, at some place.
READY = frozenset({LETTER_PRINTED, RECEIVED_AT_UNIT, PID_DECIDED, PUBLISHED, EID_GRANTED, EID_LOCKED})
# The case ended without a result.
TURNED_AWAY = frozenset({REFUSED, WITHDRAWN, STOPPED, SUPERSEDED, EID_REJECTED})
# What an official system shows of a case: a change, or a line in a snapshot.
REPORTS = frozenset({OFFICIAL, OBSERVED})
# What people say of flags: it tells nothing of the case.
REVIEWS = frozenset({ACKNOWLEDGED, UNACKNOWLEDGED, SNOOZED, DISPUTED, DECIDED})
# Which codes are one dossier: the same fact in the row of each of them.
LINKS = frozenset({LINKED, UNLINKED})
# What people say of cases and flags: its unit is that of who says it, and it tells nothing of the application.
SAID = REVIEWS | LINKS | {SUPERSEDED, CORRECTED, APOLOGISED}
# What says nothing of how far a case is: waits before it, what only touches its clock, trouble on its way, its legs.
ASIDE = frozenset(
    {LOOKUP_MISSED, QUEUE_TICKET, APPOINTMENT_MADE, APPOINTMENT_MISSED, CONTACT_MISSING, CASE_BLOCKED, CAPTURED,
     CAPTURE_FAILED, MANUAL_ENTRY, ARCHIVE_LOOKED_UP,
     LEG_STARTED, LEG_ENDED, TRANSFERRED, FORCE_MAJEURE_BEGUN, FORCE_MAJEURE_ENDED, EXTENDED, POPDB_MATCHED,
     POPDB_MISMATCHED, POPDB_CORRECTED, PRINT_BLOCKED, PRINT_UNBLOCKED, PARCEL_POSTED, PARCEL_DELIVERED,
     PARCEL_RETURNED, OTP_SENT, OTP_CONFIRMED, EID_ACTIVATED, SYNC_FAILED, UPDATE_FAILED, CORRECTED, APOLOGISED,
     *LINKS, *REVIEWS}
)  # fmt: skip


def kind_of(name: str) -> int:
    """The number of an event type; raises UnknownKind."""
    kind = KIND_OF_TYPE.get(name)
    if kind is None:
        raise UnknownKind(name)
    return kind
