"""Which facts are a case's own: those told under any code of its dossier, and of its lots, without the corrected ones.

Several codes of one dossier are linked, in whatever order links and facts come. A link is the same fact in the row of
each token. The dossier is judged under its canonical token, the smallest; the rows of the others send it their facts
(fact.moved), which count as long as the link stands. A lot is no dossier: its row sends what is told of it to those
that name it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from streams.core.facts import DATA, ID, KIND, OF_LOT, ORIGIN, Fact, content, moved_entry, shown_from, text
from streams.core.kinds import CORRECTED, LINKED, LINKS, SAID
from streams.core.units import covers

# Types of entries after which a case asks which facts are its own.
TELLS_OF_IDENTITY = frozenset({"case.linked", "case.unlinked", "fact.corrected", "fact.moved"})


class Dossier(NamedTuple):
    """What the row of token `own` is by the facts visible at an instant: one of which tokens, and with which facts.

    `rests_on` are the links and corrections that say so.
    """

    own: str
    tokens: tuple[str, ...]
    facts: list[Fact]
    rests_on: list[Fact]

    @property
    def canonical(self) -> str:
        """The token under which the dossier is judged."""
        return self.tokens[0]

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is judged in another row than this."""
        return self.canonical != self.own


def dossier(own: str, facts: Sequence[Fact], strings: Sequence[str], at: int) -> Dossier:
    """The dossier of a row by what it holds at an instant; facts that come later stay, to be looked at then."""
    links = [fact for fact in facts if fact[KIND] in LINKS and shown_from(fact) <= at]
    tokens = _group(own, links, strings)
    # A row that is not the canonical one shows its own: what others sent it before they knew better counts elsewhere.
    origins = (None, *tokens) if min(tokens) == own else (None,)
    theirs = [fact for fact in facts if _origin(fact, strings) in origins and OF_LOT not in fact[DATA]]
    corrections = _corrections(theirs, strings, at)
    struck = {text(one, "rp", strings) for one in corrections}
    theirs = [fact for fact in theirs if _name(fact) not in struck]
    lots = {text(fact, "lc", strings) for fact in theirs} - {None}
    kept = {id(fact) for fact in theirs}
    mine = [
        fact
        for fact in facts
        if id(fact) in kept or (_origin(fact, strings) in lots and ORIGIN in fact[DATA] and _name(fact) not in struck)
    ]
    return Dossier(own, tuple(sorted(tokens)), mine, [*links, *corrections])


def moves(
    own: str, before: Sequence[Fact], after: Sequence[Fact], strings: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a row must tell other tokens after its facts grew: each with its entry, in one order everywhere.

    A pure difference of what the facts before and after ask for, so that it is told once; told twice, it changes
    nothing.
    """
    asked = _outbox(own, after, strings)
    for key in sorted(asked.keys() - _outbox(own, before, strings).keys()):
        yield key[0], moved_entry(asked[key], strings, own, key[0])


def _outbox(own: str, facts: Sequence[Fact], strings: Sequence[str]) -> dict[tuple[str, bytes], Fact]:
    """All that other tokens must know by these facts, whenever they happened."""
    links = [fact for fact in facts if fact[KIND] in LINKS]
    # Whichever of its codes may be the canonical one at some instant, by links that were undone too: what a row has no
    # use for does not count there.
    ever = _group(own, [fact for fact in links if fact[KIND] == LINKED], strings)
    smaller = [token for token in ever if token < own]
    named = {token for fact in links for token in _named(fact, strings)} - {own}
    naming = [_origin(fact, strings) for fact in facts if text(fact, "lc", strings) == own]
    members = {member for member in naming if member not in (None, own)}
    lots = {text(fact, "lc", strings) for fact in facts if ORIGIN not in fact[DATA]}
    found: dict[tuple[str, bytes], Fact] = {}
    for fact in facts:
        targets: Collection[str] = ()
        if fact[KIND] in LINKS:
            targets = named
        elif OF_LOT in fact[DATA]:
            targets = members
        elif smaller and (ORIGIN not in fact[DATA] or _origin(fact, strings) in lots):
            targets = smaller
        if targets:
            said = content(fact, strings)
            found |= {(target, said): fact for target in targets}
    return found


def _group(own: str, links: Iterable[Fact], strings: Sequence[str]) -> frozenset[str]:
    """The tokens that are one dossier with `own`: a link stands until it is undone, the later word counts."""
    edges: dict[tuple[str, str], bool] = {}
    for fact in links:
        hub, *others = _named(fact, strings)
        for other in others:
            edges[min(hub, other), max(hub, other)] = fact[KIND] == LINKED
    found, reached = {own}, {own}
    while reached:
        reached = {one for edge, stands in edges.items() if stands and reached & set(edge) for one in edge} - found
        found |= reached
    return frozenset(found)


def _corrections(facts: Sequence[Fact], strings: Sequence[str], at: int) -> list[Fact]:
    """The corrections that count, the later first: of its own source's facts, or by somebody outside the unit; and only
    once the fact is here that stands instead, where one is named. A later one may undo an earlier."""
    seen = [fact for fact in facts if shown_from(fact) <= at]
    told = [fact for fact in seen if fact[KIND] == CORRECTED]
    if not told:
        return []
    known: Mapping[str, Fact] = {_name(fact): fact for fact in seen}
    held = {text(fact, short, strings) for fact in facts if fact[KIND] not in SAID for short in ("u", "m")}
    units = [unit for unit in held if unit is not None]
    found: list[Fact] = []
    struck: set[str] = set()
    for one in reversed(told):
        wrong, instead = text(one, "rp", strings) or "", text(one, "fx", strings)
        replaced, unit = known.get(wrong), text(one, "u", strings)
        is_by_source = replaced is not None and text(replaced, "f", strings) == text(one, "f", strings)
        is_outside = unit is not None and not covers(units, unit)
        names_twice = wrong in (instead, _name(one))
        if _name(one) in struck or names_twice or not (is_by_source or is_outside):
            continue
        if instead is None or instead in known:
            found.append(one)
            struck.add(wrong)
    return found


def _named(link: Fact, strings: Sequence[str]) -> list[str]:
    """The tokens of a link: the one that was linked, then those that it was linked to."""
    return (text(link, "cs", strings) or "").split(" ")


def _name(fact: Fact) -> str:
    return f"{fact[ID]:016x}"


def _origin(fact: Fact, strings: Sequence[str]) -> str | None:
    return text(fact, ORIGIN, strings)
