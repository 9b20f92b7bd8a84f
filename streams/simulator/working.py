"""The work on a case: the steps to its result, what delays them, and what the citizen is asked for."""

from datetime import datetime, time, timedelta

from streams.simulator.days import at, end_of
from streams.simulator.draw import Draw
from streams.simulator.law import Rule
from streams.simulator.life import LEGS, POSTED, PUBLISHED, STEPS, Life, Step

# The hour of a new appointment; the term lasts to the end of its day.
CLOSES = time(17)


def work(draw: Draw, life: Life, stops: str | None) -> None:
    """The steps to the result, with what delays them."""
    rule, habits = life.rule, life.unit.habits
    now = life.completed
    for share, document in ((habits.paused, True), (habits.paused_without_document, False)):
        if draw.happens(share):
            now = _ask(draw, life, now, documented=document)
    for leg in LEGS.get(life.procedure, {}).values():
        life.add("leg.started", life.completed, leg=leg)
    steps = (*STEPS.get(life.procedure, PUBLISHED), *(POSTED if life.is_posted else ()))
    spare, slow = _spare_days(rule), draw.happens(habits.slow)
    if draw.happens(habits.falsely_done):
        life.faults.add("falsely_done")
        slow = True
    delayed = draw.between(0, len(steps) - 1)
    for number, (kind, origin) in enumerate(steps):
        if kind == stops:
            return
        least, most = 0, spare // len(steps)
        if slow and number == delayed:
            least, most = _days(rule) + 1, _days(rule) + 8
            life.faults.add("slow")
            _extend(draw, life)
            if draw.happens(habits.paused_late):
                life.faults.add("paused_late")
                now = _ask(draw, life, draw.later(rule.days, now, _days(rule) + 2, _days(rule) + 4), documented=True)
                least, most = 0, 2
        now = draw.later(rule.days, now, least, most)
        if kind == "card.printed" and draw.happens(habits.print_blocked):
            life.faults.add("print_blocked")
            life.add("print.blocked", now, reason="data_mismatch", must_act="unit")
            now = draw.later(rule.days, now, 1, 8)
            life.add("print.unblocked", now, reason="data_mismatch")
            now = draw.later(rule.days, now, 0, 1)
        if kind in life.ends:
            _become_ready(draw, life, kind, now, origin)
        else:
            said = {"origin": origin} if kind.startswith(("card.", "letter.", "parcel.")) else {}
            life.add(kind, now, **said, **_leg(life, kind))
        if number == 0 and draw.happens(habits.transferred):
            life.faults.add("transferred")
            now = draw.later(rule.days, now, 0, 0)
            life.add("case.transferred", now, to_unit=life.unit.neighbour, document="QD-01")


def _become_ready(draw: Draw, life: Life, kind: str, now: datetime, origin: str) -> None:
    """The result is ready; a unit may write down, after the due, that it had been ready in time."""
    life.ready = now
    due = life.term_ends
    said = {} if kind.startswith(("eid.", "pid.")) else {"origin": origin}
    told = due - timedelta(hours=8)
    if said and now > due and told > life.completed and draw.happens(life.unit.habits.own_word):
        life.faults.add("own_word")
        life.steps.append(
            Step(kind, told, {"origin": "unit", "strength": "register_line", **_leg(life, kind)}, recorded=now)
        )
    else:
        life.add(kind, now, **said, **_leg(life, kind))


def _leg(life: Life, kind: str) -> dict[str, str]:
    """Which leg of an interlinked group a step is of; the group ends with its last one."""
    legs = LEGS.get(life.procedure, {})
    return {"leg": legs[kind]} if kind in legs else {}


def _ask(draw: Draw, life: Life, since: datetime, *, documented: bool) -> datetime:
    """Papers or a fee are asked for, once or twice, and come; returns when they came."""
    now = since
    what = "payment" if draw.happens(0.3) else "supplement"
    for number in range(2 if draw.happens(life.unit.habits.asked_twice) else 1):
        due = life.term_ends
        asked = now + draw.minutes(5, 30)
        now = draw.later(life.rule.days, asked, 1, 5)
        document = {"document": f"YC-{number + 1}"} if documented else {}
        life.add(f"{what}.requested", asked, **document)
        life.add(f"{what}.received", now, **document)
        if documented and asked <= due:
            life.pauses.append((asked, now))
        if not documented:
            life.faults.add("paused_without_document")
    return now


def _extend(draw: Draw, life: Life) -> None:
    """The unit sees that it will be late, apologises and sets another day, before the due."""
    asked = at(life.term_ends.date() - timedelta(days=1)) + timedelta(hours=10)
    if asked > life.completed and _days(life.rule) and draw.happens(life.unit.habits.extended):
        life.faults.add("extended")
        new_due = life.rule.days.after(life.term_ends.date(), draw.between(1, 6))
        life.add("case.extended", asked, document="XL-1", new_due=at(new_due, CLOSES).isoformat())
        life.extended, life.extended_on = end_of(new_due), asked


def _days(rule: Rule) -> int:
    """How many working days a term has; none for terms of hours."""
    return int(rule["amount"]) if rule["unit"] in {"working_day", "calendar_day"} else 0


def _spare_days(rule: Rule) -> int:
    """How many of them may go by before anybody is warned."""
    return max(0, _days(rule) - int(rule.at_risk["amount"]) - 1)
