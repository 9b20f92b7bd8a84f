"""Lints of calendars: days that change nothing or are told twice, swaps of one side, and knowledge that has run out."""

from collections.abc import Iterator
from itertools import combinations

from streams.core.calendar import weekday
from streams.core.findings import Declared, Found, Subject, day_text
from streams.core.rules import Closure
from streams.core.units import covers


def day_without_effect(subject: Subject) -> Iterator[Found]:
    """A day declared off that is off already, or worked that is worked already: often a slip in the date."""
    weeks = _weeks(subject)
    for declared in subject.declared:
        for day, worked in _days(declared):
            if declared.others.get(day) == worked:
                yield _no_effect(_row(declared), day, worked, "another row of the calendar says so")
            elif day not in declared.package and weeks[declared.calendar][weekday(day)] == worked:
                yield _no_effect(_row(declared), day, worked, "the week has it so")
    calendars = {rule.calendar.id: rule.calendar for rule in subject.deadlines()}
    for calendar, closures in _closures(subject):
        for closure in closures:
            for day, worked in sorted(closure.days.items()):
                if calendar in calendars and calendars[calendar].is_working(day) == bool(worked):
                    yield _no_effect(f"closure {closure.id}", day, worked, f"calendar {calendar} has it so")


def day_known_already(subject: Subject) -> Iterator[Found]:
    """A day that the package of holidays knows too: the row gives it its source, or it is a slip in the date."""
    for declared in subject.declared:
        known = [day for day, worked in _days(declared) if declared.package.get(day) == worked]
        if known:
            yield Found(
                _row(declared),
                f"the package of holidays knows {' '.join(map(day_text, known))} as well",
                "keep it for its source, if that is the day which is meant",
            )


def swap_of_one_side(subject: Subject) -> Iterator[Found]:
    """A swap moves a working day: for each day off there is one worked."""
    for declared in subject.declared:
        if declared.row == "swap" and len(declared.off) != len(declared.worked):
            off, worked = (" ".join(map(day_text, days)) or "none" for days in (declared.off, declared.worked))
            yield Found(
                _row(declared),
                f"off {off}, worked {worked}: a swap has as many days worked as off",
                "name its counterpart, or, if the day is simply off, make it a [[calendar.holiday]]",
            )


def closures_contradict(subject: Subject) -> Iterator[Found]:
    """Two decisions that say the opposite of one day of one unit: only their ids decide."""
    for _, closures in _closures(subject):
        for one, other in combinations(closures, 2):
            days = sorted(day for day, worked in one.days.items() if other.days.get(day, worked) != worked)
            units = _shared(one, other)
            if days and units:
                yield Found(
                    f"closure {other.id}",
                    f"says the opposite of closure {one.id} of {' '.join(map(day_text, days))} for "
                    f"{', '.join(units)}: {other.id} binds, for its id comes later",
                    "name units apart, or take the day out of the one that no longer holds",
                )


def only_a_list(subject: Subject) -> Iterator[Found]:
    """Days off that are listed end with the list; what comes after looks like a plain week."""
    listed: dict[str, set[int]] = {}
    for declared in subject.declared:
        if not declared.package:
            listed.setdefault(declared.calendar, set()).update(declared.off, declared.worked)
    for row in subject.content["calendars"]:
        days = listed.get(row["id"])
        if days and max(days) < subject.on:
            yield Found(
                f"calendar {row['id']}",
                f"is a list of days that ends on {day_text(max(days))}, before {day_text(subject.on)}",
                "add the days off of this year, or name a country whose holidays are known",
            )


def horizon_is_past(subject: Subject) -> Iterator[Found]:
    """All that is due after the horizon is provisional."""
    used = {rule.calendar.id: rule.calendar for rule in subject.deadlines() if rule.until_day > subject.on}
    for name, calendar in sorted(used.items()):
        if calendar.horizon < subject.on:
            yield Found(
                f"calendar {name}",
                f"its horizon {day_text(calendar.horizon)} lies before {day_text(subject.on)}: each due is provisional",
                "add the swaps decreed since, and move the horizon to the last day that they cover",
            )


def _days(declared: Declared) -> Iterator[tuple[int, int]]:
    yield from ((day, 0) for day in declared.off)
    yield from ((day, 1) for day in declared.worked)


def _weeks(subject: Subject) -> dict[str, list[int]]:
    return {row["id"]: row["week"] for row in subject.content["calendars"]}


def _row(declared: Declared) -> str:
    if declared.row == "lists":
        return f"calendar {declared.calendar}"
    days = " ".join(map(day_text, sorted(declared.off + declared.worked)))
    return f"calendar {declared.calendar} {declared.row} of {days}"


def _closures(subject: Subject) -> Iterator[tuple[str, list[Closure]]]:
    """The closures of each calendar, by their ids, without those of a calendar that it extends."""
    home = {row["id"]: row["calendar"] for row in subject.content["closures"]}
    for calendar, closures in sorted(subject.rules.closures.items()):
        yield calendar, [closure for closure in closures if home[closure.id] == calendar]


def _shared(one: Closure, other: Closure) -> list[str]:
    """The codes that both closures cover."""
    mine = {code for code in one.units if covers(other.units, code)}
    return sorted(mine | {code for code in other.units if covers(one.units, code)})


def _no_effect(where: str, day: int, worked: int, known: str) -> Found:
    said, other = ("worked", "off") if worked else ("off", "worked")
    return Found(
        where,
        f"{day_text(day)} is declared {said}, and is {said} without that: {known}",
        f"take it out, or mend the date if another day is meant to be {said} that is {other} now",
    )
