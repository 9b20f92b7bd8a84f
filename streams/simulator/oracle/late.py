"""Classes of the term itself: overdue and at risk, and what is said of the appointment: wrong due."""

from datetime import datetime

from streams.simulator.days import DAY, end_of
from streams.simulator.law import Rule
from streams.simulator.oracle.evidence import hours_before, is_over, last_day, owner_of
from streams.simulator.oracle.story import HAND_OVERS, Story
from streams.simulator.terms import Pause


def overdue(story: Story, now: datetime) -> str | None:
    """The legal due, or the provincial one where that is shorter, has passed and nothing is ready, on evidence that
    suffices; it ends when the result is ready. Accountable: who holds the stage."""
    due = story.due
    if due is None or now < due or is_over(story, now) or _proves_nothing(story, due):
        return None
    return owner_of(story)


def _proves_nothing(story: Story, due: datetime) -> bool:
    """Handed over after the due, and nothing says when it was ready: neither late nor in time."""
    is_ready_known = any(fact.type in story.ends for fact in story.whole)
    handed_over = [fact for fact in story.whole if fact.type in HAND_OVERS]
    return not is_ready_known and any(fact.time > due for fact in handed_over)


def at_risk(story: Story, now: datetime) -> str | None:
    """That due is near, nothing is ready, nothing pauses the clock; it ends when overdue begins or the result is ready.
    Accountable: who holds the case now."""
    due, pauses, _ = story.clock
    if story.rule is None or due is None or now >= due or is_over(story, now):
        return None
    return owner_of(story) if now >= near(story.rule, due, pauses) else None


def near(rule: Rule, due: datetime, pauses: tuple[Pause, ...]) -> datetime:
    """From when on no more is left of a term than the rule warns of.

    Of whole days: from the end of the last day before them; of office hours: from the first of them.
    """
    amount, unit = rule.at_risk["amount"], rule.at_risk["unit"]
    if unit == "working_hour":
        return hours_before(rule.days, due, amount)
    day = last_day(due).date()
    while True:
        if unit == "calendar_day" or (
            rule.days.is_worked(day) and not any(begins.date() < day <= ends.date() for begins, ends in pauses)
        ):
            if amount == 0:
                return end_of(day)
            amount -= 1
        day -= DAY


def wrong_due(story: Story, now: datetime) -> str | None:  # noqa: ARG001  (nothing of it waits for an hour)
    """The appointment is another day than the law or the decision computes. Accountable: the unit."""
    if story.first_due is None or not story.appointments:
        return None
    computed = [last_day(due).date() for due in (story.first_due, story.due) if due is not None]
    return None if story.appointments[-1].date() in computed else "unit"
