"""What to call the causes by which the reported rate and the rate by evidence differ, in Vietnamese and English.

The rate from evidence is internal and nobody's official figure, and no word here accuses anybody (docs/domain.md).
"""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    vi: str
    en: str

    def of(self, language: str) -> str:
        return self.vi if language == "vi" else self.en


RATE_REPORTED = Words("tỷ lệ theo báo cáo", "rate as reported")
RATE_BY_EVIDENCE = Words("tỷ lệ theo chứng cứ (nội bộ)", "rate by evidence (internal)")
UNEXPLAINED = Words("chưa giải thích", "unexplained")

CAUSE_WORDS: Mapping[str, Words] = {
    # The system counts it late, evidence has it in time.
    "asked_twice": Words(
        "Yêu cầu bổ sung hơn một lần: công thức tính là quá hạn",
        "papers asked for more than once: the formula counts it late",
    ),
    "hung": Words(
        "Treo: không cập nhật được, bị tính đến cuối kỳ", "hung: it cannot be updated and counts as open to the end"
    ),
    "out_of_sync": Words(
        "Lệch đồng bộ: hệ thống của đơn vị đã đóng, cổng còn mở", "out of sync: closed by the unit, open on the portal"
    ),
    "not_updated": Words("Đã trả kết quả, hệ thống chưa cập nhật", "done, and the system was not updated"),
    "closed_late": Words("Xong đúng hẹn, đóng trên hệ thống muộn", "done in time, closed late in the system"),
    "pause_not_deducted": Words(
        "Thời gian tạm dừng, gia hạn hợp lệ chưa được trừ", "a lawful pause or extension is not deducted"
    ),
    # The system counts it in time, evidence has it late.
    "closed_without_evidence": Words(
        "Hệ thống báo đã xong, chưa có chứng cứ", "closed in the system, no evidence of an end"
    ),
    "end_declared_earlier": Words(
        "Ngày kết thúc trên hệ thống sớm hơn chứng cứ", "the end in the system is earlier than the evidence"
    ),
    "pause_not_lawful": Words(
        "Thời gian tạm dừng không đủ điều kiện được trừ", "a pause is deducted that does not count"
    ),
    "days_not_hours": Words(
        "Hệ thống tính theo ngày, thời hạn tính theo giờ", "days are compared, the term is of hours"
    ),
    # Either way.
    "wrong_due": Words(
        "Ngày hẹn trả khác ngày tính theo quy định", "the appointment is not the due that the law computes"
    ),
    # Evidence does not settle it.
    "insufficient": Words("Chưa đủ căn cứ kết luận", "insufficient evidence"),
    # Each side charges another unit.
    "transferred": Words(
        "Chuyển đơn vị: hệ thống tính cho đơn vị đang giữ, chứng cứ cho đơn vị giữ khi quá hạn",
        "transferred: the system charges the unit that has it, evidence the one that had it when it became late",
    ),
    # Only one side counts it.
    "done_before": Words("Theo chứng cứ đã xong trước kỳ", "by evidence done before the period"),
    "no_term": Words("Không có thời hạn theo quy định", "no rule sets a term"),
    "not_begun": Words("Thời hạn của đơn vị chưa bắt đầu tính", "no term of the unit has begun"),
    "closed_before": Words("Hệ thống đã đóng trước kỳ", "closed in the system before the period"),
    "not_shown": Words("Hệ thống tính điểm không có hồ sơ", "the scoring system does not show it"),
    "vanished": Words("Hồ sơ không còn trong dữ liệu đồng bộ", "no longer in the system's data"),
}
