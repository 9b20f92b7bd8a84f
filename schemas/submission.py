"""hoso.submission: what counters, portals and mobile teams say of an application."""

from typing import Literal

from pydantic import AwareDatetime

from schemas.envelope import Data, Event, Label, ReasonClass


class Application(Data):
    """What kind of application it is; whichever event of the case says so first, decides."""

    variant: Label | None = None
    place_kind: Label | None = None
    channel: Label | None = None


class Received(Application):
    """`appointment_at` is the day promised on the receipt (ngày hẹn trả)."""

    appointment_at: AwareDatetime | None = None


class Supplement(Application):
    """A request for papers, or their arrival, with the number of its document."""

    document: Label | None = None


class Passed(Application):
    system: Label | None = None


class Ended(Application):
    reason: ReasonClass | None = None
    document: Label | None = None


class CaseRegisteredOnline(Event):
    type: Literal["case.registered_online"]
    data: Application


class CaseReceived(Event):
    type: Literal["case.received"]
    data: Received


class CaseCompleted(Event):
    """The dossier is complete (hồ sơ đầy đủ): the day from which the term runs."""

    type: Literal["case.completed"]
    data: Application


class SupplementRequested(Event):
    type: Literal["supplement.requested"]
    data: Supplement


class SupplementReceived(Event):
    type: Literal["supplement.received"]
    data: Supplement


class VerificationDone(Event):
    type: Literal["verification.done"]
    data: Passed


class CaseTransmitted(Event):
    type: Literal["case.transmitted"]
    data: Passed


class CaseRefused(Event):
    type: Literal["case.refused"]
    data: Ended


class CaseWithdrawn(Event):
    type: Literal["case.withdrawn"]
    data: Ended


class CaseStopped(Event):
    type: Literal["case.stopped"]
    data: Ended


EVENTS = (
    CaseRegisteredOnline,
    CaseReceived,
    CaseCompleted,
    SupplementRequested,
    SupplementReceived,
    VerificationDone,
    CaseTransmitted,
    CaseRefused,
    CaseWithdrawn,
    CaseStopped,
)
