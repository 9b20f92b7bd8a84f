"""Classes of the term itself: overdue and at risk, and what is said of the appointment: wrong due."""

from datetime import datetime

from streams.simulator.days import DAY, end_of
from streams.simulator.law import Rule
from streams.simulator.oracle.evidence import hours_before, is_over, last_day, owner_of
from streams.simulator.oracle.story import HAND_OVERS, Story


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
    due = story.due
    if story.rule is None or due is None or now >= due or is_over(story, now):
        return None
    return owner_of(story) if now >= near(story.rule, due) else None


def near(rule: Rule, due: datetime) -> datetime:
    """From when on no more is left of a term than the rule warns of.

    Of whole days: from the end of the last day before them; of office hours: from the first of them.
    """
    amount, unit = rule.at_risk["amount"], rule.at_risk["unit"]
    if unit == "working_hour":
        return hours_before(rule.days, due, amount)
    day = last_day(due).date()
    while True:
        if unit == "calendar_day" or rule.days.is_worked(day):
            if amount == 0:
                return end_of(day)
            amount -= 1
        day -= DAY


def wrong_due(story: Story, now: datetime) -> str | None:
    """The first appointment given is another day than the law or the decision computes, before any pause; until the
    result is ready. Of a start seen in a snapshot only it is not said. Accountable: the unit."""
    due, given = story.first_due, story.given
    if due is None or given is None or story.is_begun_by or is_over(story, now):
        return None
    return None if given.date() == last_day(due).date() else "unit"
