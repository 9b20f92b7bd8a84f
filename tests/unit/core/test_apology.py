"""Letters of apology: which count."""

from collections.abc import Mapping
from typing import Any

import pytest

from streams.core.apology import has_letter
from streams.core.lines import read_lines
from tests.core_builders import at, case_of, clock_at, completed, entry, received

END = "2026-01-31 24:00"


def extended(when: str, document: str | None = "XL-8", new_due: str = "2026-01-25 17:00") -> dict[str, Any]:
    return entry("case.extended", when, document=document, new_due=new_due)


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        # The due is the end of Tuesday the 13th.
        ((), False),
        ((entry("apology.issued", "2026-01-15 08:00", document="XL-7"),), True),
        ((entry("apology.issued", "2026-01-06 08:00", document="XL-7"),), False),
        ((extended("2026-01-20 08:00"),), True),
        ((extended("2026-01-20 08:00", document=None),), False),
        # It moved the due to the 14th, which was missed too.
        ((extended("2026-01-12 08:00", new_due="2026-01-14 17:00"),), False),
        ((entry("apology.issued", "2026-02-03 08:00", document="XL-7"),), False),
    ],
)
def test_a_letter_counts_once_the_due_was_missed(told: tuple[Mapping[str, Any], ...], counts: bool) -> None:
    entries = (received(), completed(), *told)
    case = case_of(*entries)

    assert has_letter(read_lines(case.facts, case.strings, at(END)), clock_at(END, *entries)) is counts
