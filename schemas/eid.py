"""hoso.eid: what the e-ID platform says of an electronic identification account (tài khoản định danh điện tử)."""

from typing import Literal

from schemas.envelope import Data, Event, Label, ReasonClass


class Account(Data):
    """`level` of the account, 1 or 2; never a number, a phone or the account it collides with."""

    variant: Label | None = None
    level: Literal["1", "2"] | None = None


class Rejected(Account):
    """Why, as a class of reason (the phone is used by another account: *dup_phone*)."""

    reason: ReasonClass | None = None


class EidReceived(Event):
    type: Literal["eid.received"]
    data: Account


class EidGranted(Event):
    type: Literal["eid.granted"]
    data: Account


class EidRejected(Event):
    type: Literal["eid.rejected"]
    data: Rejected


class EidOtpSent(Event):
    type: Literal["eid.otp_sent"]
    data: Account


class EidOtpConfirmed(Event):
    type: Literal["eid.otp_confirmed"]
    data: Account


class EidActivated(Event):
    """The account is in use: no evidence that a card was handed over."""

    type: Literal["eid.activated"]
    data: Account


class EidLocked(Event):
    type: Literal["eid.locked"]
    data: Account


EVENTS = (EidReceived, EidGranted, EidRejected, EidOtpSent, EidOtpConfirmed, EidActivated, EidLocked)
