"""Plays a case told as aligned lines: when, what, and what must follow. Officials can read it, pytest runs it.

    2026-01-05 10:00  case.completed                 due 2026-01-13
    2026-01-16 09:00  card.received_at_unit of 2026-01-15 15:00  clears overdue  verdict late

The first cell is when the line became known, the second an event type or `clock.ticked`, with fields as name=value;
`of` says when it happened, if not then (a day alone is a day). After each line the case is judged one second later.
Flags must be exactly those named: raises, clears, withdraws, amends, with #2 for a second cycle. What is named besides
(due, legal, provincial, verdict, observed, official, held, paused, wait) must hold; `due none` says that there is none.
Of a flag as last published: `accountable overdue ministry`, `level at_risk 2 working_day`, `since hung 2026-03-06`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from streams.core.case import EMPTY
from streams.core.deadlines import Due
from streams.core.engine import Assessment, assess, fold, judge
from streams.core.rules import Rules
from streams.core.stages import holders, waits
from tests.core_builders import INSTANTS, TOKEN, at, entry, shown

_CELLS = re.compile(r" {2,}")
_FLAG_WORDS = frozenset({"raises", "clears", "withdraws", "amends"})
# Fields of a flag as last published: the claim names the class.
_FIELD_WORDS = frozenset({"accountable", "level", "since"})


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


def play(story: list[Line], rules: Rules) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """Each line with what it claims of the case as it then stands: equal to the line's own claims, if it is true."""
    case, states, newest = EMPTY, dict[tuple[str, int], str](), dict[str, Mapping[str, Any]]()
    for number, line in enumerate(story):
        told = _entry(line)
        if told is not None:
            case = fold(case, number, told)
        now = at(line.when) + 1
        case, effects = judge(TOKEN, case, now, rules)
        flags = [_change(flag, states) for flag in effects.flags]
        newest |= {flag["class"]: flag for flag in effects.flags}
        found = assess(case, now, rules)
        state = {} if found is None else _state(found, rules, now)
        yield line, tuple(_claims(line, flags, state, newest))


def _entry(line: Line) -> dict[str, Any] | None:
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
    return entry(kind, when, precision=precision, **fields)  # type: ignore[arg-type]


def _change(flag: Mapping[str, Any], states: dict[tuple[str, int], str]) -> str:
    key = flag["class"], flag["cycle"]
    word = {"raised": "raises", "cleared": "clears", "withdrawn": "withdraws"}[flag["state"]]
    if states.get(key) == flag["state"]:
        word = "amends"
    states[key] = flag["state"]
    return f"{word} {flag['class']}" + (f" #{flag['cycle']}" if flag["cycle"] > 1 else "")


def _state(found: Assessment, rules: Rules, now: int) -> dict[str, str]:
    lines, clock, _ = found
    pauses = [f"{pause.what.why} {pause.refused or pause.used}" for pause in clock.pauses]
    held = [f"{one.owner} {'on' if one.taken is None else one.taken}" for one in holders(lines, clock)]
    return {
        "due": _due_text(clock.due),
        "legal": _due_text(clock.legal),
        "provincial": _due_text(clock.provincial),
        "verdict": clock.verdict(now),
        "observed": str(lines.state),
        "official": ",".join(_official(lines.official, lines.strings, rules)),
        "held": ", ".join(held),
        "paused": ", ".join(pauses) or "never",
        "extended": ", ".join(one.refused or "yes" for one in clock.extensions) or "never",
        "wait": ", ".join(f"{one.what} {one.owner}" for one in waits(lines, clock) if one.until is None) or "none",
    }


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
    text = "unknown" if flag is None else str(flag[word])
    if word == "since":
        return text[:16].replace("T", " ").removesuffix(" 00:00")
    return text.partition(":")[0]


def _claims(
    line: Line, flags: list[str], state: Mapping[str, str], newest: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """The line's claims as they should read: flags in the order of the line, then those that it does not name."""
    named = [claim for claim in line.claims if claim.partition(" ")[0] in _FLAG_WORDS]
    unnamed = [flag for flag in flags if flag not in named]
    for claim in line.claims:
        word = claim.partition(" ")[0]
        if word in _FLAG_WORDS:
            yield claim if claim in flags else f"not: {claim}"
        elif word in _FIELD_WORDS:
            name = claim.split(" ")[1]
            yield f"{word} {name} {_field(word, newest.get(name))}"
        else:
            yield f"{word} {state.get(word, 'unknown')}"
    yield from unnamed
