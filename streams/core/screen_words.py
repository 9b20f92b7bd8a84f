"""What supervisors read on dashboards and in `hoso watch`: one source of strings, each in Vietnamese and English.

The rate from evidence is internal, and no word here accuses anybody (docs/domain.md).
"""

from collections.abc import Mapping

from streams.core.causes import CAUSE_WORDS, RATE_BY_EVIDENCE, RATE_REPORTED, Words
from streams.core.wording import WORDING

CLASS_WORDS: Mapping[str, Words] = {
    name: Words(WORDING[name], english)
    for name, english in {
        "overdue": "overdue (by evidence)",
        "at_risk": "due soon",
        "falsely_pending": "done, the system is not updated",
        "wrong_due": "appointment differs from the computed due",
        "out_of_sync": "two systems out of sync",
        "falsely_late": "reported late; evidence shows in time",
        "hung": "hung: it cannot be updated",
        "no_movement": "no movement",
        "lost_registration": "registered, not found at the counter",
        "not_accepted": "online dossier not accepted yet",
        "falsely_done": "reported done, no evidence",
        "backdated": "end changed after it was seen: to be explained",
        "rewritten": "end or due changed after it was seen: to be explained",
        "print_blocked": "print blocked: data does not match",
        "not_collected": "card is here, not handed over",
        "unknown": "insufficient evidence",
        "vanished": "no longer in the synchronised data",
    }.items()
}

OWNER_WORDS: Mapping[str, Words] = {
    "unit": Words("đơn vị giải quyết", "the unit"),
    "operator": Words("đơn vị vận hành hệ thống", "operator of the systems"),
    "citizen": Words("công dân", "the citizen"),
    "host": Words("cơ sở, chủ nhà nơi lưu trú", "the host"),
    "ministry": Words("Bộ (C06)", "the ministry"),
    "post": Words("bưu chính", "the post"),
    "commune": Words("công an cấp xã", "the commune's police"),
    "province": Words("công an cấp tỉnh", "the province's police"),
    "nobody": Words("không ai", "nobody"),
}

# Columns and values of pictures, by the name that sql/pictures calls them by.
LABELS: Mapping[str, Words] = {
    "judged_up_to": Words("Đã xét đến", "Judged up to"),
    "complete_up_to": Words("Dữ liệu đủ đến", "Complete up to"),
    "sources_silent": Words("Nguồn im lặng", "Sources silent"),
    "insufficient": Words("Tỷ lệ chưa đủ căn cứ", "Share with insufficient evidence"),
    "newly_overdue": Words("Mới quá hạn hôm nay", "Newly overdue today"),
    "due_not_ready": Words("Đến hạn hôm nay, chưa có kết quả", "Due today and not ready"),
    "due_not_updated": Words("Đã xong, hẹn trả hôm nay, chưa cập nhật", "Ready, due today, not updated"),
    "points": Words("Điểm bị mất", "Points lost"),
    "points_least": Words("Điểm bị mất, ít nhất", "Points lost, at least"),
    "points_most": Words("Điểm bị mất, nhiều nhất", "Points lost, at most"),
    "rate_reported": Words("Tỷ lệ đúng hạn theo báo cáo", "On-time rate as reported"),
    "rate_evidence": Words("Tỷ lệ theo chứng cứ (nội bộ)", "Rate by evidence (internal)"),
    "rate_least": Words("Theo chứng cứ (nội bộ), ít nhất", "By evidence (internal), at least"),
    "rate_most": Words("Theo chứng cứ (nội bộ), nhiều nhất", "By evidence (internal), at most"),
    "cause": Words("Nguyên nhân", "Cause"),
    "share_least": Words("Phần, so với mức thấp", "Share, against the lower bound"),
    "share_most": Words("Phần, so với mức cao", "Share, against the upper bound"),
    "open_reported": Words("Đang mở theo hệ thống", "Open as reported"),
    "open_observed": Words("Đang mở trên thực tế", "Open in reality"),
    "done_not_updated": Words("Đã xong, hệ thống còn mở", "Done, the system shows it open"),
    "not_shown": Words("Chưa xong, hệ thống không hiện là đang mở", "Not done, the system does not show it open"),
    "taken": Words("Đã thu nhận", "Taken"),
    "transmitted": Words("Đã truyền", "Transmitted"),
    "ready": Words("Đã có kết quả", "Ready"),
    "handed_over": Words("Đã trả", "Handed over"),
    "age_days": Words("Số ngày từ khi tiếp nhận", "Days since intake"),
    "days": Words("Số ngày", "Days"),
    "days_on_average": Words("Số ngày, trung bình", "Days, on average"),
    "cases": Words("Hồ sơ", "Cases"),
    "accountable": Words("Bên phải xử lý", "Accountable"),
    "owner": Words("Bên đang giữ", "Held by"),
    "unit": Words("Đơn vị", "Unit"),
    "code": Words("Mã", "Code"),
    "province": Words("Tỉnh, thành phố", "Province"),
    "procedure": Words("Thủ tục", "Procedure"),
    "period": Words("Kỳ", "Period"),
    "stage": Words("Công đoạn", "Stage"),
    "class": Words("Loại", "Class"),
    "source": Words("Nguồn", "Source"),
    "software": Words("Phần mềm", "Software"),
    "oldest": Words("Cũ nhất từ", "Oldest since"),
    "open_incidents": Words("Sự cố đang mở", "Open incidents"),
    "overdue": CLASS_WORDS["overdue"],
    "at_risk": CLASS_WORDS["at_risk"],
}

# Pictures of several columns.
TITLES: Mapping[str, Words] = {
    "causes": Words("Vì sao hai tỷ lệ khác nhau", "Why the two rates differ"),
    "open": Words("Đang mở: theo hệ thống và trên thực tế", "Open: as reported and in reality"),
    "steps": Words("Hồ sơ đã đi đến đâu", "How far cases have come"),
    "ages": Words("Tuổi của hồ sơ đang mở", "Age of open cases"),
    "false_backlog": Words("Số ngày tồn do hệ thống chưa cập nhật", "Days open in the system after the end"),
}

TABLES: Mapping[str, Mapping[str, Words]] = {"causes": CAUSE_WORDS, "owners": OWNER_WORDS, "classes": CLASS_WORDS}

# What the two rates are called wherever they stand side by side.
RATES = (RATE_REPORTED, RATE_BY_EVIDENCE)
