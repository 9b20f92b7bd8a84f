"""Targets of campaigns, units and periods: the count asked for beside the one that was reached, not clipped."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from streams.core.calendar import Calendar, day_number
from streams.core.funnel import STEPS
from streams.core.units import covers

_FIELDS = frozenset({"name", "count", "from", "to", "procedure", "variant", "step", "units", "source"})


class TargetsRefused(ValueError):
    """A file of targets that cannot be read as one; the message says which row and what was expected."""


@dataclass(frozen=True, slots=True)
class Target:
    """So many cases that reach a step (core.funnel) from one day to another, both counted; of all procedures, variants
    and units where none is named. A unit stands for those beneath it."""

    name: str
    count: int
    first: date
    last: date
    step: str
    procedure: str | None = None
    variant: str | None = None
    units: tuple[str, ...] = ()
    source: str | None = None

    def counts(
        self, procedure: str | None, variant: str | None, unit: str | None, steps: Mapping[str, int], calendar: Calendar
    ) -> bool:
        """Whether a case that reached these steps is one of them."""
        at = steps.get(self.step)
        if at is None or self.procedure not in (None, procedure) or self.variant not in (None, variant):
            return False
        if self.units and not covers(self.units, unit):
            return False
        first, last = day_number(self.first), day_number(self.last)
        return calendar.instant(first) <= at < calendar.end_of(last)


def read_targets(path: Path) -> list[Target]:
    """The rows of `[[target]]` of a file; raises TargetsRefused."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TargetsRefused(f"{path}: {error}") from error
    rows = content.get("target")
    if set(content) != {"target"} or not isinstance(rows, list) or not rows or not all(map(_is_table, rows)):
        raise TargetsRefused(f"{path}: expected rows of [[target]] and nothing else")
    return [_target(f"{path}, target {number}", row) for number, row in enumerate(rows, 1)]


def _is_table(row: object) -> bool:
    return isinstance(row, dict)


def _target(where: str, row: Mapping[str, Any]) -> Target:
    if unknown := sorted(set(row) - _FIELDS):
        raise TargetsRefused(f"{where}: {', '.join(unknown)} not known; there are {', '.join(sorted(_FIELDS))}")
    for field, kind, expected in (
        ("name", str, "a text"), ("count", int, "a number of cases"), ("from", date, "a day like 2026-01-05"),
        ("to", date, "a day like 2026-01-05"),
    ):  # fmt: skip
        # A truth value is a number to Python, and a time of a day a day.
        if type(row.get(field)) is not kind:
            raise TargetsRefused(f"{where}: {field}: expected {expected}")
    for field in ("procedure", "variant", "step", "source"):
        if not isinstance(row.get(field, ""), str):
            raise TargetsRefused(f"{where}: {field}: expected a text")
    units = row.get("units", [])
    if not isinstance(units, list) or not all(isinstance(unit, str) for unit in units):
        raise TargetsRefused(f"{where}: units: expected a list of codes")
    if row["count"] <= 0 or row["to"] < row["from"]:
        raise TargetsRefused(f"{where}: expected a count above zero, and `to` not before `from`")
    step = row.get("step", "taken")
    if step not in STEPS:
        raise TargetsRefused(f"{where}: step {step}: expected one of {', '.join(STEPS)}")
    return Target(
        row["name"],
        row["count"],
        row["from"],
        row["to"],
        step,
        row.get("procedure"),
        row.get("variant"),
        tuple(units),
        row.get("source"),
    )
