"""`hoso adapt`: registers of hand-over and lists of the post, as people keep them in spreadsheets, become evidence."""

from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli.ending import EXIT_REJECTED, fail, told_errors
from streams.cli.options import AsJson, read_settings
from streams.cli.telling import bar, columns, notes, row, show_json, show_values, tables
from streams.importer.mapping import LogMapping
from streams.importer.register_mapping import Given
from streams.importer.registers import HAND_OVER, POST
from streams.wiring import registers
from streams.wiring.logs import Refusal

KINDS = {"register-csv": HAND_OVER, "post-csv": POST}
SHOWN = 20


def adapt(
    kind: Annotated[str, typer.Argument(help=" or ".join(KINDS), metavar="KIND")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    to: Annotated[str, typer.Option(help="'topics', or a JSON Lines file to write.")] = "topics",
    check: Annotated[bool, typer.Option("--check", help="Send nothing: print what would be sent.")] = False,
    event: Annotated[str | None, typer.Option(help="What each row tells; without it the first of its kind.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of the unit, for all rows.")] = None,
    procedure: Annotated[str | None, typer.Option(help="Procedure of all rows, like card.")] = None,
    source: Annotated[str | None, typer.Option(help="Who tells; without it urn:hoso:register:UNIT.")] = None,
    recorded: Annotated[str | None, typer.Option(help="When all rows were written down.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="NAME=HEADER; NAME= for one not to be read.")] = None,
    time_form: Annotated[list[str] | None, typer.Option("--format", help="Form of times, like %m/%d/%Y.")] = None,
    zone: Annotated[str, typer.Option(help="Zone of times that name no offset.")] = "Asia/Ho_Chi_Minh",
    encoding: Annotated[str | None, typer.Option(help="Like cp1258; without it told by the file.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="One character, or tab; without it told by the file.")] = None,
    saved: Annotated[str | None, typer.Option(help="Day the file was saved; without it the file's own.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Write line, column, reason of rejected rows (CSV).")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a register of hand-over (register-csv) or a list of the post (post-csv) knows, row by row.

    A register has a dossier code and a date, and may have slip, role, unit, procedure, recorded; a list of the post has
    dossier code, parcel and date, and may have status, unit, procedure, recorded. Columns of names are never read.
    Events: card.returned, letter.collected, result.delivered; of the post parcel.delivered, result.delivered.

    Examples:

        hoso adapt register-csv examples/handover_register/register.csv --unit G01.801.001 --procedure card --check

        hoso adapt register-csv so_tra.csv --unit G01.801.001 --column code="Mã số" --rejects rejected.csv

        hoso adapt post-csv examples/handover_register/post.csv --unit G01.801.001 --to post.jsonl
    """
    register = KINDS.get(kind)
    if register is None:
        fail(f"{kind} is none of {', '.join(KINDS)}")
    for out in (rejects, None if to == "topics" else Path(to)):
        if out is not None and out.resolve() == file.resolve():
            fail(f"{out} is the register itself, and would be overwritten")
    sheet = registers.Spreadsheet(
        file, register, _columns(column or []), encoding, "\t" if delimiter == "tab" else delimiter, saved
    )
    given = Given(event or next(iter(register.events)), zone, unit, procedure, source, recorded, tuple(time_form or ()))
    with told_errors():
        mapping, layout = sheet.opened(given)
        result, refused = _told(file, mapping, to, check=check)
        if rejects is not None:
            registers.write_rejects(rejects, refused)
    result |= {"rejected": len(refused), **registers.described(layout)}
    for each in () if rejects is not None else refused[:SHOWN]:
        notes.print(f"{file}, line {each.line}: {each.why}", style="red", highlight=False, soft_wrap=True)
    if rejects is None and len(refused) > SHOWN:
        notes.print(f"… and {len(refused) - SHOWN} more rows rejected: --rejects FILE has them all", style="red")
    if as_json:
        show_json(result)
    else:
        _show(result)
    if refused:
        raise typer.Exit(EXIT_REJECTED)


def _told(file: Path, mapping: LogMapping, to: str, *, check: bool) -> tuple[dict[str, Any], list[Refusal]]:
    """What was told, or with `check` would be, and the rows rejected."""
    if to == "topics" and not check:
        with bar(f"events of {file.name}", None) as advance:
            sent = registers.to_topics(file, mapping, read_settings(), advance)
        return {"facts": sent.facts, "to": to}, sent.refused
    with file.open("rb") as opened:
        lines = sum(1 for _ in opened)
    with bar(f"lines of {file.name}", lines) as advance:
        if check:
            events, refused = registers.read_only(file, mapping, advance)
            return {"events": events, "facts": len(events)}, refused
        written = registers.to_file(file, mapping, Path(to), read_settings(), advance)
    return {"facts": written.facts, "ticks": written.ticks, "to": to}, written.refused


def _columns(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        name, sign, header = each.partition("=")
        if not sign:
            fail(f"--column {each}: expected NAME=HEADER")
        found[name.strip()] = header.strip()
    return found


def _show(result: dict[str, Any]) -> None:
    if "events" in result:
        table = columns("dossier", "type", "time", "slip or parcel", whole=("dossier", "type", "time"))
        for event in result.pop("events"):
            data, day = event["data"], event["timeprecision"] == "day"
            time = event["time"][:10] if day else event["time"][:16].replace("T", " ")
            row(table, event["subject"].partition(":")[2], event["type"], time, data.get("slip", data.get("parcel")))
        tables.print(table)
    told = ", ".join(f"{name} = {header}" for name, header in result["columns"].items())
    show_values({**result, "columns": told}, as_json=False)
