"""`hoso simulate`: a district that never was, with all that goes wrong in it."""

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.ending import fail, told_errors
from streams.cli.options import AsJson
from streams.cli.telling import bar, columns, row, show_json, show_values, tables
from streams.wiring import simulation


def simulate(
    to: Annotated[str, typer.Option(help="A JSON Lines file to write: delivered, event.")],
    district: Annotated[str, typer.Option(help="A file, or a name: honest, noisy, hanoi, hcmc, …")] = "noisy",
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    days: Annotated[int | None, typer.Option(min=1, max=3660, help="Days of intake; else as the district.")] = None,
    truth: Annotated[Path | None, typer.Option(help="Write what really happened here, one case a line.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play a simulated district: its events in the order in which they become known, late, doubled or not at all.

    Examples:

        hoso simulate --district noisy --seed 7 --to events.jsonl --truth truth.jsonl

        hoso simulate --district my-district.toml --days 30 --to events.jsonl --json
    """
    if to == "topics":
        fail("--to topics is not built yet: name a file")
    with bar(f"cases of {district}", None) as advance, told_errors():
        run = simulation.play(district, seed, days, advance)
        told = simulation.write(run, Path(to), truth)
    told = {"seed": seed, "to": to, **told}
    if as_json:
        show_json(told)
        return
    show_values({name: told[name] for name in ("district", "seed", "scale", "cases", "events")}, as_json=False)
    table = columns("", "cases", right={"cases"})
    for group in ("procedures", "faults"):
        for name, count in told[group].items():
            row(table, f"{group.removesuffix('s')} {name.replace('_', ' ')}", f"{count:,}")
    tables.print(table)
