"""What the pages themselves say, in Vietnamese and English; words of the domain are those of streams/core."""

from collections.abc import Mapping

from streams.core.causes import Words
from streams.core.screen_words import LABELS

WORDS: Mapping[str, Words] = {
    "lists": Words("Danh sách hồ sơ", "Lists of cases"),
    "twin": Words("English", "Tiếng Việt"),
    "judged_up_to": LABELS["judged_up_to"],
    "never_judged": Words("chưa xét lần nào", "nothing is judged yet"),
    "rows": Words("dòng", "rows"),
    "cases": Words("hồ sơ", "cases"),
    "of_cases": Words("của {} hồ sơ", "of {} cases"),
    "nothing": Words("không có", "none"),
    "without": Words("bỏ lọc này", "without this"),
    "empty": Words("Không có hồ sơ nào.", "There is no such case."),
    "first": Words("Trang đầu", "First page"),
    "next": Words("Trang sau", "Next page"),
    "csv": Words("Tải CSV", "Download CSV"),
    "json": Words("JSON", "JSON"),
    "case": Words("Hồ sơ", "Case"),
    "where": Words("Đơn vị, thủ tục", "Unit, procedure"),
    "reported": Words("Theo hệ thống", "As reported"),
    "not_there": Words("không có", "not there"),
    "observed": Words("Theo chứng cứ", "By evidence"),
    "accountable": LABELS["accountable"],
    "owner": LABELS["owner"],
    "due": Words("Hạn theo quy định", "Legal due"),
    "provisional": Words("tạm tính", "provisional"),
    "appointment": Words("Hẹn trả", "Appointment"),
    "since": Words("Từ", "Since"),
    "days": Words("{} ngày", "{} days"),
    "step": Words("Việc cần làm", "What to do"),
    "unit": LABELS["unit"],
    "procedure": LABELS["procedure"],
    "code_or_name": Words("mã hoặc tên", "code or name"),
    "every": Words("tất cả", "all"),
    "narrow": Words("Lọc", "Narrow"),
    "no_unit": Words("chưa rõ đơn vị", "no unit known"),
    "no_procedure": Words("chưa rõ thủ tục", "no procedure known"),
    "valid": Words("Có:", "There are:"),
    "token": Words(
        "Mã hồ sơ trên trang này là mã thay thế; không có tên, số định danh hay mã hồ sơ gốc.",
        "Cases bear tokens here: no names, no numbers of persons, no codes of dossiers.",
    ),
    "away": Words("Chưa đọc được cơ sở dữ liệu", "The database cannot be read"),
    "away_step": Words(
        "Thử lại sau ít phút. Nếu vẫn vậy: báo người vận hành xem PostgreSQL và HOSO_DATABASE.",
        "Try again in some minutes. If it stays so, have the operator look at PostgreSQL and at HOSO_DATABASE.",
    ),
    "busy": Words("Đang có quá nhiều người xem hoặc tải", "Too many are looking or downloading right now"),
    "busy_step": Words(
        "Thử lại sau nửa phút; lọc bớt trước khi tải CSV.", "Try again in half a minute; narrow a list before its CSV."
    ),
    "other_host": Words("Trang này không mang tên máy chủ đó", "This site does not go by that host name"),
    "other_host_step": Words(
        "Mở bằng địa chỉ đã cho, hoặc báo người vận hành thêm tên máy chủ vào HOSO_PAGES_HOSTS.",
        "Open it by the address that you were given, or have the operator add the host name to HOSO_PAGES_HOSTS.",
    ),
    "behind": Words("Cơ sở dữ liệu chưa được nâng cấp", "The database was not migrated"),
    "behind_step": Words("Báo người vận hành chạy: hoso migrate", "Have the operator run: hoso migrate"),
    "no_page": Words("Không có trang này", "There is no such page"),
    "no_method": Words("Trang này chỉ để đọc", "This page is only read"),
    "fault": Words("Lỗi của trang", "The page is at fault"),
    "fault_step": Words("Báo người vận hành xem nhật ký của hoso pages.", "Have the operator read its log."),
}
