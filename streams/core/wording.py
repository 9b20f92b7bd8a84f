"""The words on screen for each class, in Vietnamese; docs/domain.md fixes them."""

from collections.abc import Mapping

WORDING: Mapping[str, str] = {
    "overdue": "Quá hạn (theo chứng cứ)",
    "at_risk": "Sắp đến hạn",
    "falsely_pending": "Đã trả kết quả, hệ thống chưa cập nhật",
    "wrong_due": "Ngày hẹn trả khác ngày tính theo quy định",
}
