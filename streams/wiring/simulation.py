"""A simulated district as files: what is told, in the order in which it becomes known, and the truth."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from streams.simulator.district import District, load_district
from streams.simulator.plan import Planned, in_order, plan
from streams.simulator.summary import summarise
from streams.simulator.told import Told

Tick = Callable[[int], object]


class Run(NamedTuple):
    """A district as it was played on so many days of intake; whatever is done with it begins here."""

    district: District
    days: int
    cases: list[Planned]


def play(name: str, seed: int, days: int | None, advance: Tick) -> Run:
    """All cases of a district; `advance` is called with how many more are ready."""
    district = load_district(name)
    days = district.days if days is None else days
    return Run(district, days, list(_counted(plan(district, seed, days), advance)))


def summary(run: Run) -> dict[str, Any]:
    """The counts of a run."""
    return summarise(run.district, run.cases)


def write(run: Run, to: Path) -> None:
    """Write the events."""
    with to.open("wb") as file:
        file.writelines(
            orjson.dumps({"delivered": told.delivered, "event": told.event}) + b"\n" for told in in_order(run.cases)
        )


def write_truth(run: Run, to: Path) -> None:
    """Write what really happened, one case a line."""
    with to.open("wb") as file:
        file.writelines(orjson.dumps(case.truth.as_json()) + b"\n" for case in run.cases)


def read(file: Path) -> Iterator[Told]:
    """What was written, as it was told."""
    with file.open("rb") as lines:
        for line in lines:
            told = orjson.loads(line)
            yield Told(datetime.fromisoformat(told["delivered"]), told["event"])


def _counted(cases: Iterator[Planned], advance: Tick) -> Iterator[Planned]:
    for case in cases:
        advance(1)
        yield case
