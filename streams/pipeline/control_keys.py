"""The keys of hoso.control, on which its compaction and the controller's tombstones rest."""

import hashlib

from schemas.codec import encode
from schemas.control import (
    ClockRequested,
    Control,
    Progress,
    RulesRequested,
    SnapshotTold,
    SourceDrained,
    SourceRequested,
    SourcesExpected,
)


def control_key(control: Control) -> bytes:
    """One key a partition for progress, and one a source for its heartbeat and its state, since only the newest counts;
    one a request, since each must be done once.

    Two clock requests for one instant that wait for different offsets are two requests. The controller writes a
    tombstone to a request's key in the transaction that fulfils it, so the topic stays as small as what is pending.
    """
    if isinstance(control, Progress):
        return f"progress/{control.topic}/{control.partition}".encode()
    if isinstance(control, RulesRequested):
        return f"rules.requested/{control.hash}".encode()
    if isinstance(control, ClockRequested):
        awaited = hashlib.sha256(encode(control.offsets)).hexdigest()[:16]
        return f"clock.requested/{control.at}/{awaited}".encode()
    if isinstance(control, SnapshotTold):
        return f"{control.type}/{control.system}/{control.snapshot}".encode()
    if isinstance(control, SourceRequested):
        return f"{control.type}/{control.source}/{control.id}".encode()
    if isinstance(control, SourceDrained):
        return f"{control.type}/{control.source}/{control.asked}".encode()
    if isinstance(control, SourcesExpected):
        return control.type.encode()
    return f"{control.type}/{control.source}".encode()
