"""What to do next about a case that is flagged, by class, in Vietnamese and English. No step accuses anybody."""

from collections.abc import Mapping

from streams.core.causes import Words

NEXT_STEPS: Mapping[str, Words] = {
    "overdue": Words(
        "Giải quyết, hoặc đôn đốc bên phải xử lý, lâu nhất trước; gửi văn bản xin lỗi và hẹn lại ngày trả",
        "Work on it, or urge who is accountable, oldest first; send the letter of apology with a new date",
    ),
    "at_risk": Words("Giải quyết trước hạn; cần bổ sung thì yêu cầu ngay", "Finish before the due; ask for papers now"),
    "falsely_pending": Words(
        "Cập nhật kết thúc trên hệ thống theo ngày có kết quả", "Close it in the system with the day of the result"
    ),
    "wrong_due": Words(
        "Đối chiếu ngày hẹn với thời hạn quy định, sửa ngày hẹn hoặc ghi căn cứ",
        "Compare the appointment with the term; correct it, or name its ground",
    ),
    "out_of_sync": Words("Đồng bộ lại trạng thái giữa hai hệ thống", "Synchronise the two systems again"),
    "falsely_late": Words(
        "Đính chính ngày kết thúc trên hệ thống trước khi chốt kỳ báo cáo",
        "Correct the end in the system before the period is filed",
    ),
    "hung": Words("Mở lại để đơn vị cập nhật được; đơn vị thử lại", "Make it possible to update; the unit tries again"),
    "no_movement": Words("Hỏi bên đang giữ: hồ sơ chờ gì", "Ask whoever has it what it waits for"),
    "lost_registration": Words(
        "Tìm và gắn hồ sơ đã đăng ký; không yêu cầu đăng ký lại", "Find the registration; do not ask for another"
    ),
    "not_accepted": Words("Tiếp nhận, hoặc từ chối kèm lý do", "Accept it, or refuse it with the reason"),
    "falsely_done": Words(
        "Bổ sung chứng cứ đã có kết quả, hoặc mở lại hồ sơ", "Bring evidence of the result, or open it again"
    ),
    "backdated": Words("Giải trình thay đổi kèm văn bản", "Explain the change, with the document"),
    "rewritten": Words("Giải trình thay đổi kèm văn bản", "Explain the change, with the document"),
    "print_blocked": Words("Xử lý dữ liệu chưa khớp rồi gửi in lại", "Mend the data that does not match, print again"),
    "not_collected": Words("Nhắc công dân đến nhận", "Remind the citizen to collect it"),
    "unknown": Words(
        "Xem nguồn dữ liệu im lặng hoặc chưa kết nối; chưa kết luận",
        "Look at the silent source; conclude nothing",
    ),
    "vanished": Words("Tìm hồ sơ trong dữ liệu đồng bộ và khôi phục", "Find it in the data, bring it back"),
}
