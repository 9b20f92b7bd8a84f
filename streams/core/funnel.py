"""How far a case got, from an online registration to the citizen's hand, and when: by facts, whatever systems show."""

from collections.abc import Mapping

from streams.core.clock import Clock
from streams.core.facts import AT, KIND, Fact, is_day
from streams.core.kinds import (
    CARD_PRINTED,
    COMPLETED,
    DISPATCHED,
    EID_RECEIVED,
    HANDED_OVER,
    PID_DECIDED,
    PID_PROPOSED,
    PID_REQUESTED,
    RECEIVED,
    RECEIVED_AT_UNIT,
    REGISTERED,
    TRANSMITTED,
    TURNED_AWAY,
)
from streams.core.lines import Lines
from streams.core.official import OPEN
from streams.core.reported import reports
from streams.core.rules import Rules

ONLINE, UNTOLD = "online", "unknown"
_TAKEN = frozenset({RECEIVED, EID_RECEIVED, PID_REQUESTED})
# In the order of a case's life. *accepted*, *ready* and *ended* are read beside it: they are no single kind of fact.
_BY_KIND: Mapping[str, frozenset[int]] = {
    "registered": frozenset({REGISTERED}),
    "taken": _TAKEN,
    "complete": frozenset({COMPLETED}),
    "transmitted": frozenset({TRANSMITTED}),
    "proposed": frozenset({PID_PROPOSED}),
    "decided": frozenset({PID_DECIDED}),
    "printed": frozenset({CARD_PRINTED}),
    "dispatched": frozenset({DISPATCHED}),
    "received_at_unit": frozenset({RECEIVED_AT_UNIT}),
    "handed_over": HANDED_OVER,
    "turned_away": TURNED_AWAY,
}
STEPS: tuple[str, ...] = (
    "registered",
    "taken",
    "accepted",
    "complete",
    "transmitted",
    "proposed",
    "decided",
    "printed",
    "dispatched",
    "received_at_unit",
    "ready",
    "handed_over",
    "turned_away",
    "ended",
)
# What came to the unit and went on to the citizen.
COLLECTED = frozenset({"received_at_unit", "handed_over"})


def reached(lines: Lines, clock: Clock, rules: Rules) -> dict[str, int]:
    """When a case first reached each step that it reached, as far as its lines tell; what is known only to the day lies
    in the last second of that day.

    *accepted*: taken in, or shown by the scoring system in a state of work. *ready*: what ends the duty of its rule,
    or a hand-over, which implies it; *ended*: the citizen has it, or where the rule knows no hand-over it is ready, or
    it was turned away.
    """
    found: dict[str, int] = {}
    for step, kinds in _BY_KIND.items():
        at = [_moment(fact) for kind, fact in lines.first.items() if kind in kinds]
        if at:
            found[step] = min(at)
    shown = [
        _moment(fact) for fact, state in reports(lines, rules, rules.scoring) if state in OPEN and state != "registered"
    ]
    accepted = [found[step] for step in ("taken",) if step in found] + shown[:1]
    if accepted:
        found["accepted"] = min(accepted)
    rule, ended = clock.rule, clock.ended
    if ended is not None and ended[KIND] not in TURNED_AWAY:
        found["ready"] = _moment(ended)
    hands_over = rule is not None and not clock.posted and rule.returned_means == "handed_over"
    ends = ("handed_over", "turned_away") if hands_over else ("ready", "handed_over", "turned_away")
    at = [found[step] for step in ends if step in found]
    if at:
        found["ended"] = min(at)
    return found


def channel(lines: Lines) -> str:
    """How a case came in: online where it was registered so, else as it says of itself."""
    return ONLINE if REGISTERED in lines.first else lines.said("c") or UNTOLD


def opened_at(steps: Mapping[str, int]) -> int | None:
    """When it came in: its registration, or its intake; None of a case of which neither is told."""
    return min((steps[step] for step in ("registered", "taken") if step in steps), default=None)


def _moment(fact: Fact) -> int:
    """An instant within the day of a fact: one that stands for a day stands at its end, where the next one begins."""
    return int(fact[AT]) - is_day(fact)
