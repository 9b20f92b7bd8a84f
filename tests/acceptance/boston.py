"""The Boston log played through a deployment, whole or in pieces."""

import asyncio
from pathlib import Path
from typing import Any

import orjson

from streams.core.instants import utc_text
from streams.settings import Settings
from streams.wiring.deployment import wait_settled
from streams.wiring.logs import Imported, ImportOptions, import_to_topics

FOLDER = Path(__file__).parents[2] / "examples" / "boston"
RULES = FOLDER / "rules"
FILE = FOLDER / "data" / "boston_building_inspection_2015.csv"
SETTLED_SECONDS = 120.0


def play(settings: Settings, sent: Any = lambda _: None, tick_seconds: int = 86_400) -> Imported:
    """All events into the source topics, a tick a day; `sent` is told of each batch of events sent."""
    options = ImportOptions("time", twice=False, tick_seconds=tick_seconds)
    return import_to_topics(FILE, FOLDER / "mapping.toml", options, settings, sent)


def settle(settings: Settings, told: Imported) -> None:
    """Returns when the last tick asked for is judged and archived."""
    asyncio.run(wait_settled(settings, utc_text(told.last), SETTLED_SECONDS))


def standing(changes: list[bytes]) -> dict[tuple[str, int], dict[str, Any]]:
    """The newest version of each flag that is not withdrawn, without its version: what no order may change."""
    newest: dict[tuple[str, int], dict[str, Any]] = {}
    for flag in map(orjson.loads, changes):
        key = (flag["flag_id"], flag["cycle"])
        if key not in newest or newest[key]["version"] < flag["version"]:
            newest[key] = flag
    return {
        key: {name: value for name, value in flag.items() if name != "version"}
        for key, flag in sorted(newest.items())
        if flag["state"] != "withdrawn"
    }


def views(cases: list[bytes]) -> list[dict[str, Any]]:
    """Views of cases by token, without their versions."""
    found = (orjson.loads(case) for case in cases)
    return sorted(({k: v for k, v in case.items() if k != "version"} for case in found), key=lambda case: case["case"])
