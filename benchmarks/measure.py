"""The clock of a run: CPU time and outputs looked at side by side, from the first output to the last."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

import psutil

POLL_SECONDS = 0.1
STALLED_SECONDS_MAX = 60.0


class Used(Protocol):
    """A process that uses CPU time."""

    def cpu_seconds(self) -> float: ...


class Measured(Used, Protocol):
    """A process of a contender."""

    @property
    def name(self) -> str: ...

    def memory_mb(self) -> float: ...


class Stalled(TimeoutError):
    """Nothing has come out of a contender for so long that nothing more will."""


class WrongResult(AssertionError):
    """A contender was fast and wrong."""

    def __init__(self, name: str, expected: object, found: object) -> None:
        super().__init__(f"{name}: expected {expected}, found {found}")


class Seen(NamedTuple):
    """How far a contender is: records that came out, and whether that is all."""

    outputs: int
    is_done: bool


class Run(NamedTuple):
    """One run of a contender. `cpu` and `memory_mb` (its peak) are by process, `broker_cpu` is what the broker used.

    `others` is the share of the machine's CPU time that went to processes with no part in this benchmark: where it is
    not near 0, events a second say little, and CPU time too much.
    """

    events: int
    seconds: float
    cpu: dict[str, float]
    memory_mb: dict[str, float]
    broker_cpu: float = 0.0
    others: float = 0.0

    @property
    def events_per_second(self) -> float:
        return self.events / self.seconds

    @property
    def cpu_per_million(self) -> float:
        """CPU seconds of all its processes for a million events."""
        return sum(self.cpu.values()) / self.events * 1e6


Look = Callable[[], Awaitable[Seen]]
Tell = Callable[[int], object]


async def measure(broker: Used, events: int, children: Sequence[Measured], look: Look, tell: Tell) -> Run:
    """From the last look that found nothing to the first that finds all; `tell` is told the outputs of each look.

    CPU time is read before each look, so what a process used before its first output, its start, does not count.
    """
    began = now = _read(broker, children)
    outputs, moved_at = 0, began.at
    while True:
        now, seen = _read(broker, children), await look()
        if seen.outputs == 0:
            began = now
        if seen.outputs != outputs:
            outputs, moved_at = seen.outputs, now.at
        if seen.is_done:
            return _run(events, began, now, {child.name: child.memory_mb() for child in children})
        if now.at - moved_at > STALLED_SECONDS_MAX:
            raise Stalled(f"{', '.join(now.cpu)}: nothing since {outputs:,} outputs, {STALLED_SECONDS_MAX:.0f} s ago")
        tell(outputs)
        await asyncio.sleep(POLL_SECONDS)


class _Reading(NamedTuple):
    at: float
    cpu: dict[str, float]
    broker: float
    ours: float
    machine: float


def _read(broker: Used, children: Sequence[Measured]) -> _Reading:
    times, ours = psutil.cpu_times(), psutil.Process().cpu_times()
    cpu = {child.name: child.cpu_seconds() for child in children}
    machine = times.user + times.system + times.nice
    return _Reading(time.monotonic(), cpu, broker.cpu_seconds(), ours.user + ours.system, machine)


def _run(events: int, began: _Reading, ended: _Reading, memory_mb: dict[str, float]) -> Run:
    seconds = ended.at - began.at
    cpu = {name: used - began.cpu[name] for name, used in ended.cpu.items()}
    broker_cpu = ended.broker - began.broker
    known = sum(cpu.values()) + broker_cpu + ended.ours - began.ours
    others = (ended.machine - began.machine - known) / (seconds * (os.cpu_count() or 1))
    return Run(events, seconds, cpu, memory_mb, broker_cpu, max(0.0, others))
