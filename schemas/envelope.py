"""The CloudEvents 1.0 envelope that every source event wears, and the building blocks of its data."""

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

Precision = Literal["second", "day"]
Strength = Literal["signed_slip", "scan", "register_line", "phone_call", "system"]
Origin = Literal["unit", "post", "ministry", "citizen", "operator"]
# Who may hold a case, or must act on it.
Owner = Literal["unit", "ministry", "post", "operator", "citizen", "commune", "province", "nobody"]


def _no_personal_number(text: str) -> str:
    if _TWELVE_DIGITS.search(text):
        raise PydanticCustomError("personal_number", "a run of 12 digits has the form of a personal number")
    return text


# A CCCD number is the personal number; no code of ours has just that form.
_TWELVE_DIGITS = re.compile(r"(?<!\d)\d{12}(?!\d)")
# A code, name of an office or class: never a person's name, never free text (docs/operating.md says how it is kept so).
Label = Annotated[
    str,
    StringConstraints(min_length=1, max_length=96, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_no_personal_number),
]
# The release of a program, as it names it itself: onestop-3.2.1.
Software = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$"), AfterValidator(_no_personal_number)
]
ReasonClass = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
Subject = Annotated[str, StringConstraints(pattern=r"^(dossier|lot|receipt|eid):\S[^\x00-\x1f\x7f]{0,126}$")]
# What has no case: a source, an official system, a unit.
Place = Annotated[str, StringConstraints(pattern=r"^(source|system|unit):\S[^\x00-\x1f\x7f]{0,126}$")]
# Official codes come as text or as a number; they travel as text, exactly as given.
Code = Annotated[Label, BeforeValidator(lambda code: str(code) if type(code) is int else code)]


class Wire(BaseModel):
    """A frozen value that travels: no field beyond the named ones, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Data(Wire):
    """What every event may say of its case: the unit that acts and the procedure, both as codes."""

    unit: Label | None = None
    procedure: Label | None = None


class Event(Wire):
    """A CloudEvents 1.0 event in structured JSON.

    `time` is when it happened, `recordedtime` when the source wrote it down. With `timeprecision` *day* the instant
    stands for the end of that day, in the offset it is given in.
    """

    specversion: Literal["1.0"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    source: Annotated[
        str,
        StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$"),
        AfterValidator(_no_personal_number),
    ]
    subject: Subject
    time: AwareDatetime
    timeprecision: Precision = "second"
    recordedtime: AwareDatetime | None = None
    datacontenttype: Literal["application/json"] | None = None
    dataschema: Annotated[str, StringConstraints(max_length=128, pattern=r"^urn:hoso:[a-z_.]+:[1-9][0-9]*$")] | None = (
        None
    )
    type: str
    data: Any


class PlaceEvent(Event):
    """An event of a source, a system or a unit, and of no case."""

    subject: Place


def type_of(model: type[Event]) -> str:
    """The CloudEvents type that a model of an event bears."""
    (name,) = get_args(model.model_fields["type"].annotation)
    return str(name)
