"""How completely feeds tell, measured over a log, and the file of rows that makes it law."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from streams.core.calendar import day_date
from streams.core.completeness import window, witnessed
from streams.core.coverage import INCOMPLETE
from streams.core.engine import assess
from streams.core.errors import RulesRefused
from streams.core.measured import BELOW, Bar, Count, Group, Tally, rows
from streams.replay.driver import Replay
from streams.wiring.law import local
from streams.wiring.logs import Tick

_HEAD = """\
# Written by `hoso coverage measure`, as of {at}: feeds that tell less than they should, by what others witness.
# The next measure reads this file and writes it again; what people declare stands in other files.
"""
_DAYS = frozenset({"first", "last", "witnessed_first", "witnessed_last"})
_NEEDED = ("id", "feed", "units", "procedures", "first")


class Measured(NamedTuple):
    """What was measured as of the last tick of a log, over the days of `span`."""

    at: str
    span: tuple[int, int]
    bar: Bar
    groups: list[Group]
    tally: Tally

    @property
    def below(self) -> list[Group]:
        return [group for group in self.groups if group.verdict(self.bar) == BELOW]

    def told(self) -> dict[str, Any]:
        """As plain values."""
        first, last = (day_date(day).isoformat() for day in self.span)
        lines = [_line(group, self.bar) for group in self.groups]
        return {
            "as_of": self.at,
            "first": first,
            "last": last,
            **self.bar._asdict(),
            "below": len(self.below),
            "feeds": lines,
        }


def measure(replay: Replay, bar: Bar, by: frozenset[str], advance: Tick) -> Measured:
    """What the feeds of a log told of what was witnessed, of every case at its last tick; those with too many facts to
    be judged, and those that are judged under another code, are left out."""
    at, rules, tally = replay.now, replay.rules, Tally()
    for _, case in replay.cases():
        found = assess(case, at, rules, replay.marks)
        if found is not None and not case.is_full and not found.is_elsewhere:
            tally.add(witnessed(found.lines, found.clock, rules))
        advance(1)
    span = window(rules.calendar, at, bar.days, bar.grace)
    return Measured(local(rules.calendar, at), span, bar, tally.groups(*span, by), tally)


def rows_of(found: Measured, earlier: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows that follow, with those of an earlier file that still hold."""
    return rows(found.tally, found.groups, earlier, found.span, found.bar)


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a file that a measure wrote, none where there is no file; raises RulesRefused where it holds anything
    else, which writing it again would lose."""
    if not file.exists():
        return []
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesRefused(str(file), str(error)) from error
    found = content.get("coverage", [])
    if set(content) - {"coverage"} or any(row.get("state") != INCOMPLETE for row in found):
        raise RulesRefused(str(file), "holds more than measured rows, which would be lost: name a file of its own")
    for row in found:
        missing = [name for name in _NEEDED if name not in row]
        if missing:
            raise RulesRefused(f"{file}, coverage {row.get('id', '?')}", f"{', '.join(missing)} missing")
    return [{key: value.isoformat() if key in _DAYS else value for key, value in row.items()} for row in found]


def write_rows(file: Path, found: Sequence[Mapping[str, Any]], at: str) -> None:
    """Write the rows as a rule file, whole or not at all."""
    text = _HEAD.format(at=at) + "".join(f"\n[[coverage]]\n{_toml(row)}" for row in found)
    written = file.with_name(f".{file.name}.new")
    written.write_text(text, encoding="utf-8")
    written.replace(file)


def _toml(row: Mapping[str, Any]) -> str:
    """Days as days; text, lists of text and numbers are written in TOML as in JSON."""
    return "".join(
        f"{name} = {value if name in _DAYS else orjson.dumps(value).decode()}\n" for name, value in row.items()
    )


def _line(group: Group, bar: Bar) -> dict[str, Any]:
    return {
        **group.key._asdict(),
        **_counted(group.others),
        "says": group.verdict(bar),
        "own_word": {**_counted(group.own), "says": group.own_verdict(bar)} if group.own.expected else None,
    }


def _counted(count: Count) -> dict[str, Any]:
    return {**count._asdict(), "share": count.share}
