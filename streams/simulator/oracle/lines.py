"""Classes in which an official system lags behind the evidence: falsely pending, out of sync, falsely late, hung."""

from datetime import datetime

from streams.simulator.days import end_of
from streams.simulator.oracle.evidence import closed_run, declared_end, grace_end, ready_at, reopened_at, who_follows
from streams.simulator.oracle.story import Report, Story


def falsely_pending(story: Story, now: datetime) -> str | None:
    """Evidence that the duty is done, and the scoring system, which has the case, shows it open after the grace.
    Accountable: the unit if its own system is open too, else the operator."""
    done = ready_at(story, story.due)
    if story.rule is None or done is None or done > now or not story.scoring or not story.scoring[-1].is_open:
        return None
    begins = grace_end(story, story.rule, _since(story, done))
    return who_follows(story) if now >= begins and _is_shown(_open_run(story), begins) else None


def out_of_sync(story: Story, now: datetime) -> str | None:
    """The local system closed, the portal open, once the grace is over. Accountable: the operator of the systems."""
    closed = closed_run(story.local)
    if story.rule is None or not closed or not story.scoring or not story.scoring[-1].is_open:
        return None
    begins = grace_end(story, story.rule, _since(story, closed[0].time))
    return "operator" if now >= begins and _is_shown(_open_run(story), begins) else None


def _is_shown(run: list[Report], begins: datetime) -> bool:
    """Whether a run of reports says of an instant what each says: a change lasts until the next one, but what a
    snapshot shows is known of its moment only, and a later one must show it again."""
    return any(not report.is_snapshot or report.time >= begins for report in run)


def _since(story: Story, done: datetime) -> datetime:
    """From when on the scoring system is to follow: a case that it has opened again has a grace of its own."""
    reopened = reopened_at(story.scoring)
    return done if reopened is None else max(done, reopened)


def _open_run(story: Story) -> list[Report]:
    """The reports of the scoring system around now that show the case open, those still to come among them."""
    return _run(story, [report.is_open for report in story.whole_scoring])


def _run(story: Story, holds: list[bool]) -> list[Report]:
    first = last = len(story.scoring) - 1
    while first > 0 and holds[first - 1]:
        first -= 1
    while last + 1 < len(holds) and holds[last + 1]:
        last += 1
    return story.whole_scoring[first : last + 1]


def falsely_late(story: Story, now: datetime) -> str | None:
    """The appointment has passed in the scoring system, or it declares a later end, while the result was ready by the
    appointment. Closing it late does not end this; an end declared within the appointment does. Days are compared."""
    if story.rule is None or story.given is None or not story.scoring or now < end_of(story.given.date()):
        return None
    limit = end_of(story.given.date())
    ready = ready_at(story, limit)
    line = story.whole_scoring
    counted = [_counts_late(line[: number + 1], limit) for number in range(len(line))]
    if ready is None or ready > limit or not counted[len(story.scoring) - 1]:
        return None
    run = _run(story, counted)
    return who_follows(story) if _is_shown(run, max(limit, run[0].time)) else None


def _counts_late(line: list[Report], limit: datetime) -> bool:
    """Whether a system that has told so much counts the case late once the appointment has passed."""
    end = declared_end(line)
    return line[-1].is_open or (end is not None and end >= limit)


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
