"""`hoso source list|suspend|resume`: how sources stand, setting one aside alone, and taking it back."""

import re
from dataclasses import asdict
from typing import Annotated

import typer

from streams.cli.ending import EXIT_DIFFERENT, EXIT_INTERRUPTED, fail, told_errors
from streams.cli.options import AsJson, read_settings
from streams.cli.telling import columns, notes, row, show_json, tables
from streams.wiring import sources
from streams.wiring.sources import Ask, NotAside, Turned

Name = Annotated[str, typer.Argument(help="A source as its events name it; all beneath it at a colon are meant too.")]
Reason = Annotated[str, typer.Option(help="Why, as a class: a word such as flood or repaired, never a text.")]
Wait = Annotated[float, typer.Option(help="Seconds to wait until it is done.", min=0)]


def list_all(as_json: AsJson = False) -> None:
    """Every source that was heard of, or that the rules expect: state, how far it is complete, expected rhythm.

    Examples:

        hoso source list

        hoso source list --json
    """
    with told_errors():
        found = sources.list_sources(read_settings())
    if as_json:
        show_json([one._asdict() for one in found])
        return
    table = columns("source", "state", "complete up to", "speaks every", "reason", whole={"state", "complete up to"})
    for one in found:
        rhythm = None if one.rhythm_minutes is None else f"{one.rhythm_minutes} min"
        row(table, one.name, one.state, one.up_to or "–", rhythm or "–", one.reason)
    tables.print(table)


def suspend(name: Name, reason: Reason, wait: Wait = 60.0, as_json: AsJson = False) -> None:
    """Set a source aside: its records are parked, its verdicts become unknown, and all others go on.

    What it sends is kept in hoso.parked until it is taken back. The log says that it was set aside, and why. Exit code
    1 says that this was not seen within --wait: the request stands in hoso.control and will be carried out. On a
    simulated clock that is with the next tick that somebody asks for, which this does not wait for.

    Examples:

        hoso source suspend urn:hoso:onestop:H26-01 --reason flood

        hoso source suspend urn:hoso:post --reason wrong-times --wait 300
    """
    _turn(name, "suspend", reason, wait, as_json)


def resume(name: Name, reason: Reason, wait: Wait = 60.0, as_json: AsJson = False) -> None:
    """Take a source back: what was parked is forwarded, and then it is judged by again.

    Exit code 1 says that not all was forwarded within --wait; it goes on without this command. On a simulated clock the
    last step is taken with the next tick that somebody asks for, which this does not wait for.

    Examples:

        hoso source resume urn:hoso:onestop:H26-01 --reason repaired

        hoso source resume urn:hoso:post --reason repaired --wait 3600
    """
    _turn(name, "resume", reason, wait, as_json)


def _turn(name: str, ask: Ask, reason: str, wait: float, as_json: bool) -> None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S{1,126}", name):
        fail(f"{name}: expected a source as its events name it, such as urn:hoso:onestop:H26-01")
    if not re.fullmatch(r"[a-z][a-z0-9_.-]{0,63}", reason):
        fail(f"--reason {reason}: expected a class, in small letters and without spaces, such as flood")
    settings = read_settings()
    try:
        with told_errors(), notes.status(f"{ask} {name}") as status:
            done = sources.turn(settings, name, ask, reason, wait, lambda state: status.update(f"{name}: {state}"))
    except NotAside as error:
        fail(str(error))
    except typer.Exit as ended:
        if ended.exit_code == EXIT_INTERRUPTED:
            notes.print("hoso: what was asked for stands and will be carried out")
        raise
    if as_json:
        show_json(asdict(done))
    else:
        _show(done, ask)
    if done.waited_for is not None:
        raise typer.Exit(EXIT_DIFFERENT)


def _show(done: Turned, ask: Ask) -> None:
    for line in _told(done, ask):
        tables.print(line, markup=False, highlight=False, soft_wrap=True)


def _told(done: Turned, ask: Ask) -> list[str]:
    name = done.source
    if done.so_already:
        return [f"{name} is set aside already: nothing to do"]
    if done.waited_for is not None:
        return [f"{name} is {done.state or 'not known'} after {done.seconds:.0f} s: {done.waited_for}",
                "what was asked for stands and will be carried out: hoso source list tells when"]  # fmt: skip
    if done.clock == "simulated":
        return [f"asked for: {name} is {done.state or 'not known'} until the next tick, which somebody has to ask for"]
    if ask == "resume":
        return [f"{name} is {done.state} after {done.seconds:.1f} s: what was parked is forwarded"]
    lines = [f"{name} is set aside after {done.seconds:.1f} s: its records are parked, its verdicts unknown"]
    if done.beneath:
        lines.append(f"with it: {', '.join(done.beneath)}")
    if not done.is_expected:
        lines.append("no [[source]] row of the rules says of what it speaks: it may be missed anywhere, so no case "
                     "becomes overdue while it is set aside")  # fmt: skip
    return lines
