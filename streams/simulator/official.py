"""What the official systems show of a case: the unit's own desk and the portal, and how units keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from streams.simulator.days import DAY, at
from streams.simulator.district import Habits, Trouble
from streams.simulator.draw import Draw
from streams.simulator.law import is_under
from streams.simulator.life import Life, Step

PORTAL, DESK = "portal", "onestop"
LAG = timedelta(minutes=7)
FRIDAY = 4


@dataclass
class Lines:
    """What is shown so far, in order."""

    life: Life
    steps: list[Step]

    def show(self, system: str, code: str, at: datetime, ended_at: datetime | None = None) -> None:
        """The portal follows the unit's own system after some minutes."""
        assert self.life.appointment is not None
        told: dict[str, Any] = {"system": system, "code": code, "appointment_at": self.life.appointment.isoformat()}
        if ended_at is not None:
            told["ended_at"] = ended_at.isoformat()
        self.steps.append(Step("official.status_changed", at + (LAG if system == PORTAL else timedelta()), told))

    def both(self, code: str, at: datetime, ended_at: datetime | None = None) -> None:
        for system in (DESK, PORTAL):
            self.show(system, code, at, ended_at)

    def close(self, done_at: datetime, returned_at: datetime | None, ended_at: datetime, *systems: str) -> None:
        for system in systems or (DESK, PORTAL):
            self.show(system, "9", done_at, ended_at)
            if returned_at is not None:
                self.show(system, "10", max(returned_at, done_at + timedelta(minutes=1)), ended_at)


def official(draw: Draw, life: Life, troubles: Sequence[Trouble], until: date, *, snapshots: bool) -> list[Step]:
    """What both systems show of a life, up to the end of a run."""
    lines = Lines(life, [])
    if life.registered is not None and "registration_lost" not in life.faults:
        lines.show(PORTAL, "1", life.registered + timedelta(minutes=1))
    lines.both("2", life.received + timedelta(minutes=1))
    lines.both("4", life.completed + timedelta(minutes=2))
    for asked, answered in life.pauses:
        is_payment = any(step.at == asked and step.type == "payment.requested" for step in life.steps)
        lines.both("6" if is_payment else "5", asked + timedelta(minutes=1))
        lines.both("4", answered + timedelta(minutes=1))
    if life.ended is not None:
        code = "3" if life.ended_by == "case.refused" else "8"
        lines.both(code, life.ended + timedelta(minutes=1), life.ended)
    else:
        _end(draw, lines, troubles)
    if snapshots:
        lines.steps += _snapshots(lines, until)
    return lines.steps


def _end(draw: Draw, lines: Lines, troubles: Sequence[Trouble]) -> None:
    """How the case is closed, if it is: one habit of the unit decides."""
    life, habits = lines.life, lines.life.unit.habits
    if "falsely_done" in life.faults:
        lines.close(life.completed + draw.minutes(60, 120), None, life.completed + timedelta(minutes=30))
        return
    if life.ready is None:
        return
    done, returned = life.ready + timedelta(minutes=4), _returned(life)
    trouble = _broken(life, troubles)
    if trouble is not None:
        life.faults.add("broken")
        if trouble.repaired:
            repaired = at(trouble.last + DAY) + timedelta(hours=9) + draw.minutes(0, 30)
            lines.close(max(done, repaired), None, life.ready)
    elif draw.happens(habits.forgets):
        life.faults.add("forgotten")
    else:
        _with_a_habit(draw, lines, habits, done, returned)


def _with_a_habit(draw: Draw, lines: Lines, habits: Habits, done: datetime, returned: datetime | None) -> None:
    life = lines.life
    assert life.ready is not None
    assert life.appointment is not None
    days = life.rule.days
    if draw.happens(habits.out_of_sync):
        life.faults.add("out_of_sync")
        lines.close(done, returned, life.ready, DESK)
        if draw.happens(0.5):
            lines.close(draw.later(days, done, 3, 8), None, life.ready, PORTAL)
    elif draw.happens(habits.bulk_closed):
        life.faults.add("bulk_closed")
        friday = done.date() + (FRIDAY - done.weekday()) % 7 * DAY
        evening = max(done, at(friday) + timedelta(hours=16, minutes=30) + draw.minutes(0, 5))
        lines.close(evening, None, life.appointment)
    elif draw.happens(habits.backdated):
        life.faults.add("backdated")
        lines.close(draw.later(days, done, 1, 4), None, life.appointment - timedelta(hours=2))
    elif draw.happens(habits.corrected):
        life.faults.add("corrected")
        late = max(draw.later(days, done, 1, 3), draw.later(days, life.appointment, 1, 2))
        lines.close(late, None, late)
        lines.both("9", draw.later(days, late, 1, 3), life.ready)
    elif draw.happens(habits.update_failed):
        _fail(draw, lines, done)
    else:
        lines.close(done, returned, life.ready)
        if draw.happens(habits.rewritten):
            life.faults.add("rewritten")
            last = max(done, returned or done)
            lines.both("9", draw.later(days, last, 1, 4), life.ready - timedelta(days=draw.between(2, 5)))


def _fail(draw: Draw, lines: Lines, done: datetime) -> None:
    """The unit tries to close it and cannot; once or often, it says so or not, and some time it may work."""
    life = lines.life
    assert life.ready is not None
    life.faults.add("update_failed")
    now = done
    for _ in range(draw.between(1, 3)):
        now = draw.later(life.rule.days, now, 0, 2)
        tried = {"system": PORTAL, "attempted_at": now.isoformat(), "reason": "timeout"}
        lines.steps.append(Step("official.sync_failed", now, tried))
    if draw.happens(0.3):
        now += draw.minutes(10, 60)
        tried = {"system": PORTAL, "attempted_at": now.isoformat(), "reason": "hung"}
        lines.steps.append(Step("update.failed_reported", now, tried))
    if draw.happens(0.5):
        lines.close(draw.later(life.rule.days, now, 3, 9), None, life.ready)


def _returned(life: Life) -> datetime | None:
    """When *returned* is shown: a letter closes itself when printed, and what is only published is returned at once."""
    if life.procedure == "card" and not life.is_posted:
        return None if life.handed_over is None else life.handed_over + timedelta(minutes=4)
    assert life.ready is not None
    return None if life.procedure == "eid" else life.ready + timedelta(minutes=6)


def _broken(life: Life, troubles: Sequence[Trouble]) -> Trouble | None:
    """The trouble of the hand-over function in which the case became ready."""
    assert life.ready is not None
    day = life.ready.date()
    for trouble in troubles:
        is_here = not trouble.units or any(is_under(life.unit.code, code) for code in trouble.units)
        if trouble.feed is None and is_here and trouble.first <= day <= trouble.last:
            return trouble
    return None


def _snapshots(lines: Lines, until: date) -> list[Step]:
    """On Friday evenings the portal is read whole: its line of each case that it still shows open."""
    shown = sorted(
        (step for step in lines.steps if step.data.get("system") == PORTAL and "code" in step.data), key=_when
    )
    found = []
    day = lines.life.received.date()
    while day <= until:
        evening = at(day) + timedelta(hours=20)
        last = [step for step in shown if step.at < evening][-1:]
        if day.weekday() == FRIDAY and last and last[0].data["code"] in {"1", "2", "4", "5", "6"}:
            found.append(Step("official.observed", evening, {**last[0].data, "snapshot": f"portal-{day:%Y%m%d}"}))
        day += DAY
    return found


def _when(step: Step) -> datetime:
    return step.at
