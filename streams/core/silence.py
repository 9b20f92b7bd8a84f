"""What a class would claim of a case while a source is silent: it is withheld, and *unknown* until the source speaks.

Beside the feeds whose absence a class takes for evidence (core.unclaimed) stand here all that could have told something
that prevents the claim: a pause, an extension, a report that the case is closed.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.events import EVENTS_OF_TOPIC
from streams.core.clock import Clock
from streams.core.coverage import Place, feeds_of
from streams.core.deadlines import Due
from streams.core.facts import AT
from streams.core.interval import Interval, joined
from streams.core.kinds import COMPLETED, EXTENDED, HANDED_OVER, TRANSFERRED
from streams.core.lines import Lines
from streams.core.rules import Deadline, Rules
from streams.core.sources import Marks, Silence, silences_of
from streams.core.stages import OPERATOR
from streams.core.unclaimed import HAND_OVER, NO_VERDICT, OFFICIAL, SUBMISSION

# All that can tell of a case; what people say of flags comes from no source that could fall silent.
_ANY = frozenset(EVENTS_OF_TOPIC) - {"review", "source-health"}


_OF_REGISTRATION = frozenset({SUBMISSION, OFFICIAL})


class Heard(NamedTuple):
    """What may be said, and what not yet; whether anything was withheld that a source may still tell."""

    claims: list[Interval]
    withheld: bool


def hangs_on(flag_class: str, rule: Deadline, posted: bool) -> frozenset[str]:
    """The feeds that could tell what prevents a claim of that class, for a case under a rule."""
    clock = feeds_of({rule.starts, COMPLETED, EXTENDED, TRANSFERRED, *rule.pausing, *rule.cancels})
    ready = feeds_of(rule.stops(posted))
    table: Mapping[str, frozenset[str]] = {
        "overdue": clock | ready | {OFFICIAL},
        "at_risk": clock | ready | {OFFICIAL},
        "falsely_pending": clock | ready | {OFFICIAL},
        "falsely_late": clock | ready | {OFFICIAL},
        "wrong_due": clock | ready | {OFFICIAL},
        "out_of_sync": frozenset({OFFICIAL}),
        "hung": clock | {OFFICIAL},
        "lost_registration": _OF_REGISTRATION,
        "falsely_done": ready | {OFFICIAL},
        "backdated": clock | ready | {OFFICIAL},
        "rewritten": clock | ready | {OFFICIAL},
        "print_blocked": clock | ready | {"print"},
        "not_collected": feeds_of(HANDED_OVER) | ready | {HAND_OVER},
        "vanished": frozenset({OFFICIAL}),
    }
    return table.get(flag_class, _ANY)


def heard(found: Iterable[Interval], lines: Lines, clock: Clock, rules: Rules, marks: Marks) -> Heard:
    """Claims as they may be told: each after the rhythm of the sources it hangs on, none from inside a silence."""
    rule = clock.rule
    if not marks.sources:
        return Heard(list(found), False)
    claims: list[Interval] = []
    unknown: list[Interval] = []
    withheld = False
    for one in found:
        place = Place(lines.unit_at(one.since), lines.said("p"))
        # Without a rule only a registration can be missed.
        feeds = _OF_REGISTRATION if rule is None else hangs_on(one.flag_class, rule, clock.posted)
        patience, silences = silences_of(rules.hash, rules.sources, marks, feeds, place)
        silence = _over(one.since, silences)
        if silence is None:
            claims.append(one._replace(patience=patience))
            continue
        if silence.until is None:
            withheld = True
        else:
            claims.append(one._replace(patience=max(patience, silence.until - one.since)))
        if one.flag_class not in NO_VERDICT:
            unknown.append(_unknown(one, silence, clock.due, patience))
    return Heard([*claims, *joined(one for one in unknown if one.until is None or one.told_from < one.until)], withheld)


def held_back(lines: Lines, clock: Clock, rules: Rules, marks: Marks) -> tuple[int, bool]:
    """For how many seconds after its due a case is still open for all that is known, and whether a source fell silent
    before the due and is silent now: then nobody knows whether it is overdue."""
    if clock.rule is None or clock.due is None or not marks.sources:
        return 0, False
    place = Place(lines.unit_at(clock.due.at - 1), lines.said("p"))
    patience, silences = silences_of(
        rules.hash, rules.sources, marks, hangs_on("overdue", clock.rule, clock.posted), place
    )
    silence = _over(clock.due.at, silences)
    return patience, silence is not None and silence.until is None


def _over(since: int, silences: Iterable[Silence]) -> Silence | None:
    """The silence that a claim from `since` on would come out of; of several, the one that lasts longest."""
    over = [one for one in silences if one.since < since and (one.until is None or since < one.until)]
    return max(over, key=lambda one: (one.until is None, one.until or 0), default=None)


def _unknown(one: Interval, silence: Silence, due: Due | None, patience: int) -> Interval:
    """Nothing can be said until the source speaks, or the claim would be over."""
    until = min((instant for instant in (silence.until, one.until) if instant is not None), default=None)
    # What came after it says nothing of it.
    evidence = tuple(fact for fact in one.evidence if until is None or fact[AT] < until)
    return Interval("unknown", one.since, until, evidence, due, None, OPERATOR, leg=one.leg, patience=patience)
