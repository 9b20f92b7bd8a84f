"""The law in force, compiled from the content of `rules.activated`: which deadline binds a case, what codes mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

import orjson
from pydantic import ValidationError

from schemas.rules import RulesContent, path_of
from streams.core.calendar import Calendar, compile_calendar, day_number
from streams.core.deadlines import UNITS
from streams.core.errors import RulesRefused, UnknownKind
from streams.core.kinds import HANDED_OVER, KIND_OF_TYPE, TURNED_AWAY, kind_of
from streams.core.official import STATES

ANY = "*"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a case with its owner: it runs from the first fact of one kind to the first of the other."""

    id: str
    owner: str
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """One rule: how long a duty may last, from which fact to which, under which law."""

    id: str
    procedure: str
    variants: frozenset[str]
    place_kinds: frozenset[str]
    amount: int
    unit: str
    calendar: Calendar
    starts: int
    law_of: str
    ends: frozenset[int]
    # What stops the clock: the duty's own end, or a later fact that implies it, or an end without a result; and of
    # these, what says nothing of when the result was ready.
    stops: frozenset[int]
    implies: frozenset[int]
    bearer: str
    governs: str
    from_day: int
    until_day: int
    risk_amount: int
    risk_unit: str
    grace: int
    urgent_seconds: int
    stages: tuple[Stage, ...]
    source: str
    hash: str

    def fits(self, variant: str | None, place_kind: str | None, day: int) -> bool:
        return (
            self.from_day <= day < self.until_day
            and (not self.variants or variant in self.variants)
            and (not self.place_kinds or place_kind in self.place_kinds)
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one activation. `scoring` is the system whose status scores a unit."""

    hash: str
    by_procedure: Mapping[str, tuple[Deadline, ...]]
    official: Mapping[str, Mapping[str, str]]
    scoring: str
    calendar: Calendar

    def deadline(
        self, procedure: str | None, variant: str | None, place_kind: str | None, days: Mapping[str, int]
    ) -> Deadline | None:
        """The rule that binds a case: of its procedure, else of all; the latest in force on the case's own day.

        `days` tells that day by what a rule's `law_of` may name: *received* and *complete*.
        """
        for name in (procedure or ANY, ANY):
            for rule in self.by_procedure.get(name, ()):
                if rule.fits(variant, place_kind, days[rule.law_of]):
                    return rule
        return None

    def official_state(self, system: str, code: str) -> str:
        """The state an official code stands for, or *unknown*."""
        return self.official.get(system, {}).get(code, "unknown")


def rules_hash(content: Mapping[str, Any]) -> str:
    """The hash that names a set of rules wherever it is in force."""
    return blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def compile_rules(content: Mapping[str, Any]) -> Rules:
    """Rules from their content (schemas.rules.RulesContent); raises RulesRefused with the row and the reason."""
    for table in ("calendars", "deadlines"):
        _refuse_twice(table, [row.get("id") for row in content.get(table, ())])
    try:
        RulesContent.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RulesRefused(path_of(first["loc"], dict(content)), first["msg"]) from error
    calendars = {row["id"]: compile_calendar(row) for row in content["calendars"]}
    deadlines = [_deadline(row, calendars) for row in content["deadlines"]]
    return Rules(
        hash=rules_hash(content),
        by_procedure=_by_procedure(deadlines),
        official=_official(content["official"]),
        scoring=content["scoring"],
        calendar=next(iter(calendars.values())),
    )


def _by_procedure(deadlines: Iterable[Deadline]) -> dict[str, tuple[Deadline, ...]]:
    """Latest in force first; of those, the narrower (with variants or places named) before the wider."""
    grouped: dict[str, list[Deadline]] = {}
    for rule in deadlines:
        grouped.setdefault(rule.procedure, []).append(rule)
    return {name: tuple(sorted(rows, key=_precedence)) for name, rows in sorted(grouped.items())}


def _precedence(rule: Deadline) -> tuple[int, int, int, str]:
    return -rule.from_day, not rule.variants, not rule.place_kinds, rule.id


def _deadline(row: Mapping[str, Any], calendars: Mapping[str, Calendar]) -> Deadline:
    where = f"deadline {row['id']}"
    if not row.get("source"):
        raise RulesRefused(where, "source is missing: name the act and article, or the decision")
    for unit in (row["unit"], row["at_risk"]["unit"]):
        if unit not in UNITS:
            raise RulesRefused(where, f"unit {unit} is none of {', '.join(sorted(UNITS))}")
    if row["calendar"] not in calendars:
        raise RulesRefused(where, f"calendar {row['calendar']} is not defined")
    if row["law_of"] not in {"received", "complete"}:
        raise RulesRefused(where, f"law_of {row['law_of']} is neither received nor complete")
    if row["due_governs"] not in {"computed", "declared"}:
        raise RulesRefused(where, f"due_governs {row['due_governs']} is neither computed nor declared")
    named = [row["duty_ends_at"]] if isinstance(row["duty_ends_at"], str) else row["duty_ends_at"]
    ends = frozenset(_kind(where, name) for name in named)
    return Deadline(
        id=row["id"],
        procedure=row["procedure"],
        variants=frozenset(row["variants"]),
        place_kinds=frozenset(row["place_kinds"]),
        amount=row["amount"],
        unit=row["unit"],
        calendar=calendars[row["calendar"]],
        starts=_kind(where, row["starts"]),
        law_of=row["law_of"],
        ends=ends,
        stops=ends | HANDED_OVER | TURNED_AWAY,
        implies=HANDED_OVER - ends,
        bearer=row["duty_bearer"],
        governs=row["due_governs"],
        from_day=day_number(date.fromisoformat(row["effective_from"])),
        until_day=_until(row.get("effective_until")),
        risk_amount=row["at_risk"]["amount"],
        risk_unit=row["at_risk"]["unit"],
        grace=row["grace_working_days"],
        urgent_seconds=row["urgent_working_hours"] * 3600,
        stages=tuple(_stage(where, stage) for stage in row["stages"]),
        source=row["source"],
        hash=blake2b(orjson.dumps(row, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest(),
    )


def _stage(where: str, row: Mapping[str, Any]) -> Stage:
    return Stage(row["id"], row["owner"], _kind(where, row["from"]), _kind(where, row["to"]))


def _kind(where: str, name: str) -> int:
    try:
        return kind_of(name)
    except UnknownKind as error:
        raise RulesRefused(where, f"event {name} is none of {', '.join(KIND_OF_TYPE)}") from error


def _until(text: str | None) -> int:
    return 1 << 30 if text is None else day_number(date.fromisoformat(text))


def _refuse_twice(table: str, ids: Sequence[Any]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise RulesRefused(table, f"id {name} stands twice")


def _official(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    states: dict[str, dict[str, str]] = {}
    for row in rows:
        if row["state"] not in STATES:
            raise RulesRefused(f"official {row['system']} {row['code']}", f"state {row['state']} is not in the table")
        codes = states.setdefault(row["system"], {})
        if codes.setdefault(row["code"], row["state"]) != row["state"]:
            raise RulesRefused(f"official {row['system']} {row['code']}", "the code stands for two states")
    return states
