"""hoso.official-status: what the official systems report of a case, as they report it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from schemas.envelope import Code, Data, Event, Label, PlaceEvent, ReasonClass, Wire


class StatusChanged(Data):
    """`code` is kept as given; `appointment_at` and `ended_at` are as declared (NgayHenTra, NgayKetThucXuLy).

    `leg` is the leg of an interlinked group that the status is of; without it, it is the group's.
    """

    system: Label
    code: Code
    leg: Label | None = None
    appointment_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


class OfficialStatusChanged(Event):
    type: Literal["official.status_changed"]
    data: StatusChanged


class Observed(StatusChanged):
    """A case's line in one snapshot, changed or not."""

    snapshot: Label


class OfficialObserved(Event):
    type: Literal["official.observed"]
    data: Observed


class Snapshot(Wire):
    """`complete` says that it holds every case of the system; `count` is how many lines it had."""

    system: Label
    snapshot: Label
    complete: bool
    count: Annotated[int, Field(ge=0)] | None = None


class OfficialSnapshotEnded(PlaceEvent):
    """The last line of a snapshot was sent: who was in the one before and is not in this has vanished."""

    type: Literal["official.snapshot_ended"]
    data: Snapshot


class UpdateFailed(Data):
    """An update of a case that did not go through, as the systems or the unit tell it."""

    system: Label
    leg: Label | None = None
    attempted_at: AwareDatetime | None = None
    reason: ReasonClass | None = None


class OfficialSyncFailed(Event):
    """Two systems could not be brought into step."""

    type: Literal["official.sync_failed"]
    data: UpdateFailed


class UpdateFailedReported(Event):
    """The unit says that it could not update a case, and when it tried (treo trên hệ thống không cập nhật được)."""

    type: Literal["update.failed_reported"]
    data: UpdateFailed


EVENTS = (OfficialStatusChanged, OfficialObserved, OfficialSnapshotEnded, OfficialSyncFailed, UpdateFailedReported)
