"""A case is lived: registered, received, worked on, and fetched by the citizen, or ended before that."""

from datetime import date, datetime, timedelta

from streams.simulator.district import Habits, Unit
from streams.simulator.draw import Draw
from streams.simulator.law import Law, Rule
from streams.simulator.life import HAND_OVER, Life, Step
from streams.simulator.terms import due_of
from streams.simulator.working import work

ENTRY = {"eid": "eid.received", "personal_number": "pid.requested"}
ENDINGS = {"case.refused": 5, "case.withdrawn": 3, "case.stopped": 1}


def live(
    draw: Draw, law: Law, unit: Unit, procedure: str, variant: str | None, intake: datetime, stops: str | None
) -> Life:
    """The life of one case that is taken in at an instant and ends before the step `stops`, where one is named."""
    in_force = law.rule_of(procedure, variant, unit.place, intake.date())
    rule = in_force or _practice(law, procedure, variant)
    completed = intake if procedure in ENTRY else intake + draw.minutes(5, 40)
    life = Life(unit, procedure, variant, rule, intake, completed)
    _enter(draw, life)
    if draw.happens(unit.habits.refused) and stops is None:
        life.ended_by = draw.one_of(ENDINGS)
        assert life.ended_by is not None
        life.ended = draw.later(rule.days, life.completed, 0, int(rule["unit"] == "working_day" and rule["amount"] > 2))
        life.add(life.ended_by, life.ended, reason="not_eligible")
    else:
        work(draw, life, stops)
    if in_force is not None:
        life.due = life.term_ends
    if life.ready is not None and procedure in HAND_OVER and stops != HAND_OVER[procedure] and not life.is_posted:
        _hand_over(draw, life, unit.habits, is_bound=stops is not None)
    return life


def _practice(law: Law, procedure: str, variant: str | None) -> Rule:
    """How an office works where no rule is in force: as by a rule of another time, or within three days."""
    named = [
        rule for rule in law.rules if rule["procedure"] == procedure and variant in (rule["variants"] or [variant])
    ]
    usual = law.rule_of("data_correction", None, None, date.max) or law.rules[0]
    return named[0] if named else Rule({**usual.row, "id": "practice", "procedure": procedure, "amount": 3}, usual.days)


def _enter(draw: Draw, life: Life) -> None:
    habits, about = life.unit.habits, {"variant": life.variant, "place_kind": life.unit.place}
    if life.procedure in ENTRY:
        life.appointment = _appointment(draw, life)
        life.add(ENTRY[life.procedure], life.received, variant=life.variant)
        return
    if draw.happens(habits.online):
        life.registered = life.received - draw.minutes(60, 240)
        life.channel = "counter" if life.procedure in HAND_OVER else "online"
        life.add("case.registered_online", life.registered, channel="online", **about)
        if draw.happens(habits.registration_lost):
            life.faults.add("registration_lost")
            life.add("intake.lookup_missed", life.received)
            _come_back(draw, life, 1, 3)
        elif life.rule.threshold("accept_days") is not None and draw.happens(habits.accepted_late):
            life.faults.add("accepted_late")
            _come_back(draw, life, 2, 5)
    life.appointment = _appointment(draw, life)
    told = {"channel": life.channel, "appointment_at": life.appointment.isoformat(), **about}
    if life.procedure in HAND_OVER and draw.happens(habits.posted):
        life.is_posted = True
        told["return_by"] = "post"
    life.add("case.received", life.received, **told)
    life.add("case.completed", life.completed, **about)


def _come_back(draw: Draw, life: Life, least: int, most: int) -> None:
    """It is received only some working days later."""
    life.received = draw.later(life.rule.days, life.received, least, most)
    life.completed = life.received + draw.minutes(5, 40)


def _appointment(draw: Draw, life: Life) -> datetime:
    """17:00 of the last day of the term; some units promise another day."""
    due = due_of(life.rule, life.rule["amount"], life.completed) - timedelta(seconds=1)
    day = due.date()
    if draw.happens(life.unit.habits.wrong_appointment):
        life.faults.add("wrong_appointment")
        day = life.rule.days.after(day, draw.between(1, 3))
    return datetime.combine(day, datetime.min.time(), due.tzinfo) + timedelta(hours=17)


def _hand_over(draw: Draw, life: Life, habits: Habits, *, is_bound: bool) -> None:
    assert life.ready is not None
    if draw.happens(habits.never_collected) and not is_bound:
        life.faults.add("never_collected")
        return
    is_late = draw.happens(habits.collected_late)
    life.handed_over = draw.later(life.rule.days, life.ready, *((12, 25) if is_late else (0, 4)))
    if is_late:
        life.faults.add("collected_late")
    said = {"slip": "S1", "strength": "signed_slip", "origin": "unit"}
    if draw.happens(habits.register_line):
        said = {"strength": "register_line", "origin": "unit"}
        midnight = life.handed_over.replace(hour=0, minute=0, second=0)
        life.steps.append(Step(HAND_OVER[life.procedure], midnight, said, recorded=life.handed_over, precision="day"))
    else:
        life.add(HAND_OVER[life.procedure], life.handed_over, **said)
