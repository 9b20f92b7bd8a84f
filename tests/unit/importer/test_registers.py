"""A register of hand-over: headers as people write them, rows as they are, and every doubtful one refused by itself."""

import os
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from streams.importer.columns import is_personal
from streams.importer.mapping import MappingRefused
from streams.importer.registers import HAND_OVER, POST, Register
from tests.register_builders import CODE, HEADER, ROW, TOLD, adapted, brief, register_file

HEADERS = {
    "Vietnamese": HEADER,
    "without diacritics": "Ma ho so,Ngay tra,So phieu,Vai tro",
    "capitals": "MÃ HỒ SƠ,NGÀY TRẢ,SỐ PHIẾU,VAI TRÒ",
    "as the portal names them": "MaHoSo,NgayTra,SoPhieu,VaiTro",
    "English": "dossier_code,date returned,Slip No.,Role",
    "mixed": " Mã số hồ sơ ,Ngày trả kết quả,Slip,Tư cách",
    "parted accents": normalize("NFD", HEADER),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_header_is_known_however_it_is_written(tmp_path: Path, header: str) -> None:
    events, refused = adapted(register_file(tmp_path, ROW, header=header))

    assert (brief(events), refused) == ([TOLD], [])
    assert events[0]["data"]["slip"] == "PT-0012"


def test_a_row_is_evidence_of_its_unit_with_a_day_and_no_more(tmp_path: Path) -> None:
    file = register_file(tmp_path, ROW + ",G01.801.002,card", header=HEADER + ",Mã đơn vị,Thủ tục")

    (event,), _ = adapted(file, unit=None, source="urn:hoso:register:hanoi", recorded="07/01/2026 08:30")

    assert event == {
        "specversion": "1.0",
        "id": f"dossier:{CODE}|card.returned|2026-01-06T23:59:59+07:00",
        "source": "urn:hoso:register:hanoi",
        "type": "card.returned",
        "subject": f"dossier:{CODE}",
        "time": "2026-01-06T23:59:59+07:00",
        "timeprecision": "day",
        "recordedtime": "2026-01-07T08:30:00+07:00",
        "data": {
            "unit": "G01.801.002",
            "procedure": "card",
            "slip": "PT-0012",
            "strength": "register_line",
            "origin": "unit",
        },
    }


def test_what_the_caller_says_of_all_rows_goes_before_the_columns(tmp_path: Path) -> None:
    file = register_file(tmp_path, ROW + ",Công an phường An,thẻ", header=HEADER + ",Đơn vị,Thủ tục")

    (event,), refused = adapted(file, unit="G01.801.003", procedure="card", event="letter.collected")

    assert refused == []
    assert (event["type"], event["source"]) == ("letter.collected", "urn:hoso:register:G01.801.003")
    assert (event["data"]["unit"], event["data"]["procedure"]) == ("G01.801.003", "card")


def test_a_receipt_of_the_post_tells_of_its_parcel_or_of_the_delivery(tmp_path: Path) -> None:
    file = register_file(
        tmp_path, f"EX000000012VN,{CODE},20260106101500,Đã phát", header="Mã bưu gửi,Mã hồ sơ,Ngày phát,Trạng thái"
    )

    (parcel,), _ = adapted(file, POST)
    (result,), _ = adapted(file, POST, event="result.delivered")

    common = {"unit": "G01.801.001", "strength": "register_line", "origin": "post"}
    assert (parcel["type"], parcel["data"]) == ("parcel.delivered", {**common, "parcel": "EX000000012VN"})
    assert (result["type"], result["data"]) == ("result.delivered", {**common, "slip": "EX000000012VN"})
    assert parcel["time"] == "2026-01-06T10:15:00+07:00"
    assert parcel["source"] == "urn:hoso:post:G01.801.001"


DATES = {
    "06/01/2026": TOLD[1:],
    "6/1/2026": TOLD[1:],
    "2026-01-06": TOLD[1:],
    "06/01/2026 00:00": TOLD[1:],
    "06/01/2026 10:15": ("2026-01-06T10:15:00+07:00", "second"),
    "6/1/2026 9:05:30": ("2026-01-06T09:05:30+07:00", "second"),
    "2026-01-06 10:15:00": ("2026-01-06T10:15:00+07:00", "second"),
    "20260106101500": ("2026-01-06T10:15:00+07:00", "second"),
    "2026-01-06T10:15": ("2026-01-06T10:15:00+07:00", "second"),
    "2026-01-06T03:15:00Z": ("2026-01-06T10:15:00+07:00", "second"),
}


@pytest.mark.parametrize("cell", DATES)
def test_days_and_times_are_read_in_the_forms_seen(tmp_path: Path, cell: str) -> None:
    events, refused = adapted(register_file(tmp_path, f"{CODE},{cell},,"))

    assert (brief(events), refused) == ([(CODE, *DATES[cell])], [])


SAVED = {"encodings": ("utf-8", "utf-8-sig", "utf-16", "cp1258"), "delimiters": (",", ";", "\t")}


@pytest.mark.parametrize("encoding", SAVED["encodings"])
@pytest.mark.parametrize("delimiter", SAVED["delimiters"])
def test_encoding_and_delimiter_are_told_by_the_file(tmp_path: Path, encoding: str, delimiter: str) -> None:
    header = HEADER
    if encoding == "cp1258":  # writes a tone as a letter of its own
        header = "Ma\u0303 hô\u0300 sơ,Nga\u0300y tra\u0309,Sô\u0301 phiê\u0301u,Vai tro\u0300"
    file = register_file(
        tmp_path, ROW.replace(",", delimiter), header=header.replace(",", delimiter), encoding=encoding
    )

    events, refused = adapted(file)

    assert (brief(events), refused) == ([TOLD], [])


def test_a_title_and_empty_lines_may_stand_above_the_header_and_lines_are_still_counted(tmp_path: Path) -> None:
    file = register_file(tmp_path, "", "CÔNG AN PHƯỜNG,,,", HEADER, ROW, ",06/01/2026,,", header="SỔ TRẢ KẾT QUẢ,,,")

    events, refused = adapted(file)

    assert (brief(events), [(each.line, each.column) for each in refused]) == ([TOLD], [(6, "Mã hồ sơ")])


def test_rows_of_nothing_but_commas_are_no_rows(tmp_path: Path) -> None:
    events, refused = adapted(register_file(tmp_path, ",,,", ROW, "", ",,,"))

    assert (brief(events), refused) == ([TOLD], [])


def test_a_quotation_mark_left_open_loses_no_row_in_silence(tmp_path: Path) -> None:
    later = [ROW.replace("000123", f"00012{number}") for number in (4, 5)]
    file = register_file(tmp_path, ROW + ",", later[0] + ',"never closed', later[1] + ",x", header=HEADER + ",Ghi chú")

    events, refused = adapted(file)

    assert brief(events) == [TOLD]
    assert [(each.line, each.why) for each in refused] == [
        (3, "a quotation mark is not closed: the rows up to line 4 are lost in a cell")
    ]


def test_a_cell_may_hold_lines(tmp_path: Path) -> None:
    file = register_file(tmp_path, ROW + ',"two\nlines, of words"', header=HEADER + ",Ghi chú")

    events, refused = adapted(file)

    assert (brief(events), refused) == ([TOLD], [])


def test_names_and_numbers_of_persons_are_never_read(tmp_path: Path) -> None:
    header = HEADER + ",Họ và tên,Số CCCD,Điện thoại,Người nhận ký tên"

    events, refused = adapted(register_file(tmp_path, ROW + ",Trần Thị Bê,079204001234,0912345678,Bê", header=header))

    assert (brief(events), refused) == ([TOLD], [])
    assert not [word for word in ("Trần", "079204001234", "0912345678", "Bê") if word in repr(events)]


@pytest.mark.parametrize(
    "header",
    ["Họ tên", "HO VA TEN", "Tên", "Name", "Người nhận", "Số CCCD/CMND", "Căn cước", "Số định danh", "SĐT", "E-mail",
     "Điện thoại", "Địa chỉ", "Ngày sinh", "Ghi chú", "Chữ ký", "Chủ hồ sơ", "phone no.", "Recipient"],
)  # fmt: skip
def test_a_column_of_persons_cannot_be_named_for_another(tmp_path: Path, header: str) -> None:
    assert is_personal(header)
    with pytest.raises(MappingRefused, match="is never read"):
        adapted(register_file(tmp_path, ROW, header=HEADER + f",{header}"), columns={"slip": header})


REFUSED: dict[str, tuple[str, str, str]] = {
    "no code": (",06/01/2026,PT-0012,", "Mã hồ sơ", "is empty"),
    "a personal number": ("079204001234,06/01/2026,PT-0012,", "Mã hồ sơ", "has the form of a personal number"),
    "a name": ("Trần Thị Bê,06/01/2026,PT-0012,", "Mã hồ sơ", "must be a code in one piece, with a digit in it"),
    "no day": (f"{CODE},,PT-0012,", "Ngày trả", "is empty"),
    "no such day": (f"{CODE},31/02/2026,PT-0012,", "Ngày trả", "does not read as a time in any of the forms "),
    "a year of two digits": (f"{CODE},06/01/26,PT-0012,", "Ngày trả", "does not read as a time in any of the forms "),
    "a serial": (f"{CODE},46028,PT-0012,", "Ngày trả", "is a plain number, which may count days from 1900 or 1904"),
    "the month first": (f"{CODE},01/13/2026,PT-0012,", "Ngày trả", "has the month first"),
    "after the file": (f"{CODE},01/04/2026,PT-0012,", "Ngày trả", "is after 2026-03-31, the day on which the file"),
    "long before": (f"{CODE},06/01/1926,PT-0012,", "Ngày trả", "is before 2000-01-01"),
    "a phone for a slip": (f"{CODE},06/01/2026,0912 345 678,", "Số phiếu", "has the form of a telephone number"),
    "a name for a slip": (f"{CODE},06/01/2026,Trần Thị Bê,", "Số phiếu", "must be a number such as 0012"),
    "a name for a role": (f"{CODE},06/01/2026,PT-0012,Trần Thị Bê", "Vai trò", "is none of the classes known"),
    "the post for a citizen": (f"{CODE},06/01/2026,PT-0012,Bưu điện", "Vai trò", "names the post"),
    "an office for a citizen": (f"{CODE},06/01/2026,PT-0012,Cán bộ", "Vai trò", "names an office"),
}


@pytest.mark.parametrize("row, column, why", REFUSED.values(), ids=REFUSED)
def test_a_doubtful_row_is_refused_alone_with_line_column_and_reason(
    tmp_path: Path, row: str, column: str, why: str
) -> None:
    events, refused = adapted(register_file(tmp_path, ROW, row, ROW.replace("000123", "000124")))

    assert [each[0] for each in brief(events)] == [CODE, CODE.replace("000123", "000124")]
    assert [(each.line, each.column) for each in refused] == [(3, column)]
    assert refused[0].why.startswith(f"column {column} {why}")
    assert not [cell for cell in row.split(",") if len(cell) > 3 and cell in refused[0].why]


def test_the_files_own_time_says_what_is_future(tmp_path: Path) -> None:
    file = register_file(tmp_path, ROW, ROW.replace("06/01", "07/01"))
    os.utime(file, (1767690000, 1767690000))  # 2026-01-06 16:00 in Vietnam

    events, refused = adapted(file, saved=None)

    assert (brief(events), [each.line for each in refused]) == ([TOLD], [3])


def test_a_line_was_written_before_its_file(tmp_path: Path) -> None:
    file = register_file(tmp_path, ROW + ",06/01/2026", ROW + ",05/01/2026", ROW + ",", header=HEADER + ",Ngày ghi sổ")
    os.utime(file, (1767690000, 1767690000))

    events, _ = adapted(file, saved=None)

    found = [each.get("recordedtime") for each in events]
    assert found == ["2026-01-06T16:00:00+07:00", "2026-01-05T23:59:59+07:00", None]


def test_a_column_that_was_given_is_read_and_an_empty_one_is_not(tmp_path: Path) -> None:
    file = register_file(tmp_path, ROW + ",An", header="Mã số,Ngày trả,Số phiếu,Vai trò,Đơn vị")

    events, refused = adapted(file, unit=None, source="urn:a:b", columns={"code": "mã số", "unit": "", "slip": ""})

    assert (brief(events), refused) == ([TOLD], [])
    assert events[0]["data"] == {"strength": "register_line", "origin": "unit"}


def test_forms_that_were_given_go_in_the_place_of_those_known(tmp_path: Path) -> None:
    file = register_file(tmp_path, f"{CODE},01/13/2026,,", f"{CODE},13/01/2026,,", f"{CODE},,,")

    events, refused = adapted(file, formats=("%m/%d/%Y",))

    assert brief(events) == [(CODE, "2026-01-13T23:59:59+07:00", "day")]
    assert [each.line for each in refused] == [3, 4]


UNREADABLE: dict[str, tuple[str, Register, dict[str, Any], str]] = {
    "no header": (
        ROW,
        HAND_OVER,
        {},
        "no row of the first 20, read as utf-8, names the columns code, date; a column is named",
    ),
    "no date": ("Mã hồ sơ,Ngày hẹn trả", HAND_OVER, {}, "names the columns code, date"),
    "no parcel": ("Mã hồ sơ,Ngày phát", POST, {}, "names the columns code, date, parcel"),
    "two dates": (
        "Mã hồ sơ,Ngày trả,Date",
        HAND_OVER,
        {},
        "line 1: 2 columns could be date: give --column date=HEADER",
    ),
    "a column of none": (HEADER, HAND_OVER, {"columns": {"slip": "Số biên lai"}}, "names the columns code, date, slip"),
    "a column of no register": (HEADER, HAND_OVER, {"columns": {"parcel": "x"}}, "of this kind has code, date, slip"),
    "one column twice": (HEADER, HAND_OVER, {"columns": {"slip": "Mã hồ sơ"}}, "line 1: one column cannot be two"),
    "no code at all": (HEADER, HAND_OVER, {"columns": {"code": ""}}, "--column code=: this column is needed"),
    "another delimiter": (HEADER, HAND_OVER, {"delimiter": ";"}, "names the columns code, date"),
    "no delimiter": (HEADER, HAND_OVER, {"delimiter": ";;"}, "not a table in utf-8 parted by ';;'"),
    "another encoding": (HEADER, HAND_OVER, {"encoding": "utf-16"}, "not a table in utf-16"),
    "an encoding of none": (HEADER, HAND_OVER, {"encoding": "utf-9"}, "not a table in utf-9"),
    "an event of none": (HEADER, HAND_OVER, {"event": "parcel.delivered"}, "--event: parcel.delivered is none of card"),
    "nobody's": (HEADER, HAND_OVER, {"unit": None}, "--unit: whose register is it?"),
    "a unit with a name": (HEADER, HAND_OVER, {"unit": "Công an"}, "--unit: must be a code without spaces"),
    "a unit with braces": (HEADER, HAND_OVER, {"unit": "{x}"}, "--unit: braces stand in no code"),
    "a source of none": (HEADER, HAND_OVER, {"source": "register"}, "source register is no URN or URL"),
    "a form of none": (HEADER, HAND_OVER, {"formats": ("dd/mm",)}, "format dd/mm is none of dvcqg, register"),
    "a zone of none": (HEADER, HAND_OVER, {"zone": "Asia/Nowhere"}, "--zone: Asia/Nowhere is not in the"),
    "a day of none": (HEADER, HAND_OVER, {"saved": "today"}, "--saved: today is no day like"),
    "recorded never": (HEADER, HAND_OVER, {"recorded": "soon"}, "--recorded: soon does not read as a day"),
}


@pytest.mark.parametrize("header, register, given, why", UNREADABLE.values(), ids=UNREADABLE)
def test_a_register_that_cannot_be_read_is_refused_as_a_whole(
    tmp_path: Path, header: str, register: Register, given: dict[str, Any], why: str
) -> None:
    with pytest.raises(MappingRefused) as refused:
        adapted(register_file(tmp_path, ROW, header=header), register, **given)

    assert why in str(refused.value)
    assert CODE not in str(refused.value)


MANUAL = (Path(__file__).parents[3] / "docs" / "importing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("register", [HAND_OVER, POST], ids=lambda register: register.name)
def test_the_manual_names_every_column_header_and_event(register: Register) -> None:
    for column in register.columns:
        assert f"| `{column.name}`" in MANUAL
        assert ", ".join(column.headers) in MANUAL
    assert [each for each in register.events if f"`{each}`" not in MANUAL] == []
