"""Where sources are silent or set aside, and which snapshots there were: marks that the log carries beside its facts.

A claim that rests on what a source did not tell is no claim while the source is silent: it is *unknown*, since then.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from streams.core.coverage import Place
from streams.core.instants import parse_utc
from streams.core.units import BENEATH, covers


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

    def is_for(self, feeds: frozenset[str], place: Place) -> bool:
        """Whether it expects anything on one of the feeds, of that procedure, and of the unit where it names units."""
        return (
            (not self.feeds or not self.feeds.isdisjoint(feeds))
            and (not self.procedures or place.procedure in self.procedures)
            and (not self.units or covers(self.units, place.unit))
        )


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
    """By source, its silences in order (none for one that always spoke); by system, its whole snapshots in order.

    Nothing of it grows old: a case of years ago that is judged again must be told what it was told then. What says
    nothing that something else does not say is left out: snapshots that are not whole, from which nobody can be
    missing, and silences within other silences of their source.
    """

    sources: Mapping[str, tuple[Silence, ...]]
    snapshots: Mapping[str, tuple[Snapshot, ...]]
    # By the hash of rules, which of its rows each source belongs to, once somebody has asked.
    spoken: dict[str, "_Spoken"]

    def after(self, entry: Mapping[str, Any]) -> "Marks":
        """The marks once an entry of the log has been read; an entry read twice changes nothing."""
        if entry["type"] == "snapshot.ended":
            one = Snapshot(entry["snapshot"], parse_utc(entry["ended"]), entry["complete"])
            known = self.snapshots.get(entry["system"], ())
            told = [old for old in known if old.name != one.name] + ([one] if one.complete else [])
            found = tuple(sorted(told, key=lambda snapshot: (snapshot.ended, snapshot.name)))
            return Marks(self.sources, {**self.snapshots, entry["system"]: found}, self.spoken)
        name = entry["source"]
        silences = self.sources.get(name, ())
        is_silent = bool(silences) and silences[-1].until is None
        if entry["type"] in ("source.silent", "source.suspended"):
            if not is_silent:
                silences = (*silences, Silence(parse_utc(entry["since"]), None))
        elif is_silent:
            silences = _closed(silences, parse_utc(entry["at"]))
        return Marks({**self.sources, name: silences}, self.snapshots, {})

    def packed(self, entry: Mapping[str, Any]) -> tuple[str, list[list[Any]]]:
        """The row that an entry of the log changes, by name, and its plain values; a source or system has one each."""
        if entry["type"] == "snapshot.ended":
            return f"{_SNAPSHOTS}{entry['system']}", [list(one) for one in self.snapshots[entry["system"]]]
        return f"{_SILENCES}{entry['source']}", [list(one) for one in self.sources[entry["source"]]]


class _Row(NamedTuple):
    """A row, with the silences of the sources that speak of all its units, and of those that speak of one unit each."""

    row: Expected
    of_all: tuple[tuple[Silence, ...], ...]
    of_unit: Mapping[str, tuple[Silence, ...]]


class _Spoken(NamedTuple):
    """Sources by row; and those that no row expects: set aside, they may be missed anywhere."""

    rows: tuple[_Row, ...]
    strangers: tuple[Silence, ...]


NO_MARKS = Marks({}, {}, {})
_SILENCES, _SNAPSHOTS = "silences/", "snapshots/"


def unpacked(rows: Mapping[str, Sequence[Sequence[Any]]]) -> Marks:
    """The marks of all rows by name."""
    return Marks(
        {name.removeprefix(_SILENCES): tuple(Silence(*one) for one in told) for name, told in sorted(rows.items())
         if name.startswith(_SILENCES)},
        {name.removeprefix(_SNAPSHOTS): tuple(Snapshot(*one) for one in told) for name, told in sorted(rows.items())
         if name.startswith(_SNAPSHOTS)},
        {},
    )  # fmt: skip


def is_named(source: str, names: Iterable[str]) -> bool:
    """Whether a source is one of those named, or beneath one: urn:hoso:onestop is above urn:hoso:onestop:H26-01."""
    return any(source == name or source.startswith(name + ":") for name in names)


def units_of(source: str, rows: Iterable[Expected]) -> tuple[str, ...]:
    """The units of which a source speaks: the rest of its name, or those that its row names; none: of all."""
    for row in rows:
        if row.per_unit and source.startswith(row.name + ":"):
            return (source[len(row.name) + 1 :],)
        if is_named(source, (row.name,)) and row.units:
            return row.units
    return ()


def silences_of(
    law: str, rows: Sequence[Expected], marks: Marks, feeds: frozenset[str], place: Place
) -> tuple[int, list[Silence]]:
    """How long the sources on some feeds may say nothing before it is silence, in seconds, and their silences. Sources
    that were never heard count for nothing: that is what coverage is for. `law` is the hash of the rows' rules."""
    spoken = marks.spoken.get(law)
    if spoken is None:
        spoken = marks.spoken[law] = _spoken(rows, marks.sources)
    above = _at_and_above(place.unit)
    patience, found = 0, list(spoken.strangers)
    for row, of_all, of_unit in spoken.rows:
        if row.is_for(feeds, place):
            told = [*of_all, *(of_unit[unit] for unit in above if unit in of_unit)]
            if told:
                patience = max(patience, row.rhythm)
                found += [silence for silences in told for silence in silences]
    return patience, found


def _closed(silences: tuple[Silence, ...], until: int) -> tuple[Silence, ...]:
    """The silences once the last of them has ended. One within another says nothing: of those over an instant the one
    that lasts longest counts, and one without an instant lies over none."""
    last = silences[-1]._replace(until=until)
    kept = tuple(one for one in silences[:-1] if not (last.since <= one.since and (one.until or 0) <= until))
    within = last.since >= until or any(one.since <= last.since and until <= (one.until or 0) for one in kept)
    return kept if within else (*kept, last)


def _spoken(rows: Sequence[Expected], sources: Mapping[str, tuple[Silence, ...]]) -> _Spoken:
    found: list[_Row] = []
    known: set[str] = set()
    for row in rows:
        of_all: list[tuple[Silence, ...]] = []
        of_unit: dict[str, tuple[Silence, ...]] = {}
        for source, silences in sources.items():
            if is_named(source, (row.name,)) or is_named(row.name, (source,)):
                known.add(source)
                if row.per_unit and source.startswith(row.name + ":"):
                    of_unit[source[len(row.name) + 1 :]] = silences
                else:
                    of_all.append(silences)
        found.append(_Row(row, tuple(of_all), of_unit))
    return _Spoken(
        tuple(found), tuple(one for source, silences in sources.items() if source not in known for one in silences)
    )


def _at_and_above(unit: str | None) -> list[str]:
    """The codes of a unit and of those above it (core.units)."""
    if unit is None:
        return []
    return [*(unit[:place] for place, sign in enumerate(unit) if sign in BENEATH), unit]
