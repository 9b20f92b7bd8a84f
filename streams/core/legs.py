"""Legs of an interlinked group (liên thông): each chosen one has its own official lines, evidence, due and owner.

A leg is chosen when any fact names it; one that was not never counts. What names no leg is the group's, and the group
ends with the last leg that was chosen.
"""

from collections.abc import Sequence

from streams.core.facts import AT, DATA, KIND, Fact, shown_from, text
from streams.core.kinds import HANDED_OVER, LEG_ENDED, LEG_STARTED, PUBLISHED, REPORTS
from streams.core.lines import Lines

_ENDS = HANDED_OVER | {LEG_ENDED, PUBLISHED}
_OF_THE_WHOLE = HANDED_OVER | REPORTS | {PUBLISHED}
_OF = "q"


def chosen(lines: Lines) -> dict[str, Fact]:
    """The legs that facts name, each with the fact that says so, its start before others, in order of time."""
    found: dict[str, Fact] = {}
    for fact in sorted(lines.visible, key=lambda fact: fact[KIND] != LEG_STARTED) if _OF in lines.told else ():
        if _OF in fact[DATA]:
            found.setdefault(lines.strings[fact[DATA][_OF]], fact)
    return found


def of_leg(facts: Sequence[Fact], strings: Sequence[str], leg: str) -> list[Fact]:
    """What is told of a leg: its own facts, and of the group what is neither a report nor a result of the whole."""
    return [
        fact
        for fact in facts
        if (text(fact, _OF, strings) == leg if _OF in fact[DATA] else fact[KIND] not in _OF_THE_WHOLE)
    ]


def of_group(facts: Sequence[Fact], strings: Sequence[str], legs: Sequence[str], at: int) -> list[Fact]:
    """What is told of the group: what names no leg, and once all chosen legs have ended, the last of their ends."""
    ends = [_end(facts, strings, leg, at) for leg in legs]
    found = [fact for fact in ends if fact is not None]
    last = max(found, key=lambda fact: (fact[AT], fact[KIND])) if len(found) == len(legs) else None
    return [fact for fact in facts if _OF not in fact[DATA] or fact[KIND] == LEG_STARTED or fact is last]


def _end(facts: Sequence[Fact], strings: Sequence[str], leg: str, at: int) -> Fact | None:
    return next(
        (fact for fact in facts if fact[KIND] in _ENDS and text(fact, _OF, strings) == leg and shown_from(fact) <= at),
        None,
    )
