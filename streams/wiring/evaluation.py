"""The flags of a simulated district beside those that an independent oracle expects: of all that was told, and of all
that happened.

What differs from the first is a fault of hoso or of the oracle. What differs from the second alone was never told: no
program can know it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from streams.rules_file import VIETNAM, load_rules
from streams.simulator.district import District, load_district, telling_all
from streams.simulator.law import Law, load_law
from streams.simulator.oracle.expected import expected
from streams.simulator.plan import Planned, in_order, plan
from streams.simulator.steps import cut, end_of_run
from streams.simulator.told import Told
from streams.wiring.confusion import Comparison, Difference, Flag, compare, joined
from streams.wiring.in_memory import flags_of

HOUR = 3600

# A step of a run, how much of it is done, and of how much.
Advance = Callable[[str, int, int], object]


class Played(NamedTuple):
    """A district as it was played: its cases, by case all that happened in them, what was told in order, and the
    instant at which all of it is known."""

    district: District
    seed: int
    days: int
    cases: Sequence[Planned]
    whole: Mapping[str, Sequence[Told]]
    history: Sequence[Told]
    until: datetime


class Expected(NamedTuple):
    """The flags that follow from all that was told, and from all that happened; `untold` are, by case, the events that
    nobody was told of."""

    told: list[Flag]
    happened: list[Flag]
    untold: Mapping[str, Sequence[str]]


class Evaluation(NamedTuple):
    """One run: its size in days, cases and events, and where its flags part from what follows from all that was told,
    and from all that happened. `untold` are, by case, the events that nobody was told of."""

    district: str
    seed: int
    days: int
    cases: int
    events: int
    told: Comparison
    happened: Comparison
    untold: Mapping[str, Sequence[str]]

    def differences(self) -> Iterator[dict[str, Any]]:
        """Every difference as a line: `untold` is null where nothing explains it, else it has what was never told."""
        faults = self.told.differences
        for difference in faults:
            yield self._line(difference, None)
        for difference in self.happened.differences:
            if difference not in faults:
                yield self._line(difference, self.untold[difference.flag.case])

    def _line(self, difference: Difference, untold: Sequence[str] | None) -> dict[str, Any]:
        return {"district": self.district, "seed": self.seed, **difference.as_json(), "untold": untold}


def evaluate(name: str, seed: int, days: int | None, advance: Advance, only: str | None = None) -> Evaluation:
    """Play a district, or one case of it, and compare; raises DistrictRefused."""
    played = play(load_district(name), seed, days, only)
    return beside(played, judged_in_memory(played, HOUR, advance), expectation(played, advance))


def play(district: District, seed: int, days: int | None, only: str | None = None) -> Played:
    """All cases of a district, or the one that is wanted."""
    days = district.days if days is None else days
    cases = list(_cases(district, seed, days, only))
    whole = {case.truth.case: case.told for case in _cases(telling_all(district), seed, days, only)}
    history = in_order(cases)
    return Played(district, seed, days, cases, whole, history, end_of_run(district, days, history))


def judged_in_memory(played: Played, tick_seconds: int, advance: Advance) -> list[Flag]:
    """The flags that hoso says in the end."""
    done = 0

    def told(events: int) -> None:
        nonlocal done
        done += events
        advance("told", done, len(played.history))

    return flags_of(cut(played.history, tick_seconds, played.until), played.until, load_rules(VIETNAM), told)


def expectation(played: Played, advance: Advance) -> Expected:
    """The flags that the oracle expects."""
    law = load_law()
    of_told: list[Flag] = []
    of_happened: list[Flag] = []
    untold: dict[str, list[str]] = {}
    for number, (truth, told) in enumerate(played.cases, 1):
        flags = _expected(told, law, played.until)
        missing = _untold(told, played.whole[truth.case])
        of_told += flags
        of_happened += _expected(played.whole[truth.case], law, played.until) if missing else flags
        if missing:
            untold[truth.case] = missing
        advance("expected", number, len(played.cases))
    return Expected(of_told, of_happened, untold)


def beside(played: Played, found: Iterable[Flag], due: Expected) -> Evaluation:
    """Flags that were found, compared with those expected."""
    whole = joined(found)
    return Evaluation(
        played.district.name,
        played.seed,
        played.days + played.district.tail,
        len(played.cases),
        len(played.history),
        compare(whole, due.told),
        compare(whole, due.happened),
        due.untold,
    )


def _cases(district: District, seed: int, days: int, only: str | None) -> Iterator[Planned]:
    """All cases, or the one that is wanted: none is played after it."""
    for case in plan(district, seed, days):
        if only in {None, case.truth.case}:
            yield case
        if only == case.truth.case:
            return


def _expected(history: Iterable[Told], law: Law, at: datetime) -> list[Flag]:
    """What the oracle expects; a flag that begins with the instant of judgement is told after it."""
    return joined(Flag(*found) for found in expected(history, law, at) if found[2] < at)


def _untold(told: Iterable[Told], whole: Iterable[Told]) -> list[str]:
    """What happened to a case and was never told."""
    known = {each.event["id"] for each in told}
    return [f"{each.event['time']} {each.event['type']}" for each in whole if each.event["id"] not in known]
