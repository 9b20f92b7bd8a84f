"""Tables and cells of the manual of rules: terms, dates, hours and sources as people write them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from tools.rules_words import UNITS

Row = Mapping[str, Any]
NONE = "–"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ADDRESS = re.compile(r"(?P<what>.*?) \((?P<url>https?://[^\s,)]+)(?P<more>, [^)]*)?\)(?P<rest>.*)")


def table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [list(heads), ["---"] * len(heads), *(list(line) for line in lines)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def table_of_differences(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table, and under it, said once, what is the same in all of its lines."""
    same = [len(lines) > 1 and len({line[column] for line in lines}) == 1 for column in range(len(heads))]
    kept = [column for column, is_same in enumerate(same) if not is_same]
    once = [_said(heads[at], lines[0][at]) for at, is_same in enumerate(same) if is_same and lines[0][at] != NONE]
    shown = table([heads[at] for at in kept], [[line[at] for at in kept] for line in lines])
    return shown + "".join(f"\n\n{text}" for text in once)


def term(row: Row) -> str:
    """An amount and its unit; what is due on the day itself with its hours."""
    unit = UNITS[row["unit"]]
    if row["unit"] != "same_day":
        return f"{row['amount']} {unit}"
    cut_off, ends_at, next_ends_at = (row.get(name) for name in ("cut_off", "ends_at", "next_ends_at"))
    said = [str(unit) + ("" if ends_at is None else f", by {clock(ends_at)}")]
    if cut_off is not None:
        by = next_ends_at if next_ends_at is not None else ends_at
        said.append(f"after {clock(cut_off)} on the next" + ("" if by is None else f", by {clock(by)}"))
    return "; ".join(said)


def in_force(row: Row) -> str:
    until = row.get("effective_until")
    return f"{row['effective_from']} to " + ("…" if until is None else last_day(until))


def last_day(until: str) -> str:
    """The last day in force: the one before the first that is not."""
    return str(date.fromisoformat(until) - timedelta(days=1))


def nv(row: Row) -> str:
    return f"nv: {row['nv']}" if row.get("nv") else NONE


def cited(source: str) -> str:
    """A source as a link, where it has an address."""
    found = _ADDRESS.fullmatch(source)
    if found is None:
        return source
    return f"[{found['what']}]({found['url']}){found['more'] or ''}{found['rest']}"


def moment(at: date, *, is_due: bool = False) -> str:
    weekday = WEEKDAYS[at.weekday()]
    if isinstance(at, datetime):
        return f"{weekday} {at:%Y-%m-%d %H:%M}"
    return f"{weekday} {at}" + (" 24:00" if is_due else "")


def listed(days: date | Sequence[date] | None) -> Iterator[date]:
    """The days of a field that may hold one, several or none."""
    yield from () if days is None else [days] if isinstance(days, date) else days


def dates(days: date | Sequence[date] | None) -> str:
    return ", ".join(moment(day) for day in listed(days)) or NONE


def weekdays(week: Sequence[int]) -> str:
    return ", ".join(name for name, worked in zip(WEEKDAYS, week, strict=True) if worked)


def hours(week: Sequence[Sequence[Sequence[int]]]) -> str:
    """Hours of a week, neighbouring days with the same in one."""
    runs: list[tuple[list[str], str]] = []
    for name, spans in zip(WEEKDAYS, week, strict=True):
        text = ", ".join(f"{clock(opens)}–{clock(closes)}" for opens, closes in spans)
        if runs and runs[-1][1] == text:
            runs[-1][0].append(name)
        else:
            runs.append(([name], text))
    return "; ".join(f"{_run(names)} {text}" for names, text in runs if text)


def clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def _said(head: str, cell: str) -> str:
    return cell if cell.startswith(f"{head}: ") else f"{head}: {cell}"


def _run(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"
