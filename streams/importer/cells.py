"""What a cell of a register may hold: each check says why a cell is refused, and never quotes it.

Registers are kept by people, beside columns of names and numbers of persons. A cell that slipped into the wrong column
must not travel on as a code: what looks personal is refused, at the price of a few codes that only look so.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from streams.importer.mapping import Cell

_CODE = re.compile(r"\S{1,96}")
# A slip may be *PT 0012* or *Số 12*: one short word may stand before its number, a name with a number may not.
_SLIP = re.compile(r"([^\W\d_]{1,6}\.?\s)?\S{1,88}")
_DIGIT = re.compile(r"\d")
_PERSONAL = {
    "a personal number": re.compile(r"(?<!\d)\d{12}(?!\d)"),
    # Identity cards of before 2016 bear nine digits, the first of which name the province: no province is 00.
    "an old identity card's number": re.compile(r"(?!00)\d{9}"),
    "a telephone number": re.compile(r"(?<!\d)(0|\+?84)[235789]\d{8}(?!\d)"),
}
_ROUNDED = re.compile(r"\d([.,]\d+)?[Ee]\+?\d+")
_SERIAL = re.compile(r"\d{1,13}([.,]\d+)?")
_MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])[/.-](1[3-9]|2\d|3[01])[/.-]\d{4}\b")


def personal(text: str) -> str | None:
    """What a text has the form of, where that names or reaches a person."""
    # People part long numbers by spaces and points; a dash also parts the codes of dossiers.
    number = re.sub(r"[\s.]", "", text)
    for what, form in _PERSONAL.items():
        if form.fullmatch(number) or (what != "an old identity card's number" and form.search(text)):
            return what
    return "an address of mail" if "@" in text else None


def code(text: str) -> str | None:
    """A dossier's or parcel's code: in one piece, with a digit in it."""
    return _needed(text) or _numbered(text, _CODE, "a code in one piece, with a digit in it")


def slip(text: str) -> str | None:
    """A slip's number; a register may lack some."""
    return _numbered(text, _SLIP, "a number such as 0012, PT-0012 or 12/PTKQ") if text else None


def place(text: str) -> str | None:
    """The code of a unit or procedure, or nothing; names of offices have spaces, and so have names of people."""
    if not text:
        return None
    return _not_personal(text) or (None if _CODE.fullmatch(text) else "must be a code without spaces, not a name")


def moment(text: str) -> str | None:
    """A day or time, as far as its look tells that it cannot be meant."""
    if why := _needed(text):
        return why
    if _SERIAL.fullmatch(text):
        return "is a plain number, which may count days from 1900 or 1904: save it as a day like 05/01/2026"
    if _MONTH_FIRST.match(text):
        return "has the month first: look at the whole column, or give --format"
    return None


def filled(text: str) -> str | None:
    """Anything, where the caller said in which form."""
    return _needed(text)


def one_of(classes: Mapping[str | None, Iterable[str]], key: Callable[[str], str]) -> Cell:
    """A closed class, or nothing. `classes` gives the words of those allowed under None, and of others by why a row of
    them is refused; words are the same where `key` is."""
    known = {key(word): why for why, words in classes.items() for word in words}

    def check(text: str) -> str | None:
        return known.get(key(text), "is none of the classes known: it may hold a name") if text else None

    return check


def _needed(text: str) -> str | None:
    return None if text else "is empty"


def _not_personal(text: str) -> str | None:
    found = personal(text)
    return f"has the form of {found}" if found else None


def _numbered(text: str, form: re.Pattern[str], expected: str) -> str | None:
    if why := _not_personal(text):
        return why
    if _ROUNDED.fullmatch(text):
        return "is a number that the spreadsheet has rounded: keep the column as text"
    return None if form.fullmatch(text) and _DIGIT.search(text) else f"must be {expected}"
