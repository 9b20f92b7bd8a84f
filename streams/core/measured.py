"""How complete feeds are: what was witnessed and told, counted by feed, unit and procedure, and the rows that follow.

A row is dated from the first day of what was measured, and open: until a later measure the feed goes on like that. That
one closes it, and keeps it: what was lost in its days is still missing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from streams.core.calendar import day_date, read_day
from streams.core.completeness import Witnessed
from streams.core.coverage import COMPLETE_FROM, INCOMPLETE

COMPLETE, BELOW, FEW, ASK = "complete", "below", "few", "ask"
_ID_MAX = 96
_AXES = frozenset({"unit", "procedure"})


class Bar(NamedTuple):
    """From which share on a feed is complete; of fewer than `least` witnesses nothing is said. All in working days:
    `days` are measured, and what was witnessed in the last `grace` is left out."""

    complete_from: float = COMPLETE_FROM
    # The fewest of which one that was lost does not put a feed below 95 %.
    least: int = 20
    days: int = 20
    grace: int = 5


class Count(NamedTuple):
    """So many facts should have been told, and so many were."""

    expected: int = 0
    told: int = 0

    @property
    def share(self) -> float | None:
        """With four digits, never rounded up: 0.94996 is not 0.95."""
        return None if not self.expected else self.told * 10_000 // self.expected / 10_000

    def plus(self, other: "Count") -> "Count":
        return Count(self.expected + other.expected, self.told + other.told)


class Key(NamedTuple):
    feed: str
    unit: str | None
    procedure: str | None


class Group(NamedTuple):
    """What was measured of a feed; what is counted together is None in the key. `procedures` are those with a witness,
    `others` has what another party witnessed, `own` what only the unit said."""

    key: Key
    procedures: tuple[str, ...]
    others: Count
    own: Count

    def verdict(self, bar: Bar) -> str:
        """*complete*, *below* the bar, or *few* witnesses: then nothing can be said."""
        if self.others.expected < bar.least:
            return FEW
        return BELOW if _is_below(self.others, bar) else COMPLETE

    def own_verdict(self, bar: Bar) -> str:
        """The same of the unit's own word. Below the bar it is to be asked: it proves neither that the feed loses facts
        nor that its word is wrong."""
        if self.own.expected < bar.least:
            return FEW
        return ASK if _is_below(self.own, bar) else COMPLETE


class Tally:
    """Witnessed facts by feed, unit, procedure and day, whether told, and by whose word."""

    def __init__(self) -> None:
        self._days: dict[Key, dict[tuple[int, bool], Count]] = {}

    def add(self, found: Iterable[Witnessed]) -> None:
        for one in found:
            days = self._days.setdefault(Key(one.feed, *one.place), {})
            which = one.day, one.is_own
            days[which] = days.get(which, Count()).plus(Count(1, int(one.is_told)))

    def groups(self, first: int, last: int, by: frozenset[str] = _AXES) -> list[Group]:
        """What was witnessed from the first day to the last, counted by feed and by *unit*, *procedure* or both."""
        found: dict[Key, Group] = {}
        for key, days in self._days.items():
            others, own = _within(days, first, last)
            if not others.expected and not own.expected:
                continue
            named = Key(key.feed, key.unit if "unit" in by else None, key.procedure if "procedure" in by else None)
            known = found.get(named, Group(named, (), Count(), Count()))
            procedures = {*known.procedures, *([key.procedure] if key.procedure is not None else [])}
            found[named] = Group(named, tuple(sorted(procedures)), known.others.plus(others), known.own.plus(own))
        return [found[key] for key in sorted(found, key=lambda key: tuple(part or "" for part in key))]

    def of_row(self, row: Mapping[str, Any], last: int) -> Count:
        """What is known now of the days of a row, up to `last` where it is open."""
        until = last if row.get("last") is None else read_day(row["last"])
        found = Count()
        for key, days in self._days.items():
            if key.feed == row["feed"] and key.unit in row["units"] and key.procedure in row["procedures"]:
                found = found.plus(_within(days, read_day(row["first"]), until)[0])
        return found


def rows(
    tally: Tally, groups: Sequence[Group], earlier: Sequence[Mapping[str, Any]], span: tuple[int, int], bar: Bar
) -> list[dict[str, Any]]:
    """The rows of `[[coverage]]` for what is below the bar, and of earlier rows those that still hold.

    Of a unit or procedure that nobody names no row can be written: it would speak of all.
    """
    named = [group for group in groups if group.key.unit is not None and group.procedures]
    below = [group for group in named if group.verdict(bar) == BELOW]
    first, last = span
    found = [_row(group, min([first, *_carried(group, earlier)]), span, bar) for group in below]
    taken = {row["id"] for row in found}
    kept = [row for old in earlier for row in _kept(tally, old, named, first, last, bar) if row["id"] not in taken]
    return sorted([*kept, *found], key=lambda row: (row["feed"], row["units"], row["procedures"], row["first"]))


def _row(group: Group, begins: int, span: tuple[int, int], bar: Bar) -> dict[str, Any]:
    assert group.others.share is not None
    unit, feed = group.key.unit, group.key.feed
    first, last = (day_date(day).isoformat() for day in span)
    told = f"{group.others.told} of {group.others.expected} facts that others witnessed"
    return {
        "id": _id(feed, unit, group.procedures, begins),
        "feed": feed,
        "units": [unit],
        "procedures": list(group.procedures),
        "state": INCOMPLETE,
        "first": day_date(begins).isoformat(),
        "measured": group.others.share,
        "complete_from": bar.complete_from,
        "expected": group.others.expected,
        "told": group.others.told,
        "witnessed_first": first,
        "witnessed_last": last,
        "source": f"hoso coverage measure: {told} from {first} to {last} were told",
    }


def _id(feed: str, unit: str | None, procedures: Sequence[str], begins: int) -> str:
    name = f"incomplete {feed} {unit} {'+'.join(procedures)} {day_date(begins).isoformat()}"
    # Of many procedures only their hash fits.
    return name if len(name) <= _ID_MAX else f"incomplete {feed} {blake2b(name.encode(), digest_size=8).hexdigest()}"


def _carried(group: Group, earlier: Iterable[Mapping[str, Any]]) -> Iterator[int]:
    """Since when earlier rows, open up to now, said the same of a group."""
    for old in earlier:
        if old.get("last") is None and _speaks_of(old, group):
            yield read_day(old["first"])


def _kept(
    tally: Tally, old: Mapping[str, Any], groups: Iterable[Group], first: int, last: int, bar: Bar
) -> Iterator[dict[str, Any]]:
    """An earlier row as it still holds. What came in since may have made its days complete; where the feed is complete
    now, it ends with the day before; where too little was witnessed to say so, it stays."""
    now = [group for group in groups if _speaks_of(old, group)]
    verdicts = {group.verdict(bar) for group in now}
    is_open = old.get("last") is None
    if is_open:
        if verdicts == {BELOW}:
            # Each is told by a row of its own, which goes on from this one.
            return
        if verdicts != {COMPLETE}:
            yield dict(old)
            return
        if read_day(old["first"]) >= first:
            return
        # What is complete now says nothing of the days before.
        old = dict(old) | {"last": day_date(first - 1).isoformat()}
    told = tally.of_row(old, last)
    if told.expected < bar.least or _is_below(told, bar):
        yield dict(old)


def _speaks_of(row: Mapping[str, Any], group: Group) -> bool:
    is_place = row["feed"] == group.key.feed and group.key.unit in row["units"]
    return is_place and not set(row["procedures"]).isdisjoint(group.procedures)


def _within(days: Mapping[tuple[int, bool], Count], first: int, last: int) -> tuple[Count, Count]:
    """What others witnessed, and what only the unit said, from a day to a day."""
    found = [Count(), Count()]
    for (day, is_own), count in days.items():
        if first <= day <= last:
            found[is_own] = found[is_own].plus(count)
    return found[0], found[1]


def _is_below(count: Count, bar: Bar) -> bool:
    return count.share is not None and count.share < bar.complete_from
