"""hoso.official-status: what the official systems report of a case, as they report it."""

from typing import Literal

from pydantic import AwareDatetime

from schemas.envelope import Code, Data, Event, Label


class StatusChanged(Data):
    """`code` is kept as given; `appointment_at` and `ended_at` are as declared (NgayHenTra, NgayKetThucXuLy)."""

    system: Label
    code: Code
    appointment_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


class OfficialStatusChanged(Event):
    type: Literal["official.status_changed"]
    data: StatusChanged


EVENTS = (OfficialStatusChanged,)
