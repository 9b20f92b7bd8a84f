"""Feeds measured incomplete: whatever the rows, they only withhold, and prove nothing for a unit; and what a unit says
of itself alone never moves what others witness."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import EVENTS_OF_TOPIC
from streams.core.clock import read_clock
from streams.core.compiling import compile_rules
from streams.core.completeness import witnessed
from streams.core.engine import assess, counted_of
from streams.core.lines import read_lines
from streams.core.rates import Tally as Rates
from streams.core.rules import Rules
from streams.core.score import Period
from streams.rules_file import VIETNAM, load_rules
from tests.core_builders import at, case_of, day, entry, official, vietnam
from tests.property.test_evidence_properties import UNTIL, histories
from tests.unit.core.test_coverage import measured, row

CONTENT = load_rules(VIETNAM)
UNITS = ["G01.801.001", "G01.801", "G01.801.002"]
FEEDS = sorted(EVENTS_OF_TOPIC)
DAYS = ["2026-01-01", "2026-01-12", "2026-01-20", "2026-02-10"]


@st.composite
def some_rows(draw: st.DrawFn, build: Any = measured) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        units, procedures = (
            draw(st.sampled_from([[], *([one] for one in UNITS)])),
            draw(st.sampled_from([[], ["card"]])),
        )
        first, last = draw(st.sampled_from(DAYS)), draw(st.sampled_from([None, *DAYS]))
        feed = draw(st.sampled_from(FEEDS))
        named = f"{build.__name__} {number}"
        found.append(build(feed, id=named, units=units, procedures=procedures, first=first, last=last))
    return found


def declared(feed: str, **fields: Any) -> dict[str, Any]:
    return row(feed, **{"state": "live", "document": None} | fields)


def under(*rows: dict[str, Any]) -> Rules:
    return compile_rules(CONTENT | {"coverage": list(rows)})


def standing(told: list[dict[str, Any]], rules: Rules) -> set[tuple[str, int]]:
    """The classes that hold of a case, half a day by half a day."""
    found = assess(case_of(*told), UNTIL, rules)
    if found is None:
        return set()
    moments = range(at("2026-01-05"), UNTIL, 43_200)
    return {
        (one.flag_class, moment)
        for one in found.intervals
        for moment in moments
        if one.since <= moment and (one.until is None or moment < one.until)
    }


def proven(told: list[dict[str, Any]], rules: Rules) -> tuple[int, int]:
    """Of how many counts of a case evidence says something, and how many of them are proven in time."""
    found = assess(case_of(*told), UNTIL, rules)
    assert found is not None
    rates = Rates()
    for one in counted_of(found, rules, Period(day("2026-01-01"), UNTIL)):
        rates.add(one.reported, one.evidence, one.cause)
    return rates.evidenced, rates.proven


@settings(max_examples=200, deadline=None)
@given(histories(), some_rows(), some_rows(declared))
def test_rows_of_what_was_measured_raise_nothing_but_unknown(
    told: list[dict[str, Any]], rows: list[dict[str, Any]], others: list[dict[str, Any]]
) -> None:
    before, after = standing(told, under(*others)), standing(told, under(*others, *rows))

    assert {flag for flag, moment in after - before} <= {"unknown"}
    assert standing(told, under(*rows, *others)) == after


@settings(max_examples=200, deadline=None)
@given(histories(), some_rows())
def test_rows_of_what_was_measured_never_raise_the_lower_bound(
    told: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> None:
    (counted, in_time), (counted_before, in_time_before) = proven(told, under(*rows)), proven(told, vietnam())

    assert counted == counted_before
    assert in_time <= in_time_before


@st.composite
def own_words(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Closings in the scoring system, and hand-overs and results that only the unit wrote down."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        moment = draw(st.integers(at("2026-01-05 09:00"), at("2026-02-20 17:00")))
        if draw(st.booleans()):
            found.append(official(draw(st.sampled_from(["9", "10"])), fact=700 + number))
        else:
            kind = draw(st.sampled_from(["card.returned", "letter.collected", "result.published"]))
            found.append(entry(kind, moment, fact=700 + number, origin="unit", strength="register_line"))
    return found


def missing(told: list[dict[str, Any]]) -> set[str]:
    """The feeds that others witness to have told nothing."""
    case = case_of(*told)
    lines = read_lines(case.facts, case.strings, UNTIL)
    rules = vietnam()
    found = witnessed(lines, read_clock(lines, rules), rules)
    return {one.feed for one in found if not one.is_told and not one.is_own}


@settings(max_examples=200, deadline=None)
@given(histories(), own_words())
def test_what_only_the_unit_says_makes_no_feed_less_complete(
    told: list[dict[str, Any]], more: list[dict[str, Any]]
) -> None:
    assert missing([*told, *more]) <= missing(told)
