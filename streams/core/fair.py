"""Fair comparison of units (C16): an interval for each unit's rate, and no rank where two intervals overlap.

The intervals are those of Clopper and Pearson, at a level by which all of them together hold the units' own rates with
the confidence asked for (Šidák). Two units of one rate can have disjoint intervals only where one of the two misses it,
so equal units are declared different in at most 5 % of all periods, over all pairs together.

Of the mix of procedures: a unit's expectation is what its cases would come to at the rates of all units together. The
rate less the expectation is compared, about the common rate, and not clipped. The number in time of cases of several
rates lies closer to its mean than that of equal ones (Hoeffding 1956), so the interval still holds.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import exp, lgamma, log, log1p
from typing import NamedTuple

CONFIDENCE = 0.95
# Halvings: to a part in 10 to the 12th.
_STEPS = 40


class Sample(NamedTuple):
    """What is known of a unit: its cases, those proven in time, and those that evidence leaves open; and how many would
    be in time, of each, had it done as all units together (`expected`), where that is known."""

    cases: int
    proven: int
    unsure: int
    expected: Fraction | None = None


class Standing(NamedTuple):
    """Where a unit stands: the interval of its rate, less its expectation and about the common rate where it has one;
    and the best and the worst rank that it may have."""

    low: float
    high: float
    best: int
    worst: int


def compare(samples: Mapping[str, Sample], common: Fraction | None = None) -> dict[str, Standing]:
    """The units with cases, the better first; `common` is the rate of all, about which adjusted rates lie."""
    known = {name: sample for name, sample in samples.items() if sample.cases}
    if not known:
        return {}
    alpha = 1 - CONFIDENCE ** (1 / len(known))
    spans: dict[str, tuple[float, float]] = {}
    for name, (cases, proven, unsure, expected) in known.items():
        low, high = interval(proven, cases, alpha)[0], interval(proven + unsure, cases, alpha)[1]
        shift = 0.0 if expected is None or common is None else float(common - expected / cases)
        spans[name] = low + shift, high + shift
    lows, highs = sorted(low for low, _ in spans.values()), sorted(high for _, high in spans.values())
    found = {}
    for name, (low, high) in spans.items():
        above = sum(other > high for other in lows)
        below = sum(other < low for other in highs)
        found[name] = Standing(low, high, above + 1, len(spans) - below)
    return dict(sorted(found.items(), key=lambda item: (item[1].best, item[1].worst, -item[1].low, item[0])))


@lru_cache(maxsize=1 << 14)
def interval(successes: int, cases: int, alpha: float) -> tuple[float, float]:
    """Holds the rate behind so many successes with a probability of at least 1 - alpha, whatever it is."""
    assert 0 <= successes <= cases, (successes, cases)
    low = 0.0 if successes == 0 else _quantile(alpha / 2, successes, cases - successes + 1)
    high = 1.0 if successes == cases else _quantile(1 - alpha / 2, successes + 1, cases - successes)
    return low, high


def _quantile(share: float, a: int, b: int) -> float:
    """Where a Beta(a, b) variable lies with probability `share` below, by halving."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _beta(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta(x: float, a: int, b: int) -> float:
    """The regularised incomplete beta function, by its continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: int, b: int) -> float:
    """Lentz's way through the continued fraction; it takes some √(a + b) steps."""
    least = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d or least)
    found = d
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / ((1 + term * d) or least)
            c = (1 + term / c) or least
            found *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return found
