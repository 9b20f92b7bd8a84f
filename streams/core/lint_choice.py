"""Lints of which rule binds: rules that never do, days that none does, and decisions that cut what is not there."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from streams.core.deadlines import Span
from streams.core.findings import Found, Subject, day_text, range_text
from streams.core.rules import FOR_EVER, Deadline

NOON = 43_200

Days = tuple[int, int]


class Kind(NamedTuple):
    """A kind of case that rules tell apart; None stands for every variant, or place, that no rule names."""

    variant: str | None
    place: str | None

    def __str__(self) -> str:
        return f"{self.variant or 'other'}/{self.place or 'other'}"


def empty_range(subject: Subject) -> Iterator[Found]:
    """In force from a day on which it has ended already."""
    do = "effective_until is the first day on which it is no longer in force: put it after effective_from"
    for rule in subject.deadlines():
        if rule.from_day >= rule.until_day:
            yield Found(f"deadline {rule.id}", _no_day(rule.from_day, rule.until_day), do)
        for cut in rule.cuts:
            if cut.from_day >= cut.until_day:
                yield Found(f"cut {cut.id}", _no_day(cut.from_day, cut.until_day), do)
    # Calendars that extend another have its campaigns too.
    campaigns = {each.id: each for _, several in sorted(subject.rules.campaigns.items()) for each in several}
    for campaign in campaigns.values():
        if campaign.first > campaign.last:
            days = f"from {day_text(campaign.first)} to {day_text(campaign.last)} is no day at all"
            yield Found(f"campaign {campaign.id}", days, "from and to are both counted: put to at or after from")


def never_chosen(subject: Subject) -> Iterator[Found]:
    """Another rule goes before it on every day, for every variant and place that it names."""
    for rows in _procedures(subject):
        for number, rule in enumerate(rows):
            before = [other for other in rows[:number] if other.law_of == rule.law_of]
            kinds = [kind for kind in _kinds(rows) if _names(rule, kind)]
            if rule.from_day < rule.until_day and all(not _left(rule, before, kind) for kind in kinds):
                who = ", ".join(sorted({other.id for other in before if any(_names(other, kind) for kind in kinds)}))
                yield Found(
                    f"deadline {rule.id}",
                    f"no case is ever judged by it: {who} goes before it on all its days and for all its cases",
                    "take it out, or give it a day, a variant or a place of its own",
                )


def same_standing(subject: Subject) -> Iterator[Found]:
    """Two rules for one case on one day, and nothing but their ids decides."""
    for one, other, days in _overlaps(subject):
        if one.from_day == other.from_day:
            yield Found(
                f"deadline {other.id}",
                f"binds the same cases as {one.id}, {range_text(*days)}: only the order of their ids decides",
                "name variants and places apart, or give one of them other days",
            )


def overlap(subject: Subject) -> Iterator[Found]:
    """Two versions of one rule on one day: the later goes before, which the older does not say."""
    for one, other, days in _overlaps(subject):
        if one.from_day != other.from_day and _is_same_kind(one, other):
            older, newer = sorted((one, other), key=lambda rule: rule.from_day)
            yield Found(
                f"deadline {older.id}",
                f"is in force beside {newer.id}, {range_text(*days)}; the later one binds",
                f"if {newer.id} takes its place say effective_until = {day_text(newer.from_day)}",
            )


def gap(subject: Subject) -> Iterator[Found]:
    """Days between two versions of a procedure on which neither is in force."""
    for rows in _procedures(subject):
        gaps: dict[Days, list[Kind]] = {}
        for kind in _kinds(rows):
            reached = None
            for first, until in sorted((rule.from_day, rule.until_day) for rule in rows if _names(rule, kind)):
                if reached is not None and first > reached:
                    gaps.setdefault((reached, first), []).append(kind)
                reached = until if reached is None else max(reached, until)
        for days, kinds in sorted(gaps.items()):
            yield Found(
                f"procedure {rows[0].procedure}",
                f"no rule {range_text(*days)} for {', '.join(map(str, kinds))}",
                "a case of those days has no deadline: let the older last longer, or the newer begin earlier",
            )


def transition(subject: Subject) -> Iterator[Found]:
    """A case received under the old law and complete under the new one falls between them."""
    for rows in _procedures(subject):
        days = {day for rule in rows for day in (rule.from_day, rule.until_day) if day != FOR_EVER}
        for day in sorted(days):
            fallen = [kind for kind in _kinds(rows) if _falls_between(rows, kind, day)]
            if fallen:
                yield Found(
                    f"procedure {rows[0].procedure}",
                    f"received before {day_text(day)} and complete on it, a case has no rule: "
                    f"{', '.join(map(str, fallen))}",
                    "let law_of of both versions look at the same day, or let the older last longer",
                )


def cut_is_no_cut(subject: Subject) -> Iterator[Found]:
    """A decision that gives as much time as the law, or more."""
    for rule in subject.deadlines():
        for cut in rule.cuts:
            if cut.term.amount >= rule.term.amount:
                yield Found(
                    f"cut {cut.id}",
                    f"{cut.term.amount} is not shorter than the {rule.term.amount} {rule.term.unit} of {rule.id}",
                    "a decision may only shorten a term: mend amount, or the deadline that it names",
                )


def cut_beside_its_rule(subject: Subject) -> Iterator[Found]:
    """A decision that is never in force on the days of the rule that it names."""
    for rule in subject.deadlines():
        for cut in rule.cuts:
            if cut.from_day < cut.until_day and (cut.until_day <= rule.from_day or rule.until_day <= cut.from_day):
                yield Found(
                    f"cut {cut.id}",
                    f"is in force {range_text(cut.from_day, cut.until_day)}, its rule {rule.id} "
                    f"{range_text(rule.from_day, rule.until_day)}: it never shortens anything",
                    "name the version of the rule that is in force on those days",
                )


def cut_outlives(subject: Subject) -> Iterator[Found]:
    """A decision that goes on after its rule: the next version of the rule does not know it."""
    for rule in subject.deadlines():
        for cut in rule.cuts:
            if cut.from_day < rule.until_day < cut.until_day:
                yield Found(
                    f"cut {cut.id}",
                    f"goes on after {day_text(rule.until_day - 1)}, the last day of {rule.id}",
                    f"say effective_until = {day_text(rule.until_day)}, and a row of its own for the next version",
                )


def _no_day(first: int, until: int) -> str:
    return f"from {day_text(first)}, and no longer from {day_text(until)} on: that is no day at all"


def _procedures(subject: Subject) -> Iterator[Sequence[Deadline]]:
    """The rules of each procedure, in the order in which they are asked."""
    return (rows for _, rows in sorted(subject.rules.by_procedure.items()))


def _kinds(rows: Iterable[Deadline]) -> list[Kind]:
    variants = sorted({name for rule in rows for name in rule.variants})
    places = sorted({name for rule in rows for name in rule.place_kinds})
    return [Kind(variant, place) for variant in (*variants, None) for place in (*places, None)]


def _names(rule: Deadline, kind: Kind) -> bool:
    return (not rule.variants or kind.variant in rule.variants) and (
        not rule.place_kinds or kind.place in rule.place_kinds
    )


def _left(rule: Deadline, before: Iterable[Deadline], kind: Kind) -> list[Days]:
    """The stretches of a rule's days that none of those before it covers for a kind of case."""
    left = [(rule.from_day, rule.until_day)]
    for other in before:
        if _names(other, kind):
            left = [part for days in left for part in _without(days, (other.from_day, other.until_day))]
    return left


def _without(days: Days, taken: Days) -> Iterator[Days]:
    for part in ((days[0], min(days[1], taken[0])), (max(days[0], taken[1]), days[1])):
        if part[0] < part[1]:
            yield part


def _overlaps(subject: Subject) -> Iterator[tuple[Deadline, Deadline, Days]]:
    """Pairs of rules, equally narrow, that bind the same kind of case on the same days."""
    for rows in _procedures(subject):
        for one, other in combinations(sorted(rows, key=lambda rule: rule.id), 2):
            days = max(one.from_day, other.from_day), min(one.until_day, other.until_day)
            if days[0] < days[1] and _is_as_narrow(one, other) and _share_a_kind(one, other):
                yield one, other, days


def _is_same_kind(one: Deadline, other: Deadline) -> bool:
    return (one.variants, one.place_kinds) == (other.variants, other.place_kinds)


def _is_as_narrow(one: Deadline, other: Deadline) -> bool:
    return (not one.variants, not one.place_kinds) == (not other.variants, not other.place_kinds)


def _share_a_kind(one: Deadline, other: Deadline) -> bool:
    return any(_names(one, kind) and _names(other, kind) for kind in _kinds((one, other)))


def _falls_between(rows: Sequence[Deadline], kind: Kind, day: int) -> bool:
    def is_bound(received: int, complete: int) -> bool:
        return any(_binds(rule, kind, received, complete) for rule in rows)

    return is_bound(day - 1, day - 1) and is_bound(day, day) and not is_bound(day - 1, day)


def _binds(rule: Deadline, kind: Kind, received: int, complete: int) -> bool:
    instant = rule.calendar.instant
    spans = {"received": Span(instant(received, NOON), False), "complete": Span(instant(complete, NOON), False)}
    return rule.fits(kind.variant, kind.place, spans)
