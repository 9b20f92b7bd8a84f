"""What a feed should have told of a case: witnessed by a fact of another feed, and then told or not.

A feed cannot say what it did not tell; something else must. A witness is a step that cannot be without the one that the
feed tells: a card handed over had arrived, a card that arrived had been printed. Nothing in the whole domain witnesses
what `eid` should tell.

A unit must not be able to bring about that its own feed counts as incomplete, for that withholds its flags. So what
only the unit itself says (`is_own`) is counted apart and makes no row: a closing in the scoring system, a hand-over
that the unit wrote down without the citizen's signature. A reception counts: who tells one takes on a due.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from streams.core.calendar import Calendar
from streams.core.clock import Clock
from streams.core.coverage import Place, feeds_of, is_declared_live
from streams.core.facts import AT, DATA, KIND, OF_LOT, Fact, is_day, text
from streams.core.kinds import (
    CARD_PRINTED,
    COMPLETED,
    DELIVERED,
    DISPATCHED,
    HANDED_OVER,
    PARCEL_DELIVERED,
    PARCEL_POSTED,
    READY,
    RECEIVED,
    RECEIVED_AT_UNIT,
    TURNED_AWAY,
)
from streams.core.lines import Lines
from streams.core.reported import RETURNED, reports
from streams.core.rules import ANY, Deadline, Rules
from streams.core.unclaimed import HAND_OVER, OFFICIAL, SUBMISSION

PRINT, DISPATCH = "print", "card-dispatch"
# Feeds on which a result becomes ready before somebody hands it over.
_OF_RESULTS = frozenset({PRINT, DISPATCH})
# What shows that work was done on a case.
_WORK = READY | HANDED_OVER | {CARD_PRINTED, DISPATCHED}


class Witnessed(NamedTuple):
    """One case of which a feed should have told, by a day; `is_own` where only the unit says so."""

    feed: str
    place: Place
    day: int
    is_told: bool
    is_own: bool


class _Witness(NamedTuple):
    at: int
    is_day: bool
    is_own: bool


class _Case(NamedTuple):
    lines: Lines
    clock: Clock
    rules: Rules
    rule: Deadline

    def facts(self, kinds: Iterable[int]) -> list[Fact]:
        wanted = frozenset(kinds)
        return [fact for fact in self.lines.visible if fact[KIND] in wanted]

    def tells(self, kinds: Iterable[int]) -> bool:
        return not self.lines.first.keys().isdisjoint(kinds)

    def witnesses(self, kinds: Iterable[int]) -> Iterator[_Witness]:
        for fact in self.facts(kinds):
            yield _Witness(fact[AT], is_day(fact), _is_own(fact, self.lines))


_Found = tuple[Iterable[_Witness], bool]


def witnessed(lines: Lines, clock: Clock, rules: Rules) -> list[Witnessed]:
    """What each feed should have told of a case by its visible facts, one row a feed at most.

    Nothing is asked of a case that ended without a result, of a duty that is not the unit's, and of a feed that is
    declared not to be live, when the case began or when it is witnessed.
    """
    rule = clock.rule or _of_procedure(lines, rules)
    if rule is None or rule.bearer != "unit" or not lines.first.keys().isdisjoint(TURNED_AWAY):
        return []
    case = _Case(lines, clock, rules, rule)
    found = []
    for feed, find in _DUTIES.items():
        witnesses, is_told = find(case)
        # Another's word before the unit's own, then the earliest.
        best = min(witnesses, key=lambda one: (one.is_own, one.at), default=None)
        if best is not None:
            place = Place(lines.unit_at(best.at), lines.said("p"))
            day = clock.calendar.day_of(best.at, stands_for_day=best.is_day)
            began = clock.calendar.local(lines.visible[0][AT])[0]
            rows = rules.covering(feed, place)
            if all(is_declared_live(rows, on) for on in (began, day)):
                found.append(Witnessed(feed, place, day, is_told, best.is_own))
    return found


def window(calendar: Calendar, at: int, days: int, grace: int) -> tuple[int, int]:
    """The first and the last of so many working days, over at `at` since `grace` working days: what was witnessed later
    may still be on its way."""
    last = calendar.working_day_before(calendar.local(at)[0] - 1, grace)
    return calendar.working_day_before(last, days - 1), last


def _of_procedure(lines: Lines, rules: Rules) -> Deadline | None:
    """Where the facts that choose a rule may be the ones that were not told: the procedure's newest."""
    return next(iter(rules.by_procedure.get(lines.said("p") or ANY, ())), None)


def _submission(case: _Case) -> _Found:
    """Work was done on a case: it was received."""
    if feeds_of({case.rule.starts}) != {SUBMISSION}:
        return (), False
    work = [kind for kind in _WORK if SUBMISSION not in feeds_of({kind})]
    return case.witnesses(work), case.tells({case.rule.starts, RECEIVED, COMPLETED})


def _print(case: _Case) -> _Found:
    """A card is on its way or there: it was printed. What else is printed is handed over."""
    if RECEIVED_AT_UNIT in case.rule.ends:
        return case.witnesses({DISPATCHED, RECEIVED_AT_UNIT}), case.tells({CARD_PRINTED})
    return _ready_on(PRINT, case)


def _dispatch(case: _Case) -> _Found:
    return _ready_on(DISPATCH, case)


def _ready_on(feed: str, case: _Case) -> _Found:
    """A result is handed over at the desk: it was ready there."""
    if case.clock.posted or feeds_of(case.rule.ends) != {feed}:
        return (), False
    return case.witnesses(HANDED_OVER), case.tells(case.rule.ends)


def _hand_over(case: _Case) -> _Found:
    """The post left the citizen's parcel, or the scoring system shows a result returned that was ready."""
    if case.clock.posted:
        return _posted(case), case.tells({DELIVERED})
    return _returned(case), case.tells(HANDED_OVER)


def _posted(case: _Case) -> Iterator[_Witness]:
    """Only the parcel that the unit gave to the post when it had the result: another may have gone to its desk."""
    ready = min((fact[AT] for fact in case.facts(case.rule.ends | {RECEIVED_AT_UNIT})), default=None)
    posted = {
        fact[DATA].get("b")
        for fact in case.facts({PARCEL_POSTED})
        if ready is not None and fact[AT] >= ready and OF_LOT not in fact[DATA]
    }
    for fact in case.facts({PARCEL_DELIVERED}):
        if fact[DATA].get("b") in posted:
            yield _Witness(fact[AT], is_day(fact), _is_own(fact, case.lines))


def _returned(case: _Case) -> Iterator[_Witness]:
    """A closing without evidence of readiness witnesses nothing, and with it no more than the unit's own word."""
    if case.rule.returned_means != "handed_over" or not feeds_of(case.rule.ends) <= _OF_RESULTS:
        return
    ready = case.facts(case.rule.ends)
    told = reports(case.lines, case.rules, case.rules.scoring)
    if ready and told and told[-1][1] == RETURNED:
        first = next(fact for fact, state in told if state == RETURNED)
        last = max(first, ready[0], key=lambda fact: fact[AT])
        yield _Witness(last[AT], is_day(last), True)


def _official(case: _Case) -> _Found:
    """Received, or worked on: the scoring system shows it somehow."""
    return case.witnesses(_WORK | {RECEIVED}), bool(case.lines.official.get(case.rules.scoring))


def _is_own(fact: Fact, lines: Lines) -> bool:
    """Whether only the unit says so: no other party, and no citizen who signed."""
    return text(fact, "r", lines.strings) == "unit" and text(fact, "g", lines.strings) != "signed_slip"


# By feed: who witnesses that it should have told of a case, and whether it did.
_DUTIES: Mapping[str, Callable[[_Case], _Found]] = {
    SUBMISSION: _submission,
    PRINT: _print,
    DISPATCH: _dispatch,
    HAND_OVER: _hand_over,
    OFFICIAL: _official,
}
FEEDS = tuple(_DUTIES)
