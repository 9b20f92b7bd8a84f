"""The states of lines and flags in words, for the page that draws them; one that has none stands under its own name."""

from collections.abc import Mapping

from tools.rules_words import Words

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
# By whether a case in the state is open for the scoring.
OPEN: Mapping[bool | None, Words] = {
    True: Words("đang mở", "open"),
    False: Words("đã đóng", "closed"),
    None: Words("không tính mở hay đóng", "neither"),
}

PUBLISHED: Mapping[str, Words] = {
    "never": Words("chưa nêu bao giờ", "never published"),
    "raised": Words("nêu", "raised"),
    "cleared": Words("hết", "cleared"),
    "withdrawn": Words("rút lại", "withdrawn: it never held"),
    "merged": Words("nhập vào mã khác", "merged: told under another code of the dossier"),
}

LIFE: Mapping[str, Words] = {
    "open": Words("chưa ai có ý kiến", "nobody said anything"),
    "acknowledged": Words("đã ghi nhận", "acknowledged"),
    "snoozed": Words("tạm gác", "snoozed"),
    "disputed": Words("đang bị phản đối", "disputed"),
    "escalated": Words("chuyển cấp trên", "one level up"),
    "upheld": Words("giữ nguyên cờ", "upheld"),
    "false_alarm": Words("báo nhầm", "false alarm"),
}
