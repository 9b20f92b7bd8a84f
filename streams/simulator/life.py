"""The true life of a case: what really happens to it, step by step, whatever is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from streams.simulator.district import Habits, Unit
from streams.simulator.draw import Draw
from streams.simulator.law import Law, Rule
from streams.simulator.terms import Pause, due_of

# The steps from a complete dossier to its result, and who says so.
STEPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "card": (
        ("case.transmitted", "unit"), ("card.printed", "ministry"), ("card.dispatched", "ministry"),
        ("card.received_at_unit", "post"),
    ),
    "old_number_confirmation": (("letter.printed", "unit"),),
    "personal_number": (("case.transmitted", "unit"), ("pid.proposed", "unit"), ("pid.decided", "ministry")),
    "eid": (("eid.granted", "ministry"),),
    "interlinked_birth": (("leg.ended", "unit"), ("result.published", "operator")),
}  # fmt: skip
PUBLISHED = (("result.published", "operator"),)
ENTRY = {"eid": "eid.received", "personal_number": "pid.requested"}
HAND_OVER = {"card": "card.returned", "old_number_confirmation": "letter.collected"}


@dataclass(frozen=True)
class Step:
    """Something that happens, as its source tells it: with `recorded`, it wrote it down only then; with *day*, it tells
    no more than the day."""

    type: str
    at: datetime
    data: Mapping[str, Any]
    recorded: datetime | None = None
    precision: str = "second"


@dataclass
class Life:
    """What really happens to a case, filled in as it is drawn; `faults` names what goes wrong."""

    unit: Unit
    procedure: str
    variant: str | None
    rule: Rule
    received: datetime
    completed: datetime
    channel: str = "counter"
    registered: datetime | None = None
    due: datetime | None = None
    appointment: datetime | None = None
    ready: datetime | None = None
    handed_over: datetime | None = None
    refused: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)

    def add(self, kind: str, at: datetime, **data: Any) -> None:
        self.steps.append(Step(kind, at, data))


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
        life.refused = draw.later(rule.days, life.completed, 0, 1)
        life.add("case.refused", life.refused, reason="not_eligible")
    else:
        _work(draw, life, stops)
    if in_force is not None:
        life.due = due_of(rule, rule["amount"], life.completed, life.pauses)
    if life.ready is not None and procedure in HAND_OVER and stops != HAND_OVER[procedure]:
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


def _work(draw: Draw, life: Life, stops: str | None) -> None:
    """The steps to the result, with what delays them."""
    rule, habits = life.rule, life.unit.habits
    now = life.completed
    for share, document in ((habits.paused, True), (habits.paused_without_document, False)):
        if draw.happens(share):
            now = _ask(draw, life, now, documented=document)
    steps = STEPS.get(life.procedure, PUBLISHED)
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
        more = {"leg": "birth_registration"} if kind == "leg.ended" else {}
        if kind in rule.ends:
            _become_ready(draw, life, kind, now, origin)
        else:
            said = {"origin": origin} if kind in {"card.printed", "card.dispatched"} else {}
            life.add(kind, now, **said, **more)
        if number == 0 and draw.happens(habits.transferred):
            life.faults.add("transferred")
            now = draw.later(rule.days, now, 0, 0)
            life.add("case.transferred", now, to_unit=f"{life.unit.code}.new", document="QD-01")


def _become_ready(draw: Draw, life: Life, kind: str, now: datetime, origin: str) -> None:
    """The result is ready; a unit may write down, after the due, that it had been ready in time."""
    life.ready = now
    due = due_of(life.rule, life.rule["amount"], life.completed, life.pauses)
    said = {} if kind.startswith(("eid.", "pid.")) else {"origin": origin}
    told = due - timedelta(hours=8)
    if said and now > due and told > life.completed and draw.happens(life.unit.habits.own_word):
        life.faults.add("own_word")
        life.steps.append(Step(kind, told, {"origin": "unit", "strength": "register_line"}, recorded=now))
    else:
        life.add(kind, now, **said)


def _ask(draw: Draw, life: Life, since: datetime, *, documented: bool) -> datetime:
    """Papers are asked for, once or twice, and come; returns when they came."""
    now = since
    for number in range(2 if draw.happens(life.unit.habits.asked_twice) else 1):
        due = due_of(life.rule, life.rule["amount"], life.completed, life.pauses)
        asked = now + draw.minutes(5, 30)
        now = draw.later(life.rule.days, asked, 1, 5)
        document = {"document": f"YC-{number + 1}"} if documented else {}
        life.add("supplement.requested", asked, **document)
        life.add("supplement.received", now, **document)
        if documented and asked <= due:
            life.pauses.append((asked, now))
        if not documented:
            life.faults.add("paused_without_document")
    return now


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


def _days(rule: Rule) -> int:
    """How many working days a term has; none for terms of hours."""
    return int(rule["amount"]) if rule["unit"] in {"working_day", "calendar_day"} else 0


def _spare_days(rule: Rule) -> int:
    """How many of them may go by before anybody is warned."""
    return max(0, _days(rule) - int(rule.at_risk["amount"]) - 1)
