"""What rates are worth in the points of a published formula."""

from fractions import Fraction
from typing import NamedTuple

from streams.core.rates import Tally


class Points(NamedTuple):
    """Points by the reported rate, and by the lower and upper bound of the rate by evidence; exact."""

    reported: Fraction
    low: Fraction
    high: Fraction

    @property
    def difference(self) -> tuple[Fraction, Fraction]:
        """Reported less evidence, against the upper and against the lower bound: negative is what a unit loses by how
        it is counted, positive what it gains."""
        return self.reported - self.high, self.reported - self.low


def points(tally: Tally, most: int) -> Points | None:
    """The points of a tally where `most` are given for a rate of one; None unless both sides count something."""
    rate, bounds = tally.rate, tally.bounds
    if rate is None or bounds is None:
        return None
    return Points(most * rate, most * bounds[0], most * bounds[1])
