"""The states of lines and flags in words, for the page that draws them; one that has none stands under its own name."""

from collections.abc import Mapping

from streams.core import case_words
from tools.rules_words import Words, both

OBSERVED = both(case_words.OBSERVED)

OFFICIAL = both(case_words.OFFICIAL)
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

LIFE = both(case_words.LIFE)
