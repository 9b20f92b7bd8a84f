"""Flags found beside flags expected: which agree, which are wrong, which were missed, how long it took to tell them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Literal, NamedTuple

# The oracle lets a day end with its last second, hoso with the first of the next: the same instant told in two ways.
# Nothing else may differ, for both compute the instants from the same facts.
TOLERANCE = timedelta(seconds=1)
HOUR = timedelta(hours=1)

# Beside what was told, how soon, and beside what happened.
COLUMNS = (
    "right", "wrong", "missed", "precision", "recall", "until", "median h", "p90 h", "true precision", "true recall",
)  # fmt: skip

Kind = Literal["wrong", "missed", "until"]


class Flag(NamedTuple):
    """A class that held for a case; `until` is None where it still does. `told` is when it was first raised, None of
    what is expected."""

    case: str
    flag_class: str
    since: datetime
    until: datetime | None
    told: datetime | None = None


class Difference(NamedTuple):
    """Where two sets of flags part: a flag that only one has, or that ends at another time in each.

    `flag` is the expected one where it was missed, else the one found; `until` is the end expected of it.
    """

    kind: Kind
    flag: Flag
    until: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        flag = self.flag
        found = {"kind": self.kind, "case": flag.case, "class": flag.flag_class, "since": _text(flag.since)}
        if self.kind == "until":
            return found | {"until": _text(flag.until), "expected_until": _text(self.until)}
        return found | {"until": _text(flag.until)}


class Comparison(NamedTuple):
    """The pairs that agree on case, class and since, found first; and all differences."""

    pairs: list[tuple[Flag, Flag]]
    differences: list[Difference]


@dataclass
class Counts:
    """How often a class was found where it is expected (`right`), where it is not (`wrong`), and not found (`missed`).

    `until`: of the right ones, those that end at another time. `delays`: the hours from since to the first telling.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0
    until: int = 0
    delays: list[float] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """One where nothing was found: nothing wrong was said."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """One where nothing was to be found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def delay(self, share: float) -> float | None:
        """The hours within which such a share of the right flags was told."""
        if not self.delays:
            return None
        return sorted(self.delays)[max(0, ceil(share * len(self.delays)) - 1)]

    def add(self, other: "Counts") -> None:
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed
        self.until += other.until
        self.delays += other.delays

    def as_json(self) -> dict[str, Any]:
        return {
            "right": self.right,
            "wrong": self.wrong,
            "missed": self.missed,
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "until": self.until,
            "detected_median_hours": self.delay(0.5),
            "detected_p90_hours": self.delay(0.9),
        }


Matrix = dict[str, Counts]


def compare(found: Iterable[Flag], expected: Iterable[Flag]) -> Comparison:
    """Pairs of equal case, class and since, each flag in one pair at most."""
    waiting: dict[tuple[str, str], list[Flag]] = defaultdict(list)
    for flag in sorted(expected, key=_order):
        waiting[flag.case, flag.flag_class].append(flag)
    pairs: list[tuple[Flag, Flag]] = []
    differences: list[Difference] = []
    for flag in sorted(found, key=_order):
        rivals = waiting[flag.case, flag.flag_class]
        twin = next((rival for rival in rivals if abs(rival.since - flag.since) <= TOLERANCE), None)
        if twin is None:
            differences.append(Difference("wrong", flag))
            continue
        rivals.remove(twin)
        pairs.append((flag, twin))
        if not _is_same(flag.until, twin.until):
            differences.append(Difference("until", flag, twin.until))
    differences += [Difference("missed", flag) for rivals in waiting.values() for flag in rivals]
    return Comparison(pairs, differences)


def count(comparison: Comparison) -> Matrix:
    """Counts by class."""
    matrix: Matrix = defaultdict(Counts)
    for flag, _ in comparison.pairs:
        counts = matrix[flag.flag_class]
        counts.right += 1
        if flag.told is not None:
            counts.delays.append(round((flag.told - flag.since) / HOUR, 1))
    for difference in comparison.differences:
        counts = matrix[difference.flag.flag_class]
        counts.wrong += difference.kind == "wrong"
        counts.missed += difference.kind == "missed"
        counts.until += difference.kind == "until"
    return dict(sorted(matrix.items()))


def total(matrices: Iterable[Mapping[str, Counts]]) -> Matrix:
    """The sums of several runs."""
    matrix: Matrix = defaultdict(Counts)
    for each in matrices:
        for name, counts in each.items():
            matrix[name].add(counts)
    return dict(sorted(matrix.items()))


def holds(matrix: Mapping[str, Counts], least: float) -> bool:
    """Whether every class reaches a precision and a recall."""
    return all(counts.precision >= least and counts.recall >= least for counts in matrix.values())


def cells(told: Counts, happened: Counts) -> list[str]:
    """One class as a row under COLUMNS."""
    delays = (told.delay(0.5), told.delay(0.9))
    return [
        *(f"{number:,}" for number in (told.right, told.wrong, told.missed)),
        *(f"{rate:.3f}" for rate in (told.precision, told.recall)),
        f"{told.until:,}",
        *("" if hours is None else f"{hours:.1f}" for hours in delays),
        *(f"{rate:.3f}" for rate in (happened.precision, happened.recall)),
    ]


def joined(flags: Iterable[Flag]) -> list[Flag]:
    """Flags of one case and class that touch or overlap made one: levels of *at risk* are steps of one stretch."""
    whole: dict[tuple[str, str], list[Flag]] = defaultdict(list)
    for flag in sorted(flags, key=_order):
        rivals = whole[flag.case, flag.flag_class]
        before = rivals[-1] if rivals else None
        if before is None or (before.until is not None and flag.since > before.until):
            rivals.append(flag)
            continue
        until = None if before.until is None or flag.until is None else max(before.until, flag.until)
        told = min((at for at in (before.told, flag.told) if at is not None), default=None)
        rivals[-1] = before._replace(until=until, told=told)
    return [flag for rivals in whole.values() for flag in rivals]


def _order(flag: Flag) -> tuple[str, str, datetime]:
    return flag.case, flag.flag_class, flag.since


def _is_same(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
