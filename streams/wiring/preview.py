"""What new rules would do to the cases of a log: every open case under both laws at the last tick, side by side."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from streams.core.case import Case
from streams.core.clock import Clock, read_clock
from streams.core.engine import assess
from streams.core.lines import Lines
from streams.core.moved import Moved, moved
from streams.core.rules import Rules
from streams.core.view import told_move
from streams.replay.driver import Replay
from streams.wiring.law import local

_BY = ("unit", "procedure")
_COUNTED = ("open", "moved", "later", "earlier", "become_late", "stop_being_late", "gain_a_due", "lose_a_due")


class Compared(NamedTuple):
    """One case at the last tick of a log, as the old law and as the new one judge it."""

    token: str
    lines: Lines
    before: Clock
    after: Clock
    move: Moved | None
    at: int

    @property
    def is_open(self) -> bool:
        return self.after.ended is None

    def is_late(self, clock: Clock) -> bool:
        return clock.verdict(self.at) == "overdue"

    def told(self) -> dict[str, Any]:
        """The line of a case whose due moves, with why."""
        assert self.move is not None
        move = told_move(self.after.calendar, self.move)
        return {
            "case": self.token,
            "unit": self.lines.said("u"),
            "procedure": self.lines.said("p"),
            "variant": self.lines.said("v"),
            "before": move["before"],
            "after": move["after"],
            "late_before": self.is_late(self.before),
            "late_after": self.is_late(self.after),
            "rule_before": move["rule_before"],
            "rule_after": move["rule_after"],
            "days": move["days"],
            "why": why(move),
        }


def compare(replay: Replay, new: Rules) -> Iterator[Compared]:
    """Every case that exists at the last tick of a log; those with too many facts to be judged are left out."""
    at, old = replay.now, replay.rules
    for token, case in replay.cases():
        found = _compared(token, case, old, new, at)
        if found is not None:
            yield found


def summarise(found: Iterable[Compared], replay: Replay, new: Rules) -> dict[str, Any]:
    """Counters over all open cases, and by unit and procedure; closed cases count where their verdict changes."""
    old = replay.rules
    total = dict.fromkeys(_COUNTED, 0)
    by: dict[str, dict[str, dict[str, int]]] = {name: {} for name in _BY}
    closed_otherwise = 0
    for one in found:
        if not one.is_open:
            closed_otherwise += one.before.verdict(one.at) != one.after.verdict(one.at)
            continue
        counted = _counted(one)
        for name, short in zip(_BY, "up", strict=True):
            member = one.lines.said(short) or "none"
            _add(by[name].setdefault(member, dict.fromkeys(_COUNTED, 0)), counted)
        _add(total, counted)
    return {
        "as_of": local(new.calendar, replay.now),
        "old": old.hash,
        "new": new.hash,
        **total,
        "closed_judged_otherwise": closed_otherwise,
        "by": {name: dict(sorted(groups.items())) for name, groups in by.items()},
    }


def why(move: Mapping[str, Any]) -> str:
    """Why a due moved, in a few words: the days on its way that changed, or the rule."""
    days = [
        f"{day['day']} {'worked' if day['worked'] else 'off'} ({day['source'] or 'the plain week'})"
        for day in move["days"]
    ]
    before, after = _named(move["rule_before"]), _named(move["rule_after"])
    if before != after:
        days.insert(0, f"rule {before} became {after}")
    elif move["rule_before"] != move["rule_after"]:
        days.insert(0, f"rule {after} reads otherwise")
    return "; ".join(days) or "its pauses or extensions count otherwise"


def _named(rule: str) -> str:
    """A rule and the decision that cut it, without the hash between them (core.moved)."""
    name, _, rest = rule.partition(" ")
    decision = rest.partition(" ")[2]
    return f"{name} cut by {decision}" if decision else name


def _compared(token: str, case: Case, old: Rules, new: Rules, at: int) -> Compared | None:
    found = assess(case, at, old)
    if found is None or case.is_full or found.is_elsewhere:
        return None
    lines, before, after = found.lines, found.clock, read_clock(found.lines, new)
    return Compared(token, lines, before, after, moved(before, after, new.hash), at)


def _counted(one: Compared) -> dict[str, int]:
    old, new, was, becomes = one.before.computed, one.after.computed, one.is_late(one.before), one.is_late(one.after)
    return {
        "open": 1,
        "moved": one.move is not None,
        "later": one.move is not None and one.move[1] > one.move[0],
        "earlier": one.move is not None and one.move[1] < one.move[0],
        "become_late": becomes and not was,
        "stop_being_late": was and not becomes,
        "gain_a_due": old is None and new is not None,
        "lose_a_due": old is not None and new is None,
    }


def _add(counters: dict[str, int], counted: Mapping[str, int]) -> None:
    for name, number in counted.items():
        counters[name] += number
