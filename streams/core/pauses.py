"""One pass over the facts of a case along its clock: where it ran, where it stood still, and how far its due moved.

A pause counts if it was asked for while the clock ran, not after the due then in force, on a numbered document.
An extension counts on the same terms; one that comes after the due erases nothing: the due stays where it was.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from streams.core.calendar import Calendar
from streams.core.deadlines import Due, Span, Term, due, measure, move
from streams.core.facts import AT, DATA, KIND, Fact, is_day
from streams.core.kinds import EXTENDED
from streams.core.lines import Lines
from streams.core.rules import Deadline, Pausing


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

    @property
    def due(self) -> Due | None:
        return None if self.paused else self.stretches[-1].due


def span_of(fact: Fact) -> Span:
    return Span(fact[AT], is_day(fact))


def run(rule: Deadline, term: Term, calendar: Calendar, lines: Lines, start: Fact, ended: Fact | None) -> Run:
    """The run of a clock of `term` from `start` until the case ended."""
    sweep = _Sweep(term, calendar, start)
    for fact in lines.visible:
        kind = fact[KIND]
        if kind == EXTENDED:
            sweep.extend(fact, _refused(fact, sweep, start, ended))
        elif kind in rule.pausing:
            what, begins = rule.pausing[kind]
            if begins:
                sweep.ask(what, fact, _refused(fact, sweep, start, ended))
            else:
                sweep.answer(what, fact)
    return sweep.finish(ended)


def _refused(fact: Fact, sweep: "_Sweep", start: Fact, ended: Fact | None) -> str | None:
    """Why what stops or moves the clock does not count; None where it does."""
    if "d" not in fact[DATA]:
        return "no_document"
    if fact[AT] < start[AT]:
        return "before_start"
    if ended is not None and fact[AT] > ended[AT]:
        return "after_end"
    if not sweep.waiting and fact[AT] > sweep.due.at:
        return "after_due"
    return None


class _Sweep:
    """The state of the pass: the due in force, what it rests on, and the open pauses, by what they wait for."""

    def __init__(self, term: Term, calendar: Calendar, start: Fact) -> None:
        self.term, self.calendar = term, calendar
        self.origin = span_of(start)
        self.due = due(calendar, term, self.origin)
        self.waiting: dict[str, Pause] = {}
        self.found = Run()
        self._since: int = start[AT]
        self._mark = start
        # Pauses in the due: all of them, and those since the extension that set it.
        self._used = self._used_since = 0
        self._extended: Due | None = None

    def ask(self, what: Pausing, fact: Fact, refused: str | None) -> None:
        if what.why in self.waiting:
            return
        pause = Pause(what, fact, refused=refused)
        self.found.pauses.append(pause)
        if refused is not None:
            return
        if self.waiting:
            self._credit(fact)
        else:
            self.found.stretches.append(Running(self._since, fact[AT], self.due, self._used))
            self._mark = fact
        self.waiting[what.why] = pause
        self.found.rests_on.append(fact)

    def answer(self, what: Pausing, fact: Fact) -> None:
        pause = self.waiting.get(what.why)
        if pause is None:
            return
        self._credit(fact)
        pause.ended = fact
        self.found.rests_on.append(fact)
        del self.waiting[what.why]
        if not self.waiting:
            self._run_on(fact)

    def extend(self, fact: Fact, refused: str | None) -> None:
        at = fact[DATA].get("x", 0)
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

    def finish(self, ended: Fact | None) -> Run:
        if self.waiting:
            if ended is None:
                self.found.paused = True
                return self.found
            # The case ended while it waited: what it waited for ended with it.
            self._credit(ended)
            self._run_on(ended)
        self.found.stretches.append(Running(self._since, None, self.due, self._used))
        return self.found

    def _credit(self, fact: Fact) -> None:
        """What passed since the last mark stands with the pause that began first."""
        passed = measure(self.calendar, self.term.unit, span_of(self._mark), span_of(fact))
        next(iter(self.waiting.values())).used += passed
        self._used += passed
        self._used_since += passed
        self._mark = fact

    def _run_on(self, fact: Fact) -> None:
        if self._extended is None:
            self.due = due(self.calendar, self.term, self.origin, self._used)
        else:
            self.due = move(self.calendar, self.term, self._extended, self._used_since)
        self._since = fact[AT]
