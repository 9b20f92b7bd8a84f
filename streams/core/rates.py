"""On-time rates over many cases: the reported one, the range by evidence, and their difference split into causes.

With R the reported rate over the cases that the system counts (n of them), and E the rate by evidence over those that
evidence counts, each case has a share of R - E: where both count it, what the two sides say differently of it, over n;
where only the system counts it, how far it lies from E, over n; where only evidence does, the same the other way round.
The shares add up to R - E, whatever the cases are: what lies in both sets and is judged alike has none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from streams.core.score import IN_TIME, UNSURE, Counted


@dataclass(slots=True)
class Moves:
    """The cases of one cause: those on which the two sides differ where both count them (`charged`: late for the system
    only; `excused`: late for evidence only), and those that one side alone counts, with how many are in time."""

    cases: int = 0
    excused: int = 0
    charged: int = 0
    only_reported: int = 0
    only_reported_in_time: int = 0
    only_evidenced: int = 0
    only_evidenced_in_time: int = 0

    def share(self, counted: int, rate: Fraction) -> Fraction:
        """What the cause adds to the reported rate, with `counted` cases reported and `rate` by evidence."""
        both = self.excused - self.charged
        theirs = self.only_reported_in_time - self.only_reported * rate
        ours = self.only_evidenced_in_time - self.only_evidenced * rate
        return (both + theirs - ours) / Fraction(counted)


@dataclass(slots=True)
class Tally:
    """Counts of cases: by the system, and by evidence with what it proves and what it leaves open."""

    counted: int = 0
    in_time: int = 0
    evidenced: int = 0
    proven: int = 0
    unsure: int = 0
    # By cause, held against the lower and against the upper bound of the rate by evidence.
    lower: dict[str, Moves] = field(default_factory=dict)
    upper: dict[str, Moves] = field(default_factory=dict)

    def add(self, reported: str | None, evidence: str | None, cause: str | None) -> None:
        """One case, as each side counts it."""
        self.counted += reported is not None
        self.in_time += reported == IN_TIME
        self.evidenced += evidence is not None
        self.proven += evidence == IN_TIME
        self.unsure += evidence == UNSURE
        if cause is not None:
            _move(self.lower.setdefault(cause, Moves()), reported, evidence, evidence == IN_TIME)
            _move(self.upper.setdefault(cause, Moves()), reported, evidence, evidence in (IN_TIME, UNSURE))

    @property
    def rate(self) -> Fraction | None:
        """As reported; None where the system counts nothing."""
        return Fraction(self.in_time, self.counted) if self.counted else None

    @property
    def bounds(self) -> tuple[Fraction, Fraction] | None:
        """By evidence: what is proven in time, and that with all that evidence leaves open."""
        if not self.evidenced:
            return None
        return Fraction(self.proven, self.evidenced), Fraction(self.proven + self.unsure, self.evidenced)

    def split(self) -> tuple[Mapping[str, Fraction], Mapping[str, Fraction]] | None:
        """By cause, the reported rate less the lower bound, and less the upper one, exactly; None without both."""
        bounds = self.bounds
        if bounds is None or not self.counted:
            return None
        low, high = (
            {cause: moves.share(self.counted, rate) for cause, moves in sorted(causes.items())}
            for causes, rate in zip((self.lower, self.upper), bounds, strict=True)
        )
        return low, high


def by_unit(counted: Counted) -> Iterator[tuple[str, str | None, str | None, str | None]]:
    """The units for which a case counts, with how: the system charges who has it, evidence who had it when it became
    late. Of a case that is two units', each has one side, and the transfer is the cause."""
    _, reported, charged, _, evidence, unit, _, cause, _ = counted
    if charged is not None and unit is not None and charged != unit and reported is not None and evidence is not None:
        yield charged, reported, None, "transferred"
        yield unit, None, evidence, "transferred"
        return
    name = unit if reported is None else charged
    if name is not None and counted.is_counted:
        # Of all cases together a transfer makes no difference, and of one unit neither.
        yield name, reported, evidence, None if cause == "transferred" else cause


def _move(moves: Moves, reported: str | None, evidence: str | None, is_in_time: bool) -> None:
    moves.cases += 1
    if reported is None:
        moves.only_evidenced += 1
        moves.only_evidenced_in_time += is_in_time
    elif evidence is None:
        moves.only_reported += 1
        moves.only_reported_in_time += reported == IN_TIME
    else:
        moves.excused += reported == IN_TIME and not is_in_time
        moves.charged += reported != IN_TIME and is_in_time
