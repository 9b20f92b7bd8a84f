"""The words on screen for each class, in Vietnamese; docs/domain.md fixes them."""

from collections.abc import Mapping

WORDING: Mapping[str, str] = {
    "overdue": "Quá hạn (theo chứng cứ)",
    "at_risk": "Sắp đến hạn",
    "falsely_pending": "Đã trả kết quả, hệ thống chưa cập nhật",
    "wrong_due": "Ngày hẹn trả khác ngày tính theo quy định",
    "out_of_sync": "Lệch đồng bộ giữa hai hệ thống",
    "falsely_late": "Hệ thống báo trễ hẹn; chứng cứ cho thấy đúng hẹn",
    "hung": "Treo: không cập nhật được",
    "no_movement": "Không biến động",
    "lost_registration": "Đã đăng ký, nơi tiếp nhận tra cứu không thấy",
    "not_accepted": "Hồ sơ trực tuyến chưa được tiếp nhận",
    "falsely_done": "Hệ thống báo đã xong, chưa có chứng cứ",
    "backdated": "Ngày kết thúc thay đổi sau khi ghi nhận, cần giải trình",
    "rewritten": "Ngày kết thúc thay đổi sau khi ghi nhận, cần giải trình",
    "print_blocked": "Chưa in được: dữ liệu chưa khớp",
    "not_collected": "Thẻ đã về, chưa trả",
    "unknown": "Chưa đủ căn cứ kết luận",
    "vanished": "Hồ sơ không còn trong dữ liệu đồng bộ",
}
