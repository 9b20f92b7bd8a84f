"""Where sources are silent or set aside, and which snapshots there were: marks that the log carries beside its facts.

A claim that rests on what a source did not tell is no claim while the source is silent: it is *unknown*, since then.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from streams.core.coverage import Place
from streams.core.instants import parse_utc
from streams.core.units import covers


class Expected(NamedTuple):
    """A row of the rules: sources whose names are `name`, or begin with it at a colon, speak at least every `rhythm`
    seconds; of the feeds, units and procedures named (none: of all). Where `per_unit` is set, the rest of a name is the
    code of the unit of which it speaks."""

    name: str
    per_unit: bool
    feeds: frozenset[str]
    units: tuple[str, ...]
    procedures: frozenset[str]
    rhythm: int

    def speaks_of(self, source: str, place: Place) -> bool:
        """Whether a source of this row tells of cases of a unit and a procedure."""
        is_units = self.per_unit and source.startswith(self.name + ":")
        units = (source[len(self.name) + 1 :],) if is_units else self.units
        return (not self.procedures or place.procedure in self.procedures) and (not units or covers(units, place.unit))


class Silence(NamedTuple):
    """What the source sent is complete up to `since`; from `until` on it is complete again, None while it is not."""

    since: int
    until: int | None


class Snapshot(NamedTuple):
    """A snapshot of an official system, as it ended."""

    name: str
    ended: int
    complete: bool


class Marks(NamedTuple):
    """By source, its silences in order (none for one that always spoke); by system, its snapshots in order."""

    sources: Mapping[str, tuple[Silence, ...]] = {}
    snapshots: Mapping[str, tuple[Snapshot, ...]] = {}

    def after(self, entry: Mapping[str, Any]) -> "Marks":
        """The marks once an entry of the log has been read; an entry read twice changes nothing."""
        if entry["type"] == "snapshot.ended":
            one = Snapshot(entry["snapshot"], parse_utc(entry["ended"]), entry["complete"])
            known = self.snapshots.get(entry["system"], ())
            others = [old for old in known if old.name != one.name]
            found = tuple(sorted([*others, one], key=lambda snapshot: (snapshot.ended, snapshot.name)))
            return self._replace(snapshots={**self.snapshots, entry["system"]: found})
        name = entry["source"]
        silences = self.sources.get(name, ())
        is_silent = bool(silences) and silences[-1].until is None
        if entry["type"] in ("source.silent", "source.suspended"):
            if not is_silent:
                silences = (*silences, Silence(parse_utc(entry["since"]), None))
        elif is_silent:
            silences = (*silences[:-1], silences[-1]._replace(until=parse_utc(entry["at"])))
        return self._replace(sources={**self.sources, name: silences})

    def packed(self) -> dict[str, Any]:
        """Plain values for a row, in one order everywhere."""
        return {
            "sources": {name: [list(one) for one in told] for name, told in sorted(self.sources.items())},
            "snapshots": {name: [list(one) for one in told] for name, told in sorted(self.snapshots.items())},
        }


NO_MARKS = Marks()


def unpacked(values: Mapping[str, Any]) -> Marks:
    """The marks of a row."""
    return Marks(
        {name: tuple(Silence(*one) for one in told) for name, told in values["sources"].items()},
        {name: tuple(Snapshot(*one) for one in told) for name, told in values["snapshots"].items()},
    )


def is_named(source: str, names: Iterable[str]) -> bool:
    """Whether a source is one of those named, or beneath one: urn:hoso:onestop is above urn:hoso:onestop:H26-01."""
    return any(source == name or source.startswith(name + ":") for name in names)


def silences_of(
    rows: Sequence[Expected], marks: Marks, feeds: frozenset[str], place: Place
) -> tuple[int, list[Silence]]:
    """How long the sources on some feeds may say nothing before it is silence, in seconds, and their silences. Sources
    that were never heard count for nothing: that is what coverage is for."""
    patience, found = 0, list[Silence]()
    for source, silences in marks.sources.items():
        told = [row for row in rows if is_named(source, (row.name,)) or is_named(row.name, (source,))]
        spoken = [row for row in told if (not row.feeds or row.feeds & feeds) and row.speaks_of(source, place)]
        if spoken:
            patience = max(patience, *(row.rhythm for row in spoken))
        # Nobody says of what a source speaks that no row expects: set aside, it may be missed anywhere.
        if spoken or not told:
            found += silences
    return patience, found
