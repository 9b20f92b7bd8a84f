"""Classes of what does not move: no movement, lost registration, not accepted, print blocked, not collected."""

from datetime import datetime

from streams.simulator.days import end_of
from streams.simulator.law import Rule
from streams.simulator.oracle.evidence import is_over, owner_of, stage_of
from streams.simulator.oracle.story import Story, earliest

COUNTER_RESULTS = frozenset({"card.received_at_unit", "letter.printed"})


def no_movement(story: Story, now: datetime) -> str | None:
    """The term of the present stage and three working days, at least five, without a fact of the case; not paused.
    Only where a rule has stages: without them nobody holds the case for less than its whole term.
    Accountable: who holds the case now."""
    rule = story.rule
    if rule is None or not rule["stage"] or story.start is None or story.is_paused or is_over(story, now):
        return None
    last = [fact for fact in story.facts if fact.is_of_the_case][-1]
    least, extra = rule.threshold("no_movement_least_days"), rule.threshold("no_movement_extra_days")
    assert least is not None
    assert extra is not None
    quiet_until = end_of(rule.days.after(last.time.date(), max(least, _stage_days(story, rule) + extra)))
    return owner_of(story) if now >= quiet_until else None


def _stage_days(story: Story, rule: Rule) -> int:
    """The target of the present stage; where it has none, the whole term stands for it."""
    stage = stage_of(story)
    row = stage if stage is not None and "amount" in stage else rule.row
    return int(row["amount"]) if row["unit"] in {"working_day", "calendar_day"} else 1


def lost_registration(story: Story, now: datetime) -> str | None:  # noqa: ARG001  (it is said at once)
    """The officer looked it up and found none; or the citizen takes a number or is received at the counter and the
    system does not show the earlier registration. It ends when the scoring system shows the case. Accountable: the
    operator."""
    missed = [fact.time for fact in story.all("intake.lookup_missed")]
    registered = story.first("case.registered_online")
    if registered is not None:
        for fact in story.all("queue.ticket_taken", "case.received"):
            at_counter = fact.type == "queue.ticket_taken" or fact.data.get("channel") == "counter"
            is_shown = any(report.time <= fact.time for report in story.scoring)
            if at_counter and fact.time > registered.time and not is_shown:
                missed.append(fact.time)
    if not missed:
        return None
    shown = [report.time for report in story.scoring]
    return None if any(time > max(missed) for time in shown) else "operator"


def not_accepted(story: Story, now: datetime) -> str | None:
    """An online dossier that is neither accepted nor refused in its term. Accountable: the receiving desk."""
    registered = story.first("case.registered_online")
    if story.rule is None or registered is None or story.cancelled_at is not None:
        return None
    term = story.rule.threshold("accept_days")
    if term is None or story.first("case.received", "case.completed") is not None:
        return None
    if any(report.state not in {"registered", "unknown"} for report in story.scoring):
        return None
    return "unit" if now >= end_of(story.rule.days.after(registered.time.date(), term)) else None


def print_blocked(story: Story, now: datetime) -> str | None:
    """The printing centre says that it cannot print, why and who must act; until it can, or the card is printed.
    Accountable: who is named."""
    told = story.all("print.blocked", "print.unblocked", "card.printed", "letter.printed")
    if not told or told[-1].type != "print.blocked" or is_over(story, now):
        return None
    return str(told[-1].data.get("must_act") or "unit")


def not_collected(story: Story, now: datetime) -> str | None:
    """What is handed over lies at the unit and is not, by age; a letter that closes itself when printed is nobody's to
    fetch. Accountable: the citizen."""
    ready = earliest([fact for fact in story.ready_facts if fact.type in COUNTER_RESULTS], story.due)
    if story.rule is None or story.rule["returned_means"] != "handed_over" or ready is None or story.hand_overs:
        return None
    age = story.rule.threshold("uncollected_days")
    assert age is not None
    return "citizen" if now >= end_of(story.rule.days.after(ready.date(), age)) else None
