"""Working days, office hours and local time of one calendar, from plain rows: a table lookup, never a walk of days.

A day is the number of days since 1970-01-01, local. Rows come expanded from the shell (`rules_file`), so that the
hash of the rules covers them and nothing here depends on a package's version.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from streams.core.errors import RulesRefused
from streams.core.instants import DAY

FIRST_DAY = -25_567  # 1900-01-01
LAST_DAY = 84_006  # 2200-01-01: no term of this field reaches it
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

Hours = tuple[tuple[int, int], ...]


def day_number(on: date) -> int:
    """Days since 1970-01-01."""
    return on.toordinal() - _EPOCH_ORDINAL


def day_date(day: int) -> date:
    return date.fromordinal(day + _EPOCH_ORDINAL)


def weekday(day: int) -> int:
    """0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday."""
    return (day + 3) % 7


@dataclass(frozen=True, slots=True)
class Calendar:
    """One compiled calendar.

    `counts` holds for each day from FIRST_DAY on the number of working days up to and including it, `working` lists
    them. A day before FIRST_DAY or after LAST_DAY is taken for the nearer of the two. `hours` are those in which terms
    of hours run, `reception` those in which dossiers are taken in; `reasons` say why an exception is one.
    """

    id: str
    zone: str
    offset_starts: tuple[int, ...]
    offset_seconds: tuple[int, ...]
    week: tuple[int, ...]
    counts: Sequence[int] = field(repr=False)
    working: Sequence[int] = field(repr=False)
    hours: tuple[Hours, ...]
    reception: tuple[Hours, ...]
    horizon: int
    exceptions: tuple[tuple[int, int], ...]
    reasons: Mapping[int, str]
    # On which day an exception was decided, where it was not known for years.
    decided: Mapping[int, int]

    def offset(self, at: int) -> int:
        """Seconds that local time is ahead of UTC at an instant."""
        if at >= self.offset_starts[-1]:
            return self.offset_seconds[-1]
        return self.offset_seconds[bisect_right(self.offset_starts, at) - 1]

    def local(self, at: int) -> tuple[int, int]:
        """The local day of an instant, and the seconds since its midnight."""
        return divmod(at + self.offset(at), DAY)

    def instant(self, day: int, seconds: int = 0) -> int:
        """The instant of a local time of day; an hour that the clock skips or repeats is read by its first offset."""
        local = day * DAY + seconds
        if local > self.offset_starts[-1] + 2 * DAY:
            # No change of the clock after that: the common case, for zones without summer time.
            return local - self.offset_seconds[-1]
        before = self.offset(local - DAY)
        if self.offset(local - before) == before:
            return local - before
        after = self.offset(local + DAY)
        return local - after if self.offset(local - after) == after else local - before

    def end_of(self, day: int) -> int:
        """24:00 of a day."""
        return self.instant(day + 1)

    def day_of(self, at: int, *, stands_for_day: bool) -> int:
        """The local day of an instant; an instant that stands for a whole day is that day's end and counts for it."""
        return self.local(at - 1 if stands_for_day else at)[0]

    def is_working(self, day: int) -> bool:
        return self.count(day) > self.count(day - 1)

    def count(self, day: int) -> int:
        """How many working days lie between FIRST_DAY and `day`, both counted."""
        if FIRST_DAY <= day <= LAST_DAY:
            return self.counts[day - FIRST_DAY]
        return self.counts[0 if day < FIRST_DAY else -1]

    def nth(self, number: int) -> int:
        """The working day of a number, counted from the first as 0."""
        if 0 <= number < len(self.working):
            return self.working[number]
        return self.working[0 if number < 0 else -1]

    def working_day_before(self, day: int, amount: int = 0) -> int:
        """The last working day up to and including `day`, or so many working days before that one."""
        return self.nth(self.count(day) - 1 - amount)

    def add_working_days(self, day: int, amount: int) -> int:
        """The `amount`-th working day after `day`, which itself is not counted."""
        return self.nth(self.count(day) + amount - 1)

    def roll_on(self, day: int) -> int:
        """The day itself if it is a working day, else the next one."""
        return self.nth(self.count(day - 1))

    def working_days(self, after: int, until: int) -> int:
        """How many working days lie after `after`, up to and including `until`."""
        return self.count(until) - self.count(after)

    def hours_of(self, day: int) -> Hours:
        """Office hours of a day, half-open, in seconds since midnight; none on a day off.

        A worked day whose weekday has no hours of its own (a Saturday worked by decree) has Monday's.
        """
        if not self.is_working(day):
            return ()
        return self.hours[weekday(day)] or self.hours[0]

    def reception_of(self, day: int) -> Hours:
        """When dossiers are taken in on a day: never on one off by law or decree, on a Saturday where it has hours.

        A day worked by decree has the hours of its weekday, or Monday's.
        """
        own = self.reception[weekday(day)]
        if self.is_working(day):
            return own or self.reception[0]
        return () if self.week[weekday(day)] or (day, 0) in self.exceptions else own

    def differences(self, other: "Calendar", first: int, last: int) -> list[int]:
        """The days between two days, both counted, that are worked by one calendar and off by the other."""
        return [day for day in range(first, last + 1) if self.is_working(day) != other.is_working(day)]

    def known_on(self, day: int) -> "Calendar":
        """The calendar without what was decided only later."""
        later = {one for one, on in self.decided.items() if on > day}
        if not later:
            return self
        exceptions = tuple(pair for pair in self.exceptions if pair[0] not in later)
        counts, working = _counted(self.week, exceptions)
        return replace(self, id=f"{self.id}@{day}", counts=counts, working=working, exceptions=exceptions)

    def with_days(self, name: str, days: Mapping[int, int], reasons: Mapping[int, str]) -> "Calendar":
        """The same calendar with some more exceptions, under a name of its own."""
        exceptions = tuple(sorted({**dict(self.exceptions), **days}.items()))
        counts, working = _counted(self.week, exceptions)
        return replace(
            self,
            id=name,
            counts=counts,
            working=working,
            exceptions=exceptions,
            reasons={**self.reasons, **reasons},
        )

    def days_hash(self, first: int, last: int) -> str:
        """A hash of the exceptions between two days: what a count over them rests on besides the plain week."""
        rows = self.exceptions[bisect_left(self.exceptions, (first, 0)) : bisect_right(self.exceptions, (last, 1))]
        text = ",".join(f"{day}:{worked}" for day, worked in rows)
        return blake2b(f"{self.id}|{text}".encode(), digest_size=8).hexdigest()


def compile_calendar(row: Mapping[str, Any]) -> Calendar:
    """A calendar from its expanded row (schemas.rules.CalendarRow); raises RulesRefused with the row and the reason."""
    where = f"calendar {row['id']}"
    if not any(row["week"]):
        raise RulesRefused(where, "week needs at least one worked day")
    hours, reception = read_week(where, row["hours"]), read_week(where, row["reception"])
    if not hours[0]:
        raise RulesRefused(where, "hours need a span on Monday: a day worked by decree has Monday's hours")
    exceptions = tuple(sorted((read_day(day), int(worked)) for day, worked in row["days"].items()))
    counts, working = _counted(tuple(row["week"]), exceptions)
    return Calendar(
        id=row["id"],
        zone=row["zone"],
        offset_starts=tuple(int(start) for start, _ in row["offsets"]),
        offset_seconds=tuple(int(seconds) for _, seconds in row["offsets"]),
        week=tuple(row["week"]),
        counts=counts,
        working=working,
        hours=hours,
        reception=reception,
        horizon=read_day(row["horizon"]),
        exceptions=exceptions,
        reasons={read_day(day): reason for day, reason in row["reasons"].items()},
        decided={read_day(day): read_day(on) for day, on in row.get("decided", {}).items()},
    )


def read_day(text: str) -> int:
    """The day of an ISO 8601 date."""
    return day_number(date.fromisoformat(text))


def read_week(where: str, rows: Sequence[Sequence[Sequence[int]]]) -> tuple[Hours, ...]:
    """Hours of seven weekdays from their rows; raises RulesRefused."""
    for spans in rows:
        bounds = [second for span in spans for second in span]
        if any(before >= after for before, after in pairwise(bounds)):
            raise RulesRefused(where, "hours of a day must begin before they end, one span after the other")
    return tuple(tuple((int(opens), int(closes)) for opens, closes in spans) for spans in rows)


# Calendars that differ in their hours share their days; a worker compiles the same law once a partition.
@lru_cache(maxsize=16)
def _counted(week: tuple[int, ...], days: tuple[tuple[int, int], ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    counts: list[int] = []
    working: list[int] = []
    count, exceptions = 0, dict(days)
    for day in range(FIRST_DAY, LAST_DAY + 1):
        if exceptions.get(day, week[(day + 3) % 7]):
            count += 1
            working.append(day)
        counts.append(count)
    return tuple(counts), tuple(working)
