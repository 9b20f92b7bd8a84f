"""The keys of hoso.control, on which its compaction and the controller's tombstones rest."""

import hashlib
from collections.abc import Mapping
from typing import Any

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

    Two clock requests for one instant that wait for different offsets are two requests, and two words on one snapshot
    are two: the tombstone of the first would erase the second otherwise, which may have come just before it. The
    controller writes a tombstone to a request's key in the transaction that fulfils it, so the topic stays as small as
    what is pending.
    """
    if isinstance(control, Progress):
        return f"progress/{control.topic}/{control.partition}".encode()
    if isinstance(control, RulesRequested):
        return f"rules.requested/{control.hash}".encode()
    if isinstance(control, ClockRequested):
        return f"clock.requested/{control.at}/{_digest(control.offsets)}".encode()
    if isinstance(control, SnapshotTold):
        return f"{control.type}/{control.system}/{control.snapshot}/{_digest(control.model_dump())}".encode()
    if isinstance(control, SourceRequested):
        return f"{control.type}/{control.source}/{control.id}".encode()
    if isinstance(control, SourceDrained):
        return f"{control.type}/{control.source}/{control.asked}".encode()
    if isinstance(control, SourcesExpected):
        return control.type.encode()
    return f"{control.type}/{control.source}".encode()


def _digest(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(encode(said)).hexdigest()[:16]
