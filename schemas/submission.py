"""hoso.submission: what counters, portals, mobile teams and the personal-number chain say of an application."""

from typing import Literal

from pydantic import AwareDatetime

from schemas.envelope import Data, Event, Label, Origin, ReasonClass


class Application(Data):
    """What kind of application it is; whichever event of the case says so first, decides.

    `return_by` is *post* where the result goes to the citizen by post: the duty then ends with its delivery.
    """

    variant: Label | None = None
    place_kind: Label | None = None
    channel: Label | None = None
    return_by: Literal["counter", "post"] | None = None


class Received(Application):
    """`appointment_at` is the day promised on the receipt (ngày hẹn trả)."""

    appointment_at: AwareDatetime | None = None


class Documented(Application):
    """What stops or starts the clock, with the number of its document: without one it stops nothing.

    `origin` is who tells it, the unit where nobody is named: what it writes down after the due counts for nothing.
    """

    document: Label | None = None
    origin: Origin | None = None


class Extended(Documented):
    """`new_due` is the day or instant to which the term was extended (gia hạn)."""

    new_due: AwareDatetime


class Slot(Application):
    """`at` is the time for which the citizen is given an appointment, or was."""

    at: AwareDatetime | None = None


class Passed(Application):
    system: Label | None = None


class Ended(Application):
    reason: ReasonClass | None = None
    document: Label | None = None


class Failed(Application):
    """Why, as a class of reason: never what a person said or typed."""

    reason: ReasonClass | None = None


class Transferred(Documented):
    """`to_unit` holds the case from then on; what was held before stays with who held it."""

    to_unit: Label


class OfLeg(Application):
    """One leg of an interlinked group, and the agency that has it."""

    leg: Label
    agency: Label | None = None


class OfField(Application):
    """Which kind of data differs from the population database, never the data."""

    field_class: ReasonClass | None = None


class CaseRegisteredOnline(Event):
    type: Literal["case.registered_online"]
    data: Application


class IntakeLookupMissed(Event):
    """The officer looked a registration up and the system showed none (tra cứu không có thông tin đăng ký)."""

    type: Literal["intake.lookup_missed"]
    data: Application


class BiometricCaptured(Event):
    type: Literal["biometric.captured"]
    data: Application


class CaptureFailed(Event):
    """A device did not take fingerprints or a picture."""

    type: Literal["capture.failed"]
    data: Failed


class CaseManualEntry(Event):
    """The dossier was typed in by hand after a reading error."""

    type: Literal["case.manual_entry"]
    data: Failed


class CaseTransferred(Event):
    type: Literal["case.transferred"]
    data: Transferred


class LegStarted(Event):
    type: Literal["leg.started"]
    data: OfLeg


class LegEnded(Event):
    type: Literal["leg.ended"]
    data: OfLeg


class PopdbMatched(Event):
    type: Literal["popdb.matched"]
    data: OfField


class PopdbMismatched(Event):
    type: Literal["popdb.mismatched"]
    data: OfField


class PopdbCorrected(Event):
    type: Literal["popdb.corrected"]
    data: OfField


class CaseContactMissing(Event):
    """The form of the procedure has no field for a telephone: nobody can be told by it. Never the number."""

    type: Literal["case.contact_missing"]
    data: Application


class CaseBlocked(Event):
    """Intake cannot go on, by a class of reason that names no person."""

    type: Literal["case.blocked"]
    data: Failed


class ArchiveLookupDone(Event):
    """The archive of residence or of cards was looked up (tàng thư, DC01, DC02)."""

    type: Literal["archive.lookup_done"]
    data: Passed


class CaseReceived(Event):
    type: Literal["case.received"]
    data: Received


class CaseCompleted(Event):
    """The dossier is complete (hồ sơ đầy đủ): the day from which the term runs."""

    type: Literal["case.completed"]
    data: Application


class SupplementRequested(Event):
    type: Literal["supplement.requested"]
    data: Documented


class SupplementReceived(Event):
    type: Literal["supplement.received"]
    data: Documented


class PaymentRequested(Event):
    """A fee or tax is due (nghĩa vụ tài chính): the clock waits for it."""

    type: Literal["payment.requested"]
    data: Documented


class PaymentReceived(Event):
    type: Literal["payment.received"]
    data: Documented


class ForceMajeureBegun(Event):
    """What no unit can answer for (bất khả kháng), by a document; shown apart from other pauses."""

    type: Literal["force_majeure.begun"]
    data: Documented


class ForceMajeureEnded(Event):
    type: Literal["force_majeure.ended"]
    data: Documented


class CaseExtended(Event):
    """An apology with an extension of the term (văn bản xin lỗi và đề nghị gia hạn), accepted."""

    type: Literal["case.extended"]
    data: Extended


class QueueTicketTaken(Event):
    type: Literal["queue.ticket_taken"]
    data: Application


class AppointmentMade(Event):
    type: Literal["appointment.made"]
    data: Slot


class AppointmentMissed(Event):
    type: Literal["appointment.missed"]
    data: Slot


class PidRequested(Event):
    """A personal number is to be cancelled or re-established: the request reached the locality."""

    type: Literal["pid.requested"]
    data: Application


class PidProposed(Event):
    """The locality proposed it to C06."""

    type: Literal["pid.proposed"]
    data: Application


class PidDecided(Event):
    type: Literal["pid.decided"]
    data: Application


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
    IntakeLookupMissed,
    QueueTicketTaken,
    AppointmentMade,
    AppointmentMissed,
    CaseReceived,
    BiometricCaptured,
    CaptureFailed,
    CaseManualEntry,
    CaseContactMissing,
    CaseBlocked,
    ArchiveLookupDone,
    CaseCompleted,
    CaseTransferred,
    LegStarted,
    LegEnded,
    PopdbMatched,
    PopdbMismatched,
    PopdbCorrected,
    PidRequested,
    PidProposed,
    PidDecided,
    SupplementRequested,
    SupplementReceived,
    PaymentRequested,
    PaymentReceived,
    ForceMajeureBegun,
    ForceMajeureEnded,
    CaseExtended,
    VerificationDone,
    CaseTransmitted,
    CaseRefused,
    CaseWithdrawn,
    CaseStopped,
)
