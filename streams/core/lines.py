"""The lines of a case as of an instant, read in one pass over its facts: what is observed, what each system reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from streams.core.facts import ARRIVED, AT, DATA, KIND, Fact
from streams.core.kinds import (
    CARD_PRINTED,
    EID_RECEIVED,
    PID_REQUESTED,
    RECEIVED,
    REGISTERED,
    REPORTS,
    REVIEWS,
    SAID,
    SUPERSEDED,
    TRANSFERRED,
)
from streams.core.observed import STATES, STEPS, State
from streams.core.sources import Snapshot

# What opens a case, the weightier first.
_OPENS = (RECEIVED, PID_REQUESTED, EID_RECEIVED, REGISTERED)


@dataclass(slots=True)
class Lines:
    """`first` holds the first visible fact of each kind; `next_at` is when the next of the others becomes
    visible, `arrivals` whether the time of arrival of any still matters."""

    strings: Sequence[str]
    visible: Sequence[Fact]
    next_at: int | None
    stage: int
    illegal: int
    first: dict[int, Fact]
    official: dict[str, list[Fact]]
    told: dict[str, int]
    arrivals: bool
    # What each system reported, by the law that says what codes mean, once somebody has asked (core.reported).
    reported: dict[tuple[str, str], list[tuple[Fact, str]]] = field(default_factory=dict)
    # By system, the snapshots that ended (core.sources), where the case may be missed in one.
    snapshots: Mapping[str, Sequence[Snapshot]] = field(default_factory=dict)

    def said(self, short: str) -> str | None:
        """A field of the application: as told at reception, else by the first fact that tells it, sources of the
        application before those of the card."""
        index = self.told.get(short)
        return None if index is None else self.strings[index]

    def told_by(self, short: str) -> Fact | None:
        """The fact by which `said` knows a field."""
        received = self.first.get(RECEIVED)
        if received is not None and short in received[DATA]:
            return received
        told = [fact for fact in self.visible if short in fact[DATA] and fact[KIND] not in SAID]
        return next((fact for fact in told if fact[KIND] < CARD_PRINTED), told[0] if told else None)

    @property
    def reviews(self) -> list[Fact]:
        """What people said of the flags of the case, in order."""
        if REVIEWS.isdisjoint(self.first):
            return []
        return [fact for fact in self.visible if fact[KIND] in REVIEWS]

    @property
    def transfers(self) -> list[Fact]:
        """The facts that moved the case to another unit, in order."""
        if TRANSFERRED not in self.first:
            return []
        return [fact for fact in self.visible if fact[KIND] == TRANSFERRED and "m" in fact[DATA]]

    def unit_at(self, at: int) -> str | None:
        """The unit that had the case at an instant: the one that took it in, or the last it was moved to."""
        unit = self.said("u")
        for fact in self.transfers:
            if fact[AT] <= at:
                unit = self.strings[fact[DATA]["m"]]
        return unit

    @property
    def state(self) -> State:
        """The observed state; `stage` is its number."""
        return STATES[self.stage]

    @property
    def opened(self) -> Fact:
        """The fact that opened the case: its reception, else its registration, else the first known of it."""
        first = self.first
        return next((first[kind] for kind in _OPENS if kind in first), self.visible[0])


def read_lines(facts: Sequence[Fact], strings: Sequence[str], at: int) -> Lines:
    """The lines of a case by the facts that happened and arrived up to `at`; the others are ignored until then."""
    stage, illegal, next_at, arrivals = 0, 0, None, False
    visible: list[Fact] = []
    first: dict[int, Fact] = {}
    official: dict[str, list[Fact]] = {}
    for fact in facts:
        happened, kind, _, data = fact
        shown = happened
        if ARRIVED in data:
            arrivals, shown = True, max(happened, data[ARRIVED])
        if shown > at:
            next_at = shown if next_at is None else min(next_at, shown)
            continue
        visible.append(fact)
        if kind in REPORTS:
            official.setdefault(strings[data["s"]], []).append(fact)
            continue
        if kind == SUPERSEDED and "d" not in data:
            # A new dossier in place of an old one ends that one by a written instruction only (core.review).
            continue
        first.setdefault(kind, fact)
        after = STEPS[stage].get(kind)
        if after is None:
            illegal += 1
        else:
            stage = after
    return Lines(strings, visible, next_at, stage, illegal, first, official, _told(visible, first), arrivals)


def _told(visible: Sequence[Fact], first: Mapping[int, Fact]) -> dict[str, int]:
    """What the facts say of the application, the weightier written over the lighter, the first over the later."""
    told: dict[str, int] = {}
    for fact in reversed(visible):
        if fact[KIND] >= CARD_PRINTED and fact[KIND] not in SAID:
            told.update(fact[DATA])
    for fact in reversed(visible):
        if fact[KIND] < CARD_PRINTED and fact[KIND] not in SAID:
            told.update(fact[DATA])
    if RECEIVED in first:
        told.update(first[RECEIVED][DATA])
    return told
