"""What a supervisor looks at first: the Overview's figures of the archive, and up to when sources have told."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from streams import metrics as names
from streams.adapters.database import DatabaseAway
from streams.adapters.metrics_reader import NoMetrics, Sample, read_metrics
from streams.metrics import PREFIX
from streams.settings import Settings
from streams.sinks.overview import read_overview

SILENT = frozenset({"silent", "suspended"})


class NothingToWatch(RuntimeError):
    """Neither the database nor a worker answers."""

    def __init__(self, troubles: Sequence[str]) -> None:
        super().__init__("; ".join(troubles))


class Overview(NamedTuple):
    """One look. `pictures` are rows by the name of the picture, none where the database is away; the other two are
    null where no worker was asked or none told of them. `troubles` say what could not be asked."""

    pictures: Mapping[str, list[dict[str, Any]]]
    complete_up_to: float | None
    sources_silent: int | None
    troubles: Sequence[str]

    def told(self) -> dict[str, Any]:
        """As programs read it."""
        return {
            "complete_up_to": self.complete_up_to,
            "sources_silent": self.sources_silent,
            **self.pictures,
            "troubles": list(self.troubles),
        }


def look(settings: Settings, language: str, period: str, unit: str | None, workers: Sequence[str]) -> Overview:
    """Ask the archive, and the workers at some addresses; raises NothingToWatch where nothing answers at all, and
    SchemaBehind."""
    troubles: list[str] = []
    pictures: Mapping[str, list[dict[str, Any]]] = {}
    samples: list[Sample] = []
    try:
        pictures = asyncio.run(read_overview(settings.database, language, period, unit))
    except DatabaseAway as trouble:
        troubles.append(str(trouble))
    for worker in workers:
        try:
            samples += read_metrics([worker])
        except NoMetrics as trouble:
            troubles.append(str(trouble))
    if not pictures and not samples:
        raise NothingToWatch(troubles)
    complete = [value for name, _, value in samples if name == PREFIX + names.SOURCES_COMPLETE.name]
    states = {labels["state"]: value for name, labels, value in samples if name == PREFIX + names.SOURCES.name}
    # Who knows of sources tells of every state, though there may be none yet.
    silent = int(sum(value for state, value in states.items() if state in SILENT)) if states else None
    return Overview(pictures, min(complete, default=None), silent, troubles)
