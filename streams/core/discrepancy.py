"""From the lines of a case to all that is wrong with it: one function a class of flag, in a table.

Definitions, graces and who is accountable: the class table of docs/domain.md.
"""

from collections.abc import Callable, Iterator, Mapping

from streams.core.clock import Clock
from streams.core.interval import Interval
from streams.core.late import at_risk, overdue, wrong_due
from streams.core.lines import Lines
from streams.core.reported import falsely_done, falsely_late, falsely_pending, out_of_sync
from streams.core.rewrites import backdated, rewritten
from streams.core.rules import Rules
from streams.core.stuck import hung, lost_registration, no_movement, not_accepted, not_collected, print_blocked
from streams.core.unclaimed import NO_VERDICT, are_live, rests_on, silent_since, unknown
from streams.core.vanished import vanished

CLASSES: Mapping[str, Callable[[Lines, Clock, Rules], Iterator[Interval]]] = {
    "overdue": overdue,
    "at_risk": at_risk,
    "falsely_pending": falsely_pending,
    "wrong_due": wrong_due,
    "out_of_sync": out_of_sync,
    "falsely_late": falsely_late,
    "hung": hung,
    "no_movement": no_movement,
    "lost_registration": lost_registration,
    "not_accepted": not_accepted,
    "falsely_done": falsely_done,
    "backdated": backdated,
    "rewritten": rewritten,
    "print_blocked": print_blocked,
    "not_collected": not_collected,
    "vanished": vanished,
}


# Of a leg nobody gave an appointment, and what lies at the unit or was never found is the group's.
OF_LEGS = tuple(
    CLASSES[name]
    for name in ("overdue", "at_risk", "falsely_pending", "out_of_sync", "falsely_late", "hung", "falsely_done",
                 "backdated", "rewritten")
)  # fmt: skip


def intervals(lines: Lines, clock: Clock, rules: Rules, *, of_leg: bool = False) -> list[Interval]:
    """All intervals of a case, or of a leg, by its visible facts, those still ahead included, in order of class and
    time.

    Where a class takes silence for evidence and the feed is not live, nothing is claimed: it is *unknown*.
    """
    rule = clock.rule
    if rule is None:
        return list(lost_registration(lines, clock, rules))
    if rule.bearer != "unit":
        return []
    classes = OF_LEGS if of_leg else CLASSES.values()
    found = [interval for find in classes for interval in find(lines, clock, rules)]
    if not rules.coverage:
        return found
    claimed: list[Interval] = []
    blind: list[Interval] = []
    for one in found:
        feeds = one.rests
        if feeds is None:
            feeds = rests_on(one.flag_class, rule.posted if clock.posted else rule.ends, rule.returned_means)
        (claimed if are_live(feeds, silent_since(one, clock), one.since, lines, clock, rules) else blind).append(one)
    return [*claimed, *unknown([one for one in blind if one.flag_class not in NO_VERDICT], clock.due)]
