"""Restart after kill -9: how long a case worker with a full table needs until it has judged the next event."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any, NamedTuple

from benchmarks.broker import Broker, Producer
from benchmarks.children import Child
from benchmarks.hoso import Deployment
from benchmarks.measure import Seen, Stalled, WrongResult, measure
from benchmarks.options import Bench, Options
from benchmarks.workload import EVENTS_A_CASE, Outcome, Told, build, code_of, event_of
from schemas.topics import FLAGS, TABLE
from streams.adapters.kafka import KafkaWriter

GOAL_SECONDS = 10.0
HOUR = 3600
_ASK_SECONDS = 0.01
_SECONDS_MAX = 300.0


class Restart(NamedTuple):
    """Seconds from the start of the process until it holds its partitions, and until the flag is there to be read."""

    ready: float
    judged: float


async def run_restart(bench: Bench, options: Options) -> dict[str, Any]:
    """Fill a table, then kill and restart its worker `rounds` times; each time another case has news meanwhile.

    The news is that the portal shows at last as returned what it had shown as pending. Only a worker that has
    recovered the case and the flag it raised can clear that flag.
    """
    bench.progress.step("restart: making the work")
    work = build(options.cases * EVENTS_A_CASE)
    unclosed = [case for case, outcome in enumerate(work.outcomes) if outcome is Outcome.NOT_CLOSED]
    deployment, broker = Deployment(bench.broker.bootstrap, "bench-restart.", bench.folder), bench.broker
    events, last_at = len(work.events), work.ticks[-1].at
    await deployment.create()
    async with KafkaWriter(broker.bootstrap) as writer:
        producer = Producer(writer, deployment.prefix)
        for told, tick in work.parts():
            await deployment.tell_part(producer, told, tick.at)
        bench.progress.step(f"restart: filling a table with {work.cases:,} cases")
        with deployment.worker("cases") as cases, deployment.worker("intake") as intake:

            async def look() -> Seen:
                return await deployment.look(broker, events, last_at)

            await measure(broker, events, [intake, cases], look, bench.progress.reach)
            await deployment.check(broker, work)
            changelog = sum((await broker.ends(deployment.topic(TABLE.name)))[deployment.topic(TABLE.name)])
            found = []
            for number, case in enumerate(unclosed[: options.rounds]):
                bench.progress.step(f"restart: kill -9, {number + 1} of {options.rounds}")
                last_at += HOUR
                cases.kill()
                await deployment.tell_part(producer, [_closed(case, last_at - 1)], last_at)
                await _in_log(deployment, broker, last_at)
                found.append(await _restart(deployment, broker, cases))
            memory_mb = cases.memory_mb()
    await broker.remove(deployment.prefix)
    return summary(work.cases, changelog, memory_mb, found)


def summary(cases: int, changelog: int, memory_mb: float, found: list[Restart]) -> dict[str, Any]:
    judged = median(one.judged for one in found)
    return {
        "rounds": len(found),
        "cases": cases,
        "changelog_offsets": changelog,
        "memory_mb": memory_mb,
        "seconds_until_ready": median(one.ready for one in found),
        "seconds_until_judged": judged,
        "seconds_until_judged_max": max(one.judged for one in found),
        "goal": {"seconds_until_judged_max": GOAL_SECONDS, "is_met": judged < GOAL_SECONDS},
    }


def _closed(case: int, at: int) -> Told:
    data = {"system": "portal", "code": "10"}
    return Told("official-status", case, event_of("official.status_changed", code_of(case), "late", at, data))


async def _in_log(deployment: Deployment, broker: Broker, at: int) -> None:
    """Returns when intake has forwarded the news and the controller has ticked: nothing but our worker is missing."""

    async def is_there() -> bool:
        return all(await deployment.ticks(broker, at))

    await _until(is_there, "no tick after the news")


async def _restart(deployment: Deployment, broker: Broker, cases: Child) -> Restart:
    flags = deployment.topic(FLAGS.name)
    before = (await broker.ends(flags))[flags]
    began_at = time.monotonic()
    cases.start()
    ready = asyncio.create_task(_ready_at(deployment, cases))

    async def has_judged() -> bool:
        cases.cpu_seconds()
        return (await broker.ends(flags))[flags] != before

    await _until(has_judged, "no flag after the restart")
    judged = time.monotonic() - began_at
    if (found := await broker.flags(flags, before)) != {("falsely_pending", "cleared"): 1}:
        raise WrongResult("restart", "one falsely_pending cleared", found)
    return Restart(await ready - began_at, judged)


async def _ready_at(deployment: Deployment, cases: Child) -> float:
    await deployment.ready(cases)
    return time.monotonic()


async def _until(is_so: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    deadline = time.monotonic() + _SECONDS_MAX
    while not await is_so():
        if time.monotonic() > deadline:
            raise Stalled(f"{otherwise} within {_SECONDS_MAX:.0f} s")
        await asyncio.sleep(_ASK_SECONDS)
