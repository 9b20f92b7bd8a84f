"""Classes of what an official system claims and nothing bears out: falsely done, backdated, rewritten."""

from datetime import datetime

from streams.simulator.days import end_of
from streams.simulator.oracle.evidence import closed_run, last_day, ready_at
from streams.simulator.oracle.story import Story


def falsely_done(story: Story, now: datetime) -> str | None:
    """9 without evidence that the result is ready, or 10 without hand-over, five working days after; where the
    software closes a case when it prints, 10 means no more than ready. Accountable: the unit that closed."""
    rule = story.rule
    run = [report for report in closed_run(story.scoring) if report.state in {"done", "returned"}]
    if rule is None or not run:
        return None
    wait = rule.threshold("done_without_evidence_days")
    assert wait is not None
    ready = ready_at(story, story.due)
    is_borne_out = ready is not None and ready <= now
    if not is_borne_out and now >= end_of(rule.days.after(run[0].time.date(), wait)):
        return "unit"
    returned = [report.time for report in run if report.state == "returned"]
    if rule["returned_means"] != "handed_over" or not returned or story.hand_overs:
        return None
    return "unit" if now >= end_of(rule.days.after(returned[0].date(), wait)) else None


def backdated(story: Story, now: datetime) -> str | None:  # noqa: ARG001  (it holds as soon as it is declared)
    """The declared end is a day before the last observation that still showed the case open; late synchronisation
    excuses it only by evidence from the day of that end or before. Accountable: the unit that closed."""
    run = closed_run(story.scoring)
    ends = [report.ended_at for report in run if report.ended_at is not None]
    shown_open = [report.time for report in story.scoring if report.is_open]
    if not ends or not shown_open or last_day(ends[-1]).date() >= shown_open[-1].date():
        return None
    declared = end_of(last_day(ends[-1]).date())
    evidence = [ready_at(story, story.due), story.cancelled_at]
    return None if any(at is not None and at <= declared for at in evidence) else "unit"


def rewritten(story: Story, now: datetime) -> str | None:  # noqa: ARG001  (it holds as soon as it is changed)
    """The end or the appointment in the scoring system is another than the one first seen; a change to the evidenced
    end is a correction. Days are compared. Accountable: who changed it."""
    ends = [report.ended_at.date() for report in story.scoring if report.ended_at is not None]
    promised = [report.appointment_at.date() for report in story.scoring if report.appointment_at is not None]
    ready = ready_at(story, story.due)
    evidenced = None if ready is None else ready.date()
    is_changed = bool(ends) and ends[-1] not in {ends[0], evidenced}
    return "unit" if is_changed or (promised and promised[-1] != promised[0]) else None
