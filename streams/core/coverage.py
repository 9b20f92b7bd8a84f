"""Where absence is evidence: which feeds are live for which units, by dated rows; elsewhere nothing can be said.

A feed is a source topic by its short name (schemas.topics). Without a row a feed counts as live: a deployment declares
what is broken or was never connected.
"""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.events import TOPIC_OF_TYPE
from streams.core.kinds import TYPE_OF_KIND
from streams.core.units import covers

LIVE = "live"


class Covered(NamedTuple):
    """One row: the state of a feed for some units and procedures between two days; the later row overrules."""

    id: str
    feed: str
    units: tuple[str, ...]
    procedures: frozenset[str]
    state: str
    first: int
    last: int

    def holds(self, unit: str | None, procedure: str | None, day: int) -> bool:
        """Whether the row speaks of that unit, procedure and day; a row without units speaks of all."""
        return (
            self.first <= day <= self.last
            and (not self.procedures or procedure in self.procedures)
            and (not self.units or covers(self.units, unit))
        )


class Place(NamedTuple):
    """Of whom something is said: coverage is asked for a unit and a procedure."""

    unit: str | None
    procedure: str | None


def is_live(rows: Iterable[Covered], feed: str, place: Place, day: int) -> bool:
    """Whether the absence of a fact on that feed is evidence on a day."""
    state = LIVE
    for row in rows:
        if row.feed == feed and row.holds(place.unit, place.procedure, day):
            state = row.state
    return state == LIVE


def feeds_of(kinds: Iterable[int]) -> frozenset[str]:
    """The feeds on which facts of those kinds come."""
    return frozenset(TOPIC_OF_TYPE[TYPE_OF_KIND[kind]] for kind in kinds)
