"""The work of all contenders: identity-card cases of four events each, with planted flags, the same for one seed."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from schemas.events import TOPIC_OF_TYPE

SEED = 2026
ZONE = timezone(timedelta(hours=7))
EVENTS_A_CASE = 4
# Five weeks and two days without a public holiday and without a decreed swap, so that Monday to Friday is all there is.
FIRST, LAST = date(2026, 3, 2), date(2026, 4, 22)
DAYS_OF_RECEPTION = 20
UNITS = tuple(f"G01.{district}.{unit:03d}" for district in (801, 802, 803, 804) for unit in range(1, 11))
VARIANTS = ("new", "exchange", "reissue")


class Outcome(StrEnum):
    """What becomes of a case. The term is 7 working days, and a case is at risk in the last 2 of them."""

    ON_TIME = "on time"
    LATE = "late"
    NOT_CLOSED = "on time, and never closed in the portal"


# Of each outcome: its share in percent, and the least and most working days until the card is at the unit.
SHARES: Mapping[Outcome, tuple[int, int, int]] = {
    Outcome.ON_TIME: (85, 2, 4),
    Outcome.LATE: (10, 9, 11),
    Outcome.NOT_CLOSED: (5, 2, 4),
}
# The records on hoso.flags that an outcome causes, as (class, state), whenever the ticks come. No rule was asked.
PLANTED: Mapping[Outcome, tuple[tuple[str, str], ...]] = {
    Outcome.ON_TIME: (),
    Outcome.LATE: (("at_risk", "raised"), ("at_risk", "cleared"), ("overdue", "raised"), ("overdue", "cleared")),
    Outcome.NOT_CLOSED: (("falsely_pending", "raised"),),
}
# What else follows from lives so short (cards that nobody collects, silence before the card is there) is not planted,
# and not counted; all contenders that judge find it alike.
PLANTED_CLASSES = frozenset(name for records in PLANTED.values() for name, _ in records)


class Told(NamedTuple):
    """One event on its way: the short name of its source topic, the number of its case, its bytes."""

    topic: str
    case: int
    value: bytes


class Tick(NamedTuple):
    """A tick of the simulated clock, in seconds, to come once `after` events have been handled."""

    at: int
    after: int


@dataclass(frozen=True)
class Workload:
    """Events in the order of their time, ticks in the same order, and what must come of them."""

    events: list[Told]
    ticks: list[Tick]
    outcomes: list[Outcome]
    planted: Counter[tuple[str, str]]

    @property
    def cases(self) -> int:
        return len(self.outcomes)

    def parts(self) -> Iterator[tuple[list[Told], Tick]]:
        """The events that stand before each tick, and the tick."""
        told = 0
        for tick in self.ticks:
            yield self.events[told : tick.after], tick
            told = tick.after


class _Step(NamedTuple):
    at: int
    case: int
    place: int  # in the case's life; of equal instants the smaller is told first
    kind: str
    data: Mapping[str, Any]


def build(events: int, *, seed: int = SEED, ticks: int = 4, units: Sequence[str] = UNITS) -> Workload:
    """So many events, rounded down to whole cases, and so many ticks: one at the end, the others evenly before it."""
    draw = random.Random(seed)
    days = [day for day in _days(FIRST, LAST) if day.weekday() < 5]
    cases = max(1, events // EVENTS_A_CASE)
    outcomes = draw.choices(list(SHARES), [share for share, _, _ in SHARES.values()], k=cases)
    planted = Counter(record for outcome in outcomes for record in PLANTED[outcome])
    steps = [step for case, outcome in enumerate(outcomes) for step in _life(draw, days, case, outcome, units)]
    steps.sort(key=lambda step: step[:3])
    bounds = [len(steps) * (number + 1) // ticks for number in range(ticks)]
    instants = [*(steps[bound].at for bound in bounds[:-1]), _at(LAST, 0)]
    told = [Told(TOPIC_OF_TYPE[step.kind], step.case, _event(step)) for step in steps]
    return Workload(told, list(map(Tick, instants, bounds)), outcomes, planted)


def code_of(case: int) -> str:
    """The dossier code of a case."""
    return f"{UNITS[case % len(UNITS)]}-260302-{case:07d}"


def at_hour(day: date, hour: int) -> int:
    """An hour of a day in Vietnam, in seconds."""
    return _at(day, hour * 3600)


def event_of(kind: str, code: str, name: str, at: int, data: Mapping[str, Any]) -> bytes:
    """A CloudEvent as a source writes it; `name` tells it from the other events of its case."""
    time = datetime.fromtimestamp(at, ZONE)
    event = {
        "specversion": "1.0",
        "id": f"{code}-{name}",
        "source": "urn:hoso:portal:G01" if kind == "official.status_changed" else "urn:hoso:onestop:G01",
        "type": kind,
        "subject": f"dossier:{code}",
        "time": time.isoformat(),
        "timeprecision": "second",
        "recordedtime": (time + timedelta(seconds=7)).isoformat(),
        "dataschema": f"urn:hoso:{kind}:1",
        "data": data,
    }
    return orjson.dumps(event)


def _life(draw: random.Random, days: list[date], case: int, outcome: Outcome, units: Sequence[str]) -> Iterator[_Step]:
    first = draw.randrange(DAYS_OF_RECEPTION)
    received = _at(days[first], draw.randrange(8 * 3600, 16 * 3600))
    completed = received + draw.randrange(300, 3600)
    _, least, most = SHARES[outcome]
    ready = _at(days[first + draw.randint(least, most)], draw.randrange(8 * 3600, 16 * 3600))
    about = {"unit": units[case % len(units)], "procedure": "card"}
    application = {**about, "variant": draw.choice(VARIANTS), "channel": "counter"}
    appointment = {"appointment_at": datetime.fromtimestamp(_at(days[first + 7], 17 * 3600), ZONE).isoformat()}
    yield _Step(received, case, 0, "case.received", application | appointment)
    yield _Step(completed, case, 1, "case.completed", application)
    yield _Step(ready, case, 2, "card.received_at_unit", about | {"lot": f"L{ready // 86_400}", "parcel": f"P{case}"})
    # The portal shows the case either once it is closed, or from the day it was complete and for ever in processing.
    never_closed = outcome is Outcome.NOT_CLOSED
    code, shown = ("4", completed + 60) if never_closed else ("10", ready + draw.randrange(600, 7200))
    yield _Step(shown, case, 3, "official.status_changed", {"system": "portal", "code": code} | appointment)


def _event(step: _Step) -> bytes:
    return event_of(step.kind, code_of(step.case), str(step.place), step.at, step.data)


def _at(day: date, second: int) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp()) + second


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
