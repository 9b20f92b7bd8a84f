"""From the content of `rules.activated` to the law in force, or to the row that is wrong and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from schemas.events import EVENTS_OF_TOPIC
from schemas.rules import RulesContent, path_of
from streams.core.calendar import Calendar, compile_calendar, read_day, read_week
from streams.core.coverage import Covered, why_refused
from streams.core.deadlines import UNITS, Term
from streams.core.errors import RulesRefused, UnknownKind
from streams.core.instants import DAY
from streams.core.kinds import KIND_OF_TYPE, LEG_ENDED, PUBLISHED, kind_of
from streams.core.official import STATES
from streams.core.rules import (
    FOR_EVER,
    Campaign,
    Closure,
    Cut,
    Deadline,
    Formula,
    Leg,
    Level,
    Pausing,
    Rules,
    Stage,
    Thresholds,
)
from streams.core.sources import Expected
from streams.core.succession import Succession

Scoped = TypeVar("Scoped")
_DAYS = frozenset({"working_day", "working_day_at_hour", "calendar_day"})


def rules_hash(content: Mapping[str, Any]) -> str:
    """The hash that names a set of rules wherever it is in force."""
    return blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def compile_rules(content: Mapping[str, Any]) -> Rules:
    """Rules from their content (schemas.rules.RulesContent); raises RulesRefused with the row and the reason."""
    for table in (
        "calendars",
        "closures",
        "campaigns",
        "deadlines",
        "cuts",
        "coverage",
        "sources",
        "units",
        "formulas",
        "provinces",
    ):
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
        successions=_successions(content["units"], next(iter(calendars.values()))),
        sources=tuple(expected_of(row) for row in content["sources"]),
        formulas=_formulas(content.get("formulas", ())),
        provinces=_provinces(content.get("provinces", ())),
        province_names={row["id"]: row["name"] for row in content.get("provinces", ())},
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
    # A group ends with its last chosen leg.
    own_end = {LEG_ENDED} if row["legs"] else set[int]()
    rule = Deadline(
        id=row["id"],
        procedure=row["procedure"],
        variants=frozenset(row["variants"]),
        place_kinds=frozenset(row["place_kinds"]),
        term=_term(where, row),
        calendar=calendars[row["calendar"]],
        starts=_kind(where, row["starts"]),
        law_of=row["law_of"],
        ends=frozenset({*(_kind(where, name) for name in named), *own_end}),
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
        legs=(),
        cuts=tuple(cuts),
        source=row["source"],
        nv=row.get("nv"),
        hash=blake2b(orjson.dumps(row, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest(),
    )
    return replace(rule, legs=tuple(_leg(where, leg, rule) for leg in row["legs"]))


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


def _leg(where: str, row: Mapping[str, Any], group: Deadline) -> Leg:
    where = f"{where} leg {row['id']}"
    _source(where, row)
    term = _term(where, row)
    # Terms of a working day or less are counted in hours.
    is_short = term.amount <= 1 or term.unit not in _DAYS
    rule = replace(
        group,
        id=f"{group.id}/{row['id']}",
        term=term,
        levels=(Level("2 working_hour", amount=2, unit="working_hour"),) if is_short else group.levels,
        ends=frozenset({LEG_ENDED, PUBLISHED}),
        stages=(),
        reached={},
        cuts=(),
        source=row["source"],
        nv=row.get("nv"),
    )
    return Leg(row["id"], row["agency"], term, row["source"], row.get("nv"), rule)


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
    refused = why_refused(row)
    if refused is not None:
        raise RulesRefused(where, refused)
    return Covered(
        id=row["id"],
        feed=row["feed"],
        units=tuple(row["units"]),
        procedures=frozenset(row["procedures"]),
        state=row["state"],
        first=read_day(row["first"]),
        last=FOR_EVER if row.get("last") is None else read_day(row["last"]),
    )


def _formulas(rows: Iterable[Mapping[str, Any]]) -> tuple[Formula, ...]:
    """The latest in force first."""
    return tuple(sorted((_formula(row) for row in rows), key=lambda formula: (-formula.from_day, formula.id)))


def _formula(row: Mapping[str, Any]) -> Formula:
    where = f"formula {row['id']}"
    _source(where, row)
    for field, states in (*(("ends", group) for group in row["ends"]), *((f, row[f]) for f in ("waiting", "deducted"))):
        for state in states:
            _one_of(where, field, state, STATES)
    return Formula(
        id=row["id"],
        ends=tuple(frozenset(group) for group in row["ends"]),
        waiting=frozenset(row["waiting"]),
        requests=row["requests"],
        deducted=frozenset(row["deducted"]),
        points=row["points"],
        from_day=read_day(row["effective_from"]),
        source=row["source"],
        nv=row.get("nv"),
    )


def _provinces(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By code the id of its province; raises RulesRefused where a code stands at the head of two."""
    found: dict[str, str] = {}
    for row in rows:
        where = f"province {row['id']}"
        _source(where, row)
        for code in row["units"]:
            if found.setdefault(code, row["id"]) != row["id"]:
                raise RulesRefused(where, f"unit {code} stands in province {found[code]} too")
    return found


def _successions(rows: Iterable[Mapping[str, Any]], calendar: Calendar) -> dict[str, Succession]:
    """By the unit that ends, in the order of the rows."""
    found: dict[str, Succession] = {}
    for row in rows:
        where = f"unit {row['id']}"
        _source(where, row)
        if (row.get("successor") is None) is not (row.get("last") is None):
            raise RulesRefused(where, "last and successor belong together: a unit that ends has who takes its cases")
        if row.get("successor") is not None:
            if not row.get("decision"):
                raise RulesRefused(where, "decision is missing: name the one by which the unit ends")
            at = calendar.end_of(read_day(row["last"]))
            found[row["id"]] = Succession(at, row["successor"], row["decision"])
    return found


def expected_of(row: Mapping[str, Any]) -> Expected:
    """What a row of the rules expects of sources (schemas.rules.SourceRow)."""
    where = f"source {row['id']}"
    _source(where, row)
    for feed in row["feeds"]:
        _one_of(where, "feed", feed, EVENTS_OF_TOPIC)
    return Expected(
        name=row["name"],
        per_unit=row["per_unit"],
        feeds=frozenset(row["feeds"]),
        units=tuple(row["units"]),
        procedures=frozenset(row["procedures"]),
        rhythm=row["rhythm_minutes"] * 60,
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
