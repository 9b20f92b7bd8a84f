"""When a term ends, counted day by day and hour by hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from streams.simulator.days import DAY, Days, at, clock_time, end_of
from streams.simulator.law import Rule

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
# Terms of days last to 24:00 of their last one.
IN_DAYS = frozenset({"working_day", "calendar_day"})

Pause = tuple[datetime, datetime]


def due_of(rule: Rule, amount: int, start: datetime, pauses: Sequence[Pause] = ()) -> datetime:
    """The instant at which a term that runs from `start` ends; what is ready then is in time."""
    unit = rule["unit"]
    if unit == "working_day":
        return _working_days(rule.days, amount, start, pauses)
    if unit == "calendar_day":
        return _calendar_days(rule.days, amount, start, pauses)
    if unit == "working_hour":
        return _working_hours(rule.days, amount, start, pauses)
    if unit == "clock_hour":
        return start + amount * HOUR + sum((ends - max(begins, start) for begins, ends in pauses), timedelta())
    if unit == "half_day":
        return _half_days(rule.days, amount, start, pauses)
    assert unit == "same_day", unit
    return _same_day(rule, start)


def moved_on(rule: Rule, extended: datetime, pauses: Sequence[Pause]) -> datetime:
    """An extended due, with the days of the pauses that were asked for since; terms of hours nobody extends."""
    if rule["unit"] not in IN_DAYS:
        return extended
    waited = {begins.date() + number * DAY for begins, ends in pauses for number in range(1, _days(begins, ends) + 1)}
    taken = [day for day in waited if rule["unit"] == "calendar_day" or rule.days.is_worked(day)]
    return due_of(rule, len(taken), extended - SECOND) if taken else extended


def _days(begins: datetime, ends: datetime) -> int:
    return (ends.date() - begins.date()).days


def _working_days(days: Days, amount: int, start: datetime, pauses: Sequence[Pause]) -> datetime:
    """The first day is not counted; of a pause the days after the request, up to the day of the answer, are not: where
    it was asked for on the last day, that of the answer is the last."""
    day = last = start.date()
    while amount or _in_pause(day + DAY, pauses):
        day += DAY
        if days.is_worked(day):
            amount -= not _in_pause(day, pauses)
            last = day
    return end_of(last)


def _calendar_days(days: Days, amount: int, start: datetime, pauses: Sequence[Pause]) -> datetime:
    """As for working days, but every day counts; a last day off rolls on to the next one that is worked."""
    day = start.date()
    while amount or _in_pause(day + DAY, pauses):
        day += DAY
        amount -= not _in_pause(day, pauses)
    return end_of(days.worked_from(day))


def _in_pause(day: object, pauses: Sequence[Pause]) -> bool:
    return any(begins.date() < day <= ends.date() for begins, ends in pauses)  # type: ignore[operator]


def _working_hours(days: Days, amount: int, start: datetime, pauses: Sequence[Pause]) -> datetime:
    """Office hours are used up minute after minute, but for the time of pauses."""
    left = amount * HOUR
    for opens, closes in days.office(start):
        now = max(opens, start)
        while now < closes:
            stands = next((ends for begins, ends in pauses if begins <= now < ends), None)
            if stands is not None:
                now = stands
                continue
            until = min([closes, *(begins for begins, _ in pauses if begins > now)])
            if until - now >= left:
                return now + left
            left -= until - now
            now = until
    raise AssertionError("office hours have no end")


def _half_days(days: Days, amount: int, start: datetime, pauses: Sequence[Pause]) -> datetime:
    """Mornings and afternoons; the one in which the dossier came, or the next one after hours, is not counted, and of
    a pause those after the request, up to that of the answer, are not: asked for in the last, that of the answer is."""
    left = amount
    halves = days.office(start)
    due = next(halves)[1]
    taken = [(next(days.office(begins))[1], next(days.office(ends))[1]) for begins, ends in pauses]
    for _, closes in halves:
        is_taken = any(first < closes <= last for first, last in taken)
        if left == 0 and not is_taken:
            return due
        left -= not is_taken
        due = closes
    raise AssertionError("office hours have no end")


def _same_day(rule: Rule, start: datetime) -> datetime:
    """On the day itself, or on the next one that is worked, where it came after the cut-off hour or on a day off.

    What a pause takes of a single day no law says: nothing here.
    """
    day = rule.days.worked_from(start.date())
    too_late = day == start.date() and rule["cut_off"] is not None and start > at(day, clock_time(rule["cut_off"]))
    if not too_late:
        return end_of(day) if rule["ends_at"] is None else at(day, clock_time(rule["ends_at"]))
    day = rule.days.after(day, 1)
    hour = rule["next_ends_at"] or rule["ends_at"]
    return end_of(day) if hour is None else at(day, clock_time(hour))
