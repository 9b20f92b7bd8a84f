"""Forms of time: how the cells of other people's logs write an instant, and which of several forms a text has."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

# ISO 8601 with a T between day and time, with or without fraction and offset.
ISO = "iso"
PRESETS: Mapping[str, tuple[str, ...]] = {
    # What the National Public Service Portal's partners write in one and the same payload.
    "dvcqg": ("%Y%m%d%H%M%S", ISO, "%Y-%m-%d %H:%M:%S"),
    # What people type into a register, and what a spreadsheet makes of it. The day goes before the month.
    "register": (
        "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
        "%Y%m%d%H%M%S", ISO,
    ),
}  # fmt: skip

# datetime.fromisoformat takes any character for the T, so that a time of other digits would be read as one.
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII)


class FormRefused(ValueError):
    """A form that is neither a name known here nor one of strptime."""

    def __init__(self, form: str) -> None:
        super().__init__(f"format {form} is none of {', '.join(PRESETS)}, {ISO}, and no form like %d/%m/%Y")


def forms_of(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """The forms that a mapping names, a preset in its place; empty for any ISO 8601. Raises FormRefused."""
    forms: list[str] = []
    for form in [given] if isinstance(given, str) else given or ():
        if form != ISO and form not in PRESETS and "%" not in form:
            raise FormRefused(form)
        forms += PRESETS.get(form, (form,))
    return tuple(forms)


def read_form(text: str, forms: Sequence[str]) -> datetime | None:
    """The time of a text in the first form that fits, naive where it names no offset; None where none fits."""
    if not forms:
        return _iso(text)
    for form in forms:
        time = (_iso(text) if _ISO.fullmatch(text) else None) if form == ISO else _strptime(text, form)
        if time is not None:
            return time
    return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _strptime(text: str, form: str) -> datetime | None:
    try:
        time = datetime.strptime(text, form)  # noqa: DTZ007  (the caller knows the zone)
    except ValueError:
        return None
    # Where nothing parts the numbers a missing digit would be borrowed from the next one.
    return time if not text.isdecimal() or time.strftime(form) == text else None
