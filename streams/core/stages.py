"""Who held a case when: its time cut into stretches, each with one owner, so that their lengths add up to the case's.

A case stands in the furthest stage that any fact shows; while its clock waits for somebody, that one holds it. What
lies before the clock and after the duty (a queue, an appointment, a card not yet collected) are waits of their own.
"""

from collections.abc import Iterator
from typing import NamedTuple

from streams.core.clock import Clock
from streams.core.deadlines import Span, measure
from streams.core.facts import AT, DATA, ID, KIND, Fact, is_day
from streams.core.kinds import (
    APPOINTMENT_MADE,
    APPOINTMENT_MISSED,
    HANDED_OVER,
    OTP_CONFIRMED,
    OTP_SENT,
    QUEUE_TICKET,
    RECEIVED,
    REGISTERED,
    TRANSFERRED,
    TURNED_AWAY,
)
from streams.core.lines import Lines
from streams.core.pauses import Pause, span_of
from streams.core.rules import Stage

UNIT, CITIZEN, NOBODY, OPERATOR = "unit", "citizen", "nobody", "operator"


class Held(NamedTuple):
    """A stretch: in which stage, or what it waited for, whose it was, from one fact to another, and how much it took
    in the measure of the term (deadlines.measure); None where it goes on. `unit` had the case, whoever held it;
    `by` is the fact that showed the stage."""

    stage: str
    owner: str
    unit: str | None
    since: Fact
    until: Fact | None
    taken: int | None
    by: Fact


class Wait(NamedTuple):
    """Time outside the clock: a visit that is not made, a queue, an appointment, a one-time code, a result that is not
    collected."""

    what: str
    owner: str
    since: int
    until: int | None


def holders(lines: Lines, clock: Clock) -> list[Held]:
    """The stretches of a case from the start of its clock to its end, in order; none where it has not started."""
    if clock.held is None:
        clock.held = _holders(lines, clock)
    return clock.held


def _holders(lines: Lines, clock: Clock) -> list[Held]:
    rule, start, ended = clock.rule, clock.start, clock.ended
    if rule is None or start is None or (ended is not None and _order(ended) <= _order(start)):
        return []
    reached = rule.reached
    counted = [pause for pause in clock.pauses if pause.refused is None]
    edges = {fact[ID]: pause for pause in counted for fact in (pause.asked, pause.ended) if fact is not None}
    found: list[Held] = []
    # An acceptance that stands for the start opens the stage that the start opens.
    furthest, by = reached.get(rule.starts if clock.assumed else start[KIND], -1), start
    waiting: list[Pause] = []
    unit = lines.unit_at(start[AT])
    now, since = (*_holder(rule.stages, furthest, waiting), unit), start
    telling = [
        fact for fact in lines.visible if fact[KIND] in reached or fact[KIND] == TRANSFERRED or fact[ID] in edges
    ]
    for fact in sorted(telling, key=_order):
        if _order(fact) <= _order(start):
            # Before the term ran: it says how far the case was, and nobody's days are counted yet.
            if reached.get(fact[KIND], -1) > furthest:
                furthest, by = reached[fact[KIND]], fact
                now = (*_holder(rule.stages, furthest, waiting), unit)
            if fact[ID] in edges:
                waiting = _waiting(waiting, edges[fact[ID]], fact)
                now = (*_holder(rule.stages, furthest, waiting), unit)
            continue
        if ended is not None and _order(fact) >= _order(ended):
            break
        if reached.get(fact[KIND], -1) > furthest:
            furthest, shows = reached[fact[KIND]], fact
        else:
            shows = by
        if fact[ID] in edges:
            waiting = _waiting(waiting, edges[fact[ID]], fact)
        if fact[KIND] == TRANSFERRED:
            unit = lines.unit_at(fact[AT])
        after = (*_holder(rule.stages, furthest, waiting), unit)
        if after != now:
            found.append(_held(clock, now, since, fact, by))
            now, since = after, fact
        by = shows
    return [*found, _held(clock, now, since, ended, by)]


def waits(lines: Lines, clock: Clock) -> Iterator[Wait]:
    """What the citizen waited for before the clock, and what waits for the citizen: to come, to collect."""
    received = lines.first.get(RECEIVED)
    until = received[AT] if received is not None else None
    ticket, made = lines.first.get(QUEUE_TICKET), lines.first.get(APPOINTMENT_MADE)
    registered, sent = lines.first.get(REGISTERED), lines.first.get(OTP_SENT)
    if registered is not None and clock.rule is not None and clock.rule.thresholds.accept_days is None:
        came = [fact[AT] for fact in (ticket, made, received, clock.ended) if fact is not None]
        yield Wait("attendance", CITIZEN, registered[AT], min(came, default=None))
    if sent is not None:
        confirmed = lines.first.get(OTP_CONFIRMED)
        yield Wait("otp", OPERATOR, sent[AT], None if confirmed is None else confirmed[AT])
    if ticket is not None:
        yield Wait("queue", UNIT, ticket[AT], until)
    if made is not None:
        slot = made[DATA].get("t")
        if slot is None or (until is not None and until <= slot):
            yield Wait("appointment", UNIT, made[AT], until)
        else:
            yield Wait("appointment", UNIT, made[AT], slot)
            yield Wait("arrival", CITIZEN if APPOINTMENT_MISSED in lines.first else UNIT, slot, until)
    ended = clock.ended
    if ended is not None and ended[KIND] not in HANDED_OVER | TURNED_AWAY:
        handed = [fact[AT] for kind, fact in lines.first.items() if kind in HANDED_OVER]
        yield Wait("collection", CITIZEN, ended[AT], min(handed, default=None))


def overran(held: list[Held], clock: Clock, at: int) -> Held | None:
    """Of those who held the case by an instant the one whose stage is furthest over its target; where none is, who
    held it then. What somebody else was waited for counts for no stage."""
    assert clock.rule is not None
    unit = clock.rule.term.unit
    end = Span(at, True)
    taken: dict[str, tuple[int, Held]] = {}
    for one in held:
        if one.since[AT] <= at:
            until = end if one.until is None or one.until[AT] > at else span_of(one.until)
            before = taken.get(one.stage, (0, one))[0]
            taken[one.stage] = before + measure(clock.calendar, unit, span_of(one.since), until), one
    targets = {stage.id: stage.term.amount for stage in clock.rule.stages if stage.term and stage.term.unit == unit}
    over = [(spent - targets[name], one) for name, (spent, one) in taken.items() if spent > targets.get(name, spent)]
    return max(over, key=lambda pair: pair[0])[1] if over else holder_at(held, at)


def holder_at(held: list[Held], at: int) -> Held | None:
    """Who held the case at an instant; the last holder, where it had ended by then."""
    return next((one for one in reversed(held) if one.since[AT] <= at), None)


def _waiting(waiting: list[Pause], pause: Pause, fact: Fact) -> list[Pause]:
    """The pauses that are open after a fact began or ended one, the first of them first."""
    others = [one for one in waiting if one is not pause]
    return others if fact[ID] != pause.asked[ID] else [*others, pause]


def _holder(stages: tuple[Stage, ...], furthest: int, waiting: list[Pause]) -> tuple[str, str]:
    if waiting:
        return waiting[0].what.why, waiting[0].what.waits_for
    if 0 <= furthest < len(stages):
        return stages[furthest].id, stages[furthest].owner
    # In no stage that its rule names: the unit that took it in holds it.
    return "", UNIT


def _held(clock: Clock, now: tuple[str, str, str | None], since: Fact, until: Fact | None, by: Fact) -> Held:
    assert clock.rule is not None
    taken = None
    if until is not None:
        taken = measure(clock.calendar, clock.rule.term.unit, span_of(since), span_of(until))
    return Held(*now, since, until, taken, by)


def _order(fact: Fact) -> tuple[int, bool, int, int]:
    """Facts in order of what they stand for: the end of a day comes before the first second of the next."""
    return fact[AT], not is_day(fact), fact[KIND], fact[ID]
