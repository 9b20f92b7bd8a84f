"""Which flags must result from what was told: every class, at every instant at which anything can change."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from streams.simulator.days import DAY
from streams.simulator.days import at as start_of
from streams.simulator.law import Law, is_under
from streams.simulator.oracle import claims, late, lines, stuck
from streams.simulator.oracle.evidence import grace_end
from streams.simulator.oracle.history import Fact, known
from streams.simulator.oracle.story import HAND_OVERS, Story
from streams.simulator.told import Told

# Who is accountable while the class holds, None while it does not.
Class = Callable[[Story, datetime], str | None]

CLASSES: dict[str, Class] = {
    "overdue": late.overdue,
    "at_risk": late.at_risk,
    "wrong_due": late.wrong_due,
    "falsely_pending": lines.falsely_pending,
    "out_of_sync": lines.out_of_sync,
    "falsely_late": lines.falsely_late,
    "hung": lines.hung,
    "no_movement": stuck.no_movement,
    "lost_registration": stuck.lost_registration,
    "not_accepted": stuck.not_accepted,
    "print_blocked": stuck.print_blocked,
    "not_collected": stuck.not_collected,
    "falsely_done": claims.falsely_done,
    "backdated": claims.backdated,
    "rewritten": claims.rewritten,
}
# Classes that take silence for evidence, and the feeds that would have told.
SILENT: Mapping[str, tuple[str, ...]] = {
    "overdue": ("result",),
    "falsely_pending": ("official-status",),
    "out_of_sync": ("official-status",),
    "falsely_late": ("official-status",),
    "no_movement": ("result",),
    "not_accepted": ("submission", "official-status"),
    "falsely_done": ("result", "handover"),
    "not_collected": ("handover",),
}
FEEDS = {
    "card.received_at_unit": "card-dispatch",
    "letter.printed": "print",
    "eid.granted": "eid",
    "pid.decided": "submission",
}


class Interval(NamedTuple):
    """The time in which a class held for a case: `until` is None where it still does."""

    case: str
    flag_class: str
    since: datetime
    until: datetime | None
    accountable: str


Flag = tuple[str, str, datetime, datetime | None]


def expected(history: Iterable[Told], law: Law, at: datetime) -> set[Flag]:
    """(case, class, since, until) of every flag that what was told by an instant must give by then."""
    return {(each.case, each.flag_class, each.since, each.until) for each in intervals(history, law, at)}


def intervals(history: Iterable[Told], law: Law, at: datetime) -> Iterator[Interval]:
    """The same, with who is accountable when it begins."""
    for case, facts in known(history, at).items():
        yield from _of_case(case, facts, law, at)


def _of_case(case: str, facts: tuple[Fact, ...], law: Law, at: datetime) -> Iterator[Interval]:
    held: dict[str, tuple[datetime, str]] = {}
    for now, story in _stories(facts, law, at):
        found = holding(story, now)
        for name in sorted({*held, *found}):
            if name in found and name not in held:
                held[name] = (now, found[name])
            elif name in held and name not in found:
                since, accountable = held.pop(name)
                yield Interval(case, name, since, now, accountable)
    for name, (since, accountable) in held.items():
        yield Interval(case, name, since, None, accountable)


def holding(story: Story, now: datetime) -> dict[str, str]:
    """The classes that hold at an instant, with who is accountable."""
    if story.rule is not None and story.rule["duty_bearer"] != "unit":
        # Only the unit's duties enter flags: a stay notice is the host's.
        return {}
    found: dict[str, str] = {}
    for name, of in CLASSES.items():
        accountable = of(story, now)
        if accountable is None:
            continue
        if all(_is_live(story, feed, now) for feed in SILENT.get(name, ())):
            found[name] = accountable
        else:
            # Absence is evidence only where the feed is live; elsewhere nothing is claimed.
            found["unknown"] = "operator"
    return found


def _is_live(story: Story, feed: str, now: datetime) -> bool:
    """Whether a feed tells all of this unit and procedure on this day; it does where no row says otherwise."""
    names = {FEEDS.get(kind, "handover") for kind in story.ends} if feed == "result" else {feed}
    for row in story.law.coverage:
        if row["feed"] in names and row["state"] != "live" and _is_in_force(row, now):
            units, procedures = row.get("units", []), row.get("procedures", [])
            of_unit = not units or any(is_under(story.unit, code) for code in units)
            if of_unit and (not procedures or story.said("procedure") in procedures):
                return False
    return True


def _is_in_force(row: Mapping[str, object], now: datetime) -> bool:
    day = now.date()
    last = row.get("last")
    return row["first"] <= day and (last is None or day <= last)  # type: ignore[operator]


def _stories(facts: tuple[Fact, ...], law: Law, at: datetime) -> Iterator[tuple[datetime, Story]]:
    """The case at each instant at which anything can change."""
    moments = {fact.time for fact in facts} | {max(fact.time, fact.recorded) for fact in facts}
    day = start_of(facts[0].time.date()) + DAY
    while day <= at:
        moments.add(day)
        day += DAY
    for count in range(1, len(facts) + 1):
        moments |= _hours_of(Story(law, facts[:count], facts))
    story = Story(law, (), facts)
    for now in sorted(moment for moment in moments if facts[0].time <= moment <= at):
        happened = tuple(fact for fact in facts if fact.time <= now)
        if len(happened) != len(story.facts):
            story = Story(law, happened, facts)
        yield now, story


def _hours_of(story: Story) -> set[datetime]:
    """Instants within a day at which time alone changes something: dues in hours, warnings, the end of a grace."""
    if story.rule is None or story.due is None:
        return set()
    due, rule = story.due, story.rule
    done = [fact.time for fact in story.facts if fact.type in {*story.ends, *HAND_OVERS}]
    done += [fact.recorded for fact in story.facts if fact.type in {*story.ends, *HAND_OVERS}]
    done += [report.time for report in story.local if report.is_closed]
    done += [report.time for report in story.scoring if report.is_open]
    return {due, late.near(rule, due), *(grace_end(story, rule, at) for at in done)}
