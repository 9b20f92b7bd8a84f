"""What people made of a flag: acknowledged, snoozed, disputed, decided; a table, walked in the order of event time.

Nothing here changes a verdict, a count or a rate: a flag that is acknowledged is raised all the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from streams.core.calendar import Calendar
from streams.core.facts import AT, DATA, KIND, Fact, is_day, text
from streams.core.interval import Interval
from streams.core.kinds import ACKNOWLEDGED, DECIDED, DISPUTED, SNOOZED, UNACKNOWLEDGED
from streams.core.units import covers

# A dispute is decided within so many working days, or goes one level up.
DECISION_DAYS = 3

OPEN = "open"
# (status, event) -> status; what no row names changes nothing. *lapsed* and *undecided* are time's doing.
STEPS: Mapping[tuple[str, str], str] = {
    (OPEN, "acknowledged"): "acknowledged",
    (OPEN, "snoozed"): "snoozed",
    (OPEN, "disputed"): "disputed",
    ("acknowledged", "acknowledged"): "acknowledged",
    ("acknowledged", "unacknowledged"): OPEN,
    ("acknowledged", "snoozed"): "snoozed",
    ("acknowledged", "disputed"): "disputed",
    ("acknowledged", "lapsed"): OPEN,
    ("snoozed", "acknowledged"): "acknowledged",
    ("snoozed", "unacknowledged"): OPEN,
    ("snoozed", "snoozed"): "snoozed",
    ("snoozed", "disputed"): "disputed",
    ("snoozed", "lapsed"): OPEN,
    ("disputed", "upheld"): "upheld",
    ("disputed", "false_alarm"): "false_alarm",
    ("disputed", "undecided"): "escalated",
    ("escalated", "upheld"): "upheld",
    ("escalated", "false_alarm"): "false_alarm",
    ("upheld", "acknowledged"): "acknowledged",
    ("upheld", "snoozed"): "snoozed",
    ("upheld", "disputed"): "disputed",
    ("false_alarm", "upheld"): "upheld",
}
_SAID: Mapping[int, str] = {
    ACKNOWLEDGED: "acknowledged",
    UNACKNOWLEDGED: "unacknowledged",
    SNOOZED: "snoozed",
    DISPUTED: "disputed",
}
_LAPSES = frozenset({"acknowledged", "snoozed"})


class Life(NamedTuple):
    """Where a flag stands: since when, by which fact, and when time alone will change it."""

    status: str
    since: int
    by: Fact
    ends: int | None


def life_of(
    reviews: Sequence[Fact], strings: Sequence[str], flag_id: str, interval: Interval, scored: str | None, at: int,
    calendar: Calendar,
) -> Life | None:  # fmt: skip
    """The life of one flag by the reviews visible at `at`; None where nobody said anything that counts."""
    life: Life | None = None
    for fact in _of(reviews, strings, flag_id, interval):
        life = _in_time(life, interval, fact[AT] - 1)
        event = _event(fact, strings, scored)
        after = STEPS.get((life.status if life else OPEN, event or ""))
        if after is not None:
            life = Life(after, fact[AT], fact, _ends(after, fact, calendar))
    return _in_time(life, interval, at)


def _of(reviews: Sequence[Fact], strings: Sequence[str], flag_id: str, interval: Interval) -> Iterator[Fact]:
    """The reviews of a flag whose `since` lies in the interval."""
    for fact in reviews:
        since = fact[DATA].get("si", -1)
        is_within = interval.since <= since and (interval.until is None or since < interval.until)
        if is_within and text(fact, "fi", strings) == flag_id:
            yield fact


def _event(fact: Fact, strings: Sequence[str], scored: str | None) -> str | None:
    """What a review says; None where a unit would decide its own dispute."""
    if fact[KIND] != DECIDED:
        return _SAID[fact[KIND]]
    unit = text(fact, "u", strings)
    is_own = scored is not None and (unit is None or covers([scored], unit))
    return None if is_own else text(fact, "dc", strings)


def _ends(status: str, fact: Fact, calendar: Calendar) -> int | None:
    if status in _LAPSES:
        until: int | None = fact[DATA].get("ui")
        return None if until is None else max(until, fact[AT])
    if status == "disputed":
        day = calendar.day_of(fact[AT], stands_for_day=is_day(fact))
        return calendar.end_of(calendar.add_working_days(day, DECISION_DAYS))
    return None


def _in_time(life: Life | None, interval: Interval, at: int) -> Life | None:
    """The life after what time did to it; of a flag that is over nothing lapses any more, but a dispute is decided."""
    if life is None or life.ends is None or life.ends > at:
        return life
    if life.status in _LAPSES and interval.until is not None and interval.until <= life.ends:
        return life._replace(ends=None)
    after = STEPS[life.status, "undecided" if life.status == "disputed" else "lapsed"]
    return Life(after, life.ends, life.by, None)
