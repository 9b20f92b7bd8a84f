"""Fair comparison of units (C16): an interval for each unit's rate, and no rank where two intervals overlap.

The intervals are those of Clopper and Pearson, at a level by which all of them together hold the units' own rates with
the confidence asked for (Šidák). Two units of one rate can have disjoint intervals only where one of the two misses it,
so equal units are declared different in at most 5 % of all periods, over all pairs together.

Of the mix of procedures: a unit's expectation is what its cases would come to at the rates of all units together. The
rate less the expectation is compared, about the common rate, and not clipped. The number in time of cases of several
rates lies closer to its mean than that of equal ones (Hoeffding 1956), so the interval still holds; that the common
rates are themselves found from few cases it does not know.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import exp, lgamma, log, log1p
from typing import NamedTuple

CONFIDENCE = 0.95
# Halvings: to a part in 10 to the 12th.
_STEPS = 40


class Sample(NamedTuple):
    """What is known of a unit: its cases, those proven in time, and those that evidence leaves open; and what is added
    to either end of its interval for its mix of procedures (`adjusted`)."""

    cases: int
    proven: int
    unsure: int
    to_low: Fraction = Fraction(0)
    to_high: Fraction = Fraction(0)


class Standing(NamedTuple):
    """Where a unit stands: the interval of its rate, with what its mix adds; the best and worst rank it may have."""

    low: float
    high: float
    best: int
    worst: int


def compare(samples: Mapping[str, Sample]) -> dict[str, Standing]:
    """The units with cases, the better first."""
    known = {name: sample for name, sample in samples.items() if sample.cases}
    if not known:
        return {}
    alpha = 1 - CONFIDENCE ** (1 / len(known))
    spans = {
        name: (
            interval(one.proven, one.cases, alpha)[0] + float(one.to_low),
            interval(one.proven + one.unsure, one.cases, alpha)[1] + float(one.to_high),
        )
        for name, one in known.items()
    }
    lows, highs = sorted(low for low, _ in spans.values()), sorted(high for _, high in spans.values())
    found = {}
    for name, (low, high) in spans.items():
        above, below = len(lows) - bisect_right(lows, high), bisect_left(highs, low)
        found[name] = Standing(low, high, above + 1, len(spans) - below)
    return dict(sorted(found.items(), key=lambda item: (item[1].best, item[1].worst, -item[1].low, item[0])))


def adjusted(mixes: Mapping[str, Mapping[str, Sample]]) -> dict[str, Sample]:
    """The cases of each unit, by procedure, as one sample, with what its mix adds: the common rate of all units less
    what the unit's cases would come to at the common rate of each procedure."""
    by_procedure: dict[str, Sample] = {}
    whole = {unit: _sum(mix.values()) for unit, mix in mixes.items()}
    for mix in mixes.values():
        for procedure, sample in mix.items():
            by_procedure[procedure] = _sum([by_procedure.get(procedure, _NONE), sample])
    common = _rates(_sum(whole.values()))
    usual = {procedure: _rates(sample) for procedure, sample in by_procedure.items()}
    found = {}
    for unit, sample in whole.items():
        if sample.cases:
            expected = [
                sum((one.cases * usual[procedure][end] for procedure, one in mixes[unit].items()), Fraction(0))
                for end in (0, 1)
            ]
            low, high = (common[end] - expected[end] / sample.cases for end in (0, 1))
            found[unit] = sample._replace(to_low=low, to_high=high)
    return found


_NONE = Sample(0, 0, 0)


def _sum(samples: Iterable[Sample]) -> Sample:
    told = list(samples)
    return Sample(sum(one.cases for one in told), sum(one.proven for one in told), sum(one.unsure for one in told))


def _rates(sample: Sample) -> tuple[Fraction, Fraction]:
    """The lower and the upper bound of its rate; none of no cases counts for anything."""
    cases = sample.cases or 1
    return Fraction(sample.proven, cases), Fraction(sample.proven + sample.unsure, cases)


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
