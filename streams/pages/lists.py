"""The lists of cases, one for each kind of figure, and by what each can be narrowed.

The statement of a list stands under its name in sql/lists.sql; its rows are as many as the figure says.
"""

from collections.abc import Mapping
from typing import NamedTuple

from streams.core.case_words import PLACES, PROCEDURES
from streams.core.causes import Words
from streams.core.next_steps import NEXT_STEPS
from streams.core.screen_words import CLASS_WORDS, LABELS, OWNER_WORDS


class Filter(NamedTuple):
    """One way to narrow a list. `condition` is SQL on its `{column}` for the values `{n}`. A value is a key, or words
    that a dashboard has for it, empty for what has none; `is_closed`: other keys than those of `words` do not exist."""

    label: Words
    condition: str = "{column} = ANY ({n}::text[])"
    words: Mapping[str, Words] = {}
    is_closed: bool = False


IN_PROVINCE = (
    "coalesce({column}, '') IN (SELECT unit FROM unit_places WHERE province = ANY ({n}::text[]) "
    "UNION ALL SELECT '' WHERE 'none' = ANY ({n}::text[]))"
)
# An incident may be that of a unit above, of which no case tells.
NEAR_PROVINCE = "coalesce(province_of({column}), 'none') = ANY ({n}::text[])"
NAMED = "({column} = ANY ({n}::text[]) OR {column} IN (SELECT unit FROM unit_names WHERE name = ANY ({n}::text[])))"
NAMED_PARTY = (
    "({column} = ANY ({n}::text[]) OR {column} IN (SELECT 'unit:' || told FROM unnest({n}::text[]) AS told UNION ALL "
    "SELECT 'unit:' || unit FROM unit_names WHERE name = ANY ({n}::text[])))"
)

FILTERS: Mapping[str, Filter] = {
    "unit": Filter(LABELS["unit"], NAMED),
    "procedure": Filter(LABELS["procedure"], words=PROCEDURES),
    "province": Filter(LABELS["province"], IN_PROVINCE),
    "class": Filter(LABELS["class"], words=CLASS_WORDS, is_closed=True),
    # Whoever exactly is accountable, a unit by its name; and of what kind they are.
    "accountable": Filter(LABELS["accountable"], NAMED_PARTY, OWNER_WORDS),
    "party": Filter(LABELS["accountable"], words=OWNER_WORDS, is_closed=True),
    "stage": Filter(LABELS["stage"], words=PLACES),
    "owner": Filter(LABELS["owner"], words=OWNER_WORDS, is_closed=True),
    "source": Filter(LABELS["source"]),
    "software": Filter(LABELS["software"]),
}
COLUMNS: Mapping[str, str] = {name: name for name in FILTERS} | {
    "province": "unit", "party": "split_part(accountable, ':', 1)",
}  # fmt: skip
EVERYWHERE = ("unit", "procedure", "province")


class List(NamedTuple):
    """`tells` says what stands on it; `step` is what to do where the class of a flag does not say it. `by` are its
    filters, `near` whether its unit is that of an incident."""

    title: Words
    tells: Words
    step: Words | None = None
    by: tuple[str, ...] = EVERYWHERE
    near: bool = False

    def column(self, name: str) -> str:
        """What a filter is held against."""
        return "scope" if self.near and name in ("unit", "province") else COLUMNS[name]

    def condition(self, name: str, n: str) -> str:
        """The condition of a filter for the values `n`."""
        template = NEAR_PROVINCE if self.near and name == "province" else FILTERS[name].condition
        return template.format(column=self.column(name), n=n)


LISTS: Mapping[str, List] = {
    "newly_overdue": List(
        LABELS["newly_overdue"],
        Words(
            "Quá hạn theo chứng cứ từ 0 giờ của ngày xét. Một dòng cho mỗi hồ sơ và bên phải xử lý.",
            "Overdue by evidence since midnight: a row for each case and whoever is accountable.",
        ),
        NEXT_STEPS["overdue"],
        (*EVERYWHERE, "accountable", "party"),
    ),
    "due_not_ready": List(
        LABELS["due_not_ready"],
        Words("Hạn theo quy định là hôm nay và chưa có kết quả.", "The due is today and there is no result yet."),
        Words("Còn kịp: xử lý trong ngày", "These can still be saved: work on them today"),
    ),
    "due_not_updated": List(
        LABELS["due_not_updated"],
        Words(
            "Kết quả đã có, hẹn trả hôm nay, hệ thống còn mở.", "Done, the appointment is today, the system is open."
        ),
        NEXT_STEPS["falsely_pending"],
    ),
    "flags": List(
        Words("Hồ sơ cần xử lý, chỉnh sửa hoặc giải trình", "Cases to act on, to correct or to explain"),
        Words(
            "Một dòng cho mỗi hồ sơ, loại và bên phải xử lý.",
            "A row for each case, class and whoever is accountable.",
        ),
        by=(*EVERYWHERE, "class", "accountable", "party"),
    ),
    "open_reported": List(
        LABELS["open_reported"],
        Words("Hệ thống tính điểm hiện là đang mở.", "The scoring system shows it as open."),
        Words("Đã có kết quả: cập nhật; chưa có: xem hạn", "Where done, update it; else mind the due"),
    ),
    "open_observed": List(
        LABELS["open_observed"],
        Words("Chưa có chứng cứ kết thúc.", "Evidence shows no end."),
        Words("Hỏi bên đang giữ, theo hạn gần nhất", "Ask whoever has it, the nearest due first"),
    ),
    "done_not_updated": List(
        LABELS["done_not_updated"],
        Words("Chứng cứ cho thấy đã xong; hệ thống tính điểm còn mở.", "Done by evidence, open in the scoring system."),
        NEXT_STEPS["falsely_pending"],
    ),
    "not_shown": List(
        LABELS["not_shown"],
        Words("Chưa xong, mà hệ thống tính điểm không hiện là đang mở.", "Not done, not open in the scoring system."),
        Words("Kiểm tra đồng bộ và trạng thái trên hệ thống", "Check synchronisation and status in the system"),
    ),
    "waiting": List(
        Words("Hồ sơ đang chờ ở đâu", "Where cases wait"),
        Words("Hồ sơ đang mở theo chứng cứ: ở công đoạn nào, ai giữ.", "Open by evidence: at which stage, with whom."),
        Words("Hỏi bên đang giữ: hồ sơ chờ gì", "Ask whoever has it what it waits for"),
        (*EVERYWHERE, "stage", "owner"),
    ),
    "incidents": List(
        Words("Hồ sơ trong sự cố", "Cases in incidents"),
        Words(
            "Cờ đang nêu có cùng nguyên nhân; đơn vị là nơi xảy ra sự cố. Xử lý nguyên nhân, không xử lý từng hồ sơ.",
            "Raised flags of one cause; the unit is where the incident is. Mend the cause, not each case.",
        ),
        by=("unit", "province", "class", "party", "source", "software"),
        near=True,
    ),
}  # fmt: skip
