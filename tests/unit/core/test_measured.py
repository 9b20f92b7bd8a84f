"""How complete feeds are by groups, and the rows that follow, from one measure to the next."""

from typing import Any

import pytest

from streams.core.calendar import day_date
from streams.core.completeness import Witnessed
from streams.core.coverage import Place, why_refused
from streams.core.measured import ASK, BELOW, COMPLETE, FEW, Bar, Count, Key, Tally, rows
from tests.core_builders import UNIT, day

BAR = Bar(least=10)
# Windows of three measures, one after the other.
FIRST = day("2026-03-02"), day("2026-03-27")
SECOND = day("2026-03-09"), day("2026-04-03")
THIRD = day("2026-04-06"), day("2026-05-01")


def tally(
    *groups: tuple[str, int, int], unit: str | None = UNIT, procedure: str | None = "card", is_own: bool = False
) -> Tally:
    """Of each day so many witnessed, and so many of them told."""
    found = Tally()
    add(found, *groups, unit=unit, procedure=procedure, is_own=is_own)
    return found


def add(
    found: Tally,
    *groups: tuple[str, int, int],
    unit: str | None = UNIT,
    procedure: str | None = "card",
    is_own: bool = False,
) -> None:
    place = Place(unit, procedure)
    for on, expected, told in groups:
        found.add(Witnessed("card-dispatch", place, day(on), number < told, is_own) for number in range(expected))


def written(
    found: Tally, span: tuple[int, int], *earlier: dict[str, Any], by: str = "unit procedure"
) -> list[dict[str, Any]]:
    return rows(found, found.groups(*span, frozenset(by.split())), earlier, span, BAR)


def spans(found: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(row["first"], row.get("last")) for row in found]


@pytest.mark.parametrize(
    "expected, told, verdict",
    [(20, 19, COMPLETE), (20, 18, BELOW), (100, 95, COMPLETE), (10_000, 9_499, BELOW), (10, 10, COMPLETE), (9, 0, FEW)],
)
def test_a_feed_is_complete_from_the_bar_on_and_of_few_nothing_is_said(expected: int, told: int, verdict: str) -> None:
    (group,) = tally(("2026-03-02", expected, told)).groups(*FIRST)

    assert group.verdict(BAR) == verdict


def test_a_share_is_never_rounded_up_to_the_bar() -> None:
    assert Count(20_000, 18_999).share == 0.9499
    assert Count().share is None


def test_what_was_witnessed_outside_of_the_days_does_not_count() -> None:
    found = tally(("2026-03-01", 5, 0), ("2026-03-02", 3, 2), ("2026-03-27", 2, 2), ("2026-03-28", 7, 0))

    (group,) = found.groups(*FIRST)

    assert (group.key, group.others) == (Key("card-dispatch", UNIT, "card"), Count(5, 4))


def test_units_and_procedures_are_counted_together_where_asked_for() -> None:
    found = tally(("2026-03-02", 4, 4))
    add(found, ("2026-03-02", 3, 1), procedure="letter")
    add(found, ("2026-03-02", 2, 2), unit="G01.801.002")

    assert [(g.key[1:], g.procedures, g.others) for g in found.groups(*FIRST, frozenset({"unit"}))] == [
        ((UNIT, None), ("card", "letter"), Count(7, 5)),
        (("G01.801.002", None), ("card",), Count(2, 2)),
    ]
    assert [(g.key[1:], g.others) for g in found.groups(*FIRST, frozenset({"procedure"}))] == [
        ((None, "card"), Count(6, 6)),
        ((None, "letter"), Count(3, 1)),
    ]


def test_what_is_below_becomes_a_row_that_rules_accept() -> None:
    found = tally(("2026-03-02", 60, 41))

    (row,) = written(found, FIRST)

    assert row == {
        "id": "incomplete card-dispatch G01.801.001 card 2026-03-02",
        "feed": "card-dispatch",
        "units": [UNIT],
        "procedures": ["card"],
        "state": "incomplete",
        "first": "2026-03-02",
        "measured": 0.6833,
        "complete_from": 0.95,
        "expected": 60,
        "told": 41,
        "witnessed_first": "2026-03-02",
        "witnessed_last": "2026-03-27",
        "source": "hoso coverage measure: 41 of 60 facts that others witnessed from 2026-03-02 to 2026-03-27 were told",
    }
    assert why_refused(row) is None


def test_a_row_of_a_unit_names_the_procedures_that_were_witnessed() -> None:
    found = tally(("2026-03-02", 12, 2))
    add(found, ("2026-03-02", 12, 3), procedure="letter")

    (row,) = written(found, FIRST, by="unit")

    assert (row["procedures"], row["told"]) == (["card", "letter"], 5)


def test_an_id_of_many_procedures_is_short_enough() -> None:
    found = tally(("2026-03-02", 12, 2))
    for number in range(9):
        add(found, ("2026-03-02", 12, 3), procedure=f"a_procedure_{number}")

    (row,) = written(found, FIRST, by="unit")

    assert len(row["id"]) <= 96


def test_what_only_the_unit_says_makes_no_row_and_is_asked_about() -> None:
    found = tally(("2026-03-02", 60, 3), is_own=True)

    (group,) = found.groups(*FIRST)

    assert (group.verdict(BAR), group.own_verdict(BAR)) == (FEW, ASK)
    assert written(found, FIRST) == []


def test_the_units_own_word_moves_no_share_of_what_others_witness() -> None:
    found = tally(("2026-03-02", 20, 20))
    add(found, ("2026-03-02", 500, 0), is_own=True)

    (group,) = found.groups(*FIRST)

    assert (group.others, group.verdict(BAR)) == (Count(20, 20), COMPLETE)
    assert written(found, FIRST) == []


@pytest.mark.parametrize("unit, procedure", [(None, "card"), (UNIT, None)])
def test_of_a_unit_or_procedure_that_nobody_names_no_row_is_written(unit: str | None, procedure: str | None) -> None:
    assert written(tally(("2026-03-02", 60, 3), unit=unit, procedure=procedure), FIRST) == []


LOST = ("2026-03-20", 20, 5)


def test_measured_again_the_same_it_is_the_same() -> None:
    found = tally(LOST)

    assert written(found, FIRST, *written(found, FIRST)) == written(found, FIRST)


def test_what_is_still_below_goes_on_from_its_first_day() -> None:
    before = written(tally(LOST), FIRST)

    (row,) = written(tally(LOST, ("2026-04-01", 20, 19)), SECOND, *before)

    assert (row["first"], row["witnessed_first"], row["told"]) == ("2026-03-02", "2026-03-09", 24)


def test_what_is_complete_again_ends_and_what_was_lost_before_is_still_missing() -> None:
    before = written(tally(LOST), FIRST)

    after = written(tally(LOST, ("2026-04-10", 20, 20)), THIRD, *before)

    assert spans(after) == [("2026-03-02", "2026-04-05")]
    assert spans(written(tally(LOST, ("2026-05-20", 20, 20)), (day("2026-05-04"), day("2026-05-29")), *after)) == spans(
        after
    )


def test_the_days_after_it_do_not_make_up_for_what_a_row_lost() -> None:
    lost = [("2026-03-02", 10, 0), ("2026-03-03", 10, 9)]
    told = [(day_date(on).isoformat(), 10, 10) for on in range(day("2026-03-04"), day("2026-04-04"))]
    before = written(tally(*lost, *told[:16]), FIRST)

    after = written(tally(*lost, *told), SECOND, *before)

    assert spans(before) == [("2026-03-02", None)]
    assert spans(after) == [("2026-03-02", "2026-03-08")]


def test_what_was_told_since_takes_its_row_away() -> None:
    before = written(tally(LOST), FIRST)

    assert written(tally(("2026-03-20", 20, 20), ("2026-04-10", 20, 20)), THIRD, *before) == []


def test_a_row_whose_days_lie_all_in_a_complete_window_is_gone() -> None:
    begun = written(tally(("2026-04-06", 12, 0)), (day("2026-04-06"), day("2026-04-06")))

    assert written(tally(("2026-04-06", 12, 0), ("2026-04-20", 400, 400)), THIRD, *begun) == []


@pytest.mark.parametrize("now", [[], [("2026-04-10", 9, 9)]], ids=["nothing witnessed", "too few"])
def test_where_too_little_is_witnessed_a_row_stays_as_it_is(now: list[tuple[str, int, int]]) -> None:
    before = written(tally(LOST), FIRST)

    assert written(tally(LOST, *now), THIRD, *before) == before


def test_a_feed_that_is_lost_again_has_two_rows() -> None:
    ended = written(tally(LOST, ("2026-04-10", 20, 20)), THIRD, *written(tally(LOST), FIRST))
    again = (day("2026-05-04"), day("2026-05-29"))

    found = written(tally(LOST, ("2026-04-10", 20, 20), ("2026-05-10", 20, 2)), again, *ended)

    assert spans(found) == [("2026-03-02", "2026-04-05"), ("2026-05-04", None)]
    assert len({row["id"] for row in found}) == 2
    assert str(day_date(again[0])) == found[1]["witnessed_first"]
