"""Which column of a spreadsheet is which: headers as people write them, and those whose columns are never read."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from streams.importer.mapping import Cell

# Columns of names, numbers and words of persons, by what stands anywhere in their header, or is all of it.
_PERSONAL = (
    "hoten", "hovaten", "nguoinhan", "nguoinop", "nguoiky", "cccd", "cmnd", "cancuoc", "dinhdanh", "hochieu", "giayto",
    "dienthoai", "sdt", "diachi", "noio", "thuongtru", "ngaysinh", "namsinh", "gioitinh", "chuky", "kynhan", "kyten",
    "ghichu", "email", "phone", "address", "birth", "signature", "passport", "remark", "note", "fullname",
)  # fmt: skip
_PERSONAL_WHOLE = frozenset({"ten", "name", "chuhoso", "chuthe", "recipient", "receiver", "applicant", "citizen"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a register may have: the headers it goes by, and what its cells must be."""

    name: str
    headers: tuple[str, ...]
    cell: Cell
    needed: bool = False


class ColumnRefused(ValueError):
    """Headers from which it cannot be told which column is which. Those of the file are not quoted: where it has no
    header, its first row is of persons."""


def key_of(text: str) -> str:
    """The letters and digits of a text alone, in lower case and without diacritics: `Mã hồ sơ` is `mahoso`."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(letter for letter in plain if letter.isalnum())


def is_personal(header: str) -> bool:
    """Whether a column's header says that it holds what names or reaches a person, or free words."""
    key = key_of(header)
    return key in _PERSONAL_WHOLE or any(word in key for word in _PERSONAL)


def found(headers: Sequence[str], columns: Iterable[Column], given: Mapping[str, str]) -> dict[str, str]:
    """The header of each column that a row of headers has; `given` names some by the caller's word, an empty one for a
    column not to be read. Of several headers that fit, the first in the table is taken.

    Raises ColumnRefused where a needed column, or one given, is there twice, or one header would be two columns.
    """
    told: dict[str, str] = {}
    for column in columns:
        wanted = given.get(column.name)
        keys = [key_of(each) for each in (column.headers if wanted is None else (wanted,)) if each]
        matching = [header for key in keys for header in headers if key_of(header) == key]
        if len(matching) > 1 and (column.needed or wanted is not None):
            raise ColumnRefused(f"{len(matching)} columns could be {column.name}: give --column {column.name}=HEADER")
        if matching:
            told[column.name] = matching[0]
    if len(set(told.values())) < len(told):
        raise ColumnRefused("one column cannot be two")
    return told


def check_given(given: Mapping[str, str], columns: Iterable[Column]) -> None:
    """Raises ColumnRefused for a column that the register has not, or a header of a column that is never read."""
    known = {column.name: column for column in columns}
    for name, header in given.items():
        if name not in known:
            raise ColumnRefused(f"--column {name}: a register of this kind has {', '.join(known)}")
        own = {key_of(each) for each in known[name].headers}
        if is_personal(header) and key_of(header) not in own:
            raise ColumnRefused(
                f"--column {name}={header}: a column of names, numbers or words of persons is never read"
            )
        if not header and known[name].needed:
            raise ColumnRefused(f"--column {name}=: this column is needed")
