"""The law in force, compiled from the content of `rules.activated`: which deadline binds a case, what codes mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from schemas.events import EVENTS_OF_TOPIC
from schemas.rules import RulesContent, path_of
from streams.core.calendar import Calendar, Hours, compile_calendar, read_day, read_week, weekday
from streams.core.coverage import Covered, Place, is_live
from streams.core.deadlines import UNITS, Span, Term
from streams.core.errors import RulesRefused, UnknownKind
from streams.core.instants import DAY
from streams.core.kinds import HANDED_OVER, KIND_OF_TYPE, kind_of
from streams.core.official import STATES
from streams.core.units import covers

Scoped = TypeVar("Scoped")
ANY = "*"
FOR_EVER = 1 << 30


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
    """One agency's share of an interlinked group, with a term of its own from the group's start."""

    id: str
    agency: str
    term: Term
    source: str
    nv: str | None


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
    # Calendars with closures, as they are asked for: a table of days each.
    _closed: dict[tuple[str, ...], Calendar] = field(default_factory=dict, repr=False, compare=False)

    def deadline(
        self, procedure: str | None, variant: str | None, place_kind: str | None, spans: Mapping[str, Span]
    ) -> Deadline | None:
        """The rule that binds a case: of its procedure, else of all; the latest in force on the case's own day.

        `spans` tells what a rule's `law_of` may name: when the case was *received* and when it was *complete*.
        """
        for name in (procedure or ANY, ANY):
            for rule in self.by_procedure.get(name, ()):
                if rule.fits(variant, place_kind, spans):
                    return rule
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

    def is_live(self, feed: str, place: Place, day: int) -> bool:
        """Whether the absence of a fact on a feed is evidence for that unit and procedure on a day."""
        return not self.coverage or is_live(self.coverage, feed, place, day)

    def official_state(self, system: str, code: str) -> str:
        """The state an official code stands for, or *unknown*."""
        return self.official.get(system, {}).get(code, "unknown")


def rules_hash(content: Mapping[str, Any]) -> str:
    """The hash that names a set of rules wherever it is in force."""
    return blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def compile_rules(content: Mapping[str, Any]) -> Rules:
    """Rules from their content (schemas.rules.RulesContent); raises RulesRefused with the row and the reason."""
    for table in ("calendars", "closures", "campaigns", "deadlines", "cuts", "coverage"):
        _refuse_twice(table, [row.get("id") for row in content.get(table, ())])
    try:
        RulesContent.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RulesRefused(path_of(first["loc"], dict(content)), first["msg"]) from error
    calendars = {row["id"]: compile_calendar(row) for row in content["calendars"]}
    cuts = _cuts(content["cuts"], {row["id"]: row for row in content["deadlines"]})
    deadlines = [_deadline(row, calendars, cuts.get(row["id"], ())) for row in content["deadlines"]]
    return Rules(
        hash=rules_hash(content),
        by_procedure=_by_procedure(deadlines),
        official=_official(content["official"]),
        scoring=content["scoring"],
        local=content["local"],
        calendar=next(iter(calendars.values())),
        closures=_inherited(_closures(content["closures"], calendars), content["calendars"]),
        campaigns=_inherited(_campaigns(content["campaigns"], calendars), content["calendars"]),
        coverage=tuple(_covered(row) for row in content["coverage"]),
    )


def _by_procedure(deadlines: Iterable[Deadline]) -> dict[str, tuple[Deadline, ...]]:
    """Latest in force first; of those, the narrower (with variants or places named) before the wider."""
    grouped: dict[str, list[Deadline]] = {}
    for rule in deadlines:
        grouped.setdefault(rule.procedure, []).append(rule)
    return {name: tuple(sorted(rows, key=_precedence)) for name, rows in sorted(grouped.items())}


def _precedence(rule: Deadline) -> tuple[int, int, int, str]:
    return -rule.from_day, not rule.variants, not rule.place_kinds, rule.id


def _deadline(row: Mapping[str, Any], calendars: Mapping[str, Calendar], cuts: Sequence[Cut]) -> Deadline:
    where = f"deadline {row['id']}"
    _source(where, row)
    _one_of(where, "calendar", row["calendar"], calendars)
    _one_of(where, "law_of", row["law_of"], ("received", "complete"))
    _one_of(where, "due_governs", row["due_governs"], ("computed", "declared"))
    named = [row["duty_ends_at"]] if isinstance(row["duty_ends_at"], str) else row["duty_ends_at"]
    stages = tuple(_stage(where, stage) for stage in row["stages"])
    return Deadline(
        id=row["id"],
        procedure=row["procedure"],
        variants=frozenset(row["variants"]),
        place_kinds=frozenset(row["place_kinds"]),
        term=_term(where, row),
        calendar=calendars[row["calendar"]],
        starts=_kind(where, row["starts"]),
        law_of=row["law_of"],
        ends=frozenset(_kind(where, name) for name in named),
        posted=frozenset({_kind(where, row["ends_when_posted"])}),
        cancels=frozenset(_kind(where, name) for name in row["cancels"]),
        pausing=_pausing(where, row["pauses"]),
        bearer=row["duty_bearer"],
        governs=row["due_governs"],
        from_day=read_day(row["effective_from"]),
        until_day=_until(row),
        levels=tuple(_level(where, level) for level in row["at_risk"]),
        grace=row["grace_working_days"],
        urgent_seconds=row["urgent_working_hours"] * 3600,
        returned_means=row["returned_means"],
        thresholds=Thresholds(**row["thresholds"]),
        stages=stages,
        reached=_reached(stages),
        legs=tuple(_leg(where, leg) for leg in row["legs"]),
        cuts=tuple(cuts),
        source=row["source"],
        nv=row.get("nv"),
        hash=blake2b(orjson.dumps(row, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest(),
    )


def _term(where: str, row: Mapping[str, Any]) -> Term:
    _one_of(where, "unit", row["unit"], UNITS)
    hours = {name: row[name] for name in ("cut_off", "ends_at", "next_ends_at") if row.get(name) is not None}
    if hours and row["unit"] != "same_day":
        raise RulesRefused(where, f"{', '.join(hours)} belong to the unit same_day only")
    ends_at = hours.get("ends_at", DAY)
    return Term(row["unit"], row["amount"], hours.get("cut_off", DAY), ends_at, hours.get("next_ends_at", ends_at))


def _pausing(where: str, rows: Iterable[Mapping[str, Any]]) -> dict[int, tuple[Pausing, bool]]:
    found: dict[int, tuple[Pausing, bool]] = {}
    for row in rows:
        pausing = Pausing(row["why"], row["waits_for"], _kind(where, row["from"]), _kind(where, row["to"]))
        for kind, begins in ((pausing.begins, True), (pausing.ends, False)):
            if kind in found:
                raise RulesRefused(where, f"pause {row['why']}: its events begin or end another pause too")
            found[kind] = pausing, begins
    return found


def _level(where: str, row: Mapping[str, Any]) -> Level:
    if "percent" in row:
        return Level(f"{row['percent']}%", percent=row["percent"])
    _one_of(where, "unit", row["unit"], UNITS)
    return Level(f"{row['amount']} {row['unit']}", amount=row["amount"], unit=row["unit"])


def _stage(where: str, row: Mapping[str, Any]) -> Stage:
    term = _term(f"{where} stage {row['id']}", row) if row.get("amount") is not None else None
    return Stage(row["id"], row["owner"], _kind(where, row["from"]), _kind(where, row["to"]), term)


def _reached(stages: Sequence[Stage]) -> dict[int, int]:
    found = {stage.ends: number for number, stage in enumerate(stages, 1)}
    return found | {stage.begins: number for number, stage in enumerate(stages) if stage.begins not in found}


def _leg(where: str, row: Mapping[str, Any]) -> Leg:
    _source(f"{where} leg {row['id']}", row)
    return Leg(row["id"], row["agency"], _term(f"{where} leg {row['id']}", row), row["source"], row.get("nv"))


def _cuts(rows: Iterable[Mapping[str, Any]], deadlines: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Cut]]:
    """Cuts by the deadline they shorten, the shortest first."""
    found: dict[str, list[Cut]] = {}
    for row in rows:
        where = f"cut {row['id']}"
        _source(where, row)
        _one_of(where, "deadline", row["deadline"], deadlines)
        term = _term(where, {**deadlines[row["deadline"]], "amount": row["amount"]})
        cut = Cut(
            id=row["id"],
            units=tuple(row["units"]),
            term=term,
            from_day=read_day(row["effective_from"]),
            until_day=_until(row),
            decision=row["decision"],
            source=row["source"],
            nv=row.get("nv"),
        )
        found.setdefault(row["deadline"], []).append(cut)
    return {name: sorted(cuts, key=lambda cut: (cut.term.amount, cut.id)) for name, cuts in found.items()}


def _closures(rows: Iterable[Mapping[str, Any]], calendars: Mapping[str, Calendar]) -> dict[str, tuple[Closure, ...]]:
    found: dict[str, list[Closure]] = {}
    for row in rows:
        where = f"closure {row['id']}"
        _source(where, row)
        _one_of(where, "calendar", row["calendar"], calendars)
        days = {read_day(day): worked for day, worked in row["days"].items()}
        found.setdefault(row["calendar"], []).append(Closure(row["id"], tuple(row["units"]), days, row["source"]))
    return {name: tuple(sorted(closures, key=lambda closure: closure.id)) for name, closures in found.items()}


def _campaigns(rows: Iterable[Mapping[str, Any]], calendars: Mapping[str, Calendar]) -> dict[str, tuple[Campaign, ...]]:
    found: dict[str, list[Campaign]] = {}
    for row in rows:
        where = f"campaign {row['id']}"
        _source(where, row)
        _one_of(where, "calendar", row["calendar"], calendars)
        campaign = Campaign(
            id=row["id"],
            units=tuple(row["units"]),
            first=read_day(row["first"]),
            last=read_day(row["last"]),
            hours=read_week(where, row["hours"]),
        )
        found.setdefault(row["calendar"], []).append(campaign)
    return {name: tuple(sorted(rows, key=lambda campaign: campaign.id)) for name, rows in found.items()}


def _inherited(
    rows: Mapping[str, tuple[Scoped, ...]], calendars: Iterable[Mapping[str, Any]]
) -> dict[str, tuple[Scoped, ...]]:
    """Rows by calendar, those of a calendar that it extends included."""
    found: dict[str, tuple[Scoped, ...]] = {}
    for calendar in calendars:
        base = calendar.get("extends")
        found[calendar["id"]] = (*(found.get(base, ()) if base else ()), *rows.get(calendar["id"], ()))
    return found


def _covered(row: Mapping[str, Any]) -> Covered:
    where = f"coverage {row['id']}"
    _source(where, row)
    _one_of(where, "feed", row["feed"], EVENTS_OF_TOPIC)
    if row["state"] == "broken" and not row.get("document"):
        raise RulesRefused(where, "document is missing: name the one that declares the feed broken")
    return Covered(
        id=row["id"],
        feed=row["feed"],
        units=tuple(row["units"]),
        procedures=frozenset(row["procedures"]),
        state=row["state"],
        first=read_day(row["first"]),
        last=FOR_EVER if row.get("last") is None else read_day(row["last"]),
    )


def _kind(where: str, name: str) -> int:
    try:
        return kind_of(name)
    except UnknownKind as error:
        raise RulesRefused(where, f"event {name} is none of {', '.join(KIND_OF_TYPE)}") from error


def _until(row: Mapping[str, Any]) -> int:
    text = row.get("effective_until")
    return FOR_EVER if text is None else read_day(text)


def _source(where: str, row: Mapping[str, Any]) -> None:
    if not row.get("source"):
        raise RulesRefused(where, "source is missing: name the act and article, or the decision")


def _one_of(where: str, what: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise RulesRefused(where, f"{what} {name} is none of {', '.join(sorted(known))}")


def _refuse_twice(table: str, ids: Sequence[Any]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise RulesRefused(table, f"id {name} stands twice")


def _official(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    states: dict[str, dict[str, str]] = {}
    for row in rows:
        where = f"official {row['system']} {row['code']}"
        _one_of(where, "state", row["state"], STATES)
        codes = states.setdefault(row["system"], {})
        if codes.setdefault(row["code"], row["state"]) != row["state"]:
            raise RulesRefused(where, "the code stands for two states")
    return states
