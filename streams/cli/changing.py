"""`hoso rules preview|activate`: what other rules would do to the cases of a log, and putting them in force."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from streams.cli.ending import EXIT_DIFFERENT, EXIT_INTERRUPTED, fail, told_errors
from streams.cli.logs import existing
from streams.cli.options import AsJson, read_settings
from streams.cli.rules import show_findings, today
from streams.cli.telling import bar, columns, notes, row, show_json, steps, tables
from streams.wiring import activation
from streams.wiring.law import check_law, read_law
from streams.wiring.logs import read_log
from streams.wiring.preview import Compared, compare, summarise, why

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder of rule files.")]


def preview(
    new: Folder,
    against: Annotated[str, typer.Option(help="A file of log entries, or kafka:TOPIC.")],
    rules: Annotated[Path | None, typer.Option(help="Rules to compare with, instead of those in the log.")] = None,
    cases: Annotated[Path | None, typer.Option(help="Write one line a moved case here (JSON Lines).")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge every case of a log at its last tick by its own law and by NEW, and tell what moves. It never acts.

    Examples:

        hoso rules preview new-rules --against kafka:hoso.log --cases moved.jsonl

        hoso rules preview new-rules --against log.jsonl --rules old-rules --json
    """
    if not against.startswith("kafka:"):
        existing(against)
    with bar("log", None) as advance, told_errors(), ExitStack() as stack:
        law = read_law(new).rules
        old = None if rules is None else read_law(rules).rules
        replay = read_log(against, old, read_settings(), advance)
        out = None if cases is None else stack.enter_context(cases.open("wb"))

        def written() -> Iterator[Compared]:
            for one in compare(replay, law):
                if out is not None and one.move is not None:
                    out.write(orjson.dumps(one.told()) + b"\n")
                yield one

        found = summarise(written(), replay, law)
    if as_json:
        show_json(found)
    else:
        _show_preview(found)


def activate(
    folder: Folder,
    wait: Annotated[float, typer.Option(help="Seconds to wait until every open case is judged by it.", min=0)] = 60.0,
    list_moved: Annotated[bool, typer.Option("--list", help="Print each open case whose due moved.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put rules in force in a running deployment, from its next tick on, and wait until all cases are judged by them.

    Rules with errors (hoso rules check) are refused with exit code 2. Exit code 1 says that not all was seen within
    --wait: the request stands in hoso.control, and is carried out as soon as intake and case workers run. On a
    simulated clock cases are judged at the next tick that somebody asks for, which this does not wait for.

    Examples:

        hoso rules activate new-rules

        hoso rules activate new-rules --wait 300 --list
    """
    with told_errors():
        settings = read_settings()
        errors = [one for one in check_law(folder, today()) if one.severity == "error"]
        if errors:
            show_findings(errors)
            fail(f"{folder} has {len(errors)} errors: nothing was asked for")
        law = read_law(folder)
    try:
        with steps() as advance, told_errors():
            done = activation.activate(law, settings, wait, advance)
    except typer.Exit as ended:
        if ended.exit_code == EXIT_INTERRUPTED:
            notes.print("hoso: if the rules were asked for already, the request stands and will be carried out")
        raise
    if as_json:
        show_json(done.told() | ({"cases": [_moved(view) for view in done.moved]} if list_moved else {}))
    else:
        _show_activation(done)
        if list_moved and done.moved:
            _list_moved(done.moved)
    if done.waited_for is not None:
        raise typer.Exit(EXIT_DIFFERENT)


def _show_preview(found: Mapping[str, Any]) -> None:
    if found["old"] == found["new"]:
        tables.print("these are the rules of the log: nothing moves")
    head = f"moves {found['moved']:,} of {found['open']:,} open cases as of {found['as_of']}"
    tables.print(f"{head}: {found['become_late']:,} become late, {found['stop_being_late']:,} stop being late")
    names = ("open", "moved", "later", "earlier", "become_late", "stop_being_late")
    table = columns("", *(name.replace("_", " ") for name in names), right={name.replace("_", " ") for name in names})
    for group, members in found["by"].items():
        for member, counted in members.items():
            if any(counted[name] for name in names[1:]):
                row(table, f"{group} {member}", *(f"{counted[name]:,}" for name in names))
    if table.row_count:
        tables.print(table)
    rest = {
        "gain a due": found["gain_a_due"],
        "lose their due": found["lose_a_due"],
        "closed cases judged otherwise": found["closed_judged_otherwise"],
    }
    tables.print(", ".join(f"{name}: {number:,}" for name, number in rest.items()))


def _show_activation(done: activation.Activation) -> None:
    if done.in_force_already:
        tables.print(f"rules {done.hash} are in force already: nothing to do", highlight=False, soft_wrap=True)
        return
    names = ("partition", "law at offset", "first tick at")
    table = columns(*names, right=set(names))
    for number, place in sorted(done.places.items()):
        row(table, number, *("–" if at is None else at for at in (place.activated, place.ticked)))
    tables.print(table)
    for line in _told(done):
        tables.print(line, markup=False, highlight=False, soft_wrap=True)


def _told(done: activation.Activation) -> Iterator[str]:
    if done.waited_for is not None:
        yield f"rules {done.hash} were asked for; after {done.seconds:.0f} s: {done.waited_for}"
        yield "the request stands and will be carried out: hoso rules activate again tells when they are in force"
    elif done.clock == "simulated":
        yield f"rules {done.hash} stand in the log after {done.seconds:.1f} s"
        yield "the clock is simulated: cases are judged by them at the next tick, which somebody has to ask for"
    elif done.superseded_by is not None:
        yield f"rules {done.hash} stand in the log, and rules {done.superseded_by} came before the first tick after it"
    else:
        yield f"rules {done.hash} are in force after {done.seconds:.1f} s; open cases moved: {len(done.moved):,}"


def _moved(view: Mapping[str, Any]) -> dict[str, Any]:
    """Of the view of a case what tells how its due moved."""
    move = view["moved"]
    named = {name: view.get(name) for name in ("case", "unit", "procedure")}
    return named | {"before": move["before"], "after": move["after"], "days": move["days"], "why": why(move)}


def _list_moved(moved: Sequence[Mapping[str, Any]]) -> None:
    table = columns("case", "unit", "before", "after", "why", whole={"unit", "before", "after"})
    for one in map(_moved, moved):
        row(table, one["case"], one["unit"], one["before"][:16], one["after"][:16], one["why"])
    tables.print(table)
