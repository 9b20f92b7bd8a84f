"""The plan of a district: from a seed, the true life of every case and what is told of it, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from streams.simulator.days import DAY, Days, Span, end_of
from streams.simulator.delivery import deliver
from streams.simulator.district import Campaign, District, Unit, exact, last_day
from streams.simulator.draw import Draw
from streams.simulator.law import Law, is_under, load_law
from streams.simulator.life import Life, Step
from streams.simulator.living import live
from streams.simulator.official import official
from streams.simulator.told import Told


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened to a case by the end of the run, instants as text; `faults` names what went wrong."""

    case: str
    unit: str
    procedure: str
    variant: str | None
    channel: str
    registered: str | None
    received: str
    completed: str
    appointment: str | None
    due: str | None
    ready: str | None
    handed_over: str | None
    ended: str | None
    steps: tuple[str, ...]
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Planned(NamedTuple):
    truth: Truth
    told: list[Told]


class _Wanted(NamedTuple):
    """One case to be: what for, and on which day."""

    procedure: str
    variant: str | None
    day: date
    stops: str | None


def plan(district: District, seed: int, days: int | None = None, law: Law | None = None) -> Iterator[Planned]:
    """Every case with its truth and the events that tell of it; equal for equal arguments."""
    law = law or load_law()
    days = district.days if days is None else days
    until = last_day(district, days)
    calendar = next(rule.days for rule in law.rules if rule["calendar"] == "vn")
    for number, wanted in enumerate(_wanted(district, Draw(seed, -1), calendar, days)):
        draw = Draw(seed, number)
        unit = _unit(district, draw)
        hours = _hours(district.campaigns, unit, wanted.day)
        intake = draw.on(calendar.worked_from(wanted.day) if hours is None else wanted.day, hours)
        life = live(draw, law, unit, wanted.procedure, wanted.variant, intake, wanted.stops)
        yield _told(district, draw, life, number, until)


def _wanted(district: District, draw: Draw, calendar: Days, days: int) -> Iterator[_Wanted]:
    """The quotas first, spread over the days; then the volumes of each working day, and of each day of a campaign."""
    worked = [day for day in (district.first + number * DAY for number in range(days)) if calendar.is_worked(day)]
    for quota, count in exact(district.quotas, district.scale):
        for number in range(count):
            day = worked[number * len(worked) // count]
            yield _Wanted(quota.procedure, quota.variant, day, quota.stops)
    for number in range(days):
        day = district.first + number * DAY
        factor = max((each.factor for each in district.campaigns if each.first <= day <= each.last), default=0.0)
        for intake in district.intakes:
            mean = intake.per_day * (factor or float(calendar.is_worked(day)))
            for _ in range(int(mean) + draw.happens(mean % 1)):
                yield _Wanted(intake.procedure, draw.one_of(intake.variants), day, None)


def _unit(district: District, draw: Draw) -> Unit:
    code = draw.one_of({unit.code: unit.share for unit in district.units})
    return next(unit for unit in district.units if unit.code == code)


def _hours(campaigns: Sequence[Campaign], unit: Unit, day: date) -> Span | None:
    """The hours of the campaign that a unit takes part in on a day."""
    for each in campaigns:
        if each.first <= day <= each.last and (not each.units or any(is_under(unit.code, code) for code in each.units)):
            return each.hours
    return None


def _told(district: District, draw: Draw, life: Life, number: int, until: date) -> Planned:
    code = f"{life.unit.code}-{life.received:%y%m%d}-{number:06d}"
    shown = official(draw, life, district.troubles, until, snapshots=district.snapshots)
    end = end_of(until)
    steps = sorted([*life.steps, *shown], key=_known_at)
    happened = [(index, step) for index, step in enumerate(steps) if _known_at(step) < end]
    told: list[Told] = []
    unit = life.unit.code
    for index, step in happened:
        event = _event(code, index, unit, life.procedure, step)
        told += deliver(draw, life.unit.habits, event, _known_at(step), unit, district.troubles)
        unit = step.data.get("to_unit", unit)
    return Planned(_truth(code, life, [step for _, step in happened], end), told)


def _known_at(step: Step) -> datetime:
    return step.recorded or step.at


def _event(code: str, index: int, unit: str, procedure: str, step: Step) -> dict[str, Any]:
    kind = step.type
    source = step.data.get("system", unit) if kind.startswith("official.") else unit
    event = {
        "specversion": "1.0",
        "id": f"{code}-{index}",
        "source": f"urn:hoso:simulated:{source}",
        "type": kind,
        "subject": f"dossier:{code}",
        "time": step.at.isoformat(),
        "data": {
            "unit": unit,
            "procedure": procedure,
            **{name: value for name, value in step.data.items() if value is not None},
        },
    }
    if step.recorded is not None:
        event["recordedtime"] = step.recorded.isoformat()
    if step.precision != "second":
        event["timeprecision"] = step.precision
    return event


def _truth(code: str, life: Life, steps: Sequence[Step], end: datetime) -> Truth:
    def text(instant: datetime | None) -> str | None:
        return instant.isoformat() if instant is not None and instant < end else None

    return Truth(
        code,
        life.unit.code,
        life.procedure,
        life.variant,
        life.channel,
        text(life.registered),
        life.received.isoformat(),
        life.completed.isoformat(),
        life.appointment.isoformat() if life.appointment else None,
        life.due.isoformat() if life.due else None,
        text(life.ready),
        text(life.handed_over),
        text(life.ended),
        tuple(step.type for step in steps if not step.type.startswith(("official.", "update."))),
        tuple(sorted(life.faults)),
    )


def in_order(cases: Sequence[Planned]) -> list[Told]:
    """All that is told, in the order in which it becomes known."""
    told = [each for case in cases for each in case.told]
    return sorted(told, key=lambda each: (each.delivered, each.event["id"]))
