"""hoso.source-health: what sources, devices and hotlines say of themselves and of units. No event of it has a case."""

from typing import Literal

from pydantic import AwareDatetime

from schemas.envelope import Label, PlaceEvent, ReasonClass, Software, Wire


class Beat(Wire):
    """All that the source knew up to `sent_up_to` was sent before this event. `software` is the release that sends:
    discrepancies of one release are one incident."""

    sent_up_to: AwareDatetime
    software: Software | None = None


class SourceHeartbeat(PlaceEvent):
    """A source lives, and has nothing more to send up to an instant: its silence after that says nothing."""

    type: Literal["source.heartbeat"]
    data: Beat


class Trouble(Wire):
    """Where, and of which class; `version` is the software's. Never what a person said, never who."""

    unit: Label | None = None
    reason: ReasonClass | None = None
    version: Label | None = None


class LinkDegraded(PlaceEvent):
    """A line or a portal is slow or unstable (đường truyền chập chờn)."""

    type: Literal["link.degraded"]
    data: Trouble


class DeviceFailed(PlaceEvent):
    """A scanner, a camera or a workstation does not work."""

    type: Literal["device.failed"]
    data: Trouble


class Complaint(Wire):
    unit: Label
    reason: ReasonClass | None = None


class ComplaintFiled(PlaceEvent):
    """A complaint about a unit (phản ánh, kiến nghị)."""

    type: Literal["complaint.filed"]
    data: Complaint


EVENTS = (SourceHeartbeat, LinkDegraded, DeviceFailed, ComplaintFiled)
