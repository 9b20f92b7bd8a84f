"""The full path: hoso beside stock Faust and the floor, all on the same work in one run, in alternating rounds."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import floor, hoso, stock
from benchmarks.broker import Broker
from benchmarks.measure import Run, Tell
from benchmarks.options import Bench, Options
from benchmarks.workload import Workload, build

Contender = Callable[[Broker, Workload, str, Path, Tell], Awaitable[Run]]
CONTENDERS: dict[str, Contender] = {
    hoso.NAME: hoso.run_hoso,
    stock.NAME: stock.run_stock,
    stock.NAME_DIRECT: stock.run_stock_direct,
    floor.NAME: floor.run_floor,
}
# Stock Faust gets this part of the events, but no fewer than these: it would take half an hour for all of them.
STOCK_PART, STOCK_EVENTS_MIN = 20, 16_000
GOAL_RATIO = 8.0


async def run_full(bench: Bench, options: Options) -> dict[str, Any]:
    """All rounds; raises WrongResult if a contender does not find exactly the flags that were planted."""
    bench.progress.step("full: making the work")
    work, less = build(options.events), build(_stock_events(options.events))
    runs: dict[str, list[Run]] = {name: [] for name in CONTENDERS}
    for name in (floor.NAME, hoso.NAME):
        bench.progress.step(f"full: the broker gets warm, {name}")
        await _run(bench, name, less, f"warm-{name}.")
    for number in _rounds(options):
        for name in _order(number):
            bench.progress.step(f"full: round {number + 1}, {name}")
            given = less if name.startswith(stock.NAME) else work
            runs[name].append(await _run(bench, name, given, f"bench{number}-{name}."))
    return summary(runs)


def summary(runs: dict[str, list[Run]]) -> dict[str, Any]:
    """Medians over the rounds, and the ratios that the goals speak of."""
    contenders = {name: _contender(found) for name, found in runs.items()}
    cpu = {name: found["cpu_seconds_per_million"] for name, found in contenders.items()}
    times_fewer = cpu[stock.NAME] / cpu[hoso.NAME]
    return {
        "rounds": len(runs[hoso.NAME]),
        "contenders": contenders,
        "stock_cpu_by_hoso_cpu": times_fewer,
        "stock_direct_cpu_by_hoso_cpu": cpu[stock.NAME_DIRECT] / cpu[hoso.NAME],
        "hoso_cpu_by_floor_cpu": cpu[hoso.NAME] / cpu[floor.NAME],
        "goal": {"stock_cpu_by_hoso_cpu_min": GOAL_RATIO, "is_met": times_fewer >= GOAL_RATIO},
        "others_share_max": max(run.others for found in runs.values() for run in found),
    }


async def _run(bench: Bench, name: str, work: Workload, prefix: str) -> Run:
    run = await CONTENDERS[name](bench.broker, work, prefix, bench.folder, bench.progress.reach)
    await bench.broker.remove(prefix)
    return run


def _contender(runs: Sequence[Run]) -> dict[str, Any]:
    speeds = [run.events_per_second for run in runs]
    return {
        "events": runs[0].events,
        "events_per_second": median(speeds),
        "events_per_second_low": min(speeds),
        "events_per_second_high": max(speeds),
        "cpu_seconds_per_million": median(run.cpu_per_million for run in runs),
        "by_process": {
            name: {
                "cpu_seconds_per_million": median(run.cpu[name] / run.events * 1e6 for run in runs),
                "memory_mb": median(run.memory_mb[name] for run in runs),
            }
            for name in runs[0].cpu
        },
        "broker_cpu_seconds_per_million": median(run.broker_cpu / run.events * 1e6 for run in runs),
        "runs": [run._asdict() for run in runs],
    }


def _rounds(options: Options) -> Iterator[int]:
    """Numbers of rounds: so many, or as many as fit into the minutes, at least one."""
    began_at = time.monotonic()
    number = 0
    while True:
        yield number
        number += 1
        elapsed = time.monotonic() - began_at
        if options.minutes is None:
            if number >= options.rounds:
                return
        elif elapsed + elapsed / number > options.minutes * 60:
            return


def _order(number: int) -> list[str]:
    """Each round begins with another contender, so that none always meets the machine as the same one left it."""
    names = list(CONTENDERS)
    first = number % len(names)
    return names[first:] + names[:first]


def _stock_events(events: int) -> int:
    return min(events, max(STOCK_EVENTS_MIN, events // STOCK_PART))
