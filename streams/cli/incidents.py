"""`hoso incidents`: what many flags of one cause are together."""

from typing import Annotated

import typer

from streams.cli.ending import told_errors
from streams.cli.options import AsJson, read_settings
from streams.cli.telling import columns, row, show_json, tables
from streams.core.wording import WORDING
from streams.wiring import deployment


def incidents(
    unit: Annotated[str | None, typer.Option(help="Only incidents of this unit and of those beneath it.")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only incidents with a flag that is still raised.")] = False,
    as_json: AsJson = False,
) -> None:
    """Incidents: many flags of one class, party and place, of one source and release of its software where these are
    known, whose conditions began within days of each other.

    No count of cases or flags changes by an incident. Open ones come first, then the newest.

    Examples:

        hoso incidents --open

        hoso incidents --unit G01.801 --json
    """
    with told_errors():
        found = deployment.incidents(read_settings(), unit, open_only=open_only)
    if as_json:
        show_json([one.told() for one in found])
        return
    table = columns(
        "incident", "class", "accountable", "at", "source", "software", "from", "to", "flags", "raised", "cases",
        "open", "units",
        right={"flags", "raised", "cases", "open", "units"}, whole={"incident", "from", "to"},
    )  # fmt: skip
    for one in found:
        row(
            table,
            one.incident_id[:8],
            WORDING.get(one.flag_class, one.flag_class),
            one.accountable,
            one.scope,
            one.source,
            one.software,
            one.begun_on,
            one.ended_on or "open",
            one.members,
            one.members_open,
            one.cases,
            one.cases_open,
            len(one.units or ()),
        )
    tables.print(table)
