"""Where absence is evidence: which feeds are live for which units, by dated rows; elsewhere nothing can be said.

A feed is a source topic by its short name (schemas.topics). Without a row a feed counts as live: a deployment declares
what is broken or was never connected. What was measured incomplete is no declaration: it withholds on its days
whatever is declared, in whichever order the rows stand.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.events import TOPIC_OF_TYPE
from streams.core.calendar import read_day
from streams.core.kinds import TYPE_OF_KIND
from streams.core.units import covers

LIVE, BROKEN, INCOMPLETE = "live", "broken", "incomplete"
# By definition a feed is complete where it tells this share of what it should; rows may say otherwise.
COMPLETE_FROM = 0.95
# What a row of that state must say, and no other may.
MEASURED = ("measured", "expected", "told", "witnessed_first", "witnessed_last")
# A share is written with four digits.
_ROUNDED = 0.0001


class Covered(NamedTuple):
    """One row: the state of a feed for some units and procedures between two days; of what is declared the later row
    overrules."""

    id: str
    feed: str
    units: tuple[str, ...]
    procedures: frozenset[str]
    state: str
    first: int
    last: int

    def speaks_of(self, feed: str, place: "Place") -> bool:
        """Whether the row is about that feed of a unit and procedure, on some days; one without units is about all."""
        return (
            self.feed == feed
            and (not self.procedures or place.procedure in self.procedures)
            and (not self.units or covers(self.units, place.unit))
        )


class Place(NamedTuple):
    """Of whom something is said: coverage is asked for a unit and a procedure."""

    unit: str | None
    procedure: str | None


def is_live(rows: Iterable[Covered], day: int) -> bool:
    """Whether the absence of a fact is evidence on a day, by the rows that speak of its feed and place: declared live,
    and not measured incomplete."""
    state = LIVE
    for row in rows:
        if row.first <= day <= row.last:
            if row.state == INCOMPLETE:
                return False
            state = row.state
    return state == LIVE


def is_live_throughout(rows: Sequence[Covered], first: int, last: int) -> bool:
    """Whether the absence of a fact is evidence on every day from one to another: what was lost on any of them is never
    told."""
    turns = {day for row in rows for day in (row.first, row.last + 1) if first < day <= last}
    return all(is_live(rows, day) for day in (first, *sorted(turns)))


def is_declared_live(rows: Iterable[Covered], day: int) -> bool:
    """Whether a feed is to tell on a day, as people declare it: whether it does is measured."""
    return is_live((row for row in rows if row.state != INCOMPLETE), day)


def why_refused(row: Mapping[str, Any]) -> str | None:
    """What a row of that state lacks, or says beyond it; None where nothing is wrong."""
    if row["state"] == BROKEN and not row.get("document"):
        return "document is missing: name the one that declares the feed broken"
    named = [name for name in (*MEASURED, "complete_from") if row.get(name) is not None]
    if row["state"] != INCOMPLETE:
        return f"{', '.join(named)}: only a row of the state incomplete is measured" if named else None
    missing = [name for name in MEASURED if name not in named]
    if missing:
        return f"{', '.join(missing)} missing: an incomplete row says what was measured (hoso coverage measure)"
    bar = COMPLETE_FROM if row.get("complete_from") is None else row["complete_from"]
    if row["measured"] >= bar:
        return f"measured {row['measured']} is complete from {bar} on: then there is no such row"
    if abs(row["measured"] - row["told"] / row["expected"]) > _ROUNDED:
        return f"measured {row['measured']} is not told {row['told']} of expected {row['expected']}"
    if read_day(row["witnessed_last"]) < read_day(row["witnessed_first"]):
        return "witnessed_last lies before witnessed_first"
    return None


def feeds_of(kinds: Iterable[int]) -> frozenset[str]:
    """The feeds on which facts of those kinds come."""
    return frozenset(TOPIC_OF_TYPE[TYPE_OF_KIND[kind]] for kind in kinds)
