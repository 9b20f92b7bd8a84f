"""The words of the manual of rules: each label of the shipped law in Vietnamese, with English beside."""

from collections.abc import Mapping
from typing import NamedTuple

from streams.core import case_words
from streams.core import causes as screen


class Words(NamedTuple):
    """A label as a clerk says it, and in English."""

    vi: str
    en: str

    def __str__(self) -> str:
        return f"{self.vi} · {self.en}"


def both(words: Mapping[str, screen.Words]) -> Mapping[str, Words]:
    return {key: Words(*text) for key, text in words.items()}


PROCEDURES = both(case_words.PROCEDURES)

VARIANTS: Mapping[str, Words] = {
    "new": Words("cấp mới", "new"),
    "exchange": Words("cấp đổi", "exchange"),
    "reissue": Words("cấp lại", "reissue"),
    "exchange_on_vneid": Words("cấp đổi trên VNeID", "exchange on VNeID"),
    "under_14": Words("người dưới 14 tuổi", "under 14"),
    "data_added": Words("tích hợp thông tin", "data added to the card"),
    "dna_added": Words("thu nhận ADN", "DNA added"),
    "voice_added": Words("thu nhận giọng nói", "voice added"),
    "no_archive_search": Words("không phải tra cứu tàng thư", "no search in the archives"),
    "archive_own_province": Words("tra cứu tàng thư trong tỉnh", "archive of the own province"),
    "archive_other_province": Words("tra cứu tàng thư tỉnh khác", "archive of another province"),
    "in_database": Words("đã có trong cơ sở dữ liệu", "in the database"),
    "not_in_database": Words("chưa có trong cơ sở dữ liệu", "not in the database"),
    "to_be_checked": Words("cần xác minh", "to be checked"),
    "level_1": Words("mức độ 1", "level 1"),
    "level_2_with_card": Words("mức độ 2, đã có thẻ gắn chip", "level 2, with a valid chip card"),
    "level_2_without_card": Words("mức độ 2, chưa có thẻ gắn chip", "level 2, without a valid chip card"),
    "by_citizen": Words("công dân yêu cầu", "asked by the citizen"),
    "by_authority": Words("tòa án, viện kiểm sát, cơ quan tố tụng yêu cầu", "asked by court or prosecutor"),
    "without_residence": Words("không đăng ký thường trú", "without residence"),
    "two_legs": Words("chọn 2 thủ tục", "two legs chosen"),
    "four_legs": Words("chọn 4 thủ tục", "four legs chosen"),
    "online": Words("trực tuyến", "online"),
}

PLACES: Mapping[str, Words] = {
    "city": Words("thành phố", "city"),
    "town": Words("thị xã", "town"),
    "mountainous": Words("miền núi, vùng cao", "mountainous"),
    "border": Words("biên giới", "border"),
    "island": Words("hải đảo", "island"),
    "national_centre": Words("Trung tâm dữ liệu quốc gia về dân cư", "national centre"),
    "remote": Words("vùng sâu, vùng xa", "remote"),
}

UNITS: Mapping[str, Words] = {
    "working_day": Words("ngày làm việc", "working days"),
    "working_day_at_hour": Words("ngày làm việc, đến cùng giờ", "working days, to the same hour"),
    "working_hour": Words("giờ làm việc", "working hours"),
    "clock_hour": Words("giờ", "clock hours"),
    "calendar_day": Words("ngày", "calendar days"),
    "half_day": Words("nửa ngày làm việc", "half working days"),
    "same_day": Words("trong ngày", "on the day"),
}

EVENTS: Mapping[str, Words] = {
    "case.completed": Words("hồ sơ đầy đủ", "complete dossier"),
    "case.transmitted": Words("chuyển dữ liệu", "data passed on"),
    "card.dispatched": Words("chuyển phát thẻ", "card sent"),
    "card.received_at_unit": Words("thẻ về nơi trả", "card at the place of return"),
    "letter.printed": Words("in giấy xác nhận", "letter printed"),
    "result.published": Words("có kết quả", "result published"),
    "eid.received": Words("nhận hồ sơ định danh", "e-ID request received"),
    "eid.granted": Words("cấp tài khoản", "account granted"),
    "eid.locked": Words("đã khóa", "locked"),
    "pid.requested": Words("tiếp nhận đề nghị", "request taken"),
    "pid.proposed": Words("đề xuất C06", "proposed to C06"),
    "pid.decided": Words("có quyết định", "decided"),
    "supplement.requested": Words("yêu cầu bổ sung", "papers asked for"),
    "supplement.received": Words("đã bổ sung", "papers received"),
    "payment.requested": Words("yêu cầu nghĩa vụ tài chính", "payment asked for"),
    "payment.received": Words("đã nộp", "payment received"),
    "force_majeure.begun": Words("bắt đầu bất khả kháng", "force majeure begun"),
    "force_majeure.ended": Words("hết bất khả kháng", "force majeure ended"),
}

# What the events stand for where the duty is not the unit's: no event tells an arrival, a loss or a notice yet.
OCCASIONS: Mapping[str, Words] = {
    "case.completed": Words("khách đến, phát hiện mất", "arrival, or loss found"),
    "result.published": Words("đã thông báo", "notice given"),
}

OWNERS: Mapping[str, Words] = {
    "unit": Words("đơn vị giải quyết", "the unit"),
    "host": Words("cơ sở, chủ nhà nơi lưu trú", "the host"),
    "citizen": Words("công dân", "the citizen"),
    "ministry": Words("Bộ (C06)", "the ministry"),
    "post": Words("bưu chính", "the post"),
    "commune": Words("công an cấp xã", "the commune's police"),
    "province": Words("công an cấp tỉnh", "the province's police"),
    "nobody": Words("không ai", "nobody"),
}

STAGES = both(case_words.STAGES)

LEGS = both(case_words.LEGS)

AGENCIES: Mapping[str, Words] = {
    "commune_committee": Words("UBND cấp xã", "commune's committee"),
    "commune_police": Words("công an cấp xã", "commune's police"),
    "social_insurance": Words("bảo hiểm xã hội", "social insurance"),
    "social_affairs": Words("cơ quan chi trả mai táng phí", "office that pays the allowance"),
}

PAUSES = both(case_words.PAUSES)

CALENDARS: Mapping[str, Words] = {
    "vn": Words("ngày làm việc của Việt Nam", "working days of Việt Nam"),
    "vn-residence": Words("cư trú", "residence: Saturday mornings of reception"),
    "vn-one-stop": Words("một cửa cấp xã", "one-stop desks of communes"),
    "every-day": Words("mọi ngày", "every day"),
}
