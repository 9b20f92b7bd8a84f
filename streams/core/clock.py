"""The clock of a case: when it started, when it stood still, when it is due, when it stopped, and the verdict.

Three dues are kept: the legal one, a provincial one where a decision cut the term, and the appointment given. The
shorter of the first two governs, or the appointment where the rule says so.
"""

from dataclasses import dataclass, field
from typing import Any

from streams.core.calendar import Calendar
from streams.core.coverage import Place, feeds_of
from streams.core.deadlines import Due
from streams.core.facts import AT, DATA, ID, KIND, Fact, is_day, text
from streams.core.kinds import COMPLETED, HANDED_OVER, OBSERVED, READY, RECEIVED, REGISTERED, TURNED_AWAY
from streams.core.lines import Lines
from streams.core.pauses import Extension, Pause, Run, Running, run, span_of
from streams.core.rules import Cut, Deadline, Rules

# 2100-01-01: systems write 1900 or 9999 where no appointment was given.
MEANS_NONE = 4_102_444_800

# Where no rule says what ends a duty, a result that is ready anywhere ends the case.
_ENDS_ANYWHERE = READY | HANDED_OVER | TURNED_AWAY


@dataclass(slots=True)
class Clock:
    """`due` governs, and `due_kind` says which of the three it is; None where there is no deadline, or none yet, or
    the clock stands still in a pause without end.

    `calendar` is the one of the case's unit, closures included. `rests_on` are the pauses and extensions that count.
    `assumed` marks a start taken from an official acceptance; `posted` a result that goes to the citizen by post.
    """

    rule: Deadline | None
    calendar: Calendar
    start: Fact | None = None
    assumed: bool = False
    # Of an assumed start it is only known that it was accepted by then: the term may have begun, and ended, earlier.
    begun_by: bool = False
    posted: bool = False
    stretches: list[Running] = field(default_factory=list)
    paused: bool = False
    # The due last in force, whether the clock runs or stands still.
    last: Due | None = None
    legal: Due | None = None
    provincial: Due | None = None
    cut: Cut | None = None
    declared: Due | None = None
    due: Due | None = None
    due_kind: str | None = None
    pauses: list[Pause] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    rests_on: list[Fact] = field(default_factory=list)
    # The fact whose day chose the law, where that is the day of the complete dossier.
    complete: Fact | None = None
    # The fact that gave the appointment.
    promised: Fact | None = None
    ended: Fact | None = None
    # The instant by which the end is proven, and by which fact: later than the end itself where only the unit that
    # profits says so.
    proven_at: int | None = None
    proof: Fact | None = None
    # All that proves the end is the unit's own word, written down after the due.
    is_own_word: bool = False
    # Who held the case when, once somebody has asked (core.stages): several classes of flag do.
    held: list[Any] | None = None
    # More facts came than a case holds: no verdict can be given.
    unknown: bool = False
    # The feed on which the result would be told was not live on some day of the term: silence proves nothing.
    blind: bool = False
    # For so many seconds after the due nobody knows yet whether the sources that would tell the result are silent.
    hold: int = 0

    @property
    def computed(self) -> Due | None:
        """The shorter of the legal and the provincial due."""
        return self.provincial or self.legal

    def verdict(self, at: int) -> str:
        """on_time, late or insufficient once ended; before, open, paused or overdue; without a due, no_deadline or
        not_started; unknown where a case has more facts than it holds."""
        if self.unknown:
            return "unknown"
        if self.rule is None:
            return "no_deadline"
        if self.due is None:
            return "paused" if self.paused else "not_started"
        if self.ended is None:
            return "open" if at <= self.due.at + self.hold else "insufficient" if self.blind else "overdue"
        if self.ended[AT] <= self.due.at:
            return "on_time" if self.is_proven_in_time and self.is_begin_sure else "insufficient"
        # A hand-over after due says nothing of when the result was ready (domain: chưa đủ căn cứ).
        return "insufficient" if self.says_nothing_of_readiness else "late"

    @property
    def done_at(self) -> int | None:
        """From when on the duty is done, as far as that is proven: what only the unit says, after the due, of an end
        before it, counts from when it said so."""
        return self.ended[AT] if self.ended is not None and self.proven_at is None else self.proven_at

    @property
    def is_proven_in_time(self) -> bool:
        """Whether the clock stopped by its due on evidence that counts."""
        if self.due is None or self.proven_at is None or self.is_own_word:
            return False
        return self.proven_at <= self.due.at

    @property
    def is_begin_sure(self) -> bool:
        """Whether the term cannot have begun so much earlier that it was over: of a start known as *by then* only where
        the case ended by its appointment too."""
        if not self.begun_by or self.ended is None:
            return True
        return self.declared is not None and self.ended[AT] <= self.calendar.end_of(self.declared.day)

    @property
    def says_nothing_of_readiness(self) -> bool:
        """Whether all that is known of the end is a later fact that implies it."""
        return self.rule is not None and self.ended is not None and self.ended[KIND] in self.rule.implies(self.posted)


def ground(lines: Lines, clock: Clock) -> list[Fact]:
    """The facts that decide which rule binds the case, whose it is, and when it is due: what every flag rests on."""
    facts = [
        lines.opened,
        clock.complete,
        clock.start,
        clock.promised,
        *clock.rests_on,
        *map(lines.told_by, "upvk"),
        *lines.transfers,
    ]
    if clock.posted:
        facts.append(lines.told_by("j"))
    return [fact for fact in facts if fact is not None]


def read_clock(lines: Lines, rules: Rules, leg: Deadline | None = None) -> Clock:
    """The clock of a case by its visible facts; of a `leg` of a group where its rule is given: the appointment is the
    group's, and no leg is counted by it."""
    opened = lines.opened
    complete = _completed(lines, rules) or opened
    spans = {"received": span_of(opened), "complete": span_of(complete)}
    rule = leg or rules.deadline(lines.said("p"), lines.said("v"), lines.said("k"), spans)
    unit = lines.said("u")
    clock = Clock(rule, rules.calendar_for(rules.calendar if rule is None else rule.calendar, unit))
    if leg is None:
        clock.declared, clock.promised = _declared(lines, rules, clock.calendar)
    if rule is None:
        clock.ended = _ended(lines, _ENDS_ANYWHERE)
        return clock
    clock.posted = lines.said("j") == "post"
    stops = rule.stops(clock.posted)
    clock.ended = _ended(lines, stops)
    clock.complete = complete if rule.law_of == "complete" else None
    clock.start, clock.assumed = _start(lines, rules, rule)
    if clock.start is None:
        return clock
    clock.begun_by = clock.start[KIND] == OBSERVED
    clock.cut = rule.cut(unit, spans)
    _run(clock, lines, rule, clock.start, clock.ended)
    if clock.due is not None and clock.ended is not None:
        clock.proven_at, clock.proof = proven(lines, stops, clock.due)
        if clock.proven_at > clock.ended[AT]:
            # Until the unit's own word is proven the case went on, and what was waited for then was waited for; but
            # against the due that it moved on itself it is worth no more than against the one before.
            clock.is_own_word = clock.proven_at == clock.proof[DATA].get("w") != clock.proof[AT]
            _run(clock, lines, rule, clock.start, [clock.proven_at, *clock.ended[1:]])
    if clock.due is not None and rules.coverage:
        place = Place(lines.unit_at(clock.due.at - 1), lines.said("p"))
        begun = clock.calendar.day_of(clock.start[AT], stands_for_day=is_day(clock.start))
        clock.blind = not all(
            rules.is_live(feed, place, min(begun, clock.due.day), clock.due.day)
            for feed in feeds_of(rule.posted if clock.posted else rule.ends)
        )
    return clock


def _run(clock: Clock, lines: Lines, rule: Deadline, start: Fact, ended: Fact | None) -> None:
    """The dues, and how the clock ran, to an end."""
    found = run(rule, rule.term, clock.calendar, lines, start, ended)
    _tell(clock, found, "legal")
    clock.legal, clock.provincial = found.due, None
    if clock.cut is not None and clock.cut.term.amount < rule.term.amount:
        found = run(rule, clock.cut.term, clock.calendar, lines, start, ended)
        # Of a clock that stands still, the due last in force: a decision that has come to lie behind the law governs
        # nothing, and its pauses neither.
        if clock.legal is None or found.last is None or found.last.at < clock.legal.at:
            _tell(clock, found, "provincial")
            clock.provincial = found.due
    if rule.governs == "declared" and clock.declared is not None:
        clock.due, clock.due_kind = clock.declared, "appointment"
        clock.stretches, clock.paused = [Running(start[AT], None, clock.declared, 0)], False


def _tell(clock: Clock, found: Run, kind: str) -> None:
    """The clock as one of its two runs has it: the one that governs."""
    clock.due, clock.due_kind = found.due, None if found.due is None else kind
    clock.stretches, clock.paused, clock.last = found.stretches, found.paused, found.last
    clock.pauses, clock.extensions, clock.rests_on = found.pauses, found.extensions, found.rests_on


def _start(lines: Lines, rules: Rules, rule: Deadline) -> tuple[Fact | None, bool]:
    """The fact the term runs from; without a fact "complete", the scoring system's acceptance, marked assumed."""
    start = lines.first.get(rule.starts)
    if start is not None or rule.starts != COMPLETED:
        return start, False
    accepted = _completed(lines, rules)
    return accepted, accepted is not None


def _completed(lines: Lines, rules: Rules) -> Fact | None:
    """The fact "complete", or the scoring system's acceptance, which counts as one."""
    if COMPLETED in lines.first:
        return lines.first[COMPLETED]
    for fact in lines.official.get(rules.scoring, ()):
        if rules.official_state(rules.scoring, lines.strings[fact[DATA]["o"]]) == "accepted":
            return fact
    return None


def _declared(lines: Lines, rules: Rules, calendar: Calendar) -> tuple[Due | None, Fact | None]:
    """The appointment given: on the receipt, else the first that the scoring system shows. Later ones do nothing."""
    for fact in (lines.first.get(RECEIVED), lines.first.get(REGISTERED), *lines.official.get(rules.scoring, ())):
        if fact is not None and 0 < fact[DATA].get("a", 0) < MEANS_NONE:
            at = fact[DATA]["a"]
            return Due(at, calendar.day_of(at, stands_for_day=True), False), fact
    return None, None


def _ended(lines: Lines, kinds: frozenset[int]) -> Fact | None:
    done = [fact for kind, fact in lines.first.items() if kind in kinds]
    return min(done, key=lambda fact: (fact[AT], fact[KIND], fact[ID])) if done else None


def proven(lines: Lines, kinds: frozenset[int], due: Due) -> tuple[int, Fact]:
    """By when the end is proven. What the unit itself wrote down after the due, of an end before it, counts from when
    it was written: it widens the range, and by itself never turns late into in time."""
    found = []
    for fact in lines.visible:
        if fact[KIND] in kinds:
            at, recorded = fact[AT], fact[DATA].get("w", fact[AT])
            if at <= due.at < recorded and text(fact, "r", lines.strings) == "unit":
                at = recorded
            found.append((at, fact))
    return min(found, key=lambda pair: pair[0])
