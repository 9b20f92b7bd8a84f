"""Facts: what happened to a case, as a set ordered by (at, kind, id); the same set whatever the order of arrival.

A fact is `[at, kind, id, data]`: the instant in seconds, the kind's number, the 64-bit fact id, and a dict from short
field names to numbers: an index into the case's table of strings, or a plain number for the fields of NUMBERS. Facts
stand in packed rows in just this form, so that reading a row costs one call and no conversion.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import orjson

from streams.core.errors import CoreError
from streams.core.instants import parse_utc, utc_text
from streams.core.kinds import LINKS, TYPE_OF_KIND, kind_of

Fact = list[Any]
AT, KIND, ID, DATA = range(4)

FACTS_MAX = 2048
# Of these, facts from elsewhere leave so many free: whatever names a lot, what is told of the lot itself is kept, and
# reaches those that it knows.
KEPT_FREE = 64

# Field of an entry -> its short name in a row. Never reuse a short name.
FIELDS: Mapping[str, str] = {
    "unit": "u",
    "procedure": "p",
    "variant": "v",
    "place_kind": "k",
    "channel": "c",
    "appointment_at": "a",
    "system": "s",
    "code": "o",
    "ended_at": "e",
    "document": "d",
    "strength": "g",
    "origin": "r",
    "lot": "l",
    "parcel": "b",
    "slip": "i",
    "reason": "n",
    "source": "f",
    "recorded": "w",
    "day": "y",
    "arrived": "z",
    "new_due": "x",
    "at": "t",
    "return_by": "j",
    "to_unit": "m",
    "leg": "q",
    "agency": "h",
    "level": "lv",
    "field_class": "fc",
    "must_act": "ma",
    "snapshot": "ss",
    "attempted_at": "aa",
    "flag_id": "fi",
    "since": "si",
    "until": "ui",
    "decision": "dc",
    "evidence": "ev",
    "cases": "cs",
    "replaces": "rp",
    "fact": "fx",
    "lot_case": "lc",
    "moved_from": "og",
    "of_lot": "lo",
    "decreed": "dy",
}
LONG_NAME: Mapping[str, str] = {short: name for name, short in FIELDS.items()}
# Fields that hold a number: instants in seconds, and the mark of a time known only to the day.
NUMBERS = frozenset({"a", "e", "t", "w", "x", "y", "z", "aa", "si", "ui", "lo", "dy"})
# When a fact arrived says how long ticks must not see it, and nothing of what happened.
ARRIVED = "z"
# The token under which a moved fact was told; and the mark of what was told of a lot, not of a dossier.
ORIGIN, OF_LOT = "og", "lo"
# A transfer by decree, which nobody told (core.succession).
DECREED = "dy"
# What says how a fact came here, and nothing of what it says.
_WAY = frozenset({ARRIVED, ORIGIN, OF_LOT})
# In an entry these stand beside its data.
_BESIDE = frozenset({"f", "w", "y", *_WAY})
MOVED = "fact.moved"


class UnknownField(CoreError):
    def __init__(self, kind: str, field: str) -> None:
        self.kind, self.field = kind, field
        super().__init__(f"entry type {kind}: field {field} is not known to this engine")


class TooManyFacts(CoreError):
    """A case holds as many facts as it may: it takes no more, and nothing can be said of it."""


def read_fact(entry: Mapping[str, Any], strings: list[str]) -> Fact:
    """The fact that an entry of the log tells; adds the strings it needs to `strings`, the case's own table."""
    name = entry["type"]
    is_moved = name == MOVED
    if is_moved:
        name = entry["moved"]
    kind = kind_of(name)
    data: dict[str, int] = {}
    for field, value in entry["data"].items():
        short = FIELDS.get(field)
        if short is None:
            raise UnknownField(name, field)
        data[short] = parse_utc(value) if short in NUMBERS else _index(strings, value)
    data["f"] = _index(strings, entry["source"])
    recorded = entry.get("recorded")
    if recorded is not None:
        data["w"] = parse_utc(recorded)
    arrived = entry.get("arrived")
    if arrived is not None:
        data[ARRIVED] = parse_utc(arrived)
    if entry["precision"] == "day":
        data["y"] = 1
    if is_moved and kind not in LINKS:
        data[ORIGIN] = _index(strings, entry["origin"])
    if entry.get("scheme") == "lot":
        data[OF_LOT] = 1
    return [parse_utc(entry["time"]), kind, int(entry["fact"], 16), data]


def moved_entry(fact: Fact, strings: Sequence[str], origin: str, target: str) -> dict[str, Any]:
    """The entry that tells a fact to another token, as `read_fact` reads it; a fact that came from elsewhere keeps
    where it was first told."""
    data = fact[DATA]
    entry: dict[str, Any] = {
        "type": MOVED,
        "moved": TYPE_OF_KIND[fact[KIND]],
        "case": target,
        "origin": strings[data[ORIGIN]] if ORIGIN in data else origin,
        "fact": f"{fact[ID]:016x}",
        "time": utc_text(fact[AT]),
        "precision": "day" if is_day(fact) else "second",
        "source": strings[data["f"]],
        "version": 1,
        "data": {
            LONG_NAME[short]: utc_text(value) if short in NUMBERS else strings[value]
            for short, value in data.items()
            if short not in _BESIDE
        },
    }
    for short, name in (("w", "recorded"), (ARRIVED, "arrived")):
        if short in data:
            entry[name] = utc_text(data[short])
    return entry


def add(facts: Sequence[Fact], strings: Sequence[str], fact: Fact) -> list[Fact] | None:
    """The set with one fact more, or None where it already holds it.

    Two facts of one id are one fact that its source wrote twice: the one with the smaller content stays, whichever
    came first, and counts from the earlier arrival. Raises TooManyFacts beyond FACTS_MAX, and of what was told
    elsewhere beyond what must stay free.
    """
    for index, known in enumerate(facts):
        if known[ID] == fact[ID]:
            kept = _merged(known, fact, strings)
            if kept == known:
                return None
            return sorted([*facts[:index], *facts[index + 1 :], kept], key=_order)
    if len(facts) >= (FACTS_MAX - KEPT_FREE if ORIGIN in fact[DATA] else FACTS_MAX):
        raise TooManyFacts
    if not facts or _order(facts[-1]) < _order(fact):
        return [*facts, fact]
    return sorted([*facts, fact], key=_order)


def is_day(fact: Fact) -> bool:
    """Whether the fact's time is known only to the day, and stands for that day's end."""
    return "y" in fact[DATA]


def shown_from(fact: Fact) -> int:
    """The first instant at which a tick sees a fact: when it had happened and arrived."""
    return int(max(fact[AT], fact[DATA].get(ARRIVED, 0)))


def text(fact: Fact, short: str, strings: Sequence[str]) -> str | None:
    """A text field of a fact by its short name."""
    index = fact[DATA].get(short)
    return None if index is None else strings[index]


def content(fact: Fact, strings: Sequence[str]) -> bytes:
    """Canonical bytes of all that a fact says, in any process the same."""
    said = {
        LONG_NAME[key]: value if key in NUMBERS else strings[value]
        for key, value in fact[DATA].items()
        if key not in _WAY
    }
    said |= {"time": fact[AT], "type": TYPE_OF_KIND[fact[KIND]], "fact": f"{fact[ID]:016x}"}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def fact_hash(fact: Fact, strings: Sequence[str]) -> str:
    """A short hash of a fact's content, for evidence that can be checked against the log."""
    return blake2b(content(fact, strings), digest_size=8).hexdigest()


def seen(facts: Sequence[Fact], at: int) -> list[Fact]:
    """The facts after a tick at `at`: of those that it saw, the time of arrival is done with."""
    return [
        [*fact[:DATA], {key: value for key, value in fact[DATA].items() if key != ARRIVED}]
        if fact[DATA].get(ARRIVED, at + 1) <= at
        else fact
        for fact in facts
    ]


def _merged(known: Fact, fact: Fact, strings: Sequence[str]) -> Fact:
    """Of two facts of one id the one with the smaller content, as of the earlier arrival."""
    stays = known if content(known, strings) <= content(fact, strings) else fact
    arrived = min(known[DATA].get(ARRIVED, 0), fact[DATA].get(ARRIVED, 0))
    data = {key: value for key, value in stays[DATA].items() if key not in (ARRIVED, ORIGIN)}
    if ORIGIN in known[DATA] and ORIGIN in fact[DATA]:
        # Told under this token too, it is its own; else it is that of the smaller of the others.
        data[ORIGIN] = min(known[DATA][ORIGIN], fact[DATA][ORIGIN], key=strings.__getitem__)
    return [*stays[:DATA], data | {ARRIVED: arrived} if arrived else data]


def _order(fact: Fact) -> tuple[int, int, int]:
    return fact[AT], fact[KIND], fact[ID]


def _index(strings: list[str], value: str) -> int:
    if value in strings:
        return strings.index(value)
    strings.append(value)
    return len(strings) - 1
