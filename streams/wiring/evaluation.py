"""A simulated district told to the real intake and case step, in memory and on a simulated clock, and its flags beside
those that an independent oracle expects: of all that was told, and of all that happened.

What differs from the first is a fault of hoso or of the oracle. What differs from the second alone was never told: no
program can know it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from schemas.codec import decode, encode
from schemas.entries import ClockTicked, RulesActivated
from schemas.topics import FLAGS, LOG
from streams.core.compiling import rules_hash
from streams.core.instants import utc_text
from streams.pipeline.cases import CasePartition
from streams.ports import Record
from streams.rules_file import VIETNAM, load_rules
from streams.simulator.days import ZONE, end_of
from streams.simulator.district import District, last_day, load_district, telling_all
from streams.simulator.law import Law, load_law
from streams.simulator.oracle.expected import expected
from streams.simulator.plan import Planned, in_order, plan
from streams.simulator.told import Told
from streams.wiring.confusion import Comparison, Difference, Flag, compare, joined
from streams.wiring.simulated_intake import SimulatedIntake

HOUR = timedelta(hours=1)
# What the oracle does not judge.
UNJUDGED = frozenset({"vanished"})
STANDING = frozenset({"raised", "cleared"})

# A step of a run, how much of it is done, and of how much.
Advance = Callable[[str, int, int], object]


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
    district = load_district(name)
    days = district.days if days is None else days
    cases = list(_played(district, seed, days, only))
    whole = {case.truth.case: case.told for case in _played(telling_all(district), seed, days, only)}
    history = in_order(cases)
    at = _last(district, days, history)
    found = joined(flags_of(history, at, load_rules(VIETNAM), advance))
    law = load_law()
    of_told: list[Flag] = []
    of_happened: list[Flag] = []
    untold: dict[str, list[str]] = {}
    for number, (truth, told) in enumerate(cases, 1):
        flags = _expected(told, law, at)
        missing = _untold(told, whole[truth.case])
        of_told += flags
        of_happened += _expected(whole[truth.case], law, at) if missing else flags
        if missing:
            untold[truth.case] = missing
        advance("expected", number, len(cases))
    return Evaluation(
        district.name,
        seed,
        days + district.tail,
        len(cases),
        len(history),
        compare(found, of_told),
        compare(found, of_happened),
        untold,
    )


def flags_of(
    history: Sequence[Told], at: datetime, content: Mapping[str, Any], advance: Advance, every: timedelta = HOUR
) -> list[Flag]:
    """The flags of whole cases that stand at an instant, after ticks at which just what was told by then is known."""
    desk = _Desk(content, at)
    tick = history[0].delivered.replace(minute=0, second=0, microsecond=0) if history else at - every
    place = 0
    while tick < at:
        tick = min(tick + every, at)
        first = place
        while place < len(history) and history[place].delivered <= tick:
            place += 1
        desk.tell(history[first:place], tick)
        advance("told", place, len(history))
    return desk.standing()


class _Desk:
    """Intake and one partition of cases, one after the other; keeps the newest of each flag."""

    def __init__(self, content: Mapping[str, Any], until: datetime) -> None:
        self._intake = SimulatedIntake(until)
        self._cases = CasePartition(0, {}, lambda topic: topic.name)
        self._offset = 0
        self._newest: dict[tuple[str, int], Mapping[str, Any]] = {}
        self._raised: dict[tuple[str, int], datetime] = {}
        self._step([encode(RulesActivated(hash=rules_hash(content), content=dict(content)).model_dump())])

    def tell(self, history: Iterable[Told], tick: datetime) -> None:
        """What arrived by a tick, and the tick."""
        instant = utc_text(int(tick.timestamp()))
        ticked = encode(ClockTicked(at=instant, linked_to=instant).model_dump())
        self._step([*self._intake.entries(history), ticked])

    def standing(self) -> list[Flag]:
        """The flags that stand: withdrawn ones never held."""
        return [
            Flag(
                self._intake.codes[flag["case"]],
                flag["class"],
                datetime.fromisoformat(flag["since"]),
                None if flag["until"] is None else datetime.fromisoformat(flag["until"]),
                self._raised.get(key),
            )
            for key, flag in self._newest.items()
            if flag["state"] in STANDING and flag["leg"] is None and flag["class"] not in UNJUDGED
        ]

    def _step(self, entries: Iterable[bytes]) -> None:
        records = [Record(LOG.name, 0, number, 0, None, value) for number, value in enumerate(entries, self._offset)]
        self._offset += len(records)
        for writes in self._cases.steps(records):
            for out in writes.records:
                if out.topic == FLAGS.name and out.value is not None:
                    self._keep(decode(out.value), dict(out.headers)["judged_at"].decode())

    def _keep(self, flag: Mapping[str, Any], judged_at: str) -> None:
        key = flag["flag_id"], flag["cycle"]
        self._newest[key] = flag
        if flag["state"] == "raised" and key not in self._raised:
            self._raised[key] = datetime.fromisoformat(judged_at)


def _played(district: District, seed: int, days: int, only: str | None) -> Iterator[Planned]:
    """All cases, or the one that is wanted: none is played after it."""
    for case in plan(district, seed, days):
        if only in {None, case.truth.case}:
            yield case
        if only == case.truth.case:
            return


def _last(district: District, days: int, history: Sequence[Told]) -> datetime:
    """The first midnight by which the run is over and everything late has arrived."""
    over = end_of(last_day(district, days))
    return max(over, end_of(history[-1].delivered.astimezone(ZONE).date())) if history else over


def _expected(history: Iterable[Told], law: Law, at: datetime) -> list[Flag]:
    """What the oracle expects; a flag that begins with the instant of judgement is told after it."""
    return joined(Flag(*found) for found in expected(history, law, at) if found[2] < at)


def _untold(told: Iterable[Told], whole: Iterable[Told]) -> list[str]:
    """What happened to a case and was never told."""
    known = {each.event["id"] for each in told}
    return [f"{each.event['time']} {each.event['type']}" for each in whole if each.event["id"] not in known]
