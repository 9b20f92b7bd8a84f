"""The only way into the core: fold an entry into a case, judge a case as of an instant, say when to look again."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from streams.core.case import NEVER, TOUCHED, Case
from streams.core.clock import Clock, ground, read_clock
from streams.core.discrepancy import intervals
from streams.core.facts import ARRIVED, AT, DATA, TooManyFacts, add, read_fact, seen
from streams.core.flags import Context, open_classes, publish
from streams.core.interval import Interval
from streams.core.lines import Lines, read_lines
from streams.core.moved import moved
from streams.core.review import to_review
from streams.core.rules import Rules
from streams.core.view import case_view

# Named in engine.activated and in every tick: a worker with another engine stops before it judges.
ENGINE = "2"


class Assessment(NamedTuple):
    """All that follows from facts, rules and an instant: a pure function of them, no ledger in it."""

    lines: Lines
    clock: Clock
    intervals: list[Interval]


class Effects(NamedTuple):
    """What a judgement publishes: records of flags in order, and the view of the case where it changed."""

    flags: list[dict[str, Any]]
    view: dict[str, Any] | None


NOTHING = Effects([], None)


def fold(case: Case, offset: int, entry: Mapping[str, Any]) -> Case:
    """The case with the fact of one entry. Facts only gather here: nothing is judged before a tick."""
    strings = list(case.strings)
    try:
        facts = add(case.facts, strings, read_fact(entry, strings))
    except TooManyFacts:
        return case._replace(offset=offset, wake=TOUCHED, is_full=True)
    if facts is None:
        return case._replace(offset=offset)
    # Written out, as in judge: `_replace` takes five times as long, and this is done for every entry of the log.
    _, _, _, _, ledger, shown, digest, counted, is_full, move = case
    return Case(offset, TOUCHED, strings, facts, ledger, shown, digest, counted, is_full, move)


def assess(case: Case, at: int, rules: Rules) -> Assessment | None:
    """What holds at `at` by the facts known now; None where the case does not exist yet."""
    lines = read_lines(case.facts, case.strings, at)
    if not lines.visible:
        return None
    clock = read_clock(lines, rules)
    if case.is_full:
        return Assessment(lines, replace(clock, unknown=True), [])
    return Assessment(lines, clock, intervals(lines, clock, rules))


def judge(token: str, case: Case, at: int, rules: Rules, before: Rules | None = None) -> tuple[Case, Effects]:
    """The case after a tick at `at`, and what changed since the last one.

    `before` is the law in force until this tick, at the first one under new law: the case then keeps what the change
    did to its due.
    """
    found = assess(case, at, rules)
    if found is None:
        return case._replace(wake=first_wake(case)), NOTHING
    lines, clock, spans = found
    records: list[dict[str, Any]] = []
    ledger = case.ledger
    context = Context(token, lines, clock, {}, ground(lines, clock), lines.reviews, at, [])
    if spans or ledger:
        records, ledger = publish(context, spans, ledger, at)
    move = case.moved
    if before is not None:
        move = moved(read_clock(lines, before), clock, rules.hash) or move
    view = case_view(token, lines, clock, rules, open_classes(ledger), to_review(lines, clock, spans, at), move, at)
    digest = _digest(view)
    shown, changed = case.shown, None
    if digest != case.shown_digest:
        shown += 1
        changed = view | {"version": shown}
    counted = [lines.told.get("p", -1), lines.stage if clock.ended is None else -1]
    facts = seen(case.facts, at) if lines.arrivals else case.facts
    wake = min([next_wake(found, at), *context.wakes])
    judged = Case(case.offset, wake, case.strings, facts, ledger, shown, digest, counted, case.is_full, move)
    return judged, Effects(records, changed)


def first_wake(case: Case) -> int:
    """When a case of which nothing is visible yet must be looked at."""
    return min((max(fact[AT], fact[DATA].get(ARRIVED, 0)) for fact in case.facts), default=NEVER)


def next_wake(found: Assessment, at: int) -> int:
    """The first instant after `at` at which time alone changes something: a coming fact, or a bound of an interval."""
    lines, clock, spans = found
    wake = NEVER if lines.next_at is None else lines.next_at
    # A condition holds after its beginning, not at it: one second on. At its end it holds no more.
    bounds = [span.since + 1 for span in spans] + [span.until for span in spans if span.until is not None]
    if clock.due is not None and clock.ended is None:
        bounds.append(clock.due.at + 1)
    return min([wake, *(bound for bound in bounds if bound > at)])


def _digest(view: Mapping[str, Any]) -> int:
    """A view is built field by field in one order, so its bytes need no sorting to be the same everywhere."""
    return int.from_bytes(blake2b(orjson.dumps(view), digest_size=8).digest(), "big")
