"""The law in force as plain values: which deadline binds a case, what codes mean. `streams.core.compiling` makes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.core.calendar import Calendar, Hours, weekday
from streams.core.coverage import Covered, Place, is_live_throughout
from streams.core.deadlines import Span, Term
from streams.core.kinds import HANDED_OVER
from streams.core.sources import Expected
from streams.core.succession import Succession
from streams.core.units import covers, nearest

ANY = "*"
FOR_EVER = 1 << 30
# Units and procedures come from events: so many are remembered, then it begins again.
_COVERING_MAX = 50_000


@dataclass(frozen=True, slots=True)
class Pausing:
    """What stops a clock, and for whom it waits."""

    why: str
    waits_for: str
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a case with its owner, from the first fact of one kind to one of the other; `term` is a target."""

    id: str
    owner: str
    begins: int
    ends: int
    term: Term | None


@dataclass(frozen=True, slots=True)
class Leg:
    """One agency's share of an interlinked group, with a term of its own from the group's start; `rule` is the group's
    with that term, ended by what ends the leg."""

    id: str
    agency: str
    term: Term
    source: str
    nv: str | None
    rule: "Deadline"


@dataclass(frozen=True, slots=True)
class Level:
    """At risk from so many units before the due, or from where so much of the term is used up."""

    name: str
    amount: int = 0
    unit: str = ""
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """After how long silence or a contradiction is told (schemas.rules.ThresholdsRow)."""

    done_without_evidence_days: int
    no_movement_extra_days: int
    no_movement_least_days: int
    uncollected_days: int
    failed_updates: int
    accept_days: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A shorter term by a decision of some units' own."""

    id: str
    units: tuple[str, ...]
    term: Term
    from_day: int
    until_day: int
    decision: str
    source: str
    nv: str | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One rule: how long a duty may last, from which fact to which, under which law."""

    id: str
    procedure: str
    variants: frozenset[str]
    place_kinds: frozenset[str]
    term: Term
    calendar: Calendar
    starts: int
    law_of: str
    ends: frozenset[int]
    # What ends the duty where the result goes to the citizen by post, and what ends a case without a result.
    posted: frozenset[int]
    cancels: frozenset[int]
    # By kind of fact: what it pauses, and whether it begins or ends the pause.
    pausing: Mapping[int, tuple[Pausing, bool]]
    bearer: str
    governs: str
    from_day: int
    until_day: int
    levels: tuple[Level, ...]
    grace: int
    urgent_seconds: int
    # What *returned* claims of a case: that the result is ready (a letter closes itself when printed), or handed over.
    returned_means: str
    thresholds: Thresholds
    stages: tuple[Stage, ...]
    # By kind of fact: how far it shows the case to be, as the number of a stage; after the last, their number.
    reached: Mapping[int, int]
    legs: tuple[Leg, ...]
    cuts: tuple[Cut, ...]
    source: str
    nv: str | None
    hash: str

    def own_day(self, spans: Mapping[str, Span]) -> int:
        """The case's own day under this rule: that of what its `law_of` names, *received* or *complete*."""
        at, is_day = spans[self.law_of]
        return self.calendar.day_of(at, stands_for_day=is_day)

    def fits(self, variant: str | None, place_kind: str | None, spans: Mapping[str, Span]) -> bool:
        """Whether it binds a case of that kind on its own day."""
        return (
            (not self.variants or variant in self.variants)
            and (not self.place_kinds or place_kind in self.place_kinds)
            and self.from_day <= self.own_day(spans) < self.until_day
        )

    def cut(self, unit: str | None, spans: Mapping[str, Span]) -> Cut | None:
        """The decision that shortens the term for a unit on the case's own day; of several the shortest."""
        if not self.cuts:
            return None
        day = self.own_day(spans)
        return next((cut for cut in self.cuts if cut.from_day <= day < cut.until_day and covers(cut.units, unit)), None)

    def stops(self, posted: bool) -> frozenset[int]:
        """What stops the clock: the duty's own end, or a later fact that implies it, or an end without a result."""
        return (self.posted if posted else self.ends) | HANDED_OVER | self.cancels

    def implies(self, posted: bool) -> frozenset[int]:
        """Of what stops the clock, what says nothing of when the result was ready."""
        return HANDED_OVER - (self.posted if posted else self.ends)


@dataclass(frozen=True, slots=True)
class Closure:
    """Days unlike the nation's for some units."""

    id: str
    units: tuple[str, ...]
    days: Mapping[int, int]
    source: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """Reception hours of some units between two days, both counted."""

    id: str
    units: tuple[str, ...]
    first: int
    last: int
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A published way to count cases as handled in time (schemas.rules.FormulaRow)."""

    id: str
    ends: tuple[frozenset[str], ...]
    waiting: frozenset[str]
    requests: int
    deducted: frozenset[str]
    points: int
    from_day: int
    source: str
    nv: str | None


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one activation. `scoring` is the system whose status scores a unit, `local` the unit's own."""

    hash: str
    by_procedure: Mapping[str, tuple[Deadline, ...]]
    official: Mapping[str, Mapping[str, str]]
    scoring: str
    local: str
    calendar: Calendar
    # By calendar.
    closures: Mapping[str, tuple[Closure, ...]]
    campaigns: Mapping[str, tuple[Campaign, ...]]
    # In the order of the rows: the later overrules.
    coverage: tuple[Covered, ...]
    sources: tuple[Expected, ...]
    # Of units that end by decree, who stands in their place.
    successions: Mapping[str, Succession]
    # The latest in force first.
    formulas: tuple[Formula, ...] = ()
    # By the codes at its head the id of a province, and by its id the name.
    provinces: Mapping[str, str] = field(default_factory=dict)
    province_names: Mapping[str, str] = field(default_factory=dict)
    # Calendars with closures, as they are asked for: a table of days each.
    _closed: dict[tuple[str, ...], Calendar] = field(default_factory=dict, repr=False, compare=False)
    # Rows of coverage by feed and place, as they are asked for.
    _covering: dict[tuple[str, Place], tuple[Covered, ...]] = field(default_factory=dict, repr=False, compare=False)

    def deadline(
        self, procedure: str | None, variant: str | None, place_kind: str | None, spans: Mapping[str, Span]
    ) -> Deadline | None:
        """The rule that binds a case: of its procedure, else of all; the latest in force on the case's own day.

        `spans` tells what a rule's `law_of` may name: when the case was *received* and when it was *complete*.
        """
        for name in (procedure or ANY, ANY):
            rows = self.by_procedure.get(name, ())
            for rule in rows:
                if rule.fits(variant, place_kind, spans):
                    return rule
            if variant is None:
                # Nobody told the kind: that changes nothing where the law gives all kinds one term.
                same = [rule for rule in rows if rule.fits(min(rule.variants, default=None), place_kind, spans)]
                if same and all(rule.term == same[0].term and rule.starts == same[0].starts for rule in same):
                    return same[0]
        return None

    def calendar_for(self, calendar: Calendar, unit: str | None) -> Calendar:
        """The calendar with the days on which this unit is closed, or works, unlike the nation."""
        closures = self.closures.get(calendar.id)
        if not closures:
            return calendar
        own = [closure for closure in closures if covers(closure.units, unit)]
        if not own:
            return calendar
        key = (calendar.id, *(closure.id for closure in own))
        if key not in self._closed:
            days = {day: worked for closure in own for day, worked in closure.days.items()}
            reasons = {day: closure.source for closure in own for day in closure.days}
            self._closed[key] = calendar.with_days("+".join(key), days, reasons)
        return self._closed[key]

    def reception(self, calendar: Calendar, unit: str | None, day: int) -> Hours:
        """When a unit takes dossiers in on a day: as its campaign has it, else as the calendar does.

        Intake at another hour is normal where a campaign runs into the night, and moves no term of whole days.
        """
        for campaign in self.campaigns.get(calendar.id.partition("+")[0], ()):
            if campaign.first <= day <= campaign.last and covers(campaign.units, unit):
                return campaign.hours[weekday(day)]
        return calendar.reception_of(day)

    def province(self, unit: str | None) -> str | None:
        """The id of the province that a unit is in, if a row says so."""
        return nearest(self.provinces, unit)

    def is_live(self, feed: str, place: Place, first: int, last: int) -> bool:
        """Whether the absence of a fact on a feed is evidence for that unit and procedure, from a day to a day."""
        return not self.coverage or is_live_throughout(self.covering(feed, place), first, last)

    def covering(self, feed: str, place: Place) -> tuple[Covered, ...]:
        """The rows that speak of a feed of a unit and procedure, on some days: there may be thousands of others."""
        key = feed, place
        found = self._covering.get(key)
        if found is None:
            if len(self._covering) >= _COVERING_MAX:
                self._covering.clear()
            found = self._covering[key] = tuple(row for row in self.coverage if row.speaks_of(feed, place))
        return found

    def formula_on(self, day: int) -> Formula | None:
        """The published formula in force on a day."""
        return next((formula for formula in self.formulas if formula.from_day <= day), None)

    def official_state(self, system: str, code: str) -> str:
        """The state an official code stands for, or *unknown*."""
        return self.official.get(system, {}).get(code, "unknown")
