"""`hoso replay` on a generated file: the same fold and judgement without a broker, all rules on, one process."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import orjson
import psutil

from benchmarks.children import REPOSITORY, ChildEnded
from benchmarks.hoso import CODES_KEY, TOKEN_KEY
from benchmarks.measure import WrongResult
from benchmarks.options import Bench, Options
from benchmarks.workload import Outcome, Workload, build
from schemas.codec import encode
from schemas.entries import ClockStarted, ClockTicked
from schemas.topics import LOG
from streams.adapters.sealing import CodesBox, LetterSealer, new_letter_keys
from streams.core.instants import utc_text
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Record
from streams.rules_file import VIETNAM

# What a process costs before it reads, measured with this file and taken off.
FEW_EVENTS = 400
TICKS = 4


class Replayed(NamedTuple):
    seconds: float
    cpu_seconds: float
    counted: dict[str, Any]


async def run_replay(bench: Bench, options: Options) -> dict[str, Any]:
    """Median of all rounds; each replays a small file too, whose time is taken off."""
    bench.progress.step("replay: making the files")
    work, few = build(options.events, ticks=TICKS), build(FEW_EVENTS, ticks=TICKS)
    large, small = bench.folder / "large.jsonl", bench.folder / "small.jsonl"
    write_log(work, large)
    write_log(few, small)
    speeds, cpu = [], []
    events = len(work.events) - len(few.events)
    for number in range(options.rounds):
        bench.progress.step(f"replay: round {number + 1}")
        base, run = _replay(small), _replay(large)
        _check(work, run.counted)
        speeds.append(events / (run.seconds - base.seconds))
        cpu.append((run.cpu_seconds - base.cpu_seconds) / events * 1e6)
    return {
        "rounds": options.rounds,
        "events": len(work.events),
        "events_per_second": median(speeds),
        "cpu_seconds_per_million": median(cpu),
        "file_bytes": large.stat().st_size,
        "start_seconds": base.seconds,
    }


def write_log(work: Workload, file: Path) -> None:
    """The file that an import of the same events would write: one entry a line, ticks between them."""
    with file.open("wb") as target:
        target.writelines(line + b"\n" for line in _lines(work))


def _lines(work: Workload) -> Iterator[bytes]:
    letters = LetterSealer(new_letter_keys()[1])
    intake = Intake("", IntakeLimits(0, 1 << 20, simulated=True), TOKEN_KEY.encode(), CodesBox(CODES_KEY), letters)
    yield encode(ClockStarted(kind="simulated", until=utc_text(work.ticks[-1].at)).model_dump())
    for events, tick in work.parts():
        written = intake.step([Record(told.topic, 0, 0, 0, None, told.value) for told in events])
        yield from (record.value for record in written if record.topic == LOG.name and record.value is not None)
        yield encode(ClockTicked(at=utc_text(tick.at)).model_dump())


def _replay(file: Path) -> Replayed:
    command = [sys.executable, "-m", "streams", "replay", str(file), "--rules", str(VIETNAM), "--json"]
    output, before = file.with_suffix(".out"), psutil.Process().cpu_times()
    with output.open("wb") as target:
        began_at = time.monotonic()
        process = psutil.Popen(command, stdout=target, cwd=REPOSITORY)
        code = process.wait()
        seconds = time.monotonic() - began_at
    after = psutil.Process().cpu_times()
    if code:
        raise ChildEnded(f"hoso replay ended with code {code}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Replayed(seconds, cpu, orjson.loads(output.read_bytes()))


def _check(work: Workload, counted: dict[str, Any]) -> None:
    planted = {
        "cases": work.cases,
        "late": work.outcomes.count(Outcome.LATE),
        "on_time": work.cases - work.outcomes.count(Outcome.LATE),
    }
    found = {name: counted[name] for name in planted}
    if found != planted:
        raise WrongResult("replay", planted, found)
