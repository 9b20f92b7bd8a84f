"""Rows that hold for some units only: a unit's code covers itself and every unit beneath it.

G01.801 covers G01.801.001, and H26 covers H26-01; a province is written as the codes at its head.
"""

from collections.abc import Iterable, Mapping

BENEATH = (".", "-")


def covers(codes: Iterable[str], unit: str | None) -> bool:
    """Whether one of the codes is the unit's, or that of a unit above it."""
    if unit is None:
        return False
    return any(unit == code or unit.startswith(tuple(code + sign for sign in BENEATH)) for code in codes)


def nearest(told: Mapping[str, str], unit: str | None) -> str | None:
    """What is told of a unit, or else of the nearest one above it."""
    while unit:
        if unit in told:
            return told[unit]
        unit = unit[: max(0, *(unit.rfind(sign) for sign in BENEATH))]
    return None
