"""Plays a case told as aligned lines: when, what, and what must follow. Officials can read it, pytest runs it.

    2026-01-05 10:00  case.completed                 due 2026-01-13
    2026-01-16 09:00  card.received_at_unit of 2026-01-15 15:00  clears overdue  verdict late

The first cell is when the line became known, the second an event type or `clock.ticked`, with fields as name=value;
`of` says when it happened, if not then (a day alone is a day). After each line the case is judged one second later.
Flags must be exactly those named: raises, clears, withdraws, amends, merges, with #2 for a second cycle, and :leg
behind the class for a leg of a group. What is named besides (due, legal, provincial, verdict, observed, official, held,
units, paused, wait, legs) must hold; `due none` says that there is none.
Of a flag as last published: `accountable overdue ministry`, `level at_risk 2 working_day`, `since hung 2026-03-06`,
`scored overdue G01.801.001`.

`under=CODE` tells a line under another code: what it moves is moved before anything is judged, and flags of that code
bear it, as in `raises overdue@CODE`. What is told `under=lot:17` reaches the dossiers of which `lot=17` was told.
`id=1` names a fact, for `replaces=1` of a correction, and `instead=1` of what stands in its place.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from schemas.entries import MARK_TYPES
from streams.core.case import EMPTY, Case
from streams.core.deadlines import Due
from streams.core.engine import Assessment, assess, fold, judge, moved_facts
from streams.core.instants import utc_text
from streams.core.kinds import SAID, TYPE_OF_KIND
from streams.core.rules import Rules
from streams.core.sources import NO_MARKS
from streams.core.stages import Held, holders, waits
from tests.core_builders import INSTANTS, TOKEN, at, entry, shown

_CELLS = re.compile(r" {2,}")
FLAG_WORDS = frozenset({"raises", "clears", "withdraws", "amends", "merges"})
# What people say: its unit is not the case's.
SAID_TYPES = frozenset(TYPE_OF_KIND[kind] for kind in SAID)
# Fields of a flag as last published: the claim names the class.
_FIELDS: Mapping[str, str] = {
    "accountable": "accountable",
    "level": "level",
    "since": "since",
    "scored": "scored_unit",
}
LOT = "lot:"


class Line(NamedTuple):
    """A line of a story, with its number for messages."""

    number: int
    when: str
    what: str
    claims: tuple[str, ...]


def read_story(path: Path) -> list[Line]:
    """The lines of a file; empty ones and those that begin with # are for readers only."""
    found = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if text.strip() and not text.startswith("#"):
            when, what, *claims = _CELLS.split(text.strip())
            found.append(Line(number, when, what, tuple(claims)))
    return found


def marked(path: Path) -> Any:
    """A story as the parameter of a test, under its name."""
    return pytest.param(path, id=path.stem)


class Telling:
    """The rows of a dossier, one a code, as case workers keep them, and what the log says of sources and snapshots."""

    def __init__(self) -> None:
        self.rows: dict[str, Case] = {}
        self.views: dict[str, Mapping[str, Any]] = {}
        self.marks = NO_MARKS
        self._offset = 0

    def take(self, told: Mapping[str, Any]) -> None:
        if told["type"] in MARK_TYPES:
            self.marks = self.marks.after(told)
            return
        waiting = [told, *_told_to_lot(told)]
        while waiting:
            one = waiting.pop(0)
            before = self.rows.get(one["case"], EMPTY)
            after = self.rows[one["case"]] = fold(before, self._offset, one)
            self._offset += 1
            waiting += [moved for _, moved in moved_facts(before, after)]

    def judge(self, now: int, rules: Rules) -> list[Mapping[str, Any]]:
        flags: list[Mapping[str, Any]] = []
        for token in sorted(self.rows):
            self.rows[token], effects = judge(token, self.rows[token], now, rules, None, self.marks)
            flags += effects.flags
            if effects.view is not None:
                self.views[token] = effects.view
        return flags

    def state(self, now: int, rules: Rules) -> dict[str, str]:
        """What the dossier is, as it is judged under its canonical code."""
        for _, case in sorted(self.rows.items()):
            found = assess(case, now, rules, self.marks)
            if found is not None and not found.is_elsewhere:
                return _state(found, rules, now)
        return {}


def play(story: list[Line], rules: Rules) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """Each line with what it claims of the case as it then stands: equal to the line's own claims, if it is true."""
    telling, states, newest = Telling(), dict[tuple[str, int], str](), dict[str, Mapping[str, Any]]()
    for line in story:
        told = entry_of(line)
        if told is not None:
            telling.take(told)
        now = at(line.when) + 1
        changed = telling.judge(now, rules)
        flags = [change_of(flag, states) for flag in changed]
        newest |= {_class(flag): flag for flag in changed}
        yield line, tuple(_claims(line, flags, telling.state(now, rules), newest))


def _class(flag: Mapping[str, Any]) -> str:
    """The class as stories name it, with the leg, and with the code where it is not the story's own."""
    leg = f":{flag['leg']}" if flag["leg"] else ""
    return f"{flag['class']}{leg}" + ("" if flag["case"] == TOKEN else f"@{flag['case']}")


def entry_of(line: Line) -> dict[str, Any] | None:
    """The entry of the log that a line tells; None where only time passes. Codes stand for tokens."""
    kind, *words = line.what.split(" ")
    if kind == "clock.ticked":
        return None
    when, precision = line.when, "second"
    if "of" in words:
        place = words.index("of")
        when = " ".join(words[place + 1 :])
        words = words[:place]
        if " " not in when:
            when, precision = f"{when} 24:00", "day"
    fields = dict(word.split("=", 1) for word in words)
    fields |= {name: fields[name].replace("T", " ") for name in (*INSTANTS, "recorded") if name in fields}
    if kind in MARK_TYPES:
        moment = utc_text(at(when))
        complete = fields.pop("complete", "yes") == "yes"
        return {"type": kind, "ended": moment, "since": moment, "at": moment, "complete": complete, **fields}
    if "cases" in fields:
        fields["cases"] = fields["cases"].replace(",", " ")
    if "procedure" not in fields and kind in SAID_TYPES:
        fields |= {"unit": fields.get("unit"), "procedure": None}  # type: ignore[dict-item]
    named = fields.pop("id", None)
    facts = {name: fields.pop(word) for word, name in (("replaces", "replaces"), ("instead", "fact")) if word in fields}
    case = fields.pop("under", TOKEN)
    if "lot" in fields:
        fields["lot_case"] = LOT + fields["lot"]
    told = entry(kind, when, case=case, precision=precision, fact=None if named is None else int(named), **fields)
    told["data"] |= {name: f"{int(number):016x}" for name, number in facts.items()}
    return told | ({"scheme": "lot"} if case.startswith(LOT) else {})


def _told_to_lot(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What intake tells a lot of a dossier that names it."""
    lot = told["data"].get("lot_case")
    if lot is None:
        return []
    return [{**told, "type": "fact.moved", "moved": told["type"], "case": lot, "origin": told["case"]}]


def change_of(flag: Mapping[str, Any], states: dict[tuple[str, int], str]) -> str:
    """What a published record changes, in the words of stories; `states` keeps what was published before."""
    key = flag["flag_id"], flag["cycle"]
    word = {"raised": "raises", "cleared": "clears", "withdrawn": "withdraws", "merged": "merges"}[flag["state"]]
    if states.get(key) == flag["state"]:
        word = "amends"
    states[key] = flag["state"]
    return f"{word} {_class(flag)}" + (f" #{flag['cycle']}" if flag["cycle"] > 1 else "")


def _state(found: Assessment, rules: Rules, now: int) -> dict[str, str]:
    lines, clock = found[:2]
    pauses = [f"{pause.what.why} {pause.refused or pause.used}" for pause in clock.pauses]
    held = holders(lines, clock)
    return {
        "legs": ", ".join(f"{one.leg} {one.clock.verdict(now)}" for one in found.legs) or "none",
        "due": _due_text(clock.due),
        "legal": _due_text(clock.legal),
        "provincial": _due_text(clock.provincial),
        "verdict": clock.verdict(now),
        "observed": str(lines.state),
        "official": ",".join(_official(lines.official, lines.strings, rules)),
        "held": ", ".join(f"{one.owner} {_taken(one)}" for one in held),
        "units": ", ".join(f"{one.unit} {_taken(one)}" for one in held),
        "paused": ", ".join(pauses) or "never",
        "extended": ", ".join(one.refused or "yes" for one in clock.extensions) or "never",
        "wait": ", ".join(f"{one.what} {one.owner}" for one in waits(lines, clock) if one.until is None) or "none",
    }


def _taken(held: Held) -> str:
    return "on" if held.taken is None else str(held.taken)


def _due_text(due: Due | None) -> str:
    """A due at midnight is the day that ends with it."""
    text = shown(None if due is None else due.at) or ""
    if not text:
        return "none"
    day, _, clock = text.partition(" ")
    return str(date.fromisoformat(day) - timedelta(days=1)) if clock == "00:00" else text


def _official(lines: Mapping[str, list[Any]], strings: Any, rules: Rules) -> Iterator[str]:
    for system, facts in sorted(lines.items()):
        state = rules.official_state(system, strings[facts[-1][3]["o"]])
        yield state if system == rules.scoring else f"{system}:{state}"


def _field(word: str, flag: Mapping[str, Any] | None) -> str:
    """A field of a flag as stories write it: the case's own unit is the unit, the beginning of a day is the day."""
    text = "unknown" if flag is None else str(flag[_FIELDS[word]])
    if word == "since":
        return text[:16].replace("T", " ").removesuffix(" 00:00")
    return text.partition(":")[0]


def _claims(
    line: Line, flags: list[str], state: Mapping[str, str], newest: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """The line's claims as they should read: flags in the order of the line, then those that it does not name."""
    unnamed = list(flags)
    for claim in line.claims:
        word = claim.partition(" ")[0]
        if word in FLAG_WORDS:
            yield claim if claim in unnamed else f"not: {claim}"
            unnamed = [flag for flag in unnamed if flag != claim]
        elif word in _FIELDS:
            name = claim.split(" ")[1]
            yield f"{word} {name} {_field(word, newest.get(name))}"
        else:
            yield f"{word} {state.get(word, 'unknown')}"
    yield from unnamed
