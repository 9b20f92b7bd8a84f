"""A small folder of rules for tests of commands: a swap, a closure, a cut, a group with a leg, days and hours."""

from pathlib import Path

CALENDAR = """\
[[calendar]]
id = "vn"
zone = "Asia/Ho_Chi_Minh"
source = "Labour Code 2019, Article 112"
horizon = 2026-12-31
week = ["mon", "tue", "wed", "thu", "fri"]
hours = ["08:00-12:00", "13:30-17:30"]
off = [2026-01-01, 2026-12-25]
"""
SWAP = """
[[calendar.swap]]
off = [2026-01-02]
worked = [2026-01-10]
source = "Document 12729/VPCP-KGVX"
"""
RULES = """
[[closure]]
id = "storm"
calendar = "vn"
units = ["H26"]
off = [2026-01-06]
source = "Decision 7/QD-UBND"

[[deadline]]
id = "card-old"
procedure = "card"
variants = ["new", "reissue"]
amount = 15
unit = "working_day"
calendar = "vn"
starts = "case.completed"
duty_ends_at = "card.received_at_unit"
effective_from = 2020-01-01
effective_until = 2024-07-01
source = "Law of 2014, Article 25"
example = [{ received = 2024-06-03T08:00:00, variant = "new", due = 2024-06-24, why = "fifteen days after Monday" }]

[[deadline]]
id = "card"
procedure = "card"
variants = ["new", "reissue"]
amount = 7
unit = "working_day"
calendar = "vn"
starts = "case.completed"
duty_ends_at = "card.received_at_unit"
effective_from = 2024-07-01
source = "Law 26/2023/QH15, Article 26"
nv = "law_of"
example = [{ received = 2026-01-12T08:00:00+07:00, variant = "new", due = 2026-01-21, why = "a plain week" }]

[[cut]]
id = "h26-card"
deadline = "card"
units = ["H26"]
amount = 5
effective_from = 2025-01-01
decision = "99/QD-UBND"
source = "Decision 99/QD-UBND of the province"

[[deadline]]
id = "plate"
procedure = "plate"
amount = 8
unit = "working_hour"
calendar = "vn"
starts = "case.completed"
duty_ends_at = "result.published"
effective_from = 2024-07-01
source = "Circular 24/2023"
example = [{ received = 2026-01-12T10:00:00+07:00, due = 2026-01-13T10:00:00+07:00, why = "six hours and two" }]

[[deadline]]
id = "birth"
procedure = "birth"
amount = 3
unit = "working_day"
calendar = "vn"
starts = "case.completed"
duty_ends_at = "result.published"
effective_from = 2024-07-01
source = "Decree 63/2024"
example = [
    { received = 2026-01-12T08:00:00+07:00, due = 2026-01-15, why = "three days after Monday" },
    { received = 2026-01-12T08:00:00+07:00, leg = "registration", due = 2026-01-13, why = "one day after Monday" },
]

[[deadline.leg]]
id = "registration"
agency = "justice"
amount = 1
unit = "working_day"
source = "Decree 63/2024, Article 5"
"""


def write_rules(folder: Path, *, swap: bool = True, rules: str = RULES, calendar: str = CALENDAR) -> Path:
    """The folder with its one file; without the swap it is the law before the decree."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(calendar + (SWAP if swap else "") + rules, encoding="utf-8")
    return folder
