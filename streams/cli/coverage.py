"""`hoso coverage measure`: which feeds tell all that they should, by what others witness."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from streams.cli.ending import EXIT_DIFFERENT, fail, told_errors
from streams.cli.logs import existing
from streams.cli.options import AsJson, read_settings, read_time
from streams.cli.telling import bar, columns, notes, row, show_json, tables
from streams.core.coverage import COMPLETE_FROM
from streams.core.measured import ASK, BELOW, FEW, Bar, Count, Key
from streams.wiring.completeness import Measured, measure, read_rows, rows_of, write_rows
from streams.wiring.logs import law_of, read_log

_AXES = {"unit": frozenset({"unit"}), "procedure": frozenset({"procedure"}), None: frozenset({"unit", "procedure"})}
_COUNTS = ("expected", "told", "share")
_TO_ASK = (
    "ask: below by the word of the unit alone, which makes no row. A feed that is broken is declared with a document"
    " (state broken); what was closed without evidence stays flagged"
)
_STYLES = {BELOW: "red", ASK: "yellow", FEW: "dim"}


def measure_feeds(
    source: Annotated[str, typer.Argument(help="A file of log entries, or kafka:TOPIC.")],
    at: Annotated[str | None, typer.Option(help="As of the last tick up to T, by what was known then.")] = None,
    days: Annotated[int, typer.Option(min=1, max=250, help="Working days that are measured.")] = Bar().days,
    grace: Annotated[int, typer.Option(min=0, max=60, help="Working days before T that are left out.")] = Bar().grace,
    least: Annotated[int, typer.Option(min=1, help="Of fewer witnesses nothing is said.")] = Bar().least,
    complete_from: Annotated[
        float, typer.Option(min=0, max=1, help="From which share on it is complete.")
    ] = COMPLETE_FROM,
    by: Annotated[str | None, typer.Option(help="unit or procedure; without it, both.")] = None,
    rules: Annotated[Path | None, typer.Option(help="Rules instead of those in the log.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write rows for what is below here (TOML).")] = None,
    few: Annotated[bool, typer.Option("--few", help="List those too with too few witnesses.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count what each feed should have told, as facts of other feeds witness it, and what it told.

    Exit code 0: nothing is below; 1: something is; 2: it could not be measured. --write makes it rule rows, which hoso
    rules check reads and hoso rules activate puts in force; rows of an earlier measure in that file are carried on.
    What only the unit itself says is told apart, and makes no row. docs/evidence.md says who witnesses what.

    Examples:

        hoso coverage measure kafka:hoso.log

        hoso coverage measure log.jsonl --at 2026-03-30 --by unit --json

        hoso coverage measure kafka:hoso.log --write my-rules/measured.toml && hoso rules check my-rules
    """
    if by not in _AXES:
        fail(f"--by {by}: expected unit or procedure")
    if write is not None and by == "procedure":
        fail("--write needs units: a row of a procedure alone would withhold the flags of units that tell everything")
    if not source.startswith("kafka:"):
        existing(source)
    asked = Bar(complete_from, least, days, grace)
    with told_errors():
        earlier = [] if write is None else read_rows(write)
        with bar("log", None) as advance:
            replay = read_log(source, law_of(rules), read_settings(), advance, read_time(at))
        with bar("cases", None) as advance:
            found = measure(replay, asked, _AXES[by], advance)
        written = [] if write is None else rows_of(found, earlier)
        if write is not None:
            write_rows(write, written, found.at)
    if as_json:
        show_json(found.told() | ({} if write is None else {"written": str(write), "rows": len(written)}))
    else:
        _show(found, with_few=few)
        if write is not None:
            tables.print(f"{write}: {len(written)} rows", markup=False, highlight=False, soft_wrap=True)
    if found.below:
        raise typer.Exit(EXIT_DIFFERENT)


def _show(found: Measured, *, with_few: bool) -> None:
    told = found.told()
    head = f"witnessed from {told['first']} to {told['last']}, as of {found.at}"
    tables.print(f"{head}; complete from {found.bar.complete_from:.1%}", highlight=False, soft_wrap=True)
    lines = list(_lines(found))
    shown = [line for line in lines if with_few or line.says != FEW]
    table = columns(
        "feed", "unit", "procedure", "by", *_COUNTS, "", right=set(_COUNTS), whole={"feed", "unit", "by", ""}
    )
    for line in shown:
        counted = (f"{line.of.expected:,}", f"{line.of.told:,}", f"{line.of.share:.1%}")
        row(table, *(part or "–" for part in line.key), line.word, *counted, line.says, style=_STYLES.get(line.says))
    if shown:
        tables.print(table)
    if len(shown) < len(lines):
        few = f"of {len(lines) - len(shown)} more there were fewer than {found.bar.least} witnesses"
        tables.print(f"{few}: nothing is said of them (--few lists them)", highlight=False, soft_wrap=True)
    if not lines:
        tables.print("nothing was witnessed in these days: nothing can be said of any feed", soft_wrap=True)
    if any(line.says == ASK for line in lines):
        notes.print(_TO_ASK, style="yellow", soft_wrap=True)


class _Line(NamedTuple):
    key: Key
    word: str
    of: Count
    says: str


def _lines(found: Measured) -> Iterator[_Line]:
    for group in found.groups:
        if group.others.expected:
            yield _Line(group.key, "others", group.others, group.verdict(found.bar))
        if group.own.expected:
            yield _Line(group.key, "unit", group.own, group.own_verdict(found.bar))
