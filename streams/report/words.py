"""The words of a report: its tables and their columns, in Vietnamese and English."""

from collections.abc import Mapping

from streams.core.causes import RATE_BY_EVIDENCE, RATE_REPORTED, UNEXPLAINED, Words

TITLES: Mapping[str, Words] = {
    "rates": Words("Tỷ lệ đúng hạn", "On-time rates"),
    "causes": Words("Vì sao hai tỷ lệ khác nhau (điểm phần trăm)", "Why the two rates differ (percentage points)"),
    "interlinked": Words("Nhóm thủ tục liên thông, tính cả nhóm", "Interlinked groups, each as a whole"),
    "notices": Words("Không phải việc của đơn vị, không tính tỷ lệ", "Not the unit's duty, in no rate"),
    "funnel": Words("Từ đăng ký đến trả kết quả", "From registration to hand-over"),
    "targets": Words("Chỉ tiêu", "Targets"),
    "stages": Words("Công đoạn", "Stages"),
    "false_backlog": Words("Số ngày tồn do hệ thống chưa cập nhật", "Days open in the system after the end"),
    "not_collected": Words("Đã về, chưa trả, theo số ngày làm việc", "Ready and not collected, by working days"),
    "print_blocked": Words("Chưa in được", "Print blocked"),
    "apologies": Words("Quá hạn theo chứng cứ và văn bản xin lỗi", "Late by evidence, and letters of apology"),
    "complaints": Words("Phản ánh, kiến nghị", "Complaints"),
    "comparison": Words("So sánh đơn vị theo chứng cứ (nội bộ)", "Units compared, by evidence (internal)"),
}

COLUMNS: Mapping[str, Words] = {
    "unit": Words("đơn vị", "unit"),
    "procedure": Words("thủ tục", "procedure"),
    "channel": Words("kênh", "channel"),
    "stage": Words("công đoạn", "stage"),
    "variant": Words("loại", "variant"),
    "owner": Words("bên giữ", "owner"),
    "cases": Words("hồ sơ", "cases"),
    "reported": RATE_REPORTED,
    "evidenced": Words("hồ sơ theo chứng cứ", "cases by evidence"),
    "evidence": RATE_BY_EVIDENCE,
    "difference": Words("chênh lệch", "difference"),
    "points": Words("điểm", "points"),
    "points_by_evidence": Words("điểm theo chứng cứ", "points by evidence"),
    "published": Words("đã công bố", "published"),
    "unexplained": UNEXPLAINED,
    "cause": Words("nguyên nhân", "cause"),
    "share": Words("phần", "share"),
    "in_time": Words("đúng hạn", "in time"),
    "late": Words("quá hạn", "late"),
    "target": Words("chỉ tiêu", "target"),
    "asked_for": Words("giao", "asked for"),
    "days_open": Words("số ngày", "days"),
    "reached": Words("đạt", "reached"),
    "rate": Words("tỷ lệ", "rate"),
    "within": Words("trong hạn", "within target"),
    "over": Words("quá hạn công đoạn", "over target"),
    "no_target": Words("không có hạn", "no target"),
    "open": Words("đang giữ", "still there"),
    "days": Words("ngày", "days"),
    "working_days": Words("ngày làm việc", "working days"),
    "reason": Words("lý do", "reason"),
    "must_act": Words("bên phải xử lý", "must act"),
    "without_letter": Words("chưa xin lỗi", "without a letter"),
    "complaints": Words("phản ánh", "complaints"),
    "repeated": Words("lặp lại", "repeated"),
    "rank": Words("hạng", "rank"),
    "interval": Words("khoảng tin cậy, đã điều chỉnh", "interval, for its mix"),
    "registered": Words("đăng ký trực tuyến", "registered"),
    "taken": Words("thu nhận", "taken"),
    "accepted": Words("tiếp nhận", "accepted"),
    "complete": Words("đầy đủ", "complete"),
    "transmitted": Words("đã truyền", "transmitted"),
    "proposed": Words("đã đề xuất", "proposed"),
    "decided": Words("đã quyết định", "decided"),
    "printed": Words("đã in", "printed"),
    "dispatched": Words("đã gửi", "dispatched"),
    "received_at_unit": Words("về đơn vị", "at the unit"),
    "ready": Words("có kết quả", "ready"),
    "handed_over": Words("đã trả", "handed over"),
    "turned_away": Words("từ chối, dừng, rút", "turned away"),
    "of_received": Words("đã trả / đã về", "handed over / received"),
    "ended": Words("kết thúc", "ended"),
}

ROUNDING = Words("làm tròn", "rounding")
DIFFERENCE = Words("chênh lệch", "difference")
SO_FAR = Words("kỳ chưa kết thúc, tính đến", "so far: the period is not over, told as of")
AS_OF = Words("tính đến", "as of")
SCALE = Words("một hồ sơ thay cho", "one case stands for")
YES, NO = Words("có", "yes"), Words("không", "no")
