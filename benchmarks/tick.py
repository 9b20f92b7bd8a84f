"""A tick that judges every case at once: all are due at one instant; then other rules judge each of them again."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from benchmarks.broker import Broker, Producer
from benchmarks.children import Child
from benchmarks.hoso import Deployment
from benchmarks.measure import Run, Seen, Tell, WrongResult, measure
from benchmarks.options import Bench, Options
from benchmarks.workload import UNITS, Told, at_hour, code_of, event_of
from schemas.topics import FLAGS, LOG
from streams.adapters.kafka import KafkaWriter
from streams.rules_file import VIETNAM, load_rules

GOAL_CASES, GOAL_SECONDS = 1_000_000, 30.0
TOLD_AT_ONCE = 50_000
LONGER_BY_DAYS = 20


# A Monday; the term is 7 working days, and a case is at risk in the last 2 of them. No holidays until April.
COMPLETED = at_hour(date(2026, 3, 2), 10)
# Ticks: when all are at risk, when all are overdue, and a day later under other rules.
NEAR, DUE, LATER = at_hour(date(2026, 3, 11), 8), at_hour(date(2026, 3, 12), 8), at_hour(date(2026, 3, 13), 8)
# What a case says on hoso.flags at each of the two ticks that are measured. No rule was asked.
AT_DUE = (("at_risk", "cleared"), ("overdue", "raised"))
UNDER_LONGER_TERMS = (("at_risk", "withdrawn"), ("overdue", "withdrawn"))


class Tick(NamedTuple):
    """One tick: seconds from its append to the log until its first and its last change of a flag could be read."""

    first: float
    last: float
    run: Run


async def run_tick(bench: Bench, options: Options) -> dict[str, Any]:
    """One worker, one round: all cases are judged when at risk, when overdue, and under other rules."""
    cases, broker = options.due, bench.broker
    deployment = Deployment(broker.bootstrap, "bench-tick.", bench.folder)
    await deployment.create()
    with deployment.worker("cases") as worker, deployment.worker("intake"):
        await deployment.ready(worker)
        async with KafkaWriter(broker.bootstrap) as writer:
            producer = Producer(writer, deployment.prefix)
            ticks = _Ticks(deployment, broker, worker, producer, cases)
            bench.progress.step(f"tick: telling {cases:,} cases that get at risk")
            for events in told(cases):
                await producer.tell(events)
            await ticks.done(NEAR, bench.progress.reach)
            bench.progress.step(f"tick: {cases:,} cases are due at one instant")
            due = await ticks.flagged(DUE, AT_DUE, bench.progress.reach)
            bench.progress.step(f"tick: other rules judge {cases:,} cases again")
            await producer.write([deployment.activation(longer(load_rules(VIETNAM)))])
            law = await ticks.flagged(LATER, UNDER_LONGER_TERMS, bench.progress.reach)
            memory_mb = worker.memory_mb()
    await broker.remove(deployment.prefix)
    return summary(cases, due, law, memory_mb)


def summary(cases: int, due: Tick, law: Tick, memory_mb: float) -> dict[str, Any]:
    """Where fewer cases are due than the goal speaks of, it allows them so much less time."""
    allowed = GOAL_SECONDS * cases / GOAL_CASES
    return {
        "cases": cases,
        "memory_mb": memory_mb,
        "due": _figures(cases, due),
        "rules": _figures(cases, law),
        "others_share_max": max(due.run.others, law.run.others),
        "goal": {"cases": GOAL_CASES, "seconds_max": GOAL_SECONDS, "is_met": due.last <= allowed},
    }


def _figures(cases: int, tick: Tick) -> dict[str, Any]:
    return {
        "seconds": tick.last,
        "seconds_until_first": tick.first,
        "cases_per_second": cases / tick.last,
        "cpu_seconds_per_million": tick.run.cpu_per_million,
        "broker_cpu_seconds_per_million": tick.run.broker_cpu / cases * 1e6,
    }


class _Ticks:
    """Ticks asked for one after the other, and what becomes of each."""

    def __init__(self, deployment: Deployment, broker: Broker, worker: Child, producer: Producer, cases: int) -> None:
        self._deployment, self._broker, self._worker = deployment, broker, worker
        self._producer, self._cases = producer, cases
        self._log, self._flags = deployment.topic(LOG.name), deployment.topic(FLAGS.name)

    async def done(self, at: int, tell: Tell) -> None:
        """Returns when the case worker has made durable all that stands in the log up to a tick."""
        await self._deployment.tell_part(self._producer, [], at)

        async def look() -> Seen:
            seen = await self._deployment.look(self._broker, self._cases, at)
            # As long as the tick is judged no offset moves, but flags come.
            return seen._replace(outputs=seen.outputs + sum((await self._broker.ends(self._flags))[self._flags]))

        await measure(self._broker, self._cases, [self._worker], look, tell)

    async def flagged(self, at: int, expected: tuple[tuple[str, str], ...], tell: Tell) -> Tick:
        """Measures a tick at which each case says the same; raises WrongResult if one does not."""
        broker, first = self._broker, 0.0
        before = (await broker.ends(self._flags))[self._flags]
        await self._deployment.tell_part(self._producer, [], at)

        async def look() -> Seen:
            nonlocal first
            changes = sum((await broker.ends(self._flags))[self._flags]) - sum(before)
            if changes and not first:
                first = time.time()
            return Seen(changes, is_done=changes > 0 and await self._deployment.is_durable(broker, at))

        run = await measure(broker, self._cases, [self._worker], look, tell)
        last = time.time()
        began = max(record.timestamp for record in await broker.last(self._log) if record is not None) / 1000
        found, planted = await broker.flags(self._flags, before), Counter(dict.fromkeys(expected, self._cases))
        if found != planted:
            raise WrongResult("tick", planted, found)
        return Tick(first - began, last - began, run)


def told(cases: int) -> Iterator[list[Told]]:
    """Each case once, complete at one instant, in parts that memory can hold."""
    for start in range(0, cases, TOLD_AT_ONCE):
        yield [
            Told("submission", case, event_of("case.completed", code_of(case), "0", COMPLETED, _about(case)))
            for case in range(start, min(start + TOLD_AT_ONCE, cases))
        ]


def _about(case: int) -> Mapping[str, str]:
    return {"unit": UNITS[case % len(UNITS)], "procedure": "card", "variant": "new", "channel": "counter"}


def longer(law: Mapping[str, Any]) -> dict[str, Any]:
    """The same rules with longer terms."""
    return {**law, "deadlines": [row | {"amount": row["amount"] + LONGER_BY_DAYS} for row in law["deadlines"]]}
