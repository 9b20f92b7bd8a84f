"""The only way into the core: fold an entry into a case, judge a case as of an instant, say when to look again."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from streams.core.case import NEVER, TOUCHED, Case
from streams.core.clock import Clock, ground, read_clock
from streams.core.discrepancy import intervals
from streams.core.facts import DATA, Fact, TooManyFacts, add, read_fact, seen, shown_from
from streams.core.flags import Context, open_classes, publish
from streams.core.identity import TELLS_OF_IDENTITY, Dossier, dossier, moves
from streams.core.interval import Interval
from streams.core.legs import chosen, of_group, of_leg
from streams.core.lines import Lines, read_lines
from streams.core.moved import Moved, moved
from streams.core.review import to_review
from streams.core.rules import Deadline, Leg, Rules
from streams.core.score import Counted, Period, count
from streams.core.silence import heard, held_back
from streams.core.sources import NO_MARKS, Marks
from streams.core.succession import decreed, with_decrees
from streams.core.view import case_view, counted_view, leg_view

# Named in engine.activated and in every tick: a worker with another engine stops before it judges.
ENGINE = "4"
# Before all days: a period that began with it has whatever was ever counted.
EVER = -(1 << 30)


class Share(NamedTuple):
    """A chosen leg of an interlinked group: its lines and clock, and the fact that started it."""

    leg: str
    lines: Lines
    clock: Clock
    started: Fact


class Assessment(NamedTuple):
    """All that follows from facts, rules, marks and an instant: a pure function of them, no ledger in it.

    `dossier` is None for a case that has but one code; where it is judged under another token, no interval is its own.
    `withheld`: something is not claimed because a source is silent.
    """

    lines: Lines
    clock: Clock
    intervals: list[Interval]
    dossier: Dossier | None = None
    legs: Sequence[Share] = ()
    withheld: bool = False

    @property
    def is_elsewhere(self) -> bool:
        """Whether the case is judged under another code of its dossier."""
        return self.dossier is not None and self.dossier.is_elsewhere


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
    _, _, _, _, ledger, shown, digest, counted, is_full, move, own, judged, blind = case
    if not own and (entry["type"] in TELLS_OF_IDENTITY or "scheme" in entry):
        own = entry["case"]
    return Case(offset, TOUCHED, strings, facts, ledger, shown, digest, counted, is_full, move, own, judged, blind)


def moved_facts(before: Case, after: Case) -> list[tuple[str, dict[str, Any]]]:
    """What must be told to other tokens after `after` took a fact in: nothing, but for linked cases and lots."""
    return list(moves(after.own, before.facts, after.facts, after.strings)) if after.own else []


def assess(case: Case, at: int, rules: Rules, marks: Marks = NO_MARKS) -> Assessment | None:
    """What holds at `at` by the facts known now; None where the case does not exist yet."""
    found = dossier(case.own, case.facts, case.strings, at) if case.own else None
    facts = case.facts if found is None else found.facts
    strings: Sequence[str] = case.strings
    lines = read_lines(facts, strings, at)
    if not lines.visible:
        return None
    if rules.successions and not rules.successions.keys().isdisjoint(strings):
        facts, strings = with_decrees(facts, strings, decreed(lines, rules.successions))
        lines = read_lines(facts, strings, at)
    legs = chosen(lines)
    if legs:
        lines = read_lines(of_group(facts, strings, list(legs), at), strings, at)
    lines.snapshots = marks.snapshots
    clock = _clock(lines, rules, marks)
    if case.is_full:
        clock.unknown = True
        return Assessment(lines, clock, [], found)
    if found is not None and found.is_elsewhere:
        return Assessment(lines, clock, [], found)
    claims, withheld = heard(intervals(lines, clock, rules), lines, clock, rules, marks)
    shares = [_share(leg, facts, lines, at, rules, marks, legs[leg.id]) for leg in _legs(clock) if leg.id in legs]
    for share in shares:
        theirs = heard(intervals(share.lines, share.clock, rules, of_leg=True), share.lines, share.clock, rules, marks)
        claims += [one._replace(leg=share.leg) for one in theirs.claims]
        withheld = withheld or theirs.withheld
    return Assessment(lines, clock, claims, found, shares, withheld)


def _legs(clock: Clock) -> Sequence[Leg]:
    return () if clock.rule is None else clock.rule.legs


def _share(leg: Leg, facts: Sequence[Fact], group: Lines, at: int, rules: Rules, marks: Marks, started: Fact) -> Share:
    lines = read_lines(of_leg(facts, group.strings, leg.id), group.strings, at)
    if "u" in started[DATA]:
        # The agency that has the leg is no unit of the group's.
        lines.told["u"] = started[DATA]["u"]
    lines.snapshots = group.snapshots
    return Share(leg.id, lines, _clock(lines, rules, marks, leg.rule), started)


def _clock(lines: Lines, rules: Rules, marks: Marks, leg: Deadline | None = None) -> Clock:
    """The clock, and what it cannot know yet or any more because sources may be, or are, silent."""
    clock = read_clock(lines, rules, leg)
    clock.hold, silent = held_back(lines, clock, rules, marks)
    clock.blind = clock.blind or silent
    return clock


def judge(
    token: str, case: Case, at: int, rules: Rules, before: Rules | None = None, marks: Marks = NO_MARKS
) -> tuple[Case, Effects]:
    """The case after a tick at `at`, and what changed since the last one.

    `before` is the law in force until this tick, at the first one under new law: the case then keeps what the change
    did to its due.
    """
    found = assess(case, at, rules, marks)
    if found is None:
        return case._replace(wake=first_wake(case, at), judged=at), NOTHING
    lines, clock, spans, mine, legs, withheld = found
    records: list[dict[str, Any]] = []
    ledger = case.ledger
    rests_on = ground(lines, clock) if mine is None else [*ground(lines, clock), *mine.rests_on]
    merged = found.is_elsewhere
    context = Context(token, lines, clock, {}, rests_on, lines.reviews, at, [], merged, {}, rules.scoring)
    for share in legs:
        theirs = [*ground(share.lines, share.clock), share.started, *(mine.rests_on if mine else ())]
        context.legs[share.leg] = context._replace(lines=share.lines, clock=share.clock, ground=theirs)
    if spans or ledger:
        records, ledger = publish(context, spans, ledger, at)
    move = case.moved
    if before is not None:
        move = moved(read_clock(lines, before), clock, rules.hash) or move
    scores = counted_of(found, rules, Period(EVER, at))
    view = view_of(token, found, open_classes(ledger), move, at, rules, scores)
    digest = _digest(view)
    shown, changed = case.shown, None
    if digest != case.shown_digest:
        shown += 1
        changed = view | {"version": shown}
    gauged: list[Any] = [lines.told.get("p", -1), -1 if merged or clock.ended is not None else lines.stage]
    if rules.provinces and (province := rules.province(lines.unit_at(at))) is not None:
        gauged.append(province)
    facts = seen(case.facts, at) if lines.arrivals else case.facts
    turns = [one.late_from + 1 for one in scores if one.late_from is not None and one.late_from >= at]
    wake = min([next_wake(found, at), *context.wakes, *turns])
    full, own, offset = case.is_full, case.own, case.offset
    judged = Case(offset, wake, case.strings, facts, ledger, shown, digest, gauged, full, move, own, at, withheld)
    return judged, Effects(records, changed)


def counted_of(found: Assessment, rules: Rules, period: Period) -> list[Counted]:
    """How a case counts in a period that ends with the instant of its assessment: the whole first, then each leg. What
    is judged elsewhere counts there."""
    if found.is_elsewhere:
        return []
    whole = count(found.lines, found.clock, found.intervals, rules, period)
    return [whole, *(count(one.lines, one.clock, found.intervals, rules, period, one.leg) for one in found.legs)]


def view_of(
    token: str,
    found: Assessment,
    flags: Sequence[str],
    move: Moved | None,
    at: int,
    rules: Rules,
    scores: Sequence[Counted] | None = None,
) -> dict[str, Any]:
    """The view of a case by its assessment (schemas.flags.CaseView), without its version."""
    lines, clock, spans, mine, legs, _ = found
    review = to_review(lines, clock, spans, at)
    told = [leg_view(share.leg, share.lines, share.clock, rules, at) for share in legs]
    if scores is None:
        scores = counted_of(found, rules, Period(EVER, at))
    counts = [counted_view(one) for one in scores if one.is_counted]
    return case_view(token, lines, clock, rules, mine, flags, review, move, at) | {"legs": told, "counts": counts}


def first_wake(case: Case, at: int) -> int:
    """When a case of which nothing is visible at an instant must be looked at."""
    return min((shown for fact in case.facts if (shown := shown_from(fact)) > at), default=NEVER)


def next_wake(found: Assessment, at: int) -> int:
    """The first instant after `at` at which time alone changes something: a coming fact, or a bound of an interval."""
    lines, clock, spans, _, legs, _ = found
    coming = [one.next_at for one in (lines, *(share.lines for share in legs)) if one.next_at is not None]
    wake = min(coming, default=NEVER)
    # A condition holds after its beginning, not at it: one second on. At its end it holds no more.
    bounds = [span.since + 1 for span in spans] + [span.until for span in spans if span.until is not None]
    bounds += [span.told_from + 1 for span in spans if span.patience]
    for one in (clock, *(share.clock for share in legs)):
        due = one.due or one.last
        if due is not None and one.ended is None:
            bounds += [due.at + 1, due.at + one.hold + 1]
    return min([wake, *(bound for bound in bounds if bound > at)])


def _digest(view: Mapping[str, Any]) -> int:
    """A view is built field by field in one order, so its bytes need no sorting to be the same everywhere."""
    return int.from_bytes(blake2b(orjson.dumps(view), digest_size=8).digest(), "big")
