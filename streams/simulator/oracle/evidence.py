"""Questions that several classes ask of a story: is it over, who holds it, how long may a system take to follow."""

from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

from streams.simulator.days import DAY, Days, at, end_of
from streams.simulator.law import Rule
from streams.simulator.oracle.story import Report, Story, earliest

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def ready_at(story: Story, limit: datetime | None) -> datetime | None:
    """When the result was ready at the latest, by evidence that counts against a due.

    Who has it in hand proves that it was ready by then.
    """
    return earliest([*story.ready_facts, *story.hand_overs], limit)


def is_over(story: Story, now: datetime) -> bool:
    """Ready, or refused, withdrawn, stopped: the clock has ended."""
    ready = ready_at(story, story.due)
    return story.cancelled_at is not None or (ready is not None and ready <= now)


def stage_of(story: Story) -> dict[str, Any] | None:
    """The step that has begun and not ended; None where the rule knows no steps, or none has begun."""
    assert story.rule is not None
    for stage in reversed(story.rule["stage"] or []):
        begun = story.first(stage["from"]) is not None or (
            stage["from"] == story.rule["starts"] and story.start is not None
        )
        if begun:
            found: dict[str, Any] = stage
            return found if story.first(stage["to"]) is None else None
    return None


def owner_of(story: Story) -> str:
    """Who holds the case now: the unit, where no step says otherwise."""
    stage = stage_of(story)
    return "unit" if stage is None else str(stage["owner"])


def last_day(due: datetime) -> datetime:
    """Some instant of the last day of a term: 24:00 belongs to the day that it ends."""
    return due - SECOND


def hours_before(days: Days, instant: datetime, hours: int) -> datetime:
    """The instant from which so many office hours are left until another one."""
    left = hours * HOUR
    day = last_day(instant).date()
    while True:
        for opens, closes in reversed(days.hours if days.is_worked(day) else ()):
            begins, ends = at(day, opens), min(instant, end_of(day) if closes == time() else at(day, closes))
            if ends - begins >= left:
                return ends - left
            left -= max(ends - begins, timedelta())
        day -= DAY


def grace_end(story: Story, rule: Rule, since: datetime) -> datetime:
    """How long a system may take to follow what happened.

    The end of the next working day, of the second one for interlinked groups (the rule says how many); on the due day
    four office hours before closing, whatever the grace.
    """
    grace = end_of(rule.days.after(since.date(), rule["grace_working_days"]))
    if story.due is None or since.date() > last_day(story.due).date():
        return grace
    due_on = last_day(story.due).date()
    if not rule.days.is_worked(due_on):
        return grace
    urgent = hours_before(rule.days, end_of(due_on), rule["urgent_working_hours"])
    return max(since, min(grace, urgent))


def closed_run(line: list[Report]) -> list[Report]:
    """The reports since a system last showed the case open; none where it shows it open now, or cannot be read."""
    if not line or not line[-1].is_closed:
        return []
    run: list[Report] = []
    for report in reversed(line):
        if report.is_open:
            break
        run.insert(0, report)
    return run


def reopened_at(line: list[Report]) -> datetime | None:
    """When a system showed the case open again after it had shown it otherwise; None where it never did."""
    return max((after.time for before, after in pairwise(line) if after.is_open and not before.is_open), default=None)


def declared_end(line: list[Report]) -> datetime | None:
    """The end as the system has it now: as declared, else when it showed 9, which goes before 10, else 8 or 3."""
    run = closed_run(line)
    declared = [report.ended_at for report in run if report.ended_at is not None]
    if declared:
        return declared[-1]
    for states in ({"done"}, {"returned"}, {"stopped", "refused"}):
        shown = [report.time for report in run if report.state in states]
        if shown:
            return shown[0]
    return None


def who_follows(story: Story) -> str:
    """Who is to act where a system did not follow: the unit if its own system is open too, else the operator."""
    return "operator" if story.local and not story.local[-1].is_open else "unit"
