"""One pass over the facts of a case along its clock: where it ran, where it stood still, and how far its due moved.

A pause counts if it was asked for not after the due then in force, on a numbered document, and was written down by then
or by another than the unit that profits; it takes what lies between the request and the answer, and nothing where the
result came without one. An extension counts on the same terms; after the due it erases nothing. A pause that waits when
the term starts is counted from there.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from streams.core.calendar import Calendar
from streams.core.deadlines import Due, Span, Term, due, measure, move
from streams.core.facts import AT, DATA, ID, KIND, Fact, is_day, text
from streams.core.kinds import EXTENDED
from streams.core.lines import Lines
from streams.core.rules import Deadline, Pausing

NO_END = "no_end"
# Terms of days last to the end of a day, extended ones too.
_TO_THE_DAY = frozenset({"working_day", "calendar_day"})


class Running(NamedTuple):
    """A stretch in which the clock ran, the due in force in it, and how much of pauses is in that due.

    `until` None: it runs still.
    """

    since: int
    until: int | None
    due: Due
    used: int


@dataclass(slots=True)
class Pause:
    """A line of the ledger of pauses: what it waited for, on which document, and how much it took.

    `used` is in the measure of the term (deadlines.measure); where two pauses overlap, the time both waited stands
    with the one that began first. `refused` says why a pause does not count.
    """

    what: Pausing
    asked: Fact
    ended: Fact | None = None
    used: int = 0
    refused: str | None = None


class Extension(NamedTuple):
    """An extension of the term: what the due was before it, and why it does not count, if it does not."""

    fact: Fact
    before: Due
    refused: str | None


@dataclass(slots=True)
class Run:
    """How a clock ran under one term. `paused`: it stands still now, and has no due."""

    stretches: list[Running] = field(default_factory=list)
    paused: bool = False
    pauses: list[Pause] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    # The facts of pauses and extensions that count.
    rests_on: list[Fact] = field(default_factory=list)
    # The due last in force, whether the clock runs or stands.
    last: Due | None = None

    @property
    def due(self) -> Due | None:
        return None if self.paused else self.stretches[-1].due


def span_of(fact: Fact) -> Span:
    return Span(fact[AT], is_day(fact))


def run(rule: Deadline, term: Term, calendar: Calendar, lines: Lines, start: Fact, ended: Fact | None) -> Run:
    """The run of a clock of `term` from `start` until the case ended."""
    found = _swept(rule, _Sweep(term, calendar, lines, start, ended), lines, frozenset())
    lost: list[Pause] = []
    while unanswered := [pause for pause in found.pauses if pause.refused == NO_END]:
        # Nobody knows when such a wait was over, and nothing of it is deducted: as if nobody had asked. Without it
        # another may turn out to wait for nothing: again, until none does.
        lost += [Pause(pause.what, pause.asked, refused=NO_END) for pause in unanswered]
        never = frozenset(pause.asked[ID] for pause in lost)
        found = _swept(rule, _Sweep(term, calendar, lines, start, ended), lines, never)
    if lost:
        found.pauses = sorted([*found.pauses, *lost], key=lambda pause: (pause.asked[AT], pause.asked[ID]))
    return found


def _swept(rule: Deadline, sweep: "_Sweep", lines: Lines, never: frozenset[int]) -> Run:
    for fact in lines.visible:
        kind = fact[KIND]
        if kind == EXTENDED:
            sweep.extend(fact)
        elif kind in rule.pausing and fact[ID] not in never:
            what, begins = rule.pausing[kind]
            if begins:
                sweep.ask(what, fact)
            else:
                sweep.answer(what, fact)
    return sweep.finish(rule.cancels)


class _Sweep:
    """The state of the pass: the due in force, what it rests on, and the open pauses in the order they began."""

    def __init__(self, term: Term, calendar: Calendar, lines: Lines, start: Fact, ended: Fact | None) -> None:
        self.term, self.calendar, self.strings = term, calendar, lines.strings
        self.start, self.ended = start, ended
        self.origin = span_of(start)
        self.due = due(calendar, term, self.origin)
        self.waiting: list[Pause] = []
        self.found = Run()
        self._since: int = start[AT]
        self._mark = start
        # Answers that nothing waited for: a request known only to the day may have come before one of the same day.
        self._early: dict[str, Fact] = {}
        # Pauses in the due: all of them, and those since the extension that set it.
        self._used = self._used_since = 0
        self._extended: Due | None = None

    def ask(self, what: Pausing, fact: Fact) -> None:
        document = text(fact, "d", self.strings)
        if any(one.what is what and text(one.asked, "d", self.strings) == document for one in self.waiting):
            return
        pause = Pause(what, fact, refused=self._refused(fact))
        self.found.pauses.append(pause)
        if pause.refused is not None:
            return
        early = self._early.pop(what.why, None)
        if early is not None and is_day(fact) and self._day(early) == self._day(fact):
            pause.ended = early
            self.found.rests_on += [fact, early]
            return
        if not self._is_before_start(fact):
            if self.waiting:
                self._credit(fact)
            else:
                self.found.stretches.append(Running(self._since, fact[AT], self.due, self._used))
                self._mark = fact
        self.waiting.append(pause)
        self.found.rests_on.append(fact)

    def answer(self, what: Pausing, fact: Fact) -> None:
        if self.ended is not None and self._is_after_end(fact):
            return
        answered = self._answered(what, fact)
        if not answered:
            self._early[what.why] = fact
            return
        is_early = self._is_before_start(fact)
        if not is_early:
            self._credit(fact)
        for pause in answered:
            pause.ended = fact
            self.waiting.remove(pause)
            if is_early:
                pause.refused = "before_start"
                self.found.rests_on = [one for one in self.found.rests_on if one[ID] != pause.asked[ID]]
        if not is_early:
            self.found.rests_on.append(fact)
            if not self.waiting:
                self._run_on(fact)

    def extend(self, fact: Fact) -> None:
        at = fact[DATA].get("x", 0)
        if self.term.unit in _TO_THE_DAY:
            at = self.calendar.end_of(self.calendar.day_of(at, stands_for_day=True))
        refused = "before_start" if self._is_before_start(fact) else self._refused(fact)
        if refused is None and at <= self.due.at:
            refused = "not_later"
        self.found.extensions.append(Extension(fact, self.due, refused))
        if refused is not None:
            return
        self.found.rests_on.append(fact)
        if self.waiting:
            self._credit(fact)
        else:
            self.found.stretches.append(Running(self._since, fact[AT], self.due, self._used))
            self._since = fact[AT]
        day = self.calendar.day_of(at, stands_for_day=True)
        self.due = self._extended = Due(at, day, day > self.calendar.horizon)
        self._used_since = 0

    def finish(self, cancels: frozenset[int]) -> Run:
        self.found.last = self.due
        if self.waiting:
            if self.ended is None:
                self.found.paused = True
                return self.found
            if self.ended[KIND] in cancels:
                # What it waited for never came, and so it was ended: it waited until then.
                self._credit(self.ended)
            else:
                for pause in self.waiting:
                    pause.refused = NO_END
            self._run_on(self.ended)
        self.found.stretches.append(Running(self._since, None, self.due, self._used))
        self.found.last = self.due
        return self.found

    def _answered(self, what: Pausing, fact: Fact) -> list[Pause]:
        """What an answer ends: the pause of its document; without one of these, all of its kind that it came after."""
        mine = [one for one in self.waiting if one.what is what]
        document = text(fact, "d", self.strings)
        named = [one for one in mine if text(one.asked, "d", self.strings) == document]
        earlier = [one for one in mine if one.asked[AT] < fact[AT]]
        return named or earlier or mine

    def _refused(self, fact: Fact) -> str | None:
        """Why what stops or moves the clock does not count; None where it does."""
        if "d" not in fact[DATA]:
            return "no_document"
        if self.ended is not None and fact[AT] > self.ended[AT]:
            return "after_end"
        if not self.waiting and fact[AT] > self.due.at:
            return "after_due"
        if fact[DATA].get("w", 0) > self.due.at and text(fact, "r", self.strings) in (None, "unit"):
            return "recorded_after_due"
        return None

    def _is_before_start(self, fact: Fact) -> bool:
        """By days, where either is known to the day only: what happened on the day of the start is not before it."""
        if is_day(fact) or is_day(self.start):
            return self._day(fact) < self._day(self.start)
        return bool(fact[AT] < self.start[AT])

    def _is_after_end(self, fact: Fact) -> bool:
        assert self.ended is not None
        if is_day(fact) or is_day(self.ended):
            return self._day(fact) > self._day(self.ended)
        return bool(fact[AT] > self.ended[AT])

    def _day(self, fact: Fact) -> int:
        return self.calendar.day_of(fact[AT], stands_for_day=is_day(fact))

    def _credit(self, fact: Fact) -> None:
        """What passed since the last mark stands with the pause that began first."""
        passed = measure(self.calendar, self.term.unit, span_of(self._mark), span_of(fact))
        self.waiting[0].used += passed
        self._used += passed
        self._used_since += passed
        self._mark = fact

    def _run_on(self, fact: Fact) -> None:
        if self._extended is None:
            self.due = due(self.calendar, self.term, self.origin, self._used)
        else:
            self.due = move(self.calendar, self.term, self._extended, self._used_since)
        self._since = fact[AT]
