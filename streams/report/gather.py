"""All that a report counts, case by case: who is charged with what, how far cases got, and what lies where."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from streams.core.apology import has_letter
from streams.core.backlog import by_unit as backlog_by_unit
from streams.core.case import Case
from streams.core.clock import Clock
from streams.core.deadlines import Span, measure
from streams.core.engine import Assessment, counted_of
from streams.core.facts import AT, KIND, is_day, text
from streams.core.fair import Sample
from streams.core.funnel import COLLECTED, channel, opened_at, reached
from streams.core.interval import Interval
from streams.core.kinds import HANDED_OVER, PRINT_BLOCKED
from streams.core.lines import Lines
from streams.core.pauses import span_of
from streams.core.rates import Tally, by_unit
from streams.core.rules import Rules
from streams.core.score import IN_TIME, LATE, UNSURE, Counted, Period
from streams.core.stage_counts import spent
from streams.report.targets import Target

UNTOLD = "unknown"
# Where the rule names no stages, or the case stands in none of them.
NO_STAGE = "none"
# Ages of what is ready and not collected, in working days: up to so many, and beyond.
AGES = (5, 10, 20, 60)


@dataclass(slots=True)
class Stages:
    """Cases in a stage: within its target, over it, or of one without; and how many are in it still."""

    within: int = 0
    over: int = 0
    no_target: int = 0
    is_open: int = 0


@dataclass(slots=True)
class Breaches:
    """Late by evidence, and those of them without a letter of apology."""

    late: int = 0
    without_letter: int = 0


@dataclass(slots=True)
class Gathered:
    """Everything of one period. `first` is the first instant of it, `period.end` the one as of which all is told, and
    the first that is no more of it.

    `rates` are by what was asked for; `interlinked` are the groups, each of whose legs is in the rates. `backlog` is in
    seconds, by unit and cause, `backlog_cases` how many cases that were. `notices` are cases whose duty is not the
    unit's. `mix` is what evidence has of each unit, by procedure.
    """

    rules: Rules
    period: Period
    first: int
    by: str
    targets: Sequence[Target] = ()
    total: Tally = field(default_factory=Tally)
    rates: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    interlinked: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    mix: dict[str, dict[str, Sample]] = field(default_factory=lambda: defaultdict(dict))
    notices: Counter[str] = field(default_factory=Counter)
    funnel: dict[tuple[str, str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    # By the place of a target among the targets: two may say the same.
    reached: Counter[int] = field(default_factory=Counter)
    stages: dict[tuple[str, str], Stages] = field(default_factory=lambda: defaultdict(Stages))
    backlog: Counter[tuple[str, str]] = field(default_factory=Counter)
    backlog_cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    uncollected: Counter[str] = field(default_factory=Counter)
    blocked: Counter[tuple[str, str]] = field(default_factory=Counter)
    breaches: dict[str, Breaches] = field(default_factory=lambda: defaultdict(Breaches))

    def add(self, found: Assessment) -> None:
        """One case, assessed as of the end of the period by what is of it (of_period); one that is judged elsewhere
        counts there."""
        if found.is_elsewhere:
            return
        lines, clock = found.lines, found.clock
        self._add_steps(lines, clock)
        if clock.rule is not None and clock.rule.bearer != "unit":
            return
        self._add_counts(found)
        self._add_what_waits(lines, clock, found.intervals)
        for one in spent(lines, clock, self.first, self.period.end):
            stages = self.stages[one.stage or NO_STAGE, one.owner]
            stages.within += one.result == "within"
            stages.over += one.result == "over"
            stages.no_target += one.result == "no_target"
            stages.is_open += one.is_open

    def _add_steps(self, lines: Lines, clock: Clock) -> None:
        """The funnel is that of the cases that came in within the period; what a target counts lies in its own."""
        steps = reached(lines, clock, self.rules)
        procedure, variant = lines.said("p"), lines.said("v")
        for place, target in enumerate(self.targets):
            at = steps.get(target.step)
            if at is not None and target.counts(procedure, variant, lines.unit_at(at), steps, self.rules.calendar):
                self.reached[place] += 1
        opened = opened_at(steps)
        if opened is not None and self.first <= opened < self.period.end:
            self.funnel[channel(lines), procedure or UNTOLD, variant or ""].update(
                ["cases", *steps, *(["collected"] if steps.keys() >= COLLECTED else ())]
            )
            if clock.rule is not None and clock.rule.bearer != "unit":
                self.notices[procedure or UNTOLD] += 1

    def _add_counts(self, found: Assessment) -> None:
        lines, first, until = found.lines, self.first, self.period.end
        whole, *legs = counted_of(found, self.rules, self.period)
        procedure = lines.said("p") or UNTOLD
        keys = {"procedure": procedure, "channel": channel(lines)}
        if legs:
            for unit, *how in by_unit(whole):
                self.interlinked[unit].add(*how)
        about = {"": (lines, found.clock), **{share.leg: (share.lines, share.clock) for share in found.legs}}
        for one in legs or [whole]:
            self._add_one(one, keys, procedure)
            if one.evidence == LATE:
                breaches = self.breaches[one.unit or UNTOLD]
                breaches.late += 1
                # A letter about the whole group speaks of each of its legs.
                of_leg, clock = about[one.leg]
                breaches.without_letter += not (has_letter(lines, clock) or has_letter(of_leg, clock))
            waited = backlog_by_unit(found.intervals, about[one.leg][0], one.leg, first, until)
            for (had, cause), seconds in waited.items():
                self.backlog[had or UNTOLD, cause] += seconds
                self.backlog_cases[had or UNTOLD, cause] += 1

    def _add_one(self, one: Counted, keys: Mapping[str, str], procedure: str) -> None:
        if not one.is_counted:
            return
        # Of all units together a transfer makes no difference: the case is late for both sides.
        cause = None if one.cause == "transferred" else one.cause
        self.total.add(one.reported, one.evidence, cause)
        if self.by in keys:
            self.rates[keys[self.by]].add(one.reported, one.evidence, cause)
        for unit, reported, evidence, why in list(by_unit(one)) or [(UNTOLD, one.reported, one.evidence, cause)]:
            if self.by == "unit":
                self.rates[unit].add(reported, evidence, why)
            if evidence is not None:
                was = self.mix[unit].get(procedure, Sample(0, 0, 0))
                self.mix[unit][procedure] = Sample(
                    was.cases + 1, was.proven + (evidence == IN_TIME), was.unsure + (evidence == UNSURE)
                )

    def _add_what_waits(self, lines: Lines, clock: Clock, spans: Iterable[Interval]) -> None:
        """As of the end of the period: results that nobody collected, cards that cannot be printed."""
        at, rule, ended = self.period.end, clock.rule, clock.ended
        lies_ready = (
            rule is not None
            and rule.returned_means == "handed_over"
            and ended is not None
            and ended[KIND] in rule.ends
            and HANDED_OVER.isdisjoint(lines.first)
        )
        if lies_ready and ended is not None:
            self.uncollected[age(measure(clock.calendar, "working_day", span_of(ended), Span(at, True)))] += 1
        for one in spans:
            if one.flag_class == "print_blocked" and one.since < at and (one.until is None or at < one.until):
                reason = next((text(f, "n", lines.strings) for f in one.evidence if f[KIND] == PRINT_BLOCKED), None)
                self.blocked[reason or UNTOLD, one.accountable] += 1


def of_period(case: Case, end: int) -> Case:
    """The case without what happened at the very end of a period: it ends with its last second. What is known only to
    the last day stands there too, and is of the period."""
    facts = [fact for fact in case.facts if fact[AT] != end or is_day(fact)]
    return case if len(facts) == len(case.facts) else case._replace(facts=facts)


def age(days: int) -> str:
    """The band of an age in working days."""
    bands = zip((0, *(most + 1 for most in AGES)), AGES, strict=False)
    return next((f"{least}-{most}" for least, most in bands if days <= most), f"{AGES[-1] + 1}+")


def ages() -> list[str]:
    """All bands, the younger first."""
    return [age(days) for days in (*AGES, AGES[-1] + 1)]


def kept(complaints: Iterable[tuple[str, int, str]], first: int, until: int) -> Counter[str]:
    """Complaints by unit, each told as (fact, instant, unit), of a period; one that is told twice counts once."""
    told = {fact: unit for fact, at, unit in complaints if first <= at < until}
    return Counter(told.values())
