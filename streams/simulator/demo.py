"""The small district of the demo: card cases of four units, and what the official portal is told of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
VARIANTS = ("new", "exchange", "reissue")
# Working days from one step to the next, as drawn where nothing delays the case: transmitted, printed, dispatched,
# received at the unit. They sum to at most six of the seven days of the term.
STEPS = (("case.transmitted", 0, 1), ("card.printed", 1, 2), ("card.dispatched", 0, 1), ("card.received_at_unit", 0, 2))


@dataclass(frozen=True, slots=True)
class Unit:
    """One office. `forgets` is the share of handed-over cases whose official status it never closes, because the
    hand-over function is broken there; `slow` the share of cases that some stage delays beyond the term."""

    code: str
    forgets: float
    slow: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class District:
    """`off` and `worked` are the days on which this district departs from Monday to Friday. Cases come in from `first`
    to `last`; what would happen after the end of `until` has not happened yet."""

    units: tuple[Unit, ...]
    first: date
    last: date
    until: date
    off: frozenset[date]
    worked: frozenset[date]
    term_days: int = 7


DEMO = District(
    units=(
        Unit("G01.801.001", forgets=0.02, slow=0.04),
        Unit("G01.801.002", forgets=0.03, slow=0.15),
        Unit("G01.801.003", forgets=0.55, slow=0.05),
        Unit("G01.801.004", forgets=0.05, slow=0.05, share=0.5),
    ),
    first=date(2026, 1, 5),
    last=date(2026, 2, 6),
    until=date(2026, 2, 13),
    off=frozenset({date(2026, 1, 1), date(2026, 1, 2), *(date(2026, 2, day) for day in range(16, 21))}),
    worked=frozenset({date(2026, 1, 10)}),
)


class Planned(NamedTuple):
    """One event that will happen: type, instant, and the CloudEvent that tells it."""

    type: str
    at: datetime
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Truth:
    """What the plan knows of a case: when it will really be ready and handed over, and whether the portal is told."""

    code: str
    unit: str
    due: date
    ready: datetime
    returned: datetime
    told: bool


def plan(district: District, seed: int, cases: int) -> Iterator[tuple[Truth, list[Planned]]]:
    """So many cases, each with its truth and the events that tell of it, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311  (a seeded plan, no secret)
    days = [day for day in _days(district.first, district.last) if _is_worked(district, day)]
    weights = [unit.share for unit in district.units]
    for number in range(cases):
        unit = draw.choices(district.units, weights)[0]
        yield _case(district, draw, unit, draw.choice(days), number)


def _case(district: District, draw: random.Random, unit: Unit, day: date, number: int) -> tuple[Truth, list[Planned]]:
    code = f"{unit.code}-{day:%y%m%d}-{number:06d}"
    received = _at(draw, day)
    completed = received + timedelta(minutes=draw.randint(5, 60))
    due = _later(district, day, district.term_days)
    delay = draw.randint(4, 9) if draw.random() < unit.slow else 0
    delayed = draw.randrange(len(STEPS))
    about = {"unit": unit.code, "procedure": "card", "variant": draw.choice(VARIANTS)}
    appointment = datetime(due.year, due.month, due.day, 17, 0, tzinfo=ZONE)
    life: list[tuple[str, datetime, dict[str, Any]]] = [
        ("case.received", received, {**about, "channel": "counter", "appointment_at": appointment.isoformat()}),
        ("case.completed", completed, about),
    ]
    at = completed
    for index, (step, least, most) in enumerate(STEPS):
        wait = draw.randint(least, most) + (delay if index == delayed else 0)
        at = max(at + timedelta(minutes=30), _at(draw, _later(district, at.date(), wait)))
        life.append((step, at, {"unit": unit.code, "procedure": "card"}))
    ready, told = at, draw.random() >= unit.forgets
    returned = max(ready + timedelta(minutes=20), _at(draw, _later(district, ready.date(), draw.randint(0, 4))))
    slip = {"unit": unit.code, "procedure": "card", "slip": f"S{number:06d}", "strength": "signed_slip"}
    life.append(("card.returned", returned, slip))
    life += _official(received, completed, ready, returned, appointment, told=told)
    end = datetime(district.until.year, district.until.month, district.until.day, tzinfo=ZONE) + timedelta(days=1)
    events = [_planned(unit, code, index, *step) for index, step in enumerate(life) if step[1] <= end]
    return Truth(code, unit.code, due, ready, returned, told), events


def _official(
    received: datetime, completed: datetime, ready: datetime, returned: datetime, appointment: datetime, *, told: bool
) -> Iterator[tuple[str, datetime, dict[str, Any]]]:
    """What the portal is told: accepted, processing, and if the unit does not forget, done and returned."""
    steps: list[tuple[str, datetime, dict[str, str]]] = [("2", received, {}), ("4", completed, {})]
    if told:
        minutes = timedelta(minutes=15)
        steps += [("9", ready + minutes, {"ended_at": ready.isoformat()}), ("10", returned + minutes, {})]
    for code, at, more in steps:
        yield (
            "official.status_changed",
            at,
            {"system": "portal", "code": code, "appointment_at": appointment.isoformat(), **more},
        )


def _planned(unit: Unit, code: str, index: int, kind: str, at: datetime, data: dict[str, Any]) -> Planned:
    source = "portal" if kind == "official.status_changed" else unit.code
    event = {
        "specversion": "1.0",
        "id": f"{code}-{index}",
        "source": f"urn:hoso:simulated:{source}",
        "type": kind,
        "subject": f"dossier:{code}",
        "time": at.isoformat(),
        "data": data,
    }
    return Planned(kind, at, event)


def _at(draw: random.Random, day: date) -> datetime:
    """Some second of a working day's office hours."""
    second = draw.randrange(8 * 3600, 17 * 3600)
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(seconds=second)


def _later(district: District, day: date, working_days: int) -> date:
    while working_days:
        day += timedelta(days=1)
        working_days -= _is_worked(district, day)
    return day


def _is_worked(district: District, day: date) -> bool:
    return day in district.worked or (day.weekday() < 5 and day not in district.off)


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)
