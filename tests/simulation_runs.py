"""Runs of districts, each played once."""

from dataclasses import replace
from datetime import datetime
from functools import cache

from streams.simulator.days import end_of
from streams.simulator.district import District, last_day, load_district
from streams.simulator.plan import Planned, plan


@cache
def played(name: str, seed: int) -> tuple[Planned, ...]:
    return tuple(plan(load_district(name), seed))


def quiet(district: District, seed: int, **habits: float) -> list[Planned]:
    """A run in which all that happens is told, soon and once."""
    silent = {"told_late": 0.0, "told_never": 0.0, "told_twice": 0.0, "told_out_of_order": 0.0, **habits}
    units = tuple(replace(unit, habits=replace(unit.habits, **silent)) for unit in district.units)
    troubles = tuple(trouble for trouble in district.troubles if trouble.feed is None)
    return list(plan(replace(district, units=units, troubles=troubles), seed))


def end(district: District) -> datetime:
    return end_of(last_day(district, district.days))
