"""`hoso simulate`: a district that never was, with all that goes wrong in it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli.ending import fail, told_errors
from streams.cli.options import AsJson, read_seconds, read_simulated
from streams.cli.telling import bar, columns, notes, row, show_json, show_values, steps, tables
from streams.core.instants import utc_text
from streams.settings import Settings
from streams.simulator.plan import in_order
from streams.simulator.steps import end_of_run
from streams.wiring import simulation
from streams.wiring.playing import play_to_topics

TOPICS = "topics"


def simulate(
    to: Annotated[str, typer.Option(help="'topics', or a JSON Lines file to write: delivered, event.")],
    district: Annotated[str, typer.Option(help="A file, or a name: honest, noisy, hanoi, hcmc, …")] = "noisy",
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    days: Annotated[int | None, typer.Option(min=1, max=3660, help="Days of intake; else as the district.")] = None,
    speed: Annotated[
        float | None, typer.Option(min=0.001, help="To topics: simulated seconds a second; else as fast as it goes.")
    ] = None,
    tick: Annotated[str, typer.Option(help="To topics: simulated time between ticks, like 15m, 1h or 1d.")] = "1h",
    truth: Annotated[Path | None, typer.Option(help="Write what really happened here, one case a line.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play a simulated district: its events in the order in which they become known, late, doubled or not at all.

    To topics it moves the simulated clock of a running deployment: each tick judges just what was known by then.

    Examples:

        hoso simulate --district noisy --seed 7 --to events.jsonl --truth truth.jsonl

        hoso simulate --district my-district.toml --days 30 --to events.jsonl --json

        HOSO_CLOCK=simulated hoso simulate --district noisy --to topics --speed 3600
    """
    if to != TOPICS and speed is not None:
        fail("--speed works to topics only: a file tells when each event becomes known")
    tick_seconds = read_seconds("--tick", tick)
    settings = read_simulated() if to == TOPICS else None
    with bar(f"cases of {district}", None) as advance, told_errors():
        run = simulation.play(district, seed, days, advance)
        told = simulation.summary(run)
        if truth is not None:
            simulation.write_truth(run, truth)
        if settings is None:
            simulation.write(run, Path(to))
    if settings is not None:
        told |= _play(run, tick_seconds, speed, settings)
    told = {"seed": seed, "to": to, **told}
    if as_json:
        show_json(told)
        return
    names = ("district", "seed", "scale", "cases", "events", "ticks", "until")
    show_values({name: told[name] for name in names if name in told}, as_json=False)
    table = columns("", "cases", right={"cases"})
    for group in ("procedures", "faults"):
        for name, count in told[group].items():
            row(table, f"{group.removesuffix('s')} {name.replace('_', ' ')}", f"{count:,}")
    tables.print(table)


def _play(run: simulation.Run, tick_seconds: int, speed: float | None, settings: Settings) -> dict[str, Any]:
    """Play a run into the topics; one that is stopped says how far it has come."""
    history, reached = in_order(run.cases), {"events": 0, "ticks": 0}
    until = end_of_run(run.district, run.days, history)
    with told_errors(), steps() as show:

        def advance(step: str, done: int, of: int) -> None:
            reached[step] = done
            show(step, done, of)

        try:
            played = play_to_topics(history, until, tick_seconds, speed, settings, advance)
        except KeyboardInterrupt:
            notes.print(
                f"{reached['events']:,} of {len(history):,} events and {reached['ticks']:,} ticks were sent: "
                f"to play it whole, begin under another HOSO_PREFIX",
                highlight=False,
                soft_wrap=True,
            )
            raise
    return {"ticks": played.ticks, "until": utc_text(played.last)}
