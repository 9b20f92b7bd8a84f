"""What an official system declares about the past, changed after it was seen: backdated ends, rewritten values."""

from collections.abc import Iterator

from streams.core.clock import Clock, proven
from streams.core.deadlines import Due
from streams.core.facts import AT, DATA, Fact, is_day
from streams.core.interval import Interval, told
from streams.core.lines import Lines
from streams.core.official import CLOSED, OPEN
from streams.core.reported import is_given, reports
from streams.core.rules import Rules


def backdated(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """An end is declared on a day before one on which the case was still seen open; late synchronisation excuses it
    only where evidence shows the end at or before the day declared."""
    seen_open: Fact | None = None
    found: tuple[Fact, Fact] | None = None
    for fact, state in reports(lines, rules, rules.scoring):
        declared = _end_day(clock, fact) if state in CLOSED else None
        is_backdated = (
            declared is not None
            and seen_open is not None
            and declared < clock.calendar.day_of(seen_open[AT], stands_for_day=is_day(seen_open))
            and not _excused(lines, clock, declared)
        )
        if is_backdated and found is None:
            assert seen_open is not None
            found = seen_open, fact
        elif found is not None and not is_backdated and (declared is not None or state in OPEN):
            yield _interval("backdated", found, fact)
            found = None
        if state in OPEN:
            seen_open = fact
    if found is not None:
        yield _interval("backdated", found, None)


def rewritten(lines: Lines, clock: Clock, rules: Rules) -> Iterator[Interval]:
    """The declared end or appointment is another than when it was first seen. A change to the evidenced end is a
    correction; an appointment may follow a pause or an extension that counts."""
    first: dict[str, Fact] = {}
    found: tuple[Fact, Fact] | None = None
    for fact, _ in reports(lines, rules, rules.scoring):
        changed = next((first[key] for key in ("e", "a") if _differs(clock, first.get(key), fact, key)), None)
        if changed is not None and found is None:
            found = changed, fact
        elif changed is None and found is not None and fact[DATA].keys() & {"e", "a"}:
            yield _interval("rewritten", found, fact)
            found = None
        for key in ("e", "a"):
            if is_given(fact, key):
                first.setdefault(key, fact)
    if found is not None:
        yield _interval("rewritten", found, None)


def _differs(clock: Clock, first: Fact | None, fact: Fact, key: str) -> bool:
    """Whether a report declares another day than the first one did, with nothing that gives it the right."""
    if first is None or not is_given(fact, key):
        return False
    day = _day(clock, fact[DATA][key] - 1)
    if day == _day(clock, first[DATA][key] - 1):
        return False
    if key == "e":
        return clock.done_at is None or day != _day(clock, clock.done_at - 1)
    return clock.computed is None or day != clock.computed.day or not clock.rests_on


def _excused(lines: Lines, clock: Clock, declared: int) -> bool:
    """Whether evidence shows the duty done by the end of the declared day."""
    if clock.rule is None or clock.ended is None:
        return False
    by = Due(clock.calendar.end_of(declared), declared, False)
    return proven(lines, clock.rule.stops(clock.posted), by)[0] <= by.at


def _end_day(clock: Clock, fact: Fact) -> int | None:
    return _day(clock, fact[DATA]["e"] - 1) if "e" in fact[DATA] else None


def _day(clock: Clock, at: int) -> int:
    return clock.calendar.local(at)[0]


def _interval(flag_class: str, found: tuple[Fact, Fact], closing: Fact | None) -> Interval:
    first, since = found
    return Interval(flag_class, since[AT], None if closing is None else closing[AT], told(first, since, closing))
