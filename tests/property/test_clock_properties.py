"""Laws of the clock: terms grow with their amount, add up, and are undone by counting; pauses move a due by what they
took; the stretches of those who held a case add up to the case; levels come once and in order."""

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from streams.core.calendar import Calendar, day_date
from streams.core.compiling import compile_rules
from streams.core.deadlines import UNITS, Due, Span, Term, due, lead, measure, share
from streams.core.engine import assess
from streams.core.facts import AT
from streams.core.pauses import span_of
from streams.core.stages import holders
from tests.core_builders import (
    PAUSES,
    a_calendar,
    at,
    case_of,
    clock_at,
    completed,
    content_of,
    day,
    deadline_row,
    entry,
    received,
    vietnam,
)

VN = vietnam().calendar
FIRST, LAST = at("2021-01-01"), at("2026-10-01")

units = st.sampled_from(sorted(UNITS))
whole = st.sampled_from(["working_day", "calendar_day", "half_day", "working_hour", "clock_hour"])
instants = st.integers(FIRST, LAST)
starts = st.builds(Span, instants, st.just(False)) | st.integers(day("2021-01-01"), day("2026-10-01")).map(
    lambda number: Span(VN.end_of(number), True)
)
amounts = st.integers(1, 40)
CALENDARS = {"vn": VN, "plain": a_calendar(), "odd": a_calendar(week=[1, 0, 1, 1, 0, 1, 0])}
calendars = st.sampled_from(sorted(CALENDARS)).map(CALENDARS.__getitem__)


@given(calendars, units, starts, amounts)
def test_a_longer_term_never_ends_earlier(calendar: Calendar, unit: str, start: Span, amount: int) -> None:
    assert due(calendar, Term(unit, amount), start).at <= due(calendar, Term(unit, amount + 1), start).at


@given(calendars, units, starts, st.integers(0, 10 * 86_400), amounts)
def test_who_starts_later_is_never_due_earlier(
    calendar: Calendar, unit: str, start: Span, later: int, amount: int
) -> None:
    after = Span(start.at + later, start.is_day and later % 86_400 == 0)

    assert due(calendar, Term(unit, amount), start).at <= due(calendar, Term(unit, amount), after).at


@given(calendars, starts, amounts, amounts)
def test_two_terms_of_working_days_one_after_the_other_are_one(
    calendar: Calendar, start: Span, first: int, second: int
) -> None:
    between = due(calendar, Term("working_day", first), start)

    again = due(calendar, Term("working_day", second), Span(between.at, True))

    assert again == due(calendar, Term("working_day", first + second), start)


@given(calendars, whole, starts, amounts)
def test_counting_undoes_a_term(calendar: Calendar, unit: str, start: Span, amount: int) -> None:
    end = due(calendar, Term(unit, amount), start)

    counted = measure(calendar, unit, start, Span(end.at, True))

    if unit == "calendar_day":  # a last day off rolls on
        assert counted >= amount
    else:
        assert counted == amount * UNITS[unit].scale


@given(calendars, units, st.lists(instants, min_size=3, max_size=6))
def test_measures_of_stretches_that_follow_each_other_add_up(calendar: Calendar, unit: str, times: list[int]) -> None:
    spans = [Span(one, False) for one in sorted(times)]

    parts = [measure(calendar, unit, a, b) for a, b in pairwise(spans)]

    assert sum(parts) == measure(calendar, unit, spans[0], spans[-1])


@given(calendars, whole, starts, amounts, st.integers(0, 60))
def test_a_pause_of_n_moves_the_due_by_n(calendar: Calendar, unit: str, start: Span, amount: int, paused: int) -> None:
    scale = UNITS[unit].scale

    assert due(calendar, Term(unit, amount), start, paused * scale) == due(calendar, Term(unit, amount + paused), start)


@given(calendars, units, starts, amounts, amounts)
def test_a_lead_lies_before_its_due(calendar: Calendar, unit: str, start: Span, amount: int, before: int) -> None:
    end = due(calendar, Term(unit, amount), start)

    found = lead(calendar, unit, end, before)

    assert found <= end.at
    assert lead(calendar, unit, end, before + 1) <= found


@given(calendars, units, starts, amounts, st.integers(1, 100), st.integers(1, 100))
def test_shares_grow_and_end_with_the_due(
    calendar: Calendar, unit: str, start: Span, amount: int, one: int, other: int
) -> None:
    term = Term(unit, amount)
    end = due(calendar, term, start)
    less, more = (share(calendar, term, start, 0, end, percent) for percent in sorted((one, other)))

    assert start.at - 86_400 < less <= more <= end.at
    assert share(calendar, term, start, 0, end, 100) == end.at


@settings(max_examples=300)
@given(st.integers(day("2015-01-01"), day("2026-12-31")), st.integers(1, 120))
def test_numpy_counts_the_same_working_days(start: int, amount: int) -> None:
    """A second opinion: numpy knows the week and a list of days off; days worked by decree are taken out of both."""
    worked = [number for number, is_worked in VN.exceptions if is_worked]
    off = [str(day_date(number)) for number, is_worked in VN.exceptions if not is_worked]
    end = VN.add_working_days(start, amount)
    extra = sum(start < number <= end for number in worked)

    counted = np.busday_count(str(day_date(start + 1)), str(day_date(end + 1)), weekmask="1111100", holidays=off)

    assert int(counted) + extra == amount
    assert VN.is_working(end)


# The clock of a case


STAGES = [
    {"id": "processing", "owner": "unit", "from": "case.completed", "to": "case.transmitted"},
    {"id": "print", "owner": "ministry", "from": "case.transmitted", "to": "card.dispatched"},
    {"id": "delivery", "owner": "post", "from": "card.dispatched", "to": "card.received_at_unit"},
]
STAGED = {
    unit: compile_rules(content_of(deadline_row(unit=unit, amount=amount, stages=STAGES)))
    for unit, amount in (("working_day", 7), ("working_hour", 40), ("calendar_day", 9), ("half_day", 14))
}
LATER = at("2026-04-01 00:00")
STEPS = ("case.transmitted", "card.dispatched", "card.printed", "card.received_at_unit", "card.returned")


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A case with steps, pauses and extensions wherever they fall, some of them known to the day only."""

    def when() -> int:
        return draw(st.integers(at("2026-01-05 00:00"), at("2026-02-27 00:00")) | st.sampled_from(MIDNIGHTS))

    told = [received("2026-01-05 08:00", fact=1), completed("2026-01-05 10:00", fact=2)]
    for number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from([*STEPS, *(one["from"] for one in PAUSES), *(one["to"] for one in PAUSES)]))
        moment, precision = when(), "second"
        if moment in MIDNIGHTS and draw(st.booleans()):
            precision = "day"
        told.append(
            entry(kind, moment, fact=10 + number, precision=precision, document=draw(st.sampled_from(DOCUMENTS)))
        )
    units = draw(st.lists(st.sampled_from(["G01.801.002", "G01.801.003"]), max_size=2))
    told += [entry("case.transferred", when(), fact=80 + number, to_unit=unit) for number, unit in enumerate(units)]
    if draw(st.booleans()):
        told.append(entry("case.extended", when(), fact=90, document="7/XL", new_due="2026-02-10 24:00"))
    return told


MIDNIGHTS = [at(f"2026-01-{number:02d} 00:00") for number in range(6, 31)]
DOCUMENTS = ["1/YC", "2/YC", None]


@settings(max_examples=400, deadline=None)
@given(histories(), st.sampled_from(sorted(STAGED)))
def test_what_owners_held_adds_up_to_the_case_in_every_history(told: list[dict[str, Any]], unit: str) -> None:
    rules = STAGED[unit]
    case = case_of(*told)
    found = assess(case, LATER, rules)
    assert found is not None
    lines, clock = found[:2]
    assume(clock.ended is not None and clock.start is not None and clock.rule is not None)
    assert clock.ended is not None
    assert clock.start is not None
    assert clock.rule is not None

    stretches = holders(lines, clock)

    whole_case = measure(clock.calendar, clock.rule.term.unit, span_of(clock.start), span_of(clock.ended))
    assert sum(one.taken or 0 for one in stretches) == whole_case
    edges = [(one.since[AT], one.until[AT]) for one in stretches if one.until is not None]
    assert all(end == begins for (_, end), (begins, _) in pairwise(edges))


@settings(max_examples=300, deadline=None)
@given(histories(), st.sampled_from(sorted(STAGED)))
def test_the_due_lies_as_far_on_as_its_pauses_took(told: list[dict[str, Any]], unit: str) -> None:
    rules = STAGED[unit]
    clock = clock_at("2026-04-01 00:00", *[one for one in told if one["type"] != "case.extended"], rules=rules)
    assume(clock.legal is not None and clock.start is not None and clock.rule is not None)
    assert clock.start is not None
    assert clock.rule is not None

    used = sum(pause.used for pause in clock.pauses)

    assert clock.legal == due(clock.calendar, clock.rule.term, span_of(clock.start), used)
    assert all(pause.used == 0 for pause in clock.pauses if pause.refused is not None)


@settings(max_examples=200, deadline=None)
@given(histories(), st.permutations(range(12)))
def test_the_order_in_which_facts_came_changes_no_clock(told: list[dict[str, Any]], order: list[int]) -> None:
    shuffled = sorted(told, key=lambda one: order[int(one["fact"], 16) % 12])

    one, other = (assess(case_of(*some), LATER, STAGED["working_day"]) for some in (told, shuffled))

    assert one is not None
    assert other is not None
    assert one.intervals == _by_ids(other.intervals, one.intervals)
    assert (one.clock.due, one.clock.paused) == (other.clock.due, other.clock.paused)


def _by_ids(found: list[Any], like: list[Any]) -> list[Any]:
    """Intervals with the evidence of their likes: the tables behind facts that came in another order differ."""
    assert [[fact[2] for fact in one.evidence] for one in found] == [[fact[2] for fact in one.evidence] for one in like]
    return [one._replace(evidence=twin.evidence) for one, twin in zip(found, like, strict=True)]


LEVELS = compile_rules(
    content_of(
        deadline_row(at_risk=[{"percent": 75}, {"percent": 50}, {"amount": 1, "unit": "working_day"}], stages=STAGES)
    )
)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_levels_follow_each_other_and_none_comes_twice_in_a_stretch(told: list[dict[str, Any]]) -> None:
    found = assess(case_of(*told), LATER, LEVELS)
    assert found is not None
    risks = [one for one in found.intervals if one.flag_class == "at_risk"]

    assert all(one.until is not None and one.since < one.until for one in risks)
    assert all(one.until <= two.since for one, two in pairwise(risks) if one.until is not None)
    for stretch in found.clock.stretches:
        until = LATER if stretch.until is None else stretch.until
        named = [one.level for one in risks if stretch.since <= one.since < until]
        order = [level for level in ("50%", "75%", "1 working_day") if level in named]
        assert named == order


@given(starts, st.integers(2, 30))
def test_a_due_beyond_the_horizon_is_provisional_and_no_other(start: Span, amount: int) -> None:
    calendar = a_calendar(horizon="2024-06-30")

    found = due(calendar, Term("working_day", amount), start)

    assert found.provisional is (found.day > day("2024-06-30"))
    assert isinstance(found, Due)


def test_the_case_of_the_decree() -> None:
    """7 working days from 29 December 2025 end on Friday 9 January with the swap, on Thursday 8 January without."""
    without = VN.with_days("without", {day("2026-01-02"): 1, day("2026-01-10"): 0}, {})
    start = Span(at("2025-12-29 09:00"), False)

    assert [due(one, Term("working_day", 7), start).day for one in (VN, without)] == [
        day("2026-01-09"),
        day("2026-01-08"),
    ]
