"""Tables of a report: what is rounded is rounded once, and where that shows, a line says so."""

import re
from fractions import Fraction
from typing import Any

from streams.core.causes import CAUSE_WORDS
from streams.core.rates import Tally
from streams.report.tables import Table, percent, tables
from streams.report.told import _rates, number
from streams.report.words import COLUMNS, TITLES

FORBIDDEN = re.compile(r"\b(gian lận|khống|ảo|giả|true rate|fraud|fake)\b", re.IGNORECASE)
EMPTY: dict[str, Any] = {
    "by": "unit", "interlinked": [], "notices": {}, "funnel": [], "targets": [], "stages": [], "false_backlog": [],
    "not_collected": [], "print_blocked": [], "apologies": [], "complaints": None, "comparison": [],
}  # fmt: skip


def causes_of(tally: Tally) -> list[list[str]]:
    found = tables(EMPTY | {"rates": [_rates("all", tally, None, None)]}, "en")
    return [list(row[1:]) for table in found if table.name == "causes" for row in table.rows]


def tally(cases: int, **charged: int) -> Tally:
    """Of so many cases all are in time by evidence, and those charged are late for the system."""
    found = Tally()
    for cause, count in charged.items():
        for _ in range(count):
            found.add("late", "in_time", cause)
    for _ in range(cases - sum(charged.values())):
        found.add("in_time", "in_time", None)
    return found


def test_causes_are_told_with_the_difference_that_they_add_up_to() -> None:
    assert causes_of(tally(100, hung=1, not_updated=12)) == [
        ["done, and the system was not updated", "12", "-12.00"],
        ["hung: it cannot be updated and counts as open to the end", "1", "-1.00"],
        ["difference", "", "-13.00"],
    ]


def test_what_rounding_leaves_has_a_line_of_its_own() -> None:
    # Thirds of a percent: three times -0.33, and -1.00 in all.
    assert [row[2] for row in causes_of(tally(300, hung=1, not_updated=1, closed_late=1))] == [
        "-0.33", "-0.33", "-0.33", "-0.01", "-1.00",
    ]  # fmt: skip


def test_rates_above_one_hundred_percent_are_not_cut_off() -> None:
    assert percent(number(Fraction(182_136, 176_846))) == "103.0 %"


def test_a_tie_is_rounded_to_the_even_digit_and_only_once() -> None:
    assert [percent(number(Fraction(n, 20_000))) for n in (9_990, 10_010, 10_030)] == ["50.0 %", "50.0 %", "50.2 %"]


def test_every_table_and_column_has_words_in_both_languages_and_none_accuses() -> None:
    words = [*TITLES.values(), *COLUMNS.values(), *CAUSE_WORDS.values()]

    assert all(one.vi and one.en for one in words)
    assert not [one for one in words if FORBIDDEN.search(f"{one.vi} {one.en}")]


def test_a_table_is_headed_in_the_language_asked_for() -> None:
    table = Table("rates", ("unit", "evidence"), [])

    assert table.heads("vi") == ["đơn vị", "tỷ lệ theo chứng cứ (nội bộ)"]
    assert table.title("en") == "On-time rates"
