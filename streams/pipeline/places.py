"""Events that have no case: what of them the controller needs goes to hoso.control, the rest stands in the log as told.

Trouble of lines and devices, and complaints, are entries of the log under a token of their place: they are archived and
counted, and belong to no case. So is a heartbeat that tells of the source's software: once a day, and when it changes.
"""

from datetime import datetime

from schemas.control import Control, Heartbeat, SnapshotTold
from schemas.envelope import Event
from streams.core.instants import utc_text

# What stands in the log and is no fact of a case.
OF_NO_CASE = frozenset({"link.degraded", "device.failed", "complaint.filed", "source.heartbeat"})


def control_of(event: Event, at: datetime, counts_from: datetime) -> Control | None:
    """What an event says to the controller; None for those that go to the log."""
    if event.type == "source.heartbeat":
        return Heartbeat(source=event.source, sent_up_to=_utc(event.data.sent_up_to), at=_utc(counts_from))
    if event.type == "official.snapshot_ended":
        data = event.data
        return SnapshotTold(
            system=data.system, snapshot=data.snapshot, ended=_utc(at), complete=data.complete, at=_utc(counts_from)
        )
    return None


def _utc(instant: datetime) -> str:
    return utc_text(int(instant.timestamp()))
