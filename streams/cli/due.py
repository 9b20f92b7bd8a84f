"""`hoso due`: when a dossier of that kind, place and day is due, and every day between."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from streams.cli.ending import fail, told_errors
from streams.cli.options import AsJson, OfRules, read_moment, read_settings, read_stretch
from streams.cli.telling import columns, range_text, row, show_json, tables
from streams.core.question import PAUSES
from streams.wiring.asking import Asked, Paused, explained
from streams.wiring.law import folder_of, read_law

WHAT = {
    "first_day": "first day, not counted",
    "counted": "counted",
    "off": "off",
    "paused": "paused",
    "rolled_on": "a last day off rolls on to here",
    "extended": "extended to here",
}
WHY_DIFFERENT = {
    "cut_ignored": "the legal term was given, although a decision cut it",
    "counted_from_reception": "counted from reception, although the dossier was complete later",
    "first_day_counted": "the first day was counted",
    "days_off_forgotten": "Monday to Friday were counted: holidays and swapped days are forgotten",
    "calendar_days_counted": "calendar days were counted",
    "decreed_later": "right by what was decreed then; a later decree moved the due",
    "unexplained": "no known way of counting gives that day",
}


def due(
    procedure: Annotated[str, typer.Argument(help="As the rules name it: card. hoso rules show lists them.")],
    start: Annotated[str, typer.Argument(help="When the dossier was received: 2025-12-29 or 2025-12-29T09:00.")],
    completed: Annotated[str | None, typer.Option(help="When it was complete; without it, when received.")] = None,
    variant: Annotated[str | None, typer.Option(help="new, exchange, … as the rules name it.")] = None,
    place: Annotated[str | None, typer.Option(help="Kind of place, where the rules tell them apart.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of the unit: closures and shorter terms of its own.")] = None,
    leg: Annotated[str | None, typer.Option(help="One leg of an interlinked group.")] = None,
    by_post: Annotated[bool, typer.Option("--by-post", help="The result goes to the citizen by post.")] = False,
    pause: Annotated[
        list[str] | None,
        typer.Option(help="FROM..TO, papers asked for and received; payment:FROM..TO or force_majeure:FROM..TO."),
    ] = None,
    extended: Annotated[list[str] | None, typer.Option(help="T=NEW_DUE, told on T that the term is longer.")] = None,
    appointment: Annotated[str | None, typer.Option(help="The day on the receipt, to be compared.")] = None,
    rules: OfRules = None,
    as_json: AsJson = False,
) -> None:
    """When is it due, by which rule, and what was counted on the way.

    A time is read in the zone of the rules unless it has an offset. A day alone is the day: what is known of it holds
    for all of it, as for a line in a register, and it stands for its end where a term counts hours.

    Examples:

        hoso due card 2025-12-29 --variant new

        hoso due card 2026-01-05T08:00 --variant new --completed 2026-01-06T10:00 --pause 2026-01-07..2026-01-09

        hoso due card 2026-01-05 --variant new --pause payment:2026-01-06..2026-01-07 --extended 2026-01-12=2026-01-20

        hoso due card 2025-12-29T09:00 --variant new --appointment 2026-01-08 --json
    """
    asked = Asked(
        procedure,
        read_moment("START", start),
        _moment("--completed", completed),
        variant,
        place,
        unit,
        leg,
        by_post,
        [_pause(text) for text in pause or ()],
        [_extension(text) for text in extended or ()],
        _moment("--appointment", appointment),
    )
    with told_errors():
        told = explained(read_law(folder_of(rules, read_settings())), asked)
    if as_json:
        show_json(told)
    else:
        _show(told)


def _moment(option: str, text: str | None) -> date | None:
    return None if text is None else read_moment(option, text)


def _pause(text: str) -> Paused:
    """KIND:FROM..TO; a kind begins with a letter, a day with a digit."""
    named = re.match(r"([^\d:][^:]*):", text)
    kind = named[1] if named else "supplement"
    if kind not in PAUSES:
        fail(f"--pause {text}: {kind} is none of {', '.join(PAUSES)}")
    return Paused(kind, *read_stretch("--pause", text[named.end() :] if named else text))


def _extension(text: str) -> tuple[date, date]:
    told, sign, new_due = text.partition("=")
    if not sign:
        fail(f"--extended {text}: expected T=NEW_DUE, like 2026-01-12=2026-01-20")
    return read_moment("--extended", told), read_moment("--extended", new_due)


def _show(told: Mapping[str, Any]) -> None:
    rule, calendar, leg = told["rule"], told["calendar"], told["leg"]
    head = columns("", "")
    head.show_header = False
    row(head, "rule", f"{rule['id']}: {rule['term']}, {rule['source']}")
    if rule["nv"]:
        row(head, "not verified", rule["nv"])
    row(head, "law", f"of the day it was {rule['law_of']}, {rule['law_day']}; in force {range_text(rule)}")
    if leg:
        row(head, "leg", f"{leg['id']} ({leg['agency']}): {told['term']}, {leg['source']}")
        if leg["nv"]:
            row(head, "not verified", leg["nv"])
    row(head, "calendar", f"{calendar['id']} ({calendar['zone']}), {calendar['source']}")
    row(head, "runs from", f"{told['starts']['event']}, {told['starts']['at']}")
    row(head, "to", " or ".join(rule["ends"]))
    tables.print(head)
    if told["days"]:
        tables.print()
        _show_days(told)
    tables.print()
    _show_dues(told)
    for note in told["notes"]:
        tables.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)


def _show_days(told: Mapping[str, Any]) -> None:
    used = {"days": "days", "half_days": "half days", "seconds": "hours"}[told["measure"]]
    table = columns("day", "", "what", used, "why", right={used}, whole={"day", "", "what"})
    before = 0
    for day in told["days"]:
        amount = _hours(day["used"]) if told["measure"] == "seconds" else str(day["used"])
        style = "dim" if day["used"] == before else None
        row(table, day["day"], _weekday(day["day"]), WHAT[day["what"]], amount, day["why"], style=style)
        before = day["used"]
    tables.print(table)


def _show_dues(told: Mapping[str, Any]) -> None:
    table = columns("", "", "")
    table.show_header = False
    found = told["due"]
    if found is None:
        row(table, "due", "none yet", "", style="bold")
    else:
        row(table, "due", _named(found), "" if told["due_kind"] is None else told["due_kind"], style="bold")
        if found["provisional"]:
            horizon = told["calendar"]["horizon"]
            row(table, "", "provisional", f"decrees are known up to {horizon}: a swap decided later can move it")
    for each in told["extensions"]:
        if each["refused"] is None:
            row(table, "extended", each["new_due"], f"on {each['told']}; before that {each['before']}")
    if told["provincial"]:
        cut = told["provincial"]
        row(table, "legal due", _named(told["legal"]), told["rule"]["term"])
        row(table, "provincial due", _named(cut), f"{cut['term']} by decision {cut['decision']}, {cut['source']}")
        if cut["nv"]:
            row(table, "", "not verified", cut["nv"])
    if told["appointment"]:
        given = told["appointment"]
        row(table, "appointment", given["given"], _difference(given, found))
    tables.print(table)


def _difference(given: Mapping[str, Any], due: Mapping[str, Any] | None) -> str:
    days, why = given["working_days"], given["why"]
    moved = "" if due is not None and due["day"] == given["beside"] else f" on {given['beside']}, before any pause"
    if why is None:
        return f"as computed{moved}"
    number = f"{abs(days)} working day{'' if abs(days) == 1 else 's'}"
    place = f"{number} {'after' if days > 0 else 'before'} the due" if days else "another day than the due"
    return f"{place}{moved}: {WHY_DIFFERENT[why]}"


def _named(due: Mapping[str, Any]) -> str:
    return f"{_weekday(due['day'])} {due['text']}"


def _weekday(day: str) -> str:
    return f"{date.fromisoformat(day):%a}"


def _hours(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}"
