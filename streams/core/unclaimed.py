"""What a class would claim of a case, and cannot, because a feed whose silence it takes for evidence is not live."""

from collections.abc import Iterable, Mapping

from streams.core.clock import Clock
from streams.core.coverage import Place, feeds_of
from streams.core.deadlines import Due
from streams.core.facts import AT
from streams.core.interval import Interval, joined
from streams.core.kinds import HANDED_OVER
from streams.core.lines import Lines
from streams.core.rules import Rules
from streams.core.stages import OPERATOR

OFFICIAL, SUBMISSION, HAND_OVER = "official-status", "submission", "handover"


# Classes by which a result was never told, and those by which nothing was since the first fact of their evidence.
_NEVER_TOLD = frozenset({"overdue", "at_risk", "falsely_done"})
_NOT_YET_TOLD = frozenset({"no_movement", "not_collected"})
# What only warns of a verdict, or of its absence: not to be told is nothing that is unknown.
NO_VERDICT = frozenset({"at_risk", "no_movement", "unknown"})


def rests_on(flag_class: str, ends: frozenset[int], returned_means: str) -> frozenset[str]:
    """The feeds whose silence a class takes for evidence, for a duty that ends with one of those kinds."""
    handed = frozenset({HAND_OVER}) if returned_means == "handed_over" else frozenset[str]()
    table: Mapping[str, frozenset[str]] = {
        "overdue": feeds_of(ends),
        "at_risk": feeds_of(ends),
        "falsely_pending": frozenset({OFFICIAL}),
        "falsely_late": frozenset({OFFICIAL}),
        "out_of_sync": frozenset({OFFICIAL}),
        "hung": frozenset({OFFICIAL}),
        "no_movement": feeds_of(ends) | {SUBMISSION},
        "not_accepted": frozenset({SUBMISSION}),
        "falsely_done": feeds_of(ends) | handed,
        "not_collected": feeds_of(HANDED_OVER),
        "vanished": frozenset({OFFICIAL}),
    }
    return table.get(flag_class, frozenset())


def are_live(feeds: Iterable[str], since: int, at: int, lines: Lines, clock: Clock, rules: Rules) -> bool:
    """Whether all of these feeds told of the unit and procedure of a case from one instant to another: 24:00 belongs to
    the day that it ends."""
    place, last = Place(lines.unit_at(at), lines.said("p")), clock.calendar.day_of(at, stands_for_day=True)
    first = min(clock.calendar.day_of(since, stands_for_day=True), last)
    return all(rules.is_live(feed, place, first, last) for feed in feeds)


def silent_since(one: Interval, clock: Clock) -> int:
    """Since when the silence lasts that a class takes for evidence: of a result, since the term began; of a step, since
    the last one. That a system still shows what it showed is asked on the day itself."""
    if one.flag_class in _NEVER_TOLD and clock.start is not None:
        return min(int(clock.start[AT]), one.since)
    return min(int(one.evidence[0][AT]), one.since) if one.flag_class in _NOT_YET_TOLD and one.evidence else one.since


def unknown(found: Iterable[Interval], due: Due | None) -> list[Interval]:
    """What cannot be claimed for want of a feed, as stretches of which nothing can be said, joined if they overlap."""
    return joined(Interval("unknown", one.since, one.until, one.evidence, due, None, OPERATOR) for one in found)
