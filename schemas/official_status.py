"""hoso.official-status: what the official systems report of a case, as they report it."""

from typing import Literal

from pydantic import AwareDatetime

from schemas.envelope import Code, Data, Event, Label, ReasonClass


class StatusChanged(Data):
    """`code` is kept as given; `appointment_at` and `ended_at` are as declared (NgayHenTra, NgayKetThucXuLy)."""

    system: Label
    code: Code
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


class UpdateFailed(Data):
    """An update of a case that did not go through, as the systems or the unit tell it."""

    system: Label
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


EVENTS = (OfficialStatusChanged, OfficialObserved, OfficialSyncFailed, UpdateFailedReported)
