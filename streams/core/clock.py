"""The clock of a case: when it started, when it stood still, when it is due, when it stopped, and the verdict."""

from dataclasses import dataclass
from typing import NamedTuple

from streams.core.deadlines import Due, Span, due, pause
from streams.core.facts import AT, DATA, ID, KIND, Fact, is_day, text
from streams.core.kinds import (
    COMPLETED,
    HANDED_OVER,
    LETTER_PRINTED,
    PUBLISHED,
    RECEIVED,
    RECEIVED_AT_UNIT,
    REGISTERED,
    SUPPLEMENT_REQUESTED,
    TURNED_AWAY,
)
from streams.core.lines import Lines
from streams.core.rules import Deadline, Rules

# 2100-01-01: systems write 1900 or 9999 where no appointment was given.
_MEANS_NONE = 4_102_444_800

# Where no rule says what ends a duty, a result that is ready anywhere ends the case.
_ENDS_ANYWHERE = frozenset({LETTER_PRINTED, RECEIVED_AT_UNIT, PUBLISHED}) | HANDED_OVER | TURNED_AWAY


class Running(NamedTuple):
    """A stretch in which the clock ran, and the due that was in force in it. `until` None: it runs still."""

    since: int
    until: int | None
    due: Due


@dataclass(slots=True)
class Clock:
    """`due` governs; None where there is no deadline, or none yet, or the clock stands still in a pause without end.

    `rests_on` are the pauses that count. `assumed` marks a start taken from an official acceptance.
    """

    rule: Deadline | None
    start: Fact | None
    assumed: bool
    stretches: list[Running]
    paused: bool
    computed: Due | None
    declared: Due | None
    due: Due | None
    ended: Fact | None
    rests_on: list[Fact]
    # The fact that gave the appointment.
    promised: Fact | None = None
    # The instant by which the end is proven, and by which fact: later than the end itself where only the unit that
    # profits says so.
    proven_at: int | None = None
    proof: Fact | None = None
    # More facts came than a case holds: no verdict can be given.
    unknown: bool = False

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
            return "overdue" if at > self.due.at else "open"
        if self.ended[AT] <= self.due.at:
            return "on_time" if self.is_proven_in_time else "insufficient"
        # A hand-over after due says nothing of when the result was ready (domain: chưa đủ căn cứ).
        return "insufficient" if self.ended[KIND] in self.rule.implies else "late"

    @property
    def is_proven_in_time(self) -> bool:
        """Whether the clock stopped by its due on evidence that counts."""
        return self.due is not None and self.proven_at is not None and self.proven_at <= self.due.at


def ground(lines: Lines, clock: Clock) -> list[Fact]:
    """The facts that decide which rule binds the case, whose it is, and when it is due: what every flag rests on."""
    rule = clock.rule
    facts = [lines.opened, clock.start, clock.promised, *clock.rests_on, *map(lines.told_by, "upvk")]
    if rule is not None and rule.law_of == "complete":
        facts.append(lines.first.get(COMPLETED))
    return [fact for fact in facts if fact is not None]


def read_clock(lines: Lines, rules: Rules) -> Clock:
    """The clock of a case by its visible facts."""
    rule = _rule(lines, rules)
    declared, promised = _declared(lines, rules, rule)
    ended = _ended(lines, _ENDS_ANYWHERE if rule is None else rule.stops)
    if rule is None:
        return Clock(None, None, False, [], False, None, declared, None, ended, [], promised)
    start, assumed = _start(lines, rules, rule)
    if start is None:
        return Clock(rule, None, assumed, [], False, None, declared, None, ended, [], promised)
    stretches, paused, rests_on = _run(lines, rule, start, ended)
    computed = None if paused else stretches[-1].due
    governing = declared if rule.governs == "declared" and declared is not None else computed
    if governing is declared and declared is not None:
        stretches, paused = [Running(start[AT], None, declared)], False
    clock = Clock(rule, start, assumed, stretches, paused, computed, declared, governing, ended, rests_on, promised)
    if governing is not None and ended is not None:
        clock.proven_at, clock.proof = _proven(lines, rule.stops, governing)
    return clock


def _rule(lines: Lines, rules: Rules) -> Deadline | None:
    """The rule of the case's own day: of its reception, or of the day its dossier was complete."""
    procedure, variant, place = lines.said("p"), lines.said("v"), lines.said("k")
    opened = lines.opened
    complete = lines.first.get(COMPLETED, opened)
    days = {
        "received": rules.calendar.day_of(opened[AT], stands_for_day=is_day(opened)),
        "complete": rules.calendar.day_of(complete[AT], stands_for_day=is_day(complete)),
    }
    return rules.deadline(procedure, variant, place, days)


def _start(lines: Lines, rules: Rules, rule: Deadline) -> tuple[Fact | None, bool]:
    """The fact the term runs from; without a fact "complete", the scoring system's acceptance, marked assumed."""
    start = lines.first.get(rule.starts)
    if start is not None or rule.starts != COMPLETED:
        return start, False
    for fact in lines.official.get(rules.scoring, ()):
        if rules.official_state(rules.scoring, lines.strings[fact[DATA]["o"]]) == "accepted":
            return fact, True
    return None, False


def _declared(lines: Lines, rules: Rules, rule: Deadline | None) -> tuple[Due | None, Fact | None]:
    """The appointment given: on the receipt, else the first that the scoring system shows. Later ones do nothing."""
    for fact in (lines.first.get(RECEIVED), lines.first.get(REGISTERED), *lines.official.get(rules.scoring, ())):
        if fact is not None and 0 < fact[DATA].get("a", 0) < _MEANS_NONE:
            at = fact[DATA]["a"]
            calendar = rules.calendar if rule is None else rule.calendar
            return Due(at, calendar.day_of(at, stands_for_day=True), False), fact
    return None, None


def _ended(lines: Lines, kinds: frozenset[int]) -> Fact | None:
    done = [fact for kind, fact in lines.first.items() if kind in kinds]
    return min(done, key=lambda fact: (fact[AT], fact[KIND], fact[ID])) if done else None


def _proven(lines: Lines, kinds: frozenset[int], due: Due) -> tuple[int, Fact]:
    """By when the end is proven. What the unit itself wrote down after the due, of an end before it, counts from when
    it was written: it widens the range, and by itself never turns late into in time."""
    found = []
    for fact in lines.visible:
        if fact[KIND] in kinds:
            at, recorded = fact[AT], fact[DATA].get("w", 0)
            if at <= due.at < recorded and text(fact, "r", lines.strings) == "unit":
                at = recorded
            found.append((at, fact))
    return min(found, key=lambda pair: pair[0])


def _run(lines: Lines, rule: Deadline, start: Fact, ended: Fact | None) -> tuple[list[Running], bool, list[Fact]]:
    """Stretches in which the clock ran, whether it stands still now, and the facts of the pauses that count.

    A pause counts if it was asked for after the start and not after the due then in force, on a numbered document;
    one that began later, or without a document, stops nothing.
    """
    origin, used = Span(start[AT], is_day(start)), 0
    now_due = due(rule.calendar, rule.unit, origin, rule.amount)
    stretches: list[Running] = []
    rests_on: list[Fact] = []
    since, asked = start[AT], None
    for fact in lines.supplements:
        if asked is None:
            if fact[KIND] == SUPPLEMENT_REQUESTED and "d" in fact[DATA] and since <= fact[AT] <= now_due.at:
                asked = fact
        elif fact[KIND] != SUPPLEMENT_REQUESTED:
            stretches.append(Running(since, asked[AT], now_due))
            rests_on += [asked, fact]
            used += _length(rule, asked, fact)
            now_due = due(rule.calendar, rule.unit, origin, rule.amount, used)
            since, asked = fact[AT], None
    if asked is not None:
        stretches.append(Running(since, asked[AT], now_due))
        rests_on.append(asked)
        if ended is None:
            return stretches, True, rests_on
        # The case ended while it waited: the pause ended with it.
        used += _length(rule, asked, ended)
        since, now_due = ended[AT], due(rule.calendar, rule.unit, origin, rule.amount, used)
    stretches.append(Running(since, None, now_due))
    return stretches, False, rests_on


def _length(rule: Deadline, begins: Fact, ends: Fact) -> int:
    return pause(rule.calendar, rule.unit, Span(begins[AT], is_day(begins)), Span(ends[AT], is_day(ends)))
