"""A counter's register as a file, read as `hoso adapt` reads it: what is set is what matters."""

from pathlib import Path
from typing import Any

from streams.importer.register_mapping import Given
from streams.importer.registers import HAND_OVER, Register
from streams.wiring.logs import Refusal
from streams.wiring.registers import Spreadsheet, read_only

CODE = "G01.801.001-260105-000123"
HEADER = "Mã hồ sơ,Ngày trả,Số phiếu,Vai trò"
ROW = f"{CODE},06/01/2026,PT-0012,Công dân"
DEFAULTS: dict[str, Any] = {
    "zone": "Asia/Ho_Chi_Minh",
    "unit": "G01.801.001",
    "procedure": None,
    "source": None,
    "recorded": None,
    "formats": (),
}


def register_file(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "register.csv"
    path.write_bytes("".join(row + "\n" for row in (header, *rows)).encode(encoding))
    return path


def adapted(
    file: Path,
    register: Register = HAND_OVER,
    *,
    columns: dict[str, str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    saved: str | None = "2026-03-31",
    **given: Any,
) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """The events that a register tells, and the rows that it refuses."""
    fields = {"event": next(iter(register.events)), **DEFAULTS} | given
    sheet = Spreadsheet(file, register, columns or {}, encoding, delimiter, saved)
    mapping, _ = sheet.opened(Given(**fields))
    events, refused = read_only(file, mapping, lambda _: None)
    return events, refused


def brief(events: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(each["subject"].partition(":")[2], each["time"], each["timeprecision"]) for each in events]


# What ROW tells: a day without a time stands for its end.
TOLD = (CODE, "2026-01-06T23:59:59+07:00", "day")
