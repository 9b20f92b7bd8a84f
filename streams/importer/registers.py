"""Registers of hand-over and lists of the post: which columns they have, and which events their rows tell.

They exist because the official hand-over function is broken: what was really handed over stands in spreadsheets at the
counters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from streams.importer import cells
from streams.importer.columns import Column, key_of

# Who received, as a class, and why what some of them received is no hand-over. Nothing of it travels.
_ROLES: Mapping[str | None, tuple[str, ...]] = {
    None: (
        "Công dân", "Chính chủ", "Bản thân", "Chủ hồ sơ", "Chủ thẻ", "Citizen", "Owner", "Đại diện", "Người đại diện",
        "Ủy quyền", "Được ủy quyền", "Người được ủy quyền", "Người ủy quyền", "Giám hộ", "Người giám hộ", "Nhận thay",
        "Người nhận thay", "Nhận hộ", "Người nhận hộ", "Thân nhân", "Representative", "Proxy", "Guardian",
    ),
    "names the post: what it takes along is not handed over yet, see post-csv": (
        "Bưu điện", "Bưu tá", "Nhân viên bưu điện", "Bưu chính", "Bưu chính công ích", "Post",
    ),
    "names an office: the citizen has nothing in hand yet": (
        "Cán bộ", "Công an", "Công an xã", "Công an phường", "Đơn vị", "Unit", "Officer",
    ),
}  # fmt: skip
_STATES: Mapping[str | None, tuple[str, ...]] = {
    None: (
        "Đã phát", "Phát thành công", "Đã phát thành công", "Đã giao", "Giao thành công", "Thành công", "Delivered",
    ),
    "names no delivery": (
        "Chuyển hoàn", "Đã chuyển hoàn", "Chưa phát", "Chưa phát được", "Phát không thành công", "Đang phát",
        "Đang vận chuyển", "Giao không thành công", "Returned", "In transit", "Failed",
    ),
}  # fmt: skip

_CODE = Column(
    "code",
    ("Mã hồ sơ", "Mã số hồ sơ", "Số hồ sơ", "Hồ sơ", "Dossier code", "Dossier", "Dossier number", "Case code", "Code"),
    cells.code,
    needed=True,
)
_UNIT = Column("unit", ("Mã đơn vị", "Đơn vị", "Đơn vị trả", "Unit", "Unit code"), cells.place)
_PROCEDURE = Column("procedure", ("Mã thủ tục", "Thủ tục", "Mã TTHC", "Procedure", "Procedure code"), cells.place)
_RECORDED = Column(
    "recorded",
    ("Ngày ghi sổ", "Ngày vào sổ", "Thời điểm ghi sổ", "Ngày ghi", "Recorded", "Recorded at", "Recorded on"),
    lambda text: cells.moment(text) if text else None,
)


@dataclass(frozen=True, slots=True)
class Register:
    """A kind of register: its columns, and by type of event which column gives which field of its data."""

    name: str
    origin: str
    columns: tuple[Column, ...]
    events: Mapping[str, Mapping[str, str]]


HAND_OVER = Register(
    "register",
    "unit",
    (
        _CODE,
        Column(
            "date",
            ("Ngày trả", "Ngày trả kết quả", "Ngày trả KQ", "Ngày trả thẻ", "Ngày giờ trả", "Thời điểm trả",
             "Thời gian trả", "Date", "Date returned", "Returned on", "Returned at", "Hand-over date"),
            cells.moment,
            needed=True,
        ),
        Column(
            "slip",
            ("Số phiếu", "Phiếu số", "Số phiếu trả", "Số phiếu trả kết quả", "Slip", "Slip number", "Slip no"),
            cells.slip,
        ),
        Column(
            "role",
            ("Vai trò", "Vai trò người nhận", "Tư cách", "Tư cách người nhận", "Role", "Recipient role"),
            cells.one_of(_ROLES, key_of),
        ),
        _UNIT,
        _PROCEDURE,
        _RECORDED,
    ),
    {"card.returned": {"slip": "slip"}, "letter.collected": {"slip": "slip"}, "result.delivered": {"slip": "slip"}},
)  # fmt: skip
POST = Register(
    "post",
    "post",
    (
        _CODE,
        Column(
            "date",
            ("Ngày phát", "Ngày phát thành công", "Ngày giờ phát", "Thời gian phát", "Thời điểm phát", "Ngày giao",
             "Date", "Date delivered", "Delivered on", "Delivered at", "Delivery date"),
            cells.moment,
            needed=True,
        ),
        Column(
            "parcel",
            ("Mã bưu gửi", "Số hiệu bưu gửi", "Bưu gửi", "Mã vận đơn", "Mã E1", "Parcel", "Parcel code",
             "Tracking number"),
            cells.code,
            needed=True,
        ),
        Column("status", ("Trạng thái", "Trạng thái phát", "Status"), cells.one_of(_STATES, key_of)),
        _UNIT,
        _PROCEDURE,
        _RECORDED,
    ),
    # A receipt of the post is the slip of what it delivered.
    {"parcel.delivered": {"parcel": "parcel"}, "result.delivered": {"slip": "parcel"}},
)  # fmt: skip
