"""Trials: each mutant in a process of its own, forked from one that has loaded what no mutant touches.

The core, the tests and the law as shipped are loaded after the fork, so that what a mutant does to a table, a default
or the compiling of a calendar is seen too. The first test that fails ends a trial.
"""

import importlib
import json
import os
import resource
import signal
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

from tools.mutants.changes import Mutant, Name

ROOT = Path(__file__).parents[2]
PRELOADED = ("numpy", "orjson", "ormsgpack", "pydantic", "schemas.rules", "tomllib", "zoneinfo")
# A test may use so many times the CPU seconds of its own that it takes without a mutant, and some more.
PATIENCE, SECONDS_MORE = 5, 3
MEMORY_MAX = 4 << 30
SURVIVED, KILLED, FAULT = 0, 1, 70
TIMED_OUT, COLLECTING = "no end within its time", "loading the tests"
# No plugin and no conftest: what they load (clients of Kafka and PostgreSQL) no test of the core needs.
PYTEST = (
    "-c", os.devnull, f"--rootdir={ROOT}", "--noconftest", "--import-mode=importlib", "--assert=plain",
    "--disable-warnings", "-p", "no:cacheprovider", "-q", "-x",
)  # fmt: skip

# Test files in the order in which they run: those of a stage are loaded together, so the first may be few.
Stages = Sequence[Sequence[str]]


class Outcome(NamedTuple):
    """What became of a mutant: the first test that failed, or None where it survived; and the CPU seconds it took."""

    name: Name
    killed_by: str | None
    seconds: float


class Watch:
    """A pytest plugin: notes the first failure and the seconds of each test, and ends a process whose test does not."""

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self.failed: str | None = None
        self.seconds: dict[str, float] = {}
        self._limits = seconds
        self._begun = 0.0

    def pytest_collection(self) -> None:
        self._allow(COLLECTING)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._allow(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] = time.process_time() - self._begun

    def pytest_collection_finish(self) -> None:
        self.seconds[COLLECTING] = max(self.seconds.get(COLLECTING, 0.0), time.process_time() - self._begun)

    def _allow(self, what: str) -> None:
        self._begun = time.process_time()
        # CPU seconds of this process: what else runs on the machine must kill no mutant.
        signal.setitimer(signal.ITIMER_PROF, SECONDS_MORE + PATIENCE * self._limits.get(what, 20 * SECONDS_MORE))


class _Changed(MetaPathFinder, Loader):
    """An importer of one module: the mutant in its place."""

    def __init__(self, mutant: Mutant) -> None:
        self._module = mutant.name.module.removesuffix(".py").replace("/", ".")
        self._code = compile(mutant.text, mutant.name.module, "exec", dont_inherit=True)

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        return spec_from_loader(name, self) if name == self._module else None

    def create_module(self, _spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)


def preload() -> None:
    """Load what trials share."""
    os.chdir(ROOT)
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    for name in PRELOADED:
        importlib.import_module(name)
    loaded = [name for name in sys.modules if name.startswith("streams.")]
    assert not loaded, f"loaded before the fork: {loaded}"
    # The same examples in every trial, and no time on making a failing one small.
    settings.register_profile(
        "mutants", derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    settings.load_profile("mutants")


def without_mutant(tests: Stages) -> dict[str, float]:
    """The CPU seconds of each test; raises where one fails by itself."""
    pid, pipe = _fork(None, tests, {})
    with pipe:
        told = pipe.read()
    if os.waitpid(pid, 0)[1] != SURVIVED:
        raise SystemExit("the tests fail without a mutant, see above: mend that first")
    seconds: dict[str, float] = json.loads(told)
    return seconds


def trials(
    mutants: Iterable[Mutant], tests: Mapping[str, Stages], limits: Mapping[str, float], jobs: int, ends: float
) -> Iterator[Outcome]:
    """Try mutants, `jobs` at a time, on the tests of their modules; begin none once the time is over."""
    waiting = deque(mutants)
    running: dict[int, tuple[Mutant, BinaryIO]] = {}
    while True:
        while waiting and len(running) < jobs and time.monotonic() < ends:
            mutant = waiting.popleft()
            pid, pipe = _fork(mutant, tests[mutant.name.module], limits)
            running[pid] = mutant, pipe
        if not running:
            return
        pid, status, usage = os.wait4(-1, 0)
        mutant, pipe = running.pop(pid)
        with pipe:
            told = pipe.read().decode()
        yield Outcome(mutant.name, _killer(mutant, status, told), usage.ru_utime + usage.ru_stime)


def _killer(mutant: Mutant, status: int, told: str) -> str | None:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
        return TIMED_OUT
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) in {SURVIVED, KILLED}:
        return told if os.WEXITSTATUS(status) == KILLED else None
    raise RuntimeError(f"a trial ended with {status}, which no mutant can do: {mutant.name}")


def _fork(mutant: Mutant | None, tests: Stages, limits: Mapping[str, float]) -> tuple[int, BinaryIO]:
    sys.stdout.flush()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, os.fdopen(reading, "rb")
    code = FAULT
    try:
        code, told = _trial(mutant, tests, limits)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(told)
    finally:
        os._exit(code)


def _trial(mutant: Mutant | None, tests: Stages, limits: Mapping[str, float]) -> tuple[int, bytes]:
    """In the process of one trial: its exit code, and what failed first; without a mutant the seconds of each test."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    if mutant is not None:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.meta_path.insert(0, _Changed(mutant))
    watch = Watch(limits)
    for stage in tests:
        code = pytest.main([*PYTEST, *(["--tb=short"] if mutant is None else ["--tb=no"]), *stage], plugins=[watch])
        if code != pytest.ExitCode.OK:
            return (KILLED, watch.failed.encode()) if watch.failed else (FAULT, b"")
    return SURVIVED, json.dumps(watch.seconds).encode() if mutant is None else b""
