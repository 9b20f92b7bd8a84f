"""What to call the states, stages and procedures of cases, in Vietnamese and English: one source for pages, dashboards
and manuals. What has no row stands under its own name."""

from collections.abc import Mapping

from streams.core.causes import Words

PROCEDURES: Mapping[str, Words] = {
    "card": Words("Thẻ căn cước", "identity card"),
    "data_correction": Words("Điều chỉnh thông tin trong CSDL quốc gia về dân cư", "correction of population data"),
    "old_number_confirmation": Words("Xác nhận số CMND 9 số, số định danh đã hủy", "confirmation of an old number"),
    "personal_number": Words("Hủy, xác lập lại số định danh cá nhân", "cancelling and giving a personal number"),
    "eid": Words("Tài khoản định danh điện tử", "electronic identification account"),
    "eid_organisation": Words("Tài khoản định danh điện tử của tổ chức", "account of an organisation"),
    "eid_lock": Words("Khóa căn cước điện tử, tài khoản định danh", "locking an electronic identity"),
    "permanent_residence": Words("Đăng ký thường trú", "permanent residence"),
    "temporary_residence": Words("Đăng ký tạm trú", "temporary residence"),
    "temporary_residence_extension": Words("Gia hạn tạm trú", "extension of temporary residence"),
    "household_split": Words("Tách hộ", "splitting a household"),
    "residence_confirmation": Words("Xác nhận thông tin về cư trú (CT07)", "confirmation of residence"),
    "stay_notification": Words("Thông báo lưu trú", "notice of a guest's stay"),
    "interlinked_birth": Words("Liên thông khai sinh, thường trú, thẻ BHYT", "interlinked group at birth"),
    "interlinked_death": Words(
        "Liên thông khai tử, xóa thường trú, mai táng phí, tử tuất", "interlinked group at death"
    ),
    "vehicle_plates": Words("Đăng ký xe, biển số", "vehicle plates"),
    "foreigner_stay": Words("Khai báo tạm trú cho người nước ngoài", "stay of a foreigner"),
    "abtc_loss": Words("Trình báo mất thẻ ABTC", "loss of an APEC business travel card"),
    "same_day_procedure": Words("Thủ tục trả kết quả trong ngày", "procedure answered on the day"),
}

LEGS: Mapping[str, Words] = {
    "birth_registration": Words("đăng ký khai sinh", "registration of birth"),
    "permanent_residence": Words("đăng ký thường trú", "permanent residence"),
    "health_insurance_card": Words("thẻ bảo hiểm y tế", "health insurance card"),
    "death_registration": Words("đăng ký khai tử", "registration of death"),
    "residence_removal": Words("xóa đăng ký thường trú", "removal from residence"),
    "funeral_allowance": Words("mai táng phí", "funeral allowance"),
    "survivors_benefit": Words("tử tuất", "survivors' benefit"),
}

OBSERVED: Mapping[str, Words] = {
    "unseen": Words("chưa thấy gì", "nothing seen yet"),
    "registered": Words("đã đăng ký trực tuyến", "registered online"),
    "received": Words("đã tiếp nhận", "received"),
    "complete": Words("hồ sơ đầy đủ", "dossier complete"),
    "waiting_for_supplement": Words("chờ bổ sung giấy tờ", "waiting for papers"),
    "verified": Words("đã đối chiếu, xác minh", "verified"),
    "transmitted": Words("đã truyền về Bộ", "transmitted to the ministry"),
    "printed": Words("đã in thẻ", "card printed"),
    "dispatched": Words("đã gửi thẻ về", "card dispatched"),
    "ready": Words("có kết quả", "ready"),
    "handed_over": Words("đã trả kết quả", "handed over"),
    "refused": Words("bị từ chối", "refused"),
    "withdrawn": Words("công dân đã rút", "withdrawn"),
    "stopped": Words("dừng xử lý", "stopped"),
    "waiting_for_payment": Words("chờ nghĩa vụ tài chính", "waiting for payment"),
}

# The names of the national codes, as the guide of the Government Office has them.
OFFICIAL: Mapping[str, Words] = {
    "registered": Words("Mới đăng ký", "filed online"),
    "accepted": Words("Được tiếp nhận", "accepted by the one-stop desk"),
    "refused": Words("Không được tiếp nhận", "refused at the desk"),
    "processing": Words("Đang xử lý", "passed to the specialist unit"),
    "supplement": Words("Yêu cầu bổ sung giấy tờ", "papers asked for"),
    "payment": Words("Yêu cầu thực hiện nghĩa vụ tài chính", "fee or tax due"),
    "withdrawing": Words("Công dân yêu cầu rút hồ sơ", "withdrawal asked for"),
    "stopped": Words("Dừng xử lý", "stopped"),
    "done": Words("Đã xử lý xong", "result sent to the desk"),
    "returned": Words("Đã trả kết quả", "result given to the citizen"),
}

STAGES: Mapping[str, Words] = {
    "processing": Words("thu nhận, xử lý", "processing"),
    "print": Words("phê duyệt, in thẻ", "approval and print"),
    "delivery": Words("chuyển phát", "delivery"),
    "commune": Words("cấp xã", "commune"),
    "province": Words("cấp tỉnh", "province"),
    "ministry": Words("cấp Bộ", "ministry"),
}

PAUSES: Mapping[str, Words] = {
    "supplement": Words("bổ sung giấy tờ", "papers"),
    "payment": Words("nghĩa vụ tài chính", "payment"),
    "force_majeure": Words("bất khả kháng", "force majeure"),
}

# What a case waits for outside of its clock.
WAITS: Mapping[str, Words] = {
    "attendance": Words("chờ công dân đến", "waiting for the citizen to come"),
    "otp": Words("chờ mã OTP", "waiting for the one-time code"),
    "queue": Words("chờ lượt", "in the queue"),
    "appointment": Words("chờ ngày hẹn", "waiting for the appointment"),
    "arrival": Words("đã đến ngày hẹn, chưa tiếp nhận", "the appointment came, not taken in"),
    "collection": Words("chờ công dân nhận", "waiting to be collected"),
}

# Where a case is: the stage of its clock, what stops that, what it waits for, or else how far it has come.
PLACES: Mapping[str, Words] = {**OBSERVED, **STAGES, **PAUSES, **WAITS}

# What people said of a flag.
LIFE: Mapping[str, Words] = {
    "open": Words("chưa ai có ý kiến", "nobody said anything"),
    "acknowledged": Words("đã ghi nhận", "acknowledged"),
    "snoozed": Words("tạm gác", "snoozed"),
    "disputed": Words("đang bị phản đối", "disputed"),
    "escalated": Words("chuyển cấp trên", "one level up"),
    "upheld": Words("giữ nguyên cờ", "upheld"),
    "false_alarm": Words("báo nhầm", "false alarm"),
}
