"""What new rules did to the due of an open case, and why: the rule of its day changed, or days on its way did.

Kept in the case as plain values: `[before, after, rules, rule before, rule after, [[day, worked, source], …]]`.
"""

from typing import Any

from streams.core.calendar import Calendar
from streams.core.clock import Clock
from streams.core.facts import AT

Moved = list[Any]


def moved(before: Clock, after: Clock, rules_hash: str) -> Moved | None:
    """The move of a due from one law to another, of the same facts at the same instant; None where it stands."""
    old, new = before.last, after.last
    if after.ended is not None or old is None or new is None or old.at == new.at:
        return None
    assert before.rule is not None
    assert after.rule is not None
    assert after.start is not None
    first = after.calendar.local(after.start[AT])[0]
    days = _days(before.calendar, after.calendar, first, max(old.day, new.day))
    return [old.at, new.at, rules_hash, _named(before), _named(after), days]


def _named(clock: Clock) -> str:
    """The rule with its hash, and the decision that cut it: what differs here explains a move that no day does."""
    assert clock.rule is not None
    cut = "" if clock.provincial is None or clock.cut is None else f" {clock.cut.decision}"
    return f"{clock.rule.id} {clock.rule.hash}{cut}"


def _days(before: Calendar, after: Calendar, first: int, last: int) -> list[list[Any]]:
    return [
        [day, int(after.is_working(day)), after.reasons.get(day) or before.reasons.get(day)]
        for day in before.differences(after, first, last)
    ]
