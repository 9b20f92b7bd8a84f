"""The view of a case: both lines side by side, its dues and its verdict, as hoso.cases.current shows it."""

from collections.abc import Sequence
from typing import Any

from streams.core.calendar import Calendar, day_date
from streams.core.clock import Clock
from streams.core.deadlines import Due
from streams.core.facts import AT, DATA, text
from streams.core.identity import Dossier
from streams.core.instants import local_text
from streams.core.lines import Lines
from streams.core.moved import Moved
from streams.core.official import UNKNOWN, is_legal
from streams.core.rules import Rules
from streams.core.score import Counted
from streams.core.stages import holders, waits


def case_view(
    token: str,
    lines: Lines,
    clock: Clock,
    rules: Rules,
    dossier: Dossier | None,
    flags: Sequence[str],
    review: Sequence[str],
    moved: Moved | None,
    at: int,
) -> dict[str, Any]:
    """The view as of `at`, without its version (schemas.flags.CaseView)."""
    calendar = clock.calendar
    official, illegal = _official(lines, rules, calendar)
    return {
        "case": token,
        "merged_into": dossier.canonical if dossier is not None and dossier.is_elsewhere else None,
        "linked": [] if dossier is None else [other for other in dossier.tokens if other != token],
        "unit": lines.unit_at(at),
        "inherited_from": _inherited(lines, clock),
        "procedure": lines.said("p"),
        "channel": lines.said("c"),
        "variant": lines.said("v"),
        "observed": lines.state,
        "official": official,
        "opened": _local(calendar, lines.opened[AT]),
        "due_computed": _due(calendar, clock.computed),
        "due_legal": _due(calendar, clock.legal),
        "due_provincial": _due(calendar, clock.provincial),
        "due_declared": _due(calendar, clock.declared),
        "ended": _local(calendar, clock.ended[AT]) if clock.ended else None,
        "verdict": "merged" if dossier is not None and dossier.is_elsewhere else clock.verdict(at),
        "assumed_start": clock.assumed,
        "provisional": clock.due is not None and clock.due.provisional,
        "illegal": lines.illegal + illegal,
        "flags": list(flags),
        "review": list(review),
        "rule": clock.rule.id if clock.rule else None,
        "pauses": _pauses(lines, clock),
        "extensions": _extensions(lines, clock),
        "held": _held(lines, clock) if _has_holders(lines, clock) else [],
        "waits": [
            {"what": what, "owner": owner, "since": _local(calendar, since), "until": _until(calendar, until)}
            for what, owner, since, until in waits(lines, clock)
        ],
        "moved": None if moved is None else told_move(calendar, moved),
    }


def _inherited(lines: Lines, clock: Clock) -> str | None:
    """The unit that took an open case in, where another has it now (tồn chuyển giao)."""
    if clock.ended is not None or not lines.transfers:
        return None
    first, now = lines.unit_at(lines.transfers[0][AT] - 1), lines.unit_at(lines.transfers[-1][AT])
    return first if first != now else None


def leg_view(leg: str, lines: Lines, clock: Clock, rules: Rules, at: int) -> dict[str, Any]:
    """The view of one leg of an interlinked group (schemas.flags.LegLine)."""
    calendar = clock.calendar
    return {
        "leg": leg,
        "unit": lines.unit_at(at),
        "official": _official(lines, rules, calendar)[0],
        "due": _due(calendar, clock.due),
        "ended": _local(calendar, clock.ended[AT]) if clock.ended else None,
        "verdict": clock.verdict(at),
    }


def counted_view(counted: Counted) -> dict[str, Any]:
    """How a case counts as views show it (schemas.flags.CountLine)."""
    leg, reported, charged, reported_end, evidence, unit, ended, cause, _ = counted
    return {
        "leg": leg or None,
        "reported": reported,
        "reported_unit": charged,
        "reported_end": None if reported_end is None else day_date(reported_end).isoformat(),
        "evidence": evidence,
        "unit": unit,
        "ended": None if ended is None else day_date(ended).isoformat(),
        "cause": cause,
    }


def _has_holders(lines: Lines, clock: Clock) -> bool:
    """Whether more than one had the case, or may have had."""
    return clock.rule is not None and bool(clock.rule.stages or clock.pauses or lines.transfers)


def told_move(calendar: Calendar, moved: Moved) -> dict[str, Any]:
    """A move of a due as views show it (schemas.flags.Moved)."""
    before, after, rules, rule_before, rule_after, days = moved
    return {
        "before": _local(calendar, before),
        "after": _local(calendar, after),
        "rules": rules,
        "rule_before": rule_before,
        "rule_after": rule_after,
        "days": [
            {"day": day_date(day).isoformat(), "worked": bool(worked), "source": source} for day, worked, source in days
        ],
    }


def _official(lines: Lines, rules: Rules, calendar: Calendar) -> tuple[list[dict[str, Any]], int]:
    """The newest report of each system, and how many reports no row of the table allows."""
    shown, illegal = [], 0
    for system, facts in sorted(lines.official.items()):
        state, since, known = None, facts[0][AT], None
        for fact in facts:
            after = rules.official_state(system, lines.strings[fact[DATA]["o"]])
            illegal += not is_legal(known, after)
            if after != state:
                since = fact[AT]
            state = after
            # A code that nobody can read hides nothing: what follows is held against the last one that was read.
            known = known if after == UNKNOWN else after
        code = lines.strings[facts[-1][DATA]["o"]]
        shown.append({"system": system, "code": code, "state": state, "since": _local(calendar, since)})
    return shown, illegal


def _pauses(lines: Lines, clock: Clock) -> list[dict[str, Any]]:
    return [
        {
            "why": pause.what.why,
            "waits_for": pause.what.waits_for,
            "document": text(pause.asked, "d", lines.strings),
            "since": _local(clock.calendar, pause.asked[AT]),
            "until": None if pause.ended is None else _local(clock.calendar, pause.ended[AT]),
            "used": pause.used,
            "refused": pause.refused,
        }
        for pause in clock.pauses
    ]


def _extensions(lines: Lines, clock: Clock) -> list[dict[str, Any]]:
    return [
        {
            "document": text(fact, "d", lines.strings),
            "at": _local(clock.calendar, fact[AT]),
            "before": _due(clock.calendar, before),
            "new_due": _until(clock.calendar, fact[DATA].get("x")),
            "refused": refused,
        }
        for fact, before, refused in clock.extensions
    ]


def _held(lines: Lines, clock: Clock) -> list[dict[str, Any]]:
    return [
        {
            "stage": held.stage,
            "owner": held.owner,
            "unit": held.unit,
            "since": _local(clock.calendar, held.since[AT]),
            "until": None if held.until is None else _local(clock.calendar, held.until[AT]),
            "taken": held.taken,
        }
        for held in holders(lines, clock)
    ]


def _local(calendar: Calendar, at: int) -> str:
    return local_text(at, calendar.offset(at))


def _until(calendar: Calendar, at: int | None) -> str | None:
    return None if at is None else _local(calendar, at)


def _due(calendar: Calendar, due: Due | None) -> str | None:
    return None if due is None else _local(calendar, due.at)
