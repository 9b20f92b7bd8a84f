"""When a term ends, counted day by day and hour by hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from streams.simulator.days import DAY, Days, at, clock_time, end_of
from streams.simulator.law import Rule

HOUR = timedelta(hours=1)

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


def _working_days(days: Days, amount: int, start: datetime, pauses: Sequence[Pause]) -> datetime:
    """The first day is not counted; of a pause the days after the request, up to the day of the answer, are not."""
    day = start.date()
    while amount:
        day += DAY
        if days.is_worked(day) and not _in_pause(day, pauses):
            amount -= 1
    return end_of(day)


def _calendar_days(days: Days, amount: int, start: datetime, pauses: Sequence[Pause]) -> datetime:
    """As for working days, but every day counts; a last day off rolls on to the next one that is worked."""
    day = start.date()
    while amount:
        day += DAY
        if not _in_pause(day, pauses):
            amount -= 1
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
    a pause those after the request, up to that of the answer, are not."""
    left = amount + 1
    for opens, closes in days.office(start):
        if not any(begins < opens <= ends for begins, ends in pauses):
            left -= 1
        if left == 0:
            return closes
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
