"""Rates: the causes add up to the difference, of any cases; and nothing but evidence raises what evidence proves."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.core.engine import assess, counted_of
from streams.core.rates import Tally, by_unit
from streams.core.score import CAUSES, Counted, Period
from tests.core_builders import (
    answered,
    asked,
    at,
    case_of,
    completed,
    day,
    entry,
    official,
    ready,
    received,
    vietnam,
    written,
)
from tests.property.test_evidence_properties import histories

UNTIL = at("2026-02-27 12:00")
PERIOD = Period(day("2026-01-12"), UNTIL)
UNITS = ("G01.801.001", "G01.801.002")


@st.composite
def with_transfers(draw: st.DrawFn) -> list[dict[str, Any]]:
    told = draw(histories())
    for number in range(draw(st.integers(0, 2))):
        moved = entry(
            "case.transferred", draw(st.integers(at("2026-01-06 08:00"), at("2026-02-10 08:00"))), fact=900 + number
        )
        moved["data"] = {"to_unit": draw(st.sampled_from(UNITS))}
        told.append(moved)
    return told


def counts(told: list[dict[str, Any]], period: Period = PERIOD) -> list[Counted]:
    found = assess(case_of(*told), period.end, vietnam())
    return [] if found is None else counted_of(found, vietnam(), period)


def tallies(cases: list[list[dict[str, Any]]]) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for told in cases:
        for one in counts(told):
            found.setdefault("all", Tally()).add(one.reported, one.evidence, one.cause)
            for unit, *how in by_unit(one):
                found.setdefault(unit, Tally()).add(*how)
    return found


@given(st.lists(with_transfers(), min_size=1, max_size=8))
def test_the_causes_add_up_to_reported_less_both_bounds_for_every_unit(cases: list[list[dict[str, Any]]]) -> None:
    for tally in tallies(cases).values():
        split = tally.split()
        if split is None:
            assert tally.rate is None or tally.bounds is None
            continue
        assert tally.rate is not None
        assert tally.bounds is not None
        assert [sum(part.values(), Fraction(0)) for part in split] == [tally.rate - bound for bound in tally.bounds]
        assert set(split[0]) <= set(CAUSES)
        assert 0 <= tally.bounds[0] <= tally.bounds[1] <= 1


@given(
    st.lists(
        st.tuples(st.sampled_from([None, "in_time", "late"]), st.sampled_from([None, "in_time", "late", "unsure"]))
    )
)
def test_the_split_is_exact_of_any_counts(cases: list[tuple[str | None, str | None]]) -> None:
    tally = Tally()
    for reported, evidence in cases:
        agree = reported == evidence
        tally.add(reported, evidence, None if agree else f"{reported} {evidence}")
    split = tally.split()
    if split is not None:
        assert tally.rate is not None
        assert tally.bounds is not None
        assert [sum(part.values(), Fraction(0)) for part in split] == [tally.rate - bound for bound in tally.bounds]


def _proven(told: list[dict[str, Any]]) -> bool:
    return counts(told, Period(day("2026-01-01"), UNTIL))[0].evidence == "in_time"


MOMENTS = st.integers(at("2026-01-05 09:00"), at("2026-02-20 17:00"))


@st.composite
def what_proves_nothing(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Pauses without a document, or asked for after the due; closings in the system; reviews."""
    found: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 3))):
        moment = draw(MOMENTS)
        kind = draw(st.sampled_from(["undocumented", "late", "closed", "disputed"]))
        if kind == "undocumented":
            found += [
                asked(written(moment), document=None, fact=700 + number),
                answered(written(moment + 200_000), fact=720 + number),
            ]
        elif kind == "late":
            late = max(moment, at("2026-01-14 08:00"))
            found += [asked(written(late), fact=700 + number), answered(written(late + 200_000), fact=720 + number)]
        elif kind == "closed":
            found.append(official(draw(st.sampled_from(["9", "10"])), written(moment), fact=700 + number))
        else:
            review = entry("flag.disputed", moment, fact=700 + number)
            review["data"] = {"flag_id": "0" * 32, "since": "2026-01-13T17:00:00Z", "evidence": "a slip"}
            found.append(review)
    return found


@given(st.booleans(), st.sampled_from(["2026-01-12 09:00", "2026-01-15 09:00", None]), what_proves_nothing())
def test_what_proves_nothing_never_raises_the_lower_bound(
    is_own_word: bool, done: str | None, more: list[dict[str, Any]]
) -> None:
    origin = "unit" if is_own_word else "post"
    told = [received(), completed(), *([ready(done, origin=origin)] if done else [])]
    assert _proven([*told, *more]) <= _proven(told)


@given(st.integers(1, 20))
def test_a_lawful_documented_pause_is_deducted(days: int) -> None:
    told = [
        received(),
        completed(),
        asked("2026-01-12 09:00"),
        answered(written(at("2026-01-12 09:00") + days * 86_400)),
    ]
    # Ready on the last day of the term, moved on by the pause.
    found = assess(case_of(*told), UNTIL, vietnam())
    assert found is not None
    assert found.clock.due is not None
    last = found.clock.due.at - 3600
    assert found.clock.due.at > at("2026-01-13 24:00")
    assert _proven([*told, ready(written(last), origin="post")])
    assert not _proven([received(), completed(), ready(written(max(last, at("2026-01-14 08:00"))), origin="post")])
