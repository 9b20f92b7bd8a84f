"""The parts of docs/evidence.md that are made from the tables of the core and from the example of the poorest profile;
what stands between them is written by hand."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from schemas.topics import SOURCES
from streams.core.compiling import compile_rules
from streams.core.completeness import FEEDS as MEASURED_FEEDS
from streams.core.coverage import feeds_of
from streams.core.discrepancy import CLASSES
from streams.core.rules import Deadline
from streams.core.silence import hangs_on
from streams.core.unclaimed import rests_on
from streams.core.wording import WORDING
from streams.rules_file import VIETNAM, load_rules
from tools import poorest_profile
from tools.rules_cells import NONE, table
from tools.rules_words import Words

CARD, INTERLINKED = "card-2023", "interlinked-birth-2024"
# What people say of flags, and what sources say of themselves, tells of no case.
FEEDS = tuple(topic.name for topic in SOURCES if topic.name not in ("review", "source-health"))
ABSENCE, SILENCE = "●", "○"

# Profiles of a deployment, from rich to poor: the feeds that are live.
PROFILES: Mapping[Words, frozenset[str]] = {
    Words("đủ cả", "everything"): frozenset(FEEDS),
    Words("không có nơi in của Bộ", "without the Ministry's printing"): frozenset(FEEDS) - {"print"},
    Words("một cửa, cổng, sổ trả kết quả", "desk, portal, register of hand-over"): frozenset(
        {"submission", "official-status", "handover"}
    ),
    Words("cổng và sổ trả kết quả", "portal and register: the poorest"): frozenset({"official-status", "handover"}),
    Words("chỉ có cổng", "portal alone"): frozenset({"official-status"}),
}
_STARTED = frozenset({"submission", "official-status"})
_DONE = frozenset({"card-dispatch", "handover"})
_REPORTED = frozenset({"official-status"})
# What must have been told before a class can be claimed of a card: of each set at least one feed must be there.
TOLD: Mapping[str, tuple[frozenset[str], ...]] = {
    "overdue": (_STARTED,),
    "at_risk": (_STARTED,),
    "falsely_pending": (_REPORTED, _DONE),
    "wrong_due": (frozenset({"submission"}),),
    "out_of_sync": (_REPORTED,),
    "falsely_late": (_REPORTED, _DONE),
    "hung": (_REPORTED,),
    "no_movement": (_STARTED,),
    "lost_registration": (frozenset({"submission"}),),
    "not_accepted": (frozenset({"submission"}),),
    "falsely_done": (_REPORTED,),
    "backdated": (_REPORTED,),
    "rewritten": (_REPORTED,),
    "print_blocked": (frozenset({"print"}),),
    "not_collected": (frozenset({"card-dispatch"}),),
    "vanished": (_REPORTED,),
}


class Witness(NamedTuple):
    """By what it is known that a feed should have told of a case, what it then should have told, and by whose word."""

    shows: Words
    tells: Words
    word: Words


_OTHERS = Words("bên khác, hoặc người dân đã ký", "another party, or the citizen who signed")
_UNIT = Words("chỉ đơn vị", "the unit alone")
WITNESSES: Mapping[str, tuple[Witness, ...]] = {
    "submission": (
        Witness(
            Words("đã in, chuyển, có hoặc trả kết quả", "printed, sent, ready or handed over"),
            Words("tiếp nhận hoặc đủ hồ sơ", "received or complete"),
            _OTHERS,
        ),
    ),
    "print": (
        Witness(Words("thẻ đã gửi hoặc đã về", "a card sent, or at the unit"), Words("đã in", "printed"), _OTHERS),
        Witness(Words("giấy đã trả cho dân", "a letter handed over"), Words("đã in", "printed"), _OTHERS),
    ),
    "card-dispatch": (
        Witness(
            Words("thẻ đã trả tại quầy", "a card handed over at the desk"),
            Words("thẻ đã về", "arrived at the unit"),
            _OTHERS,
        ),
    ),
    "handover": (
        Witness(
            Words("bưu điện đã phát đúng bưu gửi của kết quả", "the post left the parcel that the result went with"),
            Words("đã giao", "delivered"),
            _OTHERS,
        ),
        Witness(
            Words(
                "hệ thống tính điểm báo đã trả (10), và đã có kết quả",
                "the scoring system shows it returned (10), and it was ready",
            ),
            Words("đã trả", "handed over"),
            _UNIT,
        ),
    ),
    "official-status": (
        Witness(
            Words("đã tiếp nhận, hoặc có bước xử lý như trên", "received, or worked on as above"),
            Words("hệ thống tính điểm báo bất kỳ trạng thái nào", "any report of the scoring system"),
            Words("ai báo tiếp nhận cũng được", "whoever tells the reception"),
        ),
    ),
}  # fmt: skip

_PART = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n)(?P<text>.*?)(<!-- end -->\n)", re.DOTALL)


def page(path: Path) -> str:
    """The page as it stands, with its generated parts made anew."""
    parts = {"matrix": _matrices(), "witnesses": _witnesses(), "profiles": _profiles(), "poorest": _poorest()}
    text = path.read_text(encoding="utf-8")
    assert [found["name"] for found in _PART.finditer(text)] == list(parts), f"{path}: a part is missing"
    return _PART.sub(lambda found: f"{found[1]}\n{parts[found['name']]}\n\n{found[4]}", text)


@cache
def rule(name: str) -> Deadline:
    """A rule of the law as shipped."""
    law = compile_rules(load_rules(VIETNAM))
    return next(one for rules in law.by_procedure.values() for one in rules if one.id == name)


def absence(flag_class: str, deadline: Deadline) -> frozenset[str]:
    """The feeds on which absence is the class's evidence, for a result collected at the desk."""
    return rests_on(flag_class, deadline.ends, deadline.returned_means)


def claimed(flag_class: str, live: frozenset[str], deadline: Deadline) -> bool:
    """Whether a class can be claimed where these feeds are live: what it needs is told, and no silence is blind."""
    return absence(flag_class, deadline) <= live and all(feeds & live for feeds in TOLD[flag_class])


def _matrices() -> str:
    card, group = rule(CARD), rule(INTERLINKED)
    return "\n\n".join(
        [
            f"Thẻ căn cước · Identity card (`{CARD}`): nghĩa vụ hết với · the duty ends with {_ends(card)}.",
            _matrix(card),
            f"Nhóm liên thông khai sinh · Interlinked group at birth (`{INTERLINKED}`): {_ends(group)}.",
            _matrix(group),
        ]
    )


def _ends(deadline: Deadline) -> str:
    return ", ".join(f"`{feed}`" for feed in sorted(feeds_of(deadline.ends)))


def _matrix(deadline: Deadline) -> str:
    heads = ("Loại cờ · class", *(f"`{feed}`" for feed in FEEDS))
    return table(heads, ([f"`{name}`", *_marks(name, deadline)] for name in CLASSES))


def _marks(flag_class: str, deadline: Deadline) -> Iterator[str]:
    evidence, withheld = absence(flag_class, deadline), hangs_on(flag_class, deadline, posted=False)
    assert evidence <= withheld, flag_class
    for feed in FEEDS:
        yield ABSENCE if feed in evidence else SILENCE if feed in withheld else NONE


def _witnesses() -> str:
    assert tuple(WITNESSES) == MEASURED_FEEDS, "a feed that is measured has no words"
    rows = [
        [f"`{feed}`", str(one.shows), str(one.tells), str(one.word)]
        for feed, found in WITNESSES.items()
        for one in found
    ]
    heads = ("Nguồn · feed", "Đã thấy · what is seen", "Thì phải có · what it should tell", "Theo lời · by the word of")
    return table(heads, rows)


def _profiles() -> str:
    card = rule(CARD)
    rows = []
    for name, live in PROFILES.items():
        able = [flag for flag in CLASSES if claimed(flag, live, card)]
        rows.append([str(name), _codes(feed for feed in FEEDS if feed in live), _codes(able), _withheld(able)])
    return table(
        ("Nguồn có · profile", "Nguồn hoạt động · live", "Nêu được · can be claimed", "Không nêu · is not claimed"),
        rows,
    )


def _withheld(able: Iterable[str]) -> str:
    known = set(able)
    return _codes(flag for flag in CLASSES if flag not in known)


def _poorest() -> str:
    said = poorest_profile.said(*poorest_profile.all_added())
    rows = []
    for code, case in poorest_profile.cases().items():
        found = said[code]
        register = f"{case.returned} (ghi · written {case.written})" if case.returned else NONE
        rows.append(
            [
                _name(code, case),
                _codes_of(case),
                _day(case.appointment),
                register,
                f"*{found.verdict}*",
                _codes(found.stand),
                _codes(flag for flag in found.ended if flag != "unknown"),
            ]
        )
    heads = (
        "Hồ sơ · case",
        "Cổng, theo bản dữ liệu · portal, export by export",
        "Hẹn trả · appointment",
        "Sổ trả · register",
        "Kết luận · verdict",
        "Cờ · flags that stand",
        "Đã hết · ended",
    )
    words = ", ".join(
        f"`{name}` *{WORDING[name]}*" for name in sorted({flag for one in said.values() for flag in one.stand})
    )
    return table(heads, rows) + f"\n\n{words}."


def _name(code: str, case: poorest_profile.Case) -> str:
    return code[-2:] if case.procedure == "card" else f"{code[-2:]} (`{case.procedure}`)"


def _codes_of(case: poorest_profile.Case) -> str:
    """The codes of a case, export by export, those that say the same in one."""
    runs: list[tuple[str, str, str]] = []
    for taken, code, ended in case.codes:
        what = code if not ended else f"{code} (kết thúc · end {_day(ended)})"
        if runs and runs[-1][0] == what:
            runs[-1] = what, runs[-1][1], _day(taken)
        else:
            runs.append((what, _day(taken), _day(taken)))
    return "; ".join(f"{what}: {first if first == last else f'{first}–{last}'}" for what, first, last in runs)


def _day(moment: str) -> str:
    """20260113170000 as people write it: 13/01."""
    return f"{moment[6:8]}/{moment[4:6]}"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or NONE
