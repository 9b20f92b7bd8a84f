"""Fair comparison: equal units are seldom told apart, unequal ones are, and ranks overlap where intervals do."""

from random import Random

import pytest

from streams.core.fair import Sample, adjusted, compare, interval

SIMULATIONS = 300


@pytest.mark.parametrize(
    ("successes", "cases", "low", "high"),
    # Tables of Clopper and Pearson, 95 %.
    [(0, 10, 0.0, 0.3085), (8, 10, 0.4439, 0.9748), (10, 10, 0.6915, 1.0), (81, 263, 0.2527, 0.3676)],
)
def test_the_interval_is_that_of_the_tables(successes: int, cases: int, low: float, high: float) -> None:
    assert interval(successes, cases, 0.05) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("rate", [0.5, 0.9, 0.99])
def test_equal_units_are_declared_different_in_at_most_5_percent_of_simulations(rate: float) -> None:
    draw = Random(f"equal {rate}")

    told_apart = 0
    for _ in range(SIMULATIONS):
        sizes = [draw.choice((8, 30, 120, 400)) for _ in range(12)]
        found = compare(
            {f"u{n}": Sample(size, sum(draw.random() < rate for _ in range(size)), 0) for n, size in enumerate(sizes)}
        )
        told_apart += any((one.best, one.worst) != (1, len(sizes)) for one in found.values())

    assert told_apart <= 0.05 * SIMULATIONS


def test_units_that_differ_by_their_mix_alone_are_not_told_apart() -> None:
    # All hand over cards at 70 % and papers at 98 %; some have many cards and others few.
    draw = Random("mix")
    rates = {"card": 0.70, "paper": 0.98}

    told_apart = plainly_apart = 0
    for _ in range(SIMULATIONS):
        mixes = [{"card": cards, "paper": 400 - cards} for cards in (20, 60, 200, 340, 380)]
        found = adjusted(
            {
                f"u{number}": {p: Sample(n, sum(draw.random() < rates[p] for _ in range(n)), 0) for p, n in mix.items()}
                for number, mix in enumerate(mixes)
            }
        )
        told_apart += any((one.best, one.worst) != (1, 5) for one in compare(found).values())
        plain = {name: Sample(*sample[:3]) for name, sample in found.items()}
        plainly_apart += any((one.best, one.worst) != (1, 5) for one in compare(plain).values())

    assert told_apart <= 0.05 * SIMULATIONS
    assert plainly_apart == SIMULATIONS


def test_units_that_differ_have_ranks_and_those_between_a_range_of_them() -> None:
    found = compare({"good": Sample(1000, 990, 0), "bad": Sample(1000, 700, 0), "few": Sample(5, 4, 0)})

    assert [(name, one.best, one.worst) for name, one in found.items()] == [
        ("good", 1, 2),
        ("few", 1, 3),
        ("bad", 2, 3),
    ]


def test_what_evidence_leaves_open_widens_the_interval() -> None:
    sure, unsure = compare({"a": Sample(1000, 900, 0)})["a"], compare({"a": Sample(1000, 900, 60)})["a"]

    assert unsure.low == sure.low
    assert unsure.high > 0.96 > sure.high


def test_units_without_cases_are_not_compared() -> None:
    assert compare({"none": Sample(0, 0, 0)}) == {}
