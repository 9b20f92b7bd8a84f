"""A district: its units and how they work, what is applied for, its campaigns and troubles, read from a TOML file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from streams.simulator.days import Span, span

SHIPPED = Path(__file__).parent / "districts"


class DistrictRefused(Exception):
    """A district file that cannot be read as one; the message says which field and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How often what happens, as shares of the cases; of the events for the last four. Zero is the honest district."""

    online: float = 0.0
    posted: float = 0.0
    refused: float = 0.0
    paused: float = 0.0
    paused_without_document: float = 0.0
    paused_late: float = 0.0
    asked_twice: float = 0.0
    slow: float = 0.0
    extended: float = 0.0
    print_blocked: float = 0.0
    transferred: float = 0.0
    registration_lost: float = 0.0
    accepted_late: float = 0.0
    collected_late: float = 0.0
    never_collected: float = 0.0
    own_word: float = 0.0
    register_line: float = 0.0
    wrong_appointment: float = 0.0
    forgets: float = 0.0
    falsely_done: float = 0.0
    out_of_sync: float = 0.0
    bulk_closed: float = 0.0
    backdated: float = 0.0
    corrected: float = 0.0
    rewritten: float = 0.0
    update_failed: float = 0.0
    told_late: float = 0.0
    told_never: float = 0.0
    told_twice: float = 0.0
    told_out_of_order: float = 0.0


@dataclass(frozen=True, slots=True)
class Unit:
    """`neighbour` is the unit that it hands cases over to."""

    code: str
    habits: Habits
    neighbour: str
    place: str | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Intake:
    """What is applied for, so many a working day in the whole district."""

    procedure: str
    per_day: float
    variants: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Quota:
    """A figure that a run gives back exactly: so many cases, which end before the step `stops`, if one is named."""

    procedure: str
    variant: str | None
    count: int
    stops: str | None
    group: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """Intake by day and night and on days off, in some units, and more of it."""

    first: date
    last: date
    units: Sequence[str]
    factor: float
    hours: Span


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that does not work in some units for some days.

    Without a feed it is the hand-over function: what was ready then is closed in bulk on the day after, or never. A
    feed that is silent tells later what it had to tell, or never does. `document` declares it.
    """

    first: date
    last: date
    units: Sequence[str]
    feed: str | None
    repaired: bool
    document: str | None


@dataclass(frozen=True, slots=True)
class District:
    """Cases come in on `days` days from `first` on; what happens in the `tail` days after them is told too."""

    name: str
    first: date
    days: int
    tail: int
    scale: int
    snapshots: bool
    units: tuple[Unit, ...]
    intakes: tuple[Intake, ...]
    quotas: tuple[Quota, ...]
    campaigns: tuple[Campaign, ...]
    troubles: tuple[Trouble, ...]
    targets: Mapping[str, int]


def shipped() -> list[str]:
    """The names of the districts that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_district(name: str) -> District:
    """A district by its name, or by the path of its file; raises DistrictRefused."""
    path = SHIPPED / f"{name}.toml"
    if not path.is_file():
        path = Path(name)
    if not path.is_file():
        raise DistrictRefused(f"district {name}: neither a file nor one of {', '.join(shipped())}")
    try:
        return read_district(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DistrictRefused(f"district {path}: {error}") from error
    except KeyError as error:
        raise DistrictRefused(f"district {path}: {error.args[0]} is missing") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise DistrictRefused(f"district {path}: a value of the wrong kind: {error}") from error


def read_district(name: str, told: Mapping[str, Any]) -> District:
    """A district from the content of its file."""
    usual = told.get("habits", {})
    return District(
        name,
        told["first"],
        told["days"],
        told.get("tail", 0),
        told.get("scale", 1),
        told.get("snapshots", False),
        tuple(
            Unit(
                row["code"],
                _habits(usual | row.get("habits", {})),
                told["unit"][number - 1]["code"],
                row.get("place"),
                row.get("share", 1.0),
            )
            for number, row in enumerate(told["unit"])
        ),
        tuple(Intake(row["procedure"], row["per_day"], row.get("variants", {})) for row in told.get("intake", ())),
        tuple(
            Quota(row["procedure"], row.get("variant"), row["count"], row.get("stops"), row["group"])
            for row in told.get("quota", ())
        ),
        tuple(
            Campaign(row["from"], row["to"], row.get("units", ()), row["factor"], span(row["hours"]))
            for row in told.get("campaign", ())
        ),
        tuple(
            Trouble(
                row["from"],
                row["to"],
                row.get("units", ()),
                row.get("feed"),
                row.get("repaired", False),
                row.get("document"),
            )
            for row in told.get("trouble", ())
        ),
        told.get("targets", {}),
    )


def _habits(told: Mapping[str, float]) -> Habits:
    unknown = set(told) - {field.name for field in fields(Habits)}
    if unknown:
        raise DistrictRefused(f"habits: {', '.join(sorted(unknown))} not known")
    return Habits(**told)


def exact(quotas: Sequence[Quota], scale: int) -> list[tuple[Quota, int]]:
    """How many cases of each quota stand for its figure at a scale.

    Of each group the running totals are rounded, so that the sums that a figure is made of stay sums.
    """
    before: dict[str, int] = {}
    counts = []
    for quota in quotas:
        begun = before.get(quota.group, 0)
        before[quota.group] = begun + quota.count
        counts.append((quota, _rounded(before[quota.group], scale) - _rounded(begun, scale)))
    return counts


def _rounded(count: int, scale: int) -> int:
    return (2 * count + scale) // (2 * scale)


def last_day(district: District, days: int) -> date:
    """The last day of which a run tells."""
    return district.first + timedelta(days=days + district.tail - 1)


def telling_all(district: District) -> District:
    """The same district in which all that happens is told, soon and once: the lives in it are the same."""
    silent = {"told_late": 0.0, "told_never": 0.0, "told_twice": 0.0, "told_out_of_order": 0.0}
    units = tuple(replace(unit, habits=replace(unit.habits, **silent)) for unit in district.units)
    return replace(district, units=units, troubles=tuple(each for each in district.troubles if each.feed is None))


def busier(district: District, factor: float) -> District:
    """The same district with so many times the intake; quotas stay as they are."""
    intakes = tuple(replace(intake, per_day=intake.per_day * factor) for intake in district.intakes)
    return replace(district, intakes=intakes)


def coverage(district: District) -> list[dict[str, Any]]:
    """The rows of `[[coverage]]` that a law would need to know which silence was declared, and by which document."""
    return [
        {
            "id": f"{district.name}-{number}",
            "feed": trouble.feed,
            "units": list(trouble.units),
            "procedures": [],
            "state": "broken",
            "first": trouble.first,
            "last": trouble.last,
            "document": trouble.document,
            "source": "simulated",
        }
        for number, trouble in enumerate(district.troubles)
        if trouble.feed is not None and trouble.document is not None
    ]
