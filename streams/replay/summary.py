"""Counters over the cases of a replay, for all and by unit, procedure and channel."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from streams.core.case import Case
from streams.core.engine import assess, view_of
from streams.core.facts import AT
from streams.core.instants import local_text
from streams.core.rules import Rules
from streams.core.sources import NO_MARKS, Marks

_BY = ("unit", "procedure", "channel")
# What a case lacks that no rule binds, or whose term has not begun.
_WITHOUT = frozenset({"no_deadline", "not_started"})


def views(
    cases: Iterable[tuple[str, Case]], at: int, rules: Rules, marks: Marks = NO_MARKS
) -> Iterator[tuple[dict[str, Any], bool]]:
    """The view of each case that exists at `at`, and whether it was closed before it was opened.

    A case that is judged under another code of its dossier is told there.
    """
    for token, case in cases:
        found = assess(case, at, rules, marks)
        if found is None or found.is_elsewhere:
            continue
        lines, clock, spans = found[:3]
        open_now = sorted({s.flag_class for s in spans if s.since < at and (s.until is None or s.until > at)})
        before = clock.ended is not None and clock.ended[AT] < lines.opened[AT]
        yield view_of(token, found, open_now, case.moved, at, rules), before


def summarise(found: Iterable[tuple[Mapping[str, Any], bool]], at: int, rules: Rules) -> dict[str, Any]:
    """One object of counters: see docs/importing.md for what each counts."""
    total = _counters()
    by: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in _BY}
    for view, before in found:
        _count(total, view, before)
        for name in _BY:
            if view[name] is not None:
                _count(by[name].setdefault(view[name], _counters()), view, before)
    ordered = {name: dict(sorted(groups.items())) for name, groups in by.items()}
    return {"as_of": local_text(at, rules.calendar.offset(at)), **total, "by": ordered}


def _counters() -> dict[str, Any]:
    return {
        "cases": 0,
        "closed": 0,
        "open": 0,
        "on_time": 0,
        "late": 0,
        "overdue": 0,
        "insufficient": 0,
        "unknown": 0,
        "no_deadline": {"closed": 0, "open": 0},
        "closed_before_opened": 0,
        "flags": {},
    }


def _count(counters: dict[str, Any], view: Mapping[str, Any], closed_before_opened: bool) -> None:
    closed = "open" if view["ended"] is None else "closed"
    counters["cases"] += 1
    counters[closed] += 1
    if view["verdict"] in _WITHOUT:
        counters["no_deadline"][closed] += 1
    elif view["verdict"] in counters:
        # An open case in time counts as open only; "open" itself was counted above.
        counters[view["verdict"]] += view["verdict"] != "open"
    counters["closed_before_opened"] += closed_before_opened
    for flag in view["flags"]:
        counters["flags"][flag] = counters["flags"].get(flag, 0) + 1
