"""What a cell of a register may hold: codes pass, what looks personal does not, and no reason quotes it."""

import pytest

from streams.importer.cells import code, moment, personal, place, slip
from streams.importer.mapping import Cell

GOOD: dict[str, tuple[Cell, tuple[str, ...]]] = {
    "code": (
        code,
        ("G01.801.001-260105-000123", "000.00.04.G18-260105-0001", "G09.20-20260609-0092637", "H26/2026/17",
         "G01.899.909-260916-890028", "260105-000123", "EK123456789VN"),
    ),
    "slip": (slip, ("", "12", "PT-0012", "PT 0012", "Số 12", "12/PTKQ", "0000012345", "000012345")),
    "place": (place, ("", "G01.801.001", "card", "1.004222.H38")),
    "moment": (moment, ("05/01/2026", "2026-01-05", "20260105100709", "13/01/2026 10:00", "tomorrow")),
}  # fmt: skip

BAD: dict[str, tuple[Cell, str, tuple[str, ...]]] = {
    "no code": (code, "is empty", ("",)),
    "a personal number": (
        code,
        "has the form of a personal number",
        ("079204001234", "079 204 001 234", "079.204.001.234", "CCCD-079204001234", "٠٧٩٢٠٤٠٠١٢٣٤"),
    ),
    "an old number": (code, "has the form of an old identity card's number", ("012345678", "012 345 678")),
    "a phone": (code, "has the form of a telephone number", ("0912345678", "091 234 5678", "+84912345678")),
    "mail": (slip, "has the form of an address of mail", ("an@a.vn",)),
    "a name for a code": (code, "must be a code", ("Nguyễn", "Nguyễn Văn An", "Nguyễn Văn An 1985", "x" * 95 + "é1")),
    "a rounded number": (code, "is a number that the spreadsheet has rounded", ("2,60105E+11", "2.6e11")),
    "a name for a slip": (slip, "must be a number such as", ("An", "Nguyễn Văn An", "Trần Văn 12", "Nguyễnn 12")),
    "a phone beside a slip": (slip, "has the form of a telephone number", ("PT 0912345678", "12/0912345678")),
    "a name for a unit": (place, "must be a code without spaces", ("Công an phường Tân An", "Nguyễn An")),
    "a number for a unit": (place, "has the form of a personal number", ("079204001234",)),
    "no day": (moment, "is empty", ("",)),
    "a serial": (moment, "is a plain number", ("46027", "46027.4375", "46027,5", "20260105", "1767571200")),
    "the month first": (moment, "has the month first", ("01/13/2026", "1/31/2026 10:00")),
}


@pytest.mark.parametrize("cell, texts", GOOD.values(), ids=GOOD)
def test_codes_as_they_are_written_pass(cell: Cell, texts: tuple[str, ...]) -> None:
    assert [(text, cell(text)) for text in texts] == [(text, None) for text in texts]


@pytest.mark.parametrize("cell, why, texts", BAD.values(), ids=BAD)
def test_what_cannot_be_meant_or_is_personal_is_refused_without_quoting_it(
    cell: Cell, why: str, texts: tuple[str, ...]
) -> None:
    for text in texts:
        told = cell(text) or "nothing"
        assert told.startswith(why), text
        assert not text or text not in told


def test_a_number_of_other_length_is_nobodys() -> None:
    assert [personal(text) for text in ("12345678", "1234567890", "12345678901", "1234567890123")] == [None] * 4
