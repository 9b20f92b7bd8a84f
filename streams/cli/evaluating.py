"""`hoso evaluate`: how right the flags of a simulated district are, class by class."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from streams.cli.ending import EXIT_DIFFERENT, fail, told_errors
from streams.cli.options import AsJson
from streams.cli.telling import columns, notes, row, show_json, steps, tables
from streams.wiring.confusion import COLUMNS, Comparison, Counts, Matrix, cells, count, holds, total
from streams.wiring.evaluation import Advance, Evaluation, evaluate


def evaluate_district(
    district: Annotated[str, typer.Option(help="A file, or a name: honest, noisy, phan-thiet, …")] = "noisy",
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    seeds: Annotated[str | None, typer.Option(help="Several seeds, as 1-4, counted together.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3660, help="Days of intake; else as the district.")] = None,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="What precision and recall must reach.")] = 0.99,
    misses: Annotated[Path | None, typer.Option(help="Write every difference here, one a line.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the flags of a simulated district with those that follow from all that was told, and from all that
    happened (true precision, true recall), told or not.

    Exit code 0 where every class reaches --at-least by what was told, else 1.

    Examples:

        hoso evaluate --district honest

        hoso evaluate --district noisy --seeds 1-4 --misses misses.jsonl
    """
    numbers = [seed] if seeds is None else _seeds(seeds)
    with steps() as advance, told_errors():
        runs = [evaluate(district, number, days, _of_seed(number, advance)) for number in numbers]
        if misses is not None:
            with misses.open("wb") as file:
                file.writelines(orjson.dumps(line) + b"\n" for run in runs for line in run.differences())
    told, happened = (total(count(side(run)) for run in runs) for side in (_told, _happened))
    is_reached = holds(told, at_least)
    if as_json:
        sides = {"told": told, "happened": happened}
        tables_of = {name: {one: counts.as_json() for one, counts in matrix.items()} for name, matrix in sides.items()}
        show_json({**_size(runs), "at_least": at_least, "holds": is_reached, **tables_of})
    else:
        _show(_size(runs), told, happened)
    if not is_reached:
        notes.print(f"hoso: not every class reaches {at_least}", style="yellow")
        raise typer.Exit(EXIT_DIFFERENT)


def _told(run: Evaluation) -> Comparison:
    return run.told


def _happened(run: Evaluation) -> Comparison:
    return run.happened


def _of_seed(seed: int, advance: Advance) -> Advance:
    return lambda step, done, of: advance(f"seed {seed}, {step}", done, of)


def _seeds(text: str) -> list[int]:
    match = re.fullmatch(r"(\d+)-(\d+)", text)
    if match is None or int(match[2]) < int(match[1]):
        fail(f"--seeds {text}: expected two numbers like 1-4, the lower first")
    return list(range(int(match[1]), int(match[2]) + 1))


def _size(runs: list[Evaluation]) -> dict[str, Any]:
    return {
        "district": runs[0].district,
        "seeds": [run.seed for run in runs],
        "district_days": sum(run.days for run in runs),
        "cases": sum(run.cases for run in runs),
        "events": sum(run.events for run in runs),
    }


def _show(size: Mapping[str, Any], told: Matrix, happened: Matrix) -> None:
    tables.print(
        f"{size['district']}, seeds {', '.join(map(str, size['seeds']))}: {size['district_days']:,} district-days,"
        f" {size['cases']:,} cases, {size['events']:,} events",
        highlight=False,
    )
    if not told and not happened:
        tables.print("no flag stands, and none is expected")
        return
    table = columns("class", *COLUMNS, right=set(COLUMNS), whole={"class"})
    for name in sorted({*told, *happened}):
        row(table, name, *cells(told.get(name, Counts()), happened.get(name, Counts())))
    tables.print(table)
