"""`python -m tools.simulate`: are the flags of many simulated districts those that follow from what was told?

Runs districts seed after seed until so many district-days are played, on all cores; run it again to go on where it
stopped. Fails where a class falls short. One failing case of each class and kind is kept in
tests/simulation/failing.jsonl, which a test plays for good: take in what stands there, mend it, leave the line.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from hashlib import blake2b
from itertools import count as numbers
from pathlib import Path
from typing import Any, NamedTuple

from streams.simulator.district import load_district
from streams.wiring.confusion import COLUMNS, Counts, Matrix, cells, count, holds, total
from streams.wiring.evaluation import evaluate

ROOT = Path(__file__).parents[1]
NOTE = ROOT / ".pytest_cache" / "simulate.jsonl"
FAILING = ROOT / "tests" / "simulation" / "failing.jsonl"
# What each district must reach.
AT_LEAST: Mapping[str, float] = {"honest": 1.0, "noisy": 0.99}
# What a result rests on: a change of any of it begins again.
WATCHED = ("schemas", "streams/core", "streams/pipeline", "streams/rules", "streams/simulator", "streams/wiring")
INTERRUPTED = 130
EPILOG = """examples:
  python -m tools.simulate                        2,000 district-days
  python -m tools.simulate --minutes 30           as many as fit; run it again to go on
  python -m tools.simulate --page docs/evaluation.md --date 2026-11-22
"""


class Job(NamedTuple):
    """One run that is wanted: a district, a seed, and the days that it counts for."""

    district: str
    seed: int
    days: int


class Result(NamedTuple):
    """What a run came to: counts by class beside what was told and beside what happened, and its failing cases."""

    district: str
    seed: int
    days: int
    cases: int
    events: int
    told: Matrix
    happened: Matrix
    failing: Sequence[Mapping[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.simulate",
        description="Compares the flags of many simulated districts with those that an oracle expects.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no run after so many minutes")
    parser.add_argument("--days", type=int, default=2000, help="how many district-days are wanted")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many runs at a time")
    parser.add_argument("--page", type=Path, help="write what was found as a page")
    parser.add_argument("--date", help="the day that the page bears")
    options = parser.parse_args(arguments)
    if options.page is not None and options.date is None:
        parser.error("--page needs a --date")
    ends = time.monotonic() + options.minutes * 60
    sources = sources_hash()
    wanted = wanted_jobs(options.days)
    note = Note(NOTE, sources)
    todo = [job for job in wanted if (job.district, job.seed) not in note.results]
    try:
        for result in run(todo, options.jobs, ends):
            note.write(result)
            print(line_of(result), flush=True)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    results = [note.results[job.district, job.seed] for job in wanted if (job.district, job.seed) in note.results]
    keep(FAILING, results)
    short = [name for name, matrix in by_district(results, "told").items() if not holds(matrix, AT_LEAST[name])]
    print("\n".join(lines_of(results)))
    if options.page is not None:
        options.page.write_text(page(results, options.date, version()), encoding="utf-8")
    if sources_hash() != sources:
        print("the sources changed meanwhile: run it again", file=sys.stderr)
        return 1
    left = len(wanted) - len(results)
    days = sum(result.days for result in results)
    print(f"simulate: {days:,} district-days, {left} runs still to do, short: {', '.join(short) or 'none'}")
    if left:
        print("run it again to go on from here")
    return int(bool(short))


def wanted_jobs(days: int) -> list[Job]:
    """Seed after seed of each district, until there are so many days in all."""
    lengths = {name: load_district(name) for name in AT_LEAST}
    jobs: list[Job] = []
    for seed in numbers(1):
        for name, district in lengths.items():
            if sum(job.days for job in jobs) >= days:
                return jobs
            jobs.append(Job(name, seed, district.days + district.tail))
    raise AssertionError("seeds have no end")


def run(jobs: Sequence[Job], at_a_time: int, ends: float) -> Iterator[Result]:
    """The results as they come; none is begun once the time is over."""
    waiting = list(reversed(jobs))
    with ProcessPoolExecutor(at_a_time) as pool:
        running: set[Future[Result]] = set()
        while waiting or running:
            while waiting and len(running) < at_a_time and time.monotonic() < ends:
                running.add(pool.submit(play, waiting.pop()))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


def play(job: Job) -> Result:
    """One run."""
    found = evaluate(job.district, job.seed, None, lambda *_: None)
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for line in found.differences():
        if line["untold"] is None:
            kept = {name: line[name] for name in ("district", "seed", "case", "class", "kind")}
            seen.setdefault((line["class"], line["kind"]), kept)
    return Result(
        *(found.district, found.seed, found.days, found.cases, found.events),
        told=count(found.told),
        happened=count(found.happened),
        failing=list(seen.values()),
    )


class Note:
    """The results so far, a line each, under a hash of the sources they rest on."""

    def __init__(self, path: Path, sources: str) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if not lines or lines[0] != sources:
            lines = [sources]
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{sources}\n", encoding="utf-8")
        found = [_read(json.loads(line)) for line in lines[1:]]
        self.results = {(result.district, result.seed): result for result in found}

    def write(self, result: Result) -> None:
        self.results[result.district, result.seed] = result
        sides = {name: _plain(getattr(result, name)) for name in ("told", "happened")}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps({**result._asdict(), **sides})}\n")


def keep(path: Path, results: Iterable[Result]) -> None:
    """Add one failing case of each district, class and kind of which none is kept yet."""
    kept = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    known = {_kind(each) for each in kept}
    with path.open("a", encoding="utf-8") as file:
        for result in results:
            for each in result.failing:
                if _kind(each) not in known:
                    known.add(_kind(each))
                    file.write(f"{json.dumps(each)}\n")
                    print(f"kept in {path.name}: {json.dumps(each)}")


def by_district(results: Iterable[Result], side: str) -> dict[str, Matrix]:
    """The counts of all seeds of each district."""
    found: dict[str, list[Matrix]] = {}
    for result in results:
        found.setdefault(result.district, []).append(getattr(result, side))
    return {name: total(matrices) for name, matrices in found.items()}


def line_of(result: Result) -> str:
    faults = sum(counts.wrong + counts.missed for counts in result.told.values())
    return f"{result.district} {result.seed}: {result.cases:,} cases, {faults} flags wrong or missed"


def lines_of(results: Sequence[Result]) -> Iterator[str]:
    """The tables, district by district, in Markdown."""
    told, happened = by_district(results, "told"), by_district(results, "happened")
    for name in told:
        mine = [result for result in results if result.district == name]
        yield ""
        yield (
            f"`{name}`, seeds {min(each.seed for each in mine)} to {max(each.seed for each in mine)}:"
            f" {sum(each.days for each in mine):,} district-days, {sum(each.cases for each in mine):,} cases,"
            f" {sum(each.events for each in mine):,} events."
        )
        yield ""
        if not told[name] and not happened[name]:
            yield "No flag stands, and none is expected."
            continue
        yield f"| class | {' | '.join(COLUMNS)} |"
        yield f"|---|{'--:|' * len(COLUMNS)}"
        for each in sorted({*told[name], *happened[name]}):
            row = cells(told[name].get(each, Counts()), happened[name].get(each, Counts()))
            yield f"| `{each}` | {' | '.join(row)} |"


def page(results: Sequence[Result], date: str, of: str) -> str:
    """docs/evaluation.md."""
    return PAGE.format(date=date, version=of, tables="\n".join(lines_of(results)).strip())


def version() -> str:
    """The commit, with a mark where files differ from it."""
    command = ("git", "describe", "--always", "--dirty", "--abbrev=10")
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def sources_hash(root: Path = ROOT) -> str:
    digest = blake2b(digest_size=16)
    for folder in WATCHED:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


def _kind(kept: Mapping[str, Any]) -> tuple[str, str, str]:
    return kept["district"], kept["class"], kept["kind"]


def _plain(matrix: Matrix) -> dict[str, Any]:
    return {name: vars(counts) for name, counts in matrix.items()}


def _read(told: dict[str, Any]) -> Result:
    sides = {side: {name: Counts(**counts) for name, counts in told[side].items()} for side in ("told", "happened")}
    return Result(**{**told, **sides})


PAGE = """\
# How right the flags are

Generated by `python -m tools.simulate --page docs/evaluation.md --date {date}` on version `{version}`.
[Simulating](simulating.md#evaluation) says what is compared with what, and how to read the columns. Of what is wrong,
missed or ends at another time `tests/simulation/failing.jsonl` has one case of each class and kind, with what it shows.

{tables}
"""

if __name__ == "__main__":
    sys.exit(main())
