"""`hoso rules show|examples|check`: the law as files, read by people before any machine judges by it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli.ending import EXIT_DIFFERENT, told_errors
from streams.cli.options import AsJson, OfRules, read_day, read_settings
from streams.cli.telling import columns, range_text, row, show_json, tables
from streams.clock import now_seconds
from streams.core.findings import Finding
from streams.wiring.law import Tried, check_law, count, folder_of, procedures_of, read_law, rows_of, try_examples

STYLES = {"error": "red", "warning": "yellow", "note": "dim"}


def show(
    procedure: Annotated[str | None, typer.Argument(help="As the rules name it; left out, all are listed.")] = None,
    on: Annotated[str | None, typer.Option(help="Only what is in force on a day, like 2026-01-05.")] = None,
    rules: OfRules = None,
    as_json: AsJson = False,
) -> None:
    """Show the rules of a procedure: for whom, how long, from what to what, and on what they rest.

    Examples:

        hoso rules show

        hoso rules show card --on 2024-06-30

        hoso rules show card --json
    """
    day = None if on is None else read_day("--on", on)
    with told_errors():
        law = read_law(folder_of(rules, read_settings()))
        if procedure is None:
            _show_procedures(procedures_of(law), as_json=as_json)
            return
        found = rows_of(law, procedure, day)
    if as_json:
        show_json(found)
        return
    for number, one in enumerate(found):
        if number:
            tables.print()
        _show_rule(one)


def examples(rules: OfRules = None, as_json: AsJson = False) -> None:
    """Run every worked example of the rules; exit code 1 if the engine finds another due in any of them.

    Example:

        hoso rules examples --rules examples/boston/rules
    """
    with told_errors():
        found = list(try_examples(read_law(folder_of(rules, read_settings()))))
    if as_json:
        show_json([one.told() for one in found])
    else:
        for one in found:
            _show_example(one)
        wrong = sum(not one.is_right for one in found)
        tables.print(f"{len(found)} examples, {wrong} wrong", highlight=False)
    if not all(one.is_right for one in found):
        raise typer.Exit(EXIT_DIFFERENT)


def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Rule files; without it HOSO_RULES, else those shipped.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="The day on which calendars must not have run out; today.")] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Show notes too, such as what is not verified.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look for rules that can be in force and still be wrong or mean nothing, and run their examples.

    Exit code 1 with errors, 0 with warnings and notes only. docs/rule-files.md lists what is looked for.

    Examples:

        hoso rules check my-rules --on 2027-01-01

        hoso rules check my-rules --json
    """
    day = today() if on is None else read_day("--on", on)
    with told_errors():
        where = folder_of(folder, read_settings())
        found = check_law(where, day)
    if as_json:
        show_json({"rules": str(where), "on": str(day), **count(found), "findings": [one._asdict() for one in found]})
    else:
        show_findings(found if notes else [one for one in found if one.severity != "note"])
        told = ", ".join(f"{name} {number}" for name, number in count(found).items())
        tables.print(f"{where}, {day}: {told}", markup=False, highlight=False, soft_wrap=True)
    if any(one.severity == "error" for one in found):
        raise typer.Exit(EXIT_DIFFERENT)


def _show_example(tried: Tried) -> None:
    one = tried.example
    asked = [f"received {one.received}", f"complete {one.completed}" if one.completed else ""]
    asked += [f"paused {begins} to {ends}" for begins, ends in one.pauses]
    asked += [str(value) for value in (one.variant, one.place_kind, one.unit, one.leg) if value]
    due = tried.expected if tried.is_right else f"says {tried.expected}, the engine finds {tried.found}"
    for text in (f"{one.rule}: due {due}", f"    {', '.join(filter(None, asked))}", f"    {one.why}"):
        tables.print(text, style=None if tried.is_right else "red", markup=False, highlight=False, soft_wrap=True)


def show_findings(found: Iterable[Finding]) -> None:
    """One block a finding: what is where, and what to do."""
    for one in found:
        style = STYLES[one.severity]
        for text in (f"{one.severity} {one.lint}: {one.where}", f"    {one.what}", f"    {one.do}"):
            tables.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def today() -> date:
    """The day of the wall clock, UTC: what calendars must still know."""
    return datetime.fromtimestamp(now_seconds(), UTC).date()


def _show_procedures(found: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    table = columns("procedure", "rules", "from", "variants", "places", right={"rules"}, whole={"procedure", "from"})
    for one in found:
        kinds = (", ".join(one["variants"]), ", ".join(one["place_kinds"]))
        row(table, one["procedure"], len(one["rules"]), one["effective_from"], *kinds)
    tables.print(table)


def _show_rule(one: Mapping[str, Any]) -> None:
    table = columns("", "")
    table.show_header = False
    row(table, "rule", one["id"], style="bold")
    row(table, "term", f"{one['amount']} {one['unit']}{_hours(one)}, calendar {one['calendar']}")
    row(table, "in force", range_text(one))
    row(table, "variants", ", ".join(one["variants"]) or "all")
    row(table, "places", ", ".join(one["place_kinds"]) or "all")
    row(table, "law of", f"the day it was {one['law_of']}")
    ends = one["duty_ends_at"] if isinstance(one["duty_ends_at"], list) else [one["duty_ends_at"]]
    row(table, "runs from", one["starts"])
    row(table, "to", f"{' or '.join(ends)}; by post {one['ends_when_posted']}")
    row(table, "cancelled by", ", ".join(one["cancels"]))
    row(table, "duty of", one["duty_bearer"] + ("; the appointment counts" if one["due_governs"] == "declared" else ""))
    for pause in one["pauses"]:
        whom = "nobody" if pause["waits_for"] == "nobody" else f"the {pause['waits_for']}"
        row(table, "pause", f"{pause['why']}, waits for {whom}: {pause['from']} to {pause['to']}")
    for stage in one["stages"]:
        amount = f", {stage['amount']} {stage['unit']}" if stage.get("amount") else ""
        row(table, "stage", f"{stage['id']}, {stage['owner']}{amount}: {stage['from']} to {stage['to']}{_doubt(stage)}")
    for leg in one["legs"]:
        row(table, "leg", f"{leg['id']}, {leg['agency']}, {leg['amount']} {leg['unit']}: {leg['source']}{_doubt(leg)}")
    for cut in one["cuts"]:
        by = f"{', '.join(cut['units'])} by {cut['decision']}, {range_text(cut)}: {cut['source']}{_doubt(cut)}"
        row(table, "cut", f"{cut['id']}, {cut['amount']} {one['unit']} for {by}")
    row(table, "at risk", ", ".join(_level(level) for level in one["at_risk"]))
    row(table, "source", one["source"])
    if one.get("nv"):
        row(table, "not verified", one["nv"])
    tables.print(table)


def _hours(one: Mapping[str, Any]) -> str:
    named = {"cut_off": "cut-off", "ends_at": "ends", "next_ends_at": "next day ends"}
    told = [f"{name} {_time(one[key])}" for key, name in named.items() if one.get(key) is not None]
    return f" ({', '.join(told)})" if told else ""


def _time(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}"


def _level(level: Mapping[str, Any]) -> str:
    return f"{level['percent']} %" if "percent" in level else f"{level['amount']} {level['unit']} before"


def _doubt(one: Mapping[str, Any]) -> str:
    return f" (not verified: {one['nv']})" if one.get("nv") else ""
