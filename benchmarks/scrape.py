"""Whether scraping delays judging: rounds with a scrape every second between rounds without, on one case worker.

The worker holds cases of 3,500 units, and both its gauges of cases are past their bounds (country.py). A round has two
parts. In the first, events come at an even pace with a tick every second, and each changes a flag: how long after its
tick a flag can be read. In the second they come at once: how many a second, for how much CPU time.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any, NamedTuple

from benchmarks.broker import Broker, Producer
from benchmarks.children import Child
from benchmarks.country import CLEARED, JUDGED, UNITS, law, pending, returned, told
from benchmarks.flags_watch import FlagsWatch
from benchmarks.hoso import Deployment
from benchmarks.measure import Run, Seen, Tell, WrongResult, measure
from benchmarks.options import Bench, Options
from benchmarks.scraper_app import Scrape
from benchmarks.workload import Told
from schemas.topics import FLAGS, LOG
from streams.adapters.kafka import KafkaWriter
from streams.agents.app import group_of

QUIET, SCRAPED = "no scrape", "a scrape a second"
# Prometheus is told to come every 15 s (deploy/prometheus).
SECONDS_BETWEEN = 1.0
GOAL_SERIES, GOAL_MS = 10_000, 150.0
PACED_TICKS, PACED_SECONDS = 15, 1.0
# Of the events of a round, so many in a hundred come at an even pace.
PACED_SHARE = 25
TICK_STEP = 60


class Round(NamedTuple):
    """`late` are seconds from the tick in the log until a flag could be read, of each; `scrapes` those of the round, of
    which so many came while events did at an even pace."""

    late: list[float]
    paced_cpu: float
    burst: Run
    scrapes: list[Scrape]
    paced_scrapes: int


async def run_scrape(bench: Bench, options: Options) -> dict[str, Any]:
    """As many rounds of either kind; each begins with the kind that came last before."""
    broker, cases = bench.broker, options.cases
    deployment = Deployment(broker.bootstrap, "bench-scrape.", bench.folder)
    await deployment.create()
    with deployment.worker("cases") as worker, deployment.worker("intake") as intake:
        await deployment.ready(worker)
        async with KafkaWriter(broker.bootstrap) as writer:
            producer = Producer(writer, deployment.prefix)
            rounds = _Rounds(deployment, broker, [intake, worker], producer, bench)
            bench.progress.step(f"scrape: telling {cases:,} cases of {UNITS:,} units")
            await producer.write([deployment.activation(law())])
            for events in told(cases):
                await producer.tell(events)
            await rounds.judged(bench.progress.reach)
            waiting = pending(cases)
            part = len(waiting) // (2 * options.rounds)
            found: dict[str, list[Round]] = {QUIET: [], SCRAPED: []}
            for number in range(options.rounds):
                for kind in (QUIET, SCRAPED) if number % 2 == 0 else (SCRAPED, QUIET):
                    bench.progress.step(f"scrape: round {number + 1} of {options.rounds}, {kind}")
                    given, waiting = waiting[:part], waiting[part:]
                    found[kind].append(await rounds.run(given, is_scraped=kind == SCRAPED))
    await broker.remove(deployment.prefix)
    return summary(cases, found)


def summary(cases: int, found: dict[str, list[Round]]) -> dict[str, Any]:
    """Ratios are those of the medians: rounds with scrapes by rounds without."""
    kinds = {kind: _figures(rounds) for kind, rounds in found.items()}
    scrapes = [scrape for one in found[SCRAPED] for scrape in one.scrapes]
    paced = sorted(scrape.ms for one in found[SCRAPED] for scrape in one.scrapes[: one.paced_scrapes])
    burst = sorted(scrape.ms for one in found[SCRAPED] for scrape in one.scrapes[one.paced_scrapes :])
    series = max(scrape.series for scrape in scrapes)
    return {
        "rounds": len(found[SCRAPED]),
        "cases": cases,
        "units": UNITS,
        "seconds_between": SECONDS_BETWEEN,
        "scrapes": len(scrapes),
        "series": series,
        "bytes": max(scrape.size for scrape in scrapes),
        "ms": {"at an even pace": _times(paced), "at once": _times(burst)},
        "kinds": kinds,
        "scraped_by_quiet": {name: kinds[SCRAPED][name] / kinds[QUIET][name] for name in kinds[QUIET]},
        "others_share_max": max(one.burst.others for rounds in found.values() for one in rounds),
        "goal": {"series_max": GOAL_SERIES, "ms_max": GOAL_MS, "is_met": series <= GOAL_SERIES and paced[-1] < GOAL_MS},
    }


def _times(ordered: Sequence[float]) -> dict[str, float]:
    over = sum(ms >= GOAL_MS for ms in ordered)
    return {
        "scrapes": len(ordered),
        "p50": _share(ordered, 0.5),
        "p90": _share(ordered, 0.9),
        "max": ordered[-1],
        "over": over,
    }


def _figures(rounds: Sequence[Round]) -> dict[str, float]:
    return {
        "late_seconds_p50": median(_share(sorted(one.late), 0.5) for one in rounds),
        "late_seconds_p99": median(_share(sorted(one.late), 0.99) for one in rounds),
        "paced_cpu_seconds_per_million": median(one.paced_cpu / len(one.late) * 1e6 for one in rounds),
        "events_per_second": median(one.burst.events_per_second for one in rounds),
        "cpu_seconds_per_million": median(one.burst.cpu["cases"] / one.burst.events * 1e6 for one in rounds),
    }


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Rounds:
    """Rounds on one deployment, whose clock goes on from each to the next."""

    def __init__(
        self, deployment: Deployment, broker: Broker, workers: Sequence[Child], producer: Producer, bench: Bench
    ) -> None:
        self._deployment, self._broker, self._workers = deployment, broker, workers
        self._producer, self._bench = producer, bench
        self._group = group_of(deployment.settings, "cases")
        self._log, self._flags = deployment.topic(LOG.name), deployment.topic(FLAGS.name)
        self._at = JUDGED

    async def judged(self, tell: Tell) -> None:
        """Returns when all that was told so far is judged."""
        await self._deployment.tell_part(self._producer, [], self._at)
        await self._measured(1, self._workers, tell)

    async def run(self, cases: Sequence[int], *, is_scraped: bool) -> Round:
        paced = len(cases) * PACED_SHARE // 100 // PACED_TICKS * PACED_TICKS
        worker = self._workers[-1]
        url = self._deployment.metrics_url(worker)
        scraper = Child("scraper", ["benchmarks.scraper_app", url, str(SECONDS_BETWEEN)], self._bench.folder)
        before = (await self._broker.ends(self._flags))[self._flags]
        with ExitStack() as running:
            if is_scraped:
                running.enter_context(scraper)
            async with FlagsWatch(self._broker.bootstrap, self._log, self._flags, before) as watch:
                used = worker.cpu_seconds()
                await self._pace(cases[:paced])
                late = await watch.late(paced)
                used = worker.cpu_seconds() - used
            paced_scrapes = len(scraper.told()) if is_scraped else 0
            await self._tell(cases[paced:])
            measured = [*self._workers, scraper] if is_scraped else self._workers
            burst = await self._measured(len(cases) - paced, measured, self._bench.progress.reach)
        found = await self._broker.flags(self._flags, before)
        if found[CLEARED] != len(cases):
            raise WrongResult("scrape", {CLEARED: len(cases)}, found)
        scrapes = [Scrape(*told) for told in scraper.told().values()] if is_scraped else []
        return Round(late, used, burst, scrapes, paced_scrapes)

    async def _pace(self, cases: Sequence[int]) -> None:
        began, a_tick = time.monotonic(), len(cases) // PACED_TICKS
        for number in range(PACED_TICKS):
            await self._tell(cases[number * a_tick : (number + 1) * a_tick])
            await asyncio.sleep(max(0.0, began + (number + 1) * PACED_SECONDS - time.monotonic()))

    async def _tell(self, cases: Sequence[int]) -> None:
        self._at += TICK_STEP
        await self._deployment.tell_part(self._producer, self._returned(cases), self._at)

    def _returned(self, cases: Sequence[int]) -> list[Told]:
        return [returned(case, self._at - 1) for case in cases]

    async def _measured(self, events: int, running: Sequence[Child], tell: Tell) -> Run:
        """Ends when the last tick asked for, and so all that was told before it, is judged and durable."""
        deployment, broker = self._deployment, self._broker
        before = sum(await broker.committed(self._group, self._log))

        async def look() -> Seen:
            handled = sum(await broker.committed(self._group, self._log)) - before
            # As long as a tick is judged no offset moves, but flags come.
            said = sum((await broker.ends(self._flags))[self._flags])
            return Seen(handled and handled + said, is_done=await deployment.is_durable(broker, self._at))

        return await measure(broker, events, running, look, tell)
