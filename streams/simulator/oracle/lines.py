"""Classes in which an official system lags behind the evidence: falsely pending, out of sync, falsely late, hung."""

from datetime import datetime

from streams.simulator.days import end_of
from streams.simulator.oracle.evidence import closed_run, declared_end, grace_end, ready_at, who_follows
from streams.simulator.oracle.story import Story


def falsely_pending(story: Story, now: datetime) -> str | None:
    """Evidence that the duty is done, and the scoring system, which has the case, shows it open after the grace.
    Accountable: the unit if its own system is open too, else the operator."""
    done = ready_at(story, story.due)
    if story.rule is None or done is None or done > now or not story.scoring or not story.scoring[-1].is_open:
        return None
    return who_follows(story) if now >= grace_end(story, story.rule, done) else None


def out_of_sync(story: Story, now: datetime) -> str | None:
    """The local system closed, the portal open, once the grace is over. Accountable: the operator of the systems."""
    closed = closed_run(story.local)
    if story.rule is None or not closed or not story.scoring or not story.scoring[-1].is_open:
        return None
    return "operator" if now >= grace_end(story, story.rule, closed[0].time) else None


def falsely_late(story: Story, now: datetime) -> str | None:
    """The appointment has passed in the scoring system, or it declares a later end, while the result was ready by the
    appointment. Closing it late does not end this; an end declared within the appointment does. Days are compared."""
    if story.rule is None or not story.appointments or not story.scoring:
        return None
    limit = end_of(story.appointments[0].date())
    ready = ready_at(story, limit)
    if ready is None or ready > limit:
        return None
    if story.scoring[-1].is_open:
        return who_follows(story) if now >= limit else None
    end = declared_end(story.scoring)
    return who_follows(story) if end is not None and end >= limit else None


def hung(story: Story, now: datetime) -> str | None:
    """Past due, and at least two updates failed, or the unit reports one with the time of its attempt; as long as the
    scoring system shows the case open. Accountable: the operator."""
    if story.rule is None or story.due is None or now < story.due:
        return None
    if not story.scoring or not story.scoring[-1].is_open:
        return None
    failed = story.all("official.sync_failed")
    tried = [fact for fact in story.all("update.failed_reported") if fact.data.get("attempted_at") is not None]
    needed = story.rule.threshold("failed_updates")
    assert needed is not None
    return "operator" if tried or len(failed) >= needed else None
