"""A case as it stood at an instant: what had happened by then, under which rule, and when it was due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from streams.simulator.days import end_of
from streams.simulator.law import Law, Rule
from streams.simulator.oracle.history import Fact, instant_of
from streams.simulator.terms import IN_DAYS, SECOND, Pause, due_of, moved_on

ENTRIES = ("case.received", "eid.received", "pid.requested")
# What ends a duty somewhere: evidence too where no rule says what ends this one.
RESULTS = (
    "card.received_at_unit",
    "letter.printed",
    "result.published",
    "result.delivered",
    "eid.granted",
    "pid.decided",
)
HAND_OVERS = frozenset({"card.returned", "letter.collected", "result.delivered"})
OPEN = frozenset({"registered", "accepted", "processing", "supplement", "payment", "withdrawing"})
CLOSED = frozenset({"refused", "stopped", "done", "returned"})


@dataclass(frozen=True)
class Report:
    """What one official system said of the case."""

    time: datetime
    state: str
    ended_at: datetime | None
    appointment_at: datetime | None
    is_snapshot: bool

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED


@dataclass(frozen=True)
class Story:
    """`facts` are those that had happened by then; `whole` are all that are known by the instant of judgement."""

    law: Law
    facts: tuple[Fact, ...]
    whole: tuple[Fact, ...]

    def first(self, *types: str) -> Fact | None:
        return next((fact for fact in self.facts if fact.type in types), None)

    def all(self, *types: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.type in types]

    def said(self, name: str) -> str | None:
        """What kind of case it is: whichever event says so first decides."""
        return next((str(fact.data[name]) for fact in self.whole if fact.data.get(name) is not None), None)

    @cached_property
    def unit(self) -> str | None:
        """Who has the case: the unit of its first event, or whom it was transferred to since."""
        moves = self.all("case.transferred")
        return str(moves[-1].data["to_unit"]) if moves else self.said("unit")

    @cached_property
    def received(self) -> datetime | None:
        """The day of reception chooses the law; until there is one, the day of registration."""
        entry = self.first(*ENTRIES) or self.first("case.registered_online") or self.first("case.completed")
        return entry.time if entry else None

    @cached_property
    def completed(self) -> datetime | None:
        """Complete, or without a fact *complete* accepted by the scoring system (code 2), which then stands for it."""
        if any(fact.type == "case.completed" for fact in self.whole):
            fact = self.first("case.completed")
            return fact.time if fact else None
        return None if self._accepted is None else self._accepted.time

    @property
    def _accepted(self) -> Report | None:
        return next((report for report in self.scoring if report.state == "accepted"), None)

    @property
    def is_begun_by(self) -> bool:
        """Whether the start is only known as *by then*: the first that shows it is a snapshot."""
        is_told = any(fact.type == "case.completed" for fact in self.whole)
        is_of_it = self.rule is None or self.rule["starts"] == "case.completed"
        return is_of_it and not is_told and self._accepted is not None and self._accepted.is_snapshot

    @cached_property
    def rule(self) -> Rule | None:
        """A case keeps the law of the day of its reception, or of its completion where the rule says so."""
        if self.received is None:
            return None
        kind = (self.said("procedure"), self.said("variant"), self.said("place_kind"))
        rule = self.law.rule_of(*kind, self.received.date())
        if rule is not None and rule["law_of"] == "complete" and self.completed is not None:
            return self.law.rule_of(*kind, self.completed.date())
        return rule

    @cached_property
    def start(self) -> datetime | None:
        """When the term begins to run."""
        if self.rule is None or self.rule["starts"] == "case.completed":
            return self.completed
        fact = self.first(self.rule["starts"])
        return fact.time if fact else None

    @cached_property
    def cancelled_at(self) -> datetime | None:
        """Refused, withdrawn and stopped cases end the clock."""
        fact = self.first(*self.rule["cancels"]) if self.rule else None
        return fact.time if fact else None

    # Official lines, one a system.

    def line(self, system: str, facts: Iterable[Fact]) -> list[Report]:
        return [
            Report(
                fact.time,
                self.law.states.get((system, str(fact.data["code"])), "unknown"),
                instant_of(fact, "ended_at"),
                instant_of(fact, "appointment_at"),
                fact.type == "official.observed",
            )
            for fact in facts
            if fact.type in {"official.status_changed", "official.observed"} and fact.data["system"] == system
        ]

    @cached_property
    def scoring(self) -> list[Report]:
        return self.line(self.law.scoring, self.facts)

    @cached_property
    def whole_scoring(self) -> list[Report]:
        return self.line(self.law.scoring, self.whole)

    @cached_property
    def local(self) -> list[Report]:
        return self.line(self.law.local, self.facts)

    # Dues.

    @cached_property
    def given(self) -> datetime | None:
        """The appointment that the citizen was promised: on the receipt, else the first that the scoring system shows.
        Later ones change nothing."""
        receipts = [fact for kind in ("case.received", "case.registered_online") for fact in self.all(kind)[:1]]
        shown = [instant_of(fact, "appointment_at") for fact in receipts]
        shown += [report.appointment_at for report in self.scoring]
        return next((each for each in shown if each is not None), None)

    @cached_property
    def first_due(self) -> datetime | None:
        """The legal due, or the provincial one where it is shorter, before any pause."""
        if self.rule is None or self.start is None or self.received is None:
            return None
        return due_of(self.rule, self.amount, self.start)

    @property
    def amount(self) -> int:
        assert self.rule is not None
        assert self.received is not None
        return self.law.amount(self.rule, self.said("unit"), self.received.date())

    @cached_property
    def clock(self) -> tuple[datetime | None, tuple[Pause, ...], datetime | None]:
        """The due, the pauses deducted from it, and since when the clock stands still, if it does.

        A pause is deducted only if it was asked for before the due, by document, and its end is observed. What the
        unit writes down only after the due counts for nothing. While the answer is waited for there is no due.
        """
        if self.rule is None or self.start is None:
            return None, (), None
        pauses: list[Pause] = []
        due = due_of(self.rule, self.amount, self.start)
        extended: datetime | None = None
        since: list[Pause] = []
        for asked in self.all(*self.rule.pauses, "case.extended"):
            written_late = asked.by_unit and asked.recorded > due
            if asked.data.get("document") is None or asked.time > due or written_late:
                continue
            if asked.type == "case.extended":
                if self._new_due(asked) > due:
                    extended, since = self._new_due(asked), []
            else:
                answers = self.rule.pauses[asked.type]
                answer = next((fact for fact in self.all(answers) if fact.time >= asked.time), None)
                if answer is not None:
                    pauses.append((asked.time, answer.time))
                    since.append((asked.time, answer.time))
                elif not self._is_over_without(answers, asked.time):
                    return None, tuple(pauses), asked.time
            if extended is None:
                due = due_of(self.rule, self.amount, self.start, pauses)
            else:
                due = moved_on(self.rule, extended, since)
        return due, tuple(pauses), None

    def _new_due(self, told: Fact) -> datetime:
        """What an extension sets: 24:00 of the day, where the term is one of days; 0:00 ends the day before."""
        assert self.rule is not None
        new_due = instant_of(told, "new_due")
        assert new_due is not None
        return end_of((new_due - SECOND).date()) if self.rule["unit"] in IN_DAYS else new_due

    def _is_over_without(self, answers: str, asked_at: datetime) -> bool:
        """Whether the case came to its end and no answer was ever observed: then nothing is deducted."""
        assert self.rule is not None
        ends = {*self.ends, *HAND_OVERS, *self.rule["cancels"]}
        later = [fact for fact in self.whole if fact.time >= asked_at]
        return any(fact.type in ends for fact in later) and not any(fact.type == answers for fact in later)

    @property
    def due(self) -> datetime | None:
        return self.clock[0]

    @property
    def is_paused(self) -> bool:
        return self.clock[2] is not None

    # Evidence.

    @cached_property
    def ends(self) -> tuple[str, ...]:
        """What ends the office's duty: ready at the place of return, or delivered where it is posted."""
        if self.rule is None:
            return RESULTS
        return (self.rule["ends_when_posted"],) if self.said("return_by") == "post" else self.rule.ends

    @property
    def ready_facts(self) -> list[Fact]:
        """Of an interlinked group what names no leg, and the last end of its legs, once all have ended that any fact
        names."""
        of_group = [fact for fact in self.all(*self.ends) if fact.data.get("leg") is None]
        legs = {fact.data["leg"] for fact in self.whole if fact.data.get("leg") is not None}
        ends = [self._end_of_leg(leg) for leg in legs]
        ended = [fact for fact in ends if fact is not None]
        return [*of_group, max(ended, key=lambda fact: fact.time)] if ended and len(ended) == len(legs) else of_group

    def _end_of_leg(self, leg: str) -> Fact | None:
        ends = self.all("leg.ended", "result.published", *HAND_OVERS)
        return next((fact for fact in ends if fact.data.get("leg") == leg), None)

    @property
    def hand_overs(self) -> list[Fact]:
        return self.all(*HAND_OVERS)


def earliest(facts: Iterable[Fact], limit: datetime | None) -> datetime | None:
    """When the earliest of some facts counts as evidence against a due.

    What the unit that profits writes down after the due never turns late into in time: it counts from then on.
    """
    counted = [
        fact.recorded if limit is not None and fact.by_unit and fact.time <= limit < fact.recorded else fact.time
        for fact in facts
    ]
    return min(counted, default=None)
