"""Flags: what is published of the intervals of a case, and how it differs from what the ledger says was published."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from streams.core.clock import Clock
from streams.core.deadlines import Due
from streams.core.facts import AT, DATA, DECREED, ID, KIND, Fact, fact_hash, is_day, text
from streams.core.instants import local_text
from streams.core.interval import Interval
from streams.core.kinds import PRINT_BLOCKED, REGISTERED, REPORTS, TYPE_OF_KIND
from streams.core.ledger import (
    CLASS,
    CLASS_NAMES,
    CLASS_NUMBERS,
    CLEARED,
    CYCLE,
    DIGEST,
    LEG,
    MERGED,
    RAISED,
    STATE,
    STATE_NAMES,
    STEPS,
    VERSION,
    WITHDRAWN,
    Line,
)
from streams.core.life import life_of
from streams.core.lines import Lines
from streams.core.stages import NOBODY
from streams.core.wording import WORDING

# Later than all facts that are seen.
_ALWAYS = 1 << 40

# What a condition began with, by class, where one source tells it.
_TELLS: Mapping[str, frozenset[int]] = {
    "falsely_pending": REPORTS,
    "falsely_late": REPORTS,
    "falsely_done": REPORTS,
    "hung": REPORTS,
    "backdated": REPORTS,
    "rewritten": REPORTS,
    "vanished": REPORTS,
    "print_blocked": frozenset({PRINT_BLOCKED}),
    "lost_registration": frozenset({REGISTERED}),
}


class Context(NamedTuple):
    """What all flags of a case share at one judgement."""

    token: str
    lines: Lines
    clock: Clock
    # Evidence as it is told, by fact id: several flags of a case rest on the same facts.
    evidence: dict[int, Mapping[str, str | None]]
    # What all flags of the case rest on (clock.ground).
    ground: Sequence[Fact]
    # What people said of its flags (core.life), and the instant of the judgement.
    reviews: Sequence[Fact]
    at: int
    # Filled as flags are told: when time alone will change what people made of one.
    wakes: list[int]
    # The case is judged under another token of its dossier: its flags are told there.
    merged: bool
    # Of an interlinked group, what the flags of each leg share.
    legs: dict[str, "Context"]
    # The system whose reports score.
    scoring: str = ""


def flag_id(token: str, flag_class: str, leg: str = "") -> str:
    """The stable identity of a flag: one for each case, class and leg; cycles and versions come and go under it."""
    return blake2b(f"{token}|{flag_class}|{leg}".encode(), digest_size=16).hexdigest()


def publish(
    context: Context, found: Sequence[Interval], ledger: Sequence[Line], at: int
) -> tuple[list[dict[str, Any]], list[Line]]:
    """The records to publish at `at`, in order, and the ledger after them."""
    known = {(line[CLASS], line[LEG], line[CYCLE]): line for line in ledger}
    records: list[dict[str, Any]] = []
    after: list[Line] = []
    cycles: dict[tuple[int, str], int] = {}
    for interval in sorted(found, key=lambda one: one.since):
        if interval.since >= at:
            break
        of = CLASS_NUMBERS[interval.flag_class], interval.leg
        cycle = cycles[of] = cycles.get(of, 0) + 1
        line = known.pop((*of, cycle), None)
        # What waits to be told is not told yet, but what was told is not taken back for it.
        if line is not None or interval.told_from < at:
            after.append(_advance(context, interval, cycle, line, at, records))
    after += [_take_back(context, line, records) for line in known.values()]
    return records, sorted(after)


def open_classes(ledger: Sequence[Line]) -> list[str]:
    """The classes of the flags that stand raised."""
    return sorted({CLASS_NAMES[line[CLASS]] for line in ledger if line[STATE] == RAISED})


def _advance(
    context: Context, interval: Interval, cycle: int, line: Line | None, at: int, records: list[dict[str, Any]]
) -> Line:
    """The ledger line of an interval that has begun; appends what must be published of it."""
    ended = interval.until is not None and interval.until <= at
    before = None if line is None else line[STATE]
    version, digest = (0, 0) if line is None else (line[VERSION], line[DIGEST])
    state = before
    for state in STEPS[before, "ended" if ended else "holds"]:
        record = _record(context, interval, cycle, state)
        now = _digest(record)
        if now != digest or state != before:
            version, digest = version + 1, now
            records.append(record | {"version": version})
    return [CLASS_NUMBERS[interval.flag_class], cycle, version, digest, state, interval.leg]


def _take_back(context: Context, line: Line, records: list[dict[str, Any]]) -> Line:
    """The ledger line of a published flag whose interval is no more, or is told under another token."""
    steps = STEPS[line[STATE], "elsewhere" if context.merged else "gone"]
    if not steps:
        return line
    (state,) = steps
    gone = Interval(CLASS_NAMES[line[CLASS]], 0, None, (), accountable=NOBODY, leg=line[LEG])
    record = _record(context, gone, line[CYCLE], state)
    records.append(record | {"version": line[VERSION] + 1})
    return [line[CLASS], line[CYCLE], line[VERSION] + 1, _digest(record), state, line[LEG]]


def _record(context: Context, interval: Interval, cycle: int, state: int) -> dict[str, Any]:
    """One published state of a flag, without its version (schemas.flags.Flag)."""
    context = context.legs.get(interval.leg, context)
    token, lines, clock, told, ground = context[:5]
    calendar = clock.calendar

    def local(at: int | None) -> str | None:
        return None if at is None else local_text(at, calendar.offset(at))

    # The case is the present unit's to act on; what was due before a transfer is not in its rate.
    scored = lines.unit_at(interval.due.at - 1 if interval.flag_class == "overdue" and interval.due else interval.since)
    unit = lines.unit_at(_ALWAYS)
    due = interval.due
    withdrawn = state in (WITHDRAWN, MERGED)
    evidence = (
        [] if withdrawn else _in_order((*ground, *(interval.evidence if state == CLEARED else _before(interval))))
    )
    return {
        "flag_id": flag_id(token, interval.flag_class, interval.leg),
        "cycle": cycle,
        "case": token,
        "class": interval.flag_class,
        "leg": interval.leg or None,
        "state": STATE_NAMES[state],
        "since": None if withdrawn else local(interval.since),
        "until": local(interval.until) if state == CLEARED else None,
        "unit": unit,
        "procedure": lines.said("p"),
        "accountable": f"unit:{unit or 'unknown'}" if interval.accountable == "unit" else interval.accountable,
        "scored_unit": scored,
        "due": None if due is None else local(due.at),
        "due_kind": interval.due_kind,
        "level": interval.level,
        "difference": None if interval.difference is None else interval.difference._asdict(),
        "provisional": due is not None and due.provisional,
        "known_late": not withdrawn and _known_late(lines, clock, interval),
        "source": None if withdrawn else _source(context, interval),
        "basis": None if withdrawn else _basis(clock, due),
        "evidence": [told.get(fact[ID]) or told.setdefault(fact[ID], _evidence(fact, context)) for fact in evidence],
        "life": None if withdrawn or not context.reviews else _life(context, interval, scored),
        "wording": WORDING[interval.flag_class],
    }


def _life(context: Context, interval: Interval, scored: str | None) -> Mapping[str, str | None] | None:
    """What people made of the flag, as it is told (schemas.flags.Life)."""
    lines, calendar = context.lines, context.clock.calendar
    name = flag_id(context.token, interval.flag_class, interval.leg)
    life = life_of(context.reviews, lines.strings, name, interval, scored, context.at, calendar)
    if life is None:
        return None
    if life.ends is not None:
        context.wakes.append(life.ends)
    return {
        "status": life.status,
        "since": local_text(life.since, calendar.offset(life.since)),
        "until": None if life.ends is None else local_text(life.ends, calendar.offset(life.ends)),
        "by": text(life.by, "f", lines.strings),
        "reason": text(life.by, "n", lines.strings),
        "evidence": text(life.by, "ev", lines.strings),
    }


def _in_order(facts: Sequence[Fact]) -> list[Fact]:
    """Each fact once, in the order of facts; what a decree did is law, and no fact that anybody told."""
    told = {fact[ID]: fact for fact in facts if DECREED not in fact[DATA]}
    return sorted(told.values(), key=lambda fact: (fact[AT], fact[KIND], fact[ID]))


def _before(interval: Interval) -> tuple[Fact, ...]:
    """The evidence of an interval as long as it held: without the fact that ended it."""
    return tuple(fact for fact in interval.evidence if interval.until is None or fact[AT] < interval.until)


def _known_late(lines: Lines, clock: Clock, interval: Interval) -> bool:
    """Whether the case was written down only after the condition held: it was born overdue, and nobody could act."""
    return any(fact[DATA].get("w", 0) > interval.since for fact in (lines.opened, clock.start) if fact is not None)


def _source(context: Context, interval: Interval) -> str | None:
    """Who told what the condition began with: the newest such fact by then, of the scoring system where it reports, or
    of the one that lost the case."""
    strings = context.lines.strings
    is_any = interval.flag_class == "vanished"
    told = [
        fact
        for fact in interval.evidence
        if fact[KIND] in _TELLS.get(interval.flag_class, ())
        and fact[AT] <= interval.since
        and (is_any or fact[KIND] not in REPORTS or text(fact, "s", strings) == context.scoring)
    ]
    return text(max(told, key=lambda fact: (fact[AT], fact[KIND], fact[ID])), "f", strings) if told else None


def _basis(clock: Clock, due: Due | None) -> Mapping[str, str | None] | None:
    """The rule, and the hash of the calendar's exceptions between start and due: no other day can move this flag."""
    rule, calendar = clock.rule, clock.calendar
    if rule is None:
        return None
    first = calendar.local(clock.start[AT])[0] if clock.start else 0
    return {
        "rule": rule.id,
        "hash": rule.hash,
        "calendar": calendar.id,
        "days": calendar.days_hash(first, due.day if due is not None else first),
        "decision": clock.cut.decision if clock.cut is not None and clock.provincial is not None else None,
        "source": rule.source,
    }


def _evidence(fact: Fact, context: Context) -> Mapping[str, str | None]:
    return {
        "fact": f"{fact[ID]:016x}",
        "type": TYPE_OF_KIND[fact[KIND]],
        "time": local_text(fact[AT], context.clock.calendar.offset(fact[AT])),
        "precision": "day" if is_day(fact) else "second",
        "strength": text(fact, "g", context.lines.strings),
        "origin": text(fact, "r", context.lines.strings),
        "hash": fact_hash(fact, context.lines.strings),
    }


def _digest(record: Mapping[str, Any]) -> int:
    return int.from_bytes(blake2b(orjson.dumps(record), digest_size=8).digest(), "big")
