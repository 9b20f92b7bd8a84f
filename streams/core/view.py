"""The view of a case: both lines side by side, its dues and its verdict, as hoso.cases.current shows it."""

from collections.abc import Sequence
from typing import Any

from streams.core.calendar import Calendar
from streams.core.clock import Clock
from streams.core.facts import AT, DATA
from streams.core.instants import local_text
from streams.core.lines import Lines
from streams.core.official import is_legal
from streams.core.rules import Rules


def case_view(token: str, lines: Lines, clock: Clock, rules: Rules, flags: Sequence[str], at: int) -> dict[str, Any]:
    """The view as of `at`, without its version (schemas.flags.CaseView)."""
    calendar = rules.calendar if clock.rule is None else clock.rule.calendar
    official, illegal = _official(lines, rules, calendar)
    return {
        "case": token,
        "unit": lines.said("u"),
        "procedure": lines.said("p"),
        "channel": lines.said("c"),
        "variant": lines.said("v"),
        "observed": lines.state,
        "official": official,
        "opened": _local(calendar, lines.opened[AT]),
        "due_computed": _local(calendar, clock.computed.at) if clock.computed else None,
        "due_declared": _local(calendar, clock.declared.at) if clock.declared else None,
        "ended": _local(calendar, clock.ended[AT]) if clock.ended else None,
        "verdict": clock.verdict(at),
        "assumed_start": clock.assumed,
        "provisional": clock.due is not None and clock.due.provisional,
        "illegal": lines.illegal + illegal,
        "flags": list(flags),
        "rule": clock.rule.id if clock.rule else None,
    }


def _official(lines: Lines, rules: Rules, calendar: Calendar) -> tuple[list[dict[str, Any]], int]:
    """The newest report of each system, and how many reports no row of the table allows."""
    shown, illegal = [], 0
    for system, facts in sorted(lines.official.items()):
        state, since = None, facts[0][AT]
        for fact in facts:
            after = rules.official_state(system, lines.strings[fact[DATA]["o"]])
            illegal += not is_legal(state, after)
            if after != state:
                since = fact[AT]
            state = after
        code = lines.strings[facts[-1][DATA]["o"]]
        shown.append({"system": system, "code": code, "state": state, "since": _local(calendar, since)})
    return shown, illegal


def _local(calendar: Calendar, at: int) -> str:
    return local_text(at, calendar.offset(at))
