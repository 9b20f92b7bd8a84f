"""The strings of the dashboards: names of dashboards, titles of panels, and what each panel tells and asks for."""

from collections.abc import Mapping

from streams.core import screen_words
from streams.core.case_words import PLACES, PROCEDURES
from streams.core.causes import Words
from streams.core.screen_words import LABELS, TABLES

# Words for the values of queries: what the archive knows by a key.
VALUES: Mapping[str, Mapping[str, Words]] = {
    **TABLES,
    "stages": PLACES,
    "procedures": PROCEDURES,
    "standings": {
        "heard": Words("đang gửi", "telling"),
        "silent": Words("im lặng", "silent"),
        "suspended": Words("tạm dừng", "set aside"),
        "resuming": Words("đang nối lại", "resuming"),
        "draining": Words("đang đọc phần giữ lại", "reading what was parked"),
        "not_expected": Words("chưa khai báo", "not declared"),
    },
    "of_alerts": {
        "alertname": Words("Cảnh báo", "Alert"),
        "severity": Words("Mức độ", "Severity"),
        "Value": Words("Số lượng", "Number"),
    },
}

FOLDER = Words("Hồ sơ", "Dossiers (English)")
TWIN = Words("English", "Tiếng Việt")
ALL = Words("Tất cả", "All")
TO_CASES = Words("Danh sách hồ sơ", "The cases")

PERIODS: Mapping[str, Words] = {
    "month": Words("Tháng này", "This month"),
    "quarter": Words("Quý này", "This quarter"),
    "year": Words("Năm nay", "This year"),
    "ever": Words("Từ đầu", "From the beginning"),
}

BOARDS: Mapping[str, Words] = {
    "overview": Words("Tổng quan", "Overview"),
    "unit": Words("Đơn vị", "Units"),
    "corrections": Words("Danh sách cần chỉnh sửa", "Correction lists"),
    "stages": Words("Công đoạn và bên giữ", "Stages and owners"),
    "incidents": Words("Sự cố và nguồn dữ liệu", "Incidents and sources"),
    "pipeline": Words("Vận hành", "Pipeline"),
}

TITLES: Mapping[str, Words] = {
    **{name: LABELS[name] for name in (
        "judged_up_to", "complete_up_to", "sources_silent", "insufficient", "newly_overdue", "due_not_ready",
        "due_not_updated", "points", "rate_reported", "rate_evidence",
    )},
    **screen_words.TITLES,
    "units": Words("Các đơn vị", "Units"),
    "overdue_trend": Words("Quá hạn (theo chứng cứ), theo bên phải xử lý", "Overdue by evidence, by accountable party"),
    "falsely_open_trend": Words(
        "Đã xong, quá thời gian cho phép chưa cập nhật, theo bên phải xử lý",
        "Done, not updated in the time allowed, by party",
    ),
    "allowance": Words("Còn được trễ bao nhiêu trong tháng", "How many more may be late this month"),
    "corrections": Words("Số hồ sơ cần chỉnh sửa, giải trình theo đơn vị", "Cases to correct or explain, by unit"),
    "lists": Words("Theo loại", "By class"),
    "waiting": Words("Hồ sơ đang chờ ở đâu", "Where cases wait"),
    "owners": Words("Ai đang giữ hồ sơ", "Who has the cases"),
    "stages_heat": Words("Hồ sơ theo công đoạn qua thời gian", "Cases by stage over time"),
    "steps_of_procedures": Words("Từng thủ tục đã đi đến đâu", "How far each procedure has come"),
    "incidents": Words("Sự cố đang mở", "Open incidents"),
    "incident_trend": Words("Hồ sơ trong sự cố, theo loại", "Cases in incidents, by class"),
    "alerts": Words("Cảnh báo đang phát", "Alerts that fire"),
    "alertmanager": Words("Cảnh báo sau khi gộp (Alertmanager)", "Alerts after grouping (Alertmanager)"),
    "sources_up_to": Words("Từng nguồn đủ đến khi nào", "Up to when each source has told all"),
    "sources_silence": Words("Nguồn im lặng: thời gian làm việc", "Silent sources: office time"),
    "sources_states": Words("Nguồn theo trạng thái", "Sources by state"),
    "lag_seconds": Words("Chậm so với sự kiện", "Lag in event time"),
    "lag_records": Words("Bản ghi chưa xử lý", "Records not handled yet"),
    "lateness": Words("Kết luận muộn bao lâu sau hạn", "Judgement after the due instant"),
    "forwarded": Words("Sự kiện mỗi giây", "Events a second"),
    "dead_letters": Words("Bản ghi bị từ chối, mỗi giờ", "Dead letters an hour"),
    "restarts": Words("Số lần khởi động lại trong 1 giờ", "Restarts in an hour"),
    "commit": Words("Thời gian ghi bền một lô (p99)", "Making a chunk durable (p99)"),
    "stuck": Words("Tiến trình đứng", "Workers stuck"),
    "recovering": Words("Đang khôi phục", "Recovering"),
    "archive_up": Words("PostgreSQL trả lời", "PostgreSQL answers"),
    "figures_age": Words("Tuổi của số liệu", "Age of the figures"),
    "rows": Words("Hồ sơ trong bộ nhớ", "Cases in memory"),
}  # fmt: skip

# What a panel tells, and what to do about it.
HELP: Mapping[str, Words] = {
    "judged_up_to": Words(
        "Mọi hồ sơ đã được xét đến thời điểm này. Nếu đứng yên: xem bảng Vận hành.",
        "Every case is judged up to this instant. Where it stands still: see Pipeline.",
    ),
    "complete_up_to": Words(
        "Mọi nguồn đã gửi hết dữ liệu đến thời điểm này; sau đó các số có thể còn thiếu.",
        "All sources have told everything up to this instant; beyond it figures may lack something.",
    ),
    "sources_silent": Words(
        "Nguồn im lặng lâu hơn nhịp gửi, hoặc đang tạm ngừng. Hồ sơ dựa vào nguồn đó: chưa đủ căn cứ kết luận.",
        "Sources silent for longer than their rhythm, or set aside. Nothing is concluded from their silence.",
    ),
    "insufficient": Words(
        "Phần hồ sơ mà chứng cứ chưa đủ để kết luận. Cao: xem nguồn im lặng trước khi nhắc đơn vị.",
        "The share of cases that evidence does not settle. Where high: look at silent sources first.",
    ),
    "newly_overdue": Words(
        "Quá hạn theo chứng cứ từ 0 giờ hôm nay, theo bên phải xử lý. Gọi bên đứng đầu danh sách.",
        "Overdue by evidence since midnight, by who is accountable. Call the first of the list.",
    ),
    "due_not_ready": Words(
        "Hạn theo quy định là hôm nay và chưa có kết quả: còn kịp xử lý trong ngày.",
        "The due is today and there is no result yet: these can still be saved.",
    ),
    "due_not_updated": Words(
        "Kết quả đã có, hẹn trả hôm nay, hệ thống còn mở: cập nhật trước khi hết ngày.",
        "Done, the appointment is today, and the system is open: update it before the day ends.",
    ),
    "points": Words(
        "Điểm theo chứng cứ trừ điểm theo báo cáo. Số dương: mất điểm vì cách ghi nhận.",
        "Points by evidence less points as reported. Positive: lost by how cases are recorded.",
    ),
    "rate_reported": Words(
        "Theo công thức đã công bố, trên trạng thái của hệ thống tính điểm, từ đầu kỳ đến nay.",
        "By the published formula on what the scoring system shows, period to date.",
    ),
    "rate_evidence": Words(
        "Khoảng từ đã chứng minh đúng hạn đến cả phần chưa đủ căn cứ. Chỉ dùng nội bộ.",
        "From what is proven in time to that with all that evidence leaves open. Internal.",
    ),
    "causes": Words(
        "Tổng các phần bằng đúng chênh lệch giữa hai tỷ lệ. Số âm: tỷ lệ báo cáo bị thấp đi vì nguyên nhân này.",
        "The shares add up to the difference of the two rates. Negative: the cause lowers the reported rate.",
    ),
    "open": Words(
        "Đã xong nhưng hệ thống còn mở: cần cập nhật, không phải hồ sơ chậm.",
        "Done and shown as open: to be updated, not a delay.",
    ),
    "steps": Words(
        "Số hồ sơ đã qua từng bước theo chứng cứ.",
        "How many cases have passed each step, by evidence.",
    ),
    "ages": Words(
        "Số ngày từ khi tiếp nhận: theo hệ thống và trên thực tế.",
        "Days since intake, as the system shows it and in reality.",
    ),
    "false_backlog": Words(
        "Số ngày hồ sơ còn mở trên hệ thống sau khi đã xong, theo nguyên nhân.",
        "Days that cases stood open in the system after their end, by cause.",
    ),
    "units": Words(
        "Xếp theo số quá hạn theo chứng cứ, không phải xếp hạng. Bấm tên đơn vị để xem riêng.",
        "In the order of what is overdue by evidence; no ranking. A unit's name leads to it alone.",
    ),
    "overdue_trend": Words(
        "Quá hạn theo chứng cứ qua thời gian, theo bên phải xử lý.",
        "Overdue by evidence over time, by who is accountable.",
    ),
    "falsely_open_trend": Words(
        "Đã xong mà hệ thống còn mở. Tăng đột ngột ở một đơn vị: xem sự cố.",
        "Done and still open. A jump at one unit: look at incidents.",
    ),
    "allowance": Words(
        "Số hồ sơ còn có thể trễ trong tháng mà vẫn đạt chỉ tiêu; âm là đã vượt.",
        "How many more may be late this month within the target; negative: it is missed.",
    ),
    "corrections": Words(
        "Chỉ có số lượng; danh sách hồ sơ ở trang hồ sơ. Mỗi cột là một loại cần chỉnh sửa hoặc giải trình.",
        "Counts only; the cases stand on their own pages. A column for each class to correct or explain.",
    ),
    "lists": Words("Cờ đang nêu theo loại, và thời điểm cũ nhất.", "Raised flags by class, and the oldest."),
    "waiting": Words(
        "Hồ sơ đang mở: chờ ở công đoạn nào, ai giữ, trung bình bao lâu. Gọi bên giữ nhiều và lâu nhất.",
        "Open cases: at which stage, with whom, for how long. Call whoever has most for longest.",
    ),
    "owners": Words("Hồ sơ đang mở theo bên đang giữ.", "Open cases by who has them."),
    "stages_heat": Words(
        "Càng đậm càng nhiều hồ sơ. Một hàng đậm dần là nơi đang ứ lại.",
        "The darker, the more cases. A row that darkens is where they pile up.",
    ),
    "steps_of_procedures": Words(
        "Số hồ sơ của từng thủ tục đã qua từng bước.", "How many cases of each procedure passed each step."
    ),
    "incidents": Words(
        "Nhiều cờ cùng nguyên nhân là một sự cố: xử lý nguyên nhân, không xử lý từng hồ sơ.",
        "Many flags of one cause are one incident: mend the cause, not each case.",
    ),
    "incident_trend": Words("Hồ sơ trong các sự cố đang mở.", "Cases in open incidents."),
    "alerts": Words(
        "Cảnh báo đang phát theo mức độ. Việc cần làm: xem sổ tay (runbook).",
        "Alerts that fire, by severity. What to do stands in the runbook.",
    ),
    "alertmanager": Words(
        "Cảnh báo đã gửi đi sau khi gộp và chặn trùng.", "Alerts as they were sent, grouped and inhibited."
    ),
    "sources_up_to": Words(
        "Nguồn đứng đầu danh sách giữ chân tất cả: liên hệ bên vận hành nguồn đó.",
        "The first of the list holds all the others back: call whoever operates it.",
    ),
    "sources_silence": Words(
        "Thời gian làm việc đã im lặng. Quá một ngày làm việc: báo cấp trên.",
        "Office time of silence. Beyond a working day: one level up.",
    ),
    "sources_states": Words(
        "heard: đang gửi; silent: im lặng; suspended: tạm ngừng.",
        "heard: it tells; silent; suspended: set aside.",
    ),
    "lag_seconds": Words(
        "Tuổi của bản ghi xử lý gần nhất khi còn bản ghi chờ.", "Age of what was handled last, where more waits."
    ),
    "lag_records": Words("Số bản ghi còn chờ theo chủ đề.", "Records that wait, by topic."),
    "lateness": Words("Từ hạn đến khi kết luận: p50 và p99.", "From the due instant to the judgement: p50 and p99."),
    "forwarded": Words("Sự kiện từ nguồn vào nhật ký.", "Source events forwarded to the log."),
    "dead_letters": Words(
        "Bản ghi không đọc được, theo lý do: `hoso dead-letters list`.",
        "Records that were refused, by reason: `hoso dead-letters list`.",
    ),
    "restarts": Words("Lặp lại: xem nhật ký của tiến trình.", "Again and again: see the worker's log."),
    "commit": Words("Chậm: đĩa hoặc máy chủ Kafka.", "Slow: the disk, or the broker."),
    "stuck": Words("Khác 0: tiến trình có việc mà không làm.", "Not 0: a worker has work and does none."),
    "recovering": Words("1 khi đang đọc lại trạng thái.", "1 while state is read back."),
    "archive_up": Words(
        "0: PostgreSQL không trả lời; kết luận vẫn tiếp tục.", "0: it does not answer; judging goes on."
    ),
    "figures_age": Words(
        "Số liệu của đơn vị được đọc cách đây bao lâu.", "How long ago the figures of units were read."
    ),
    "rows": Words("Số hồ sơ mỗi tiến trình đang giữ.", "Cases that each worker holds."),
}
