"""A pytest plugin for tests that take long: within so many minutes, going on where the last run stopped.

What passed is noted in `.pytest_cache/long.json` under a hash of the sources, so that a change begins again.
"""

import json
import time
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTE = ROOT / ".pytest_cache" / "long.json"
WATCHED = ("schemas", "streams", "tools", "tests", "examples")


class Resume:
    """Leaves out what has passed already, and begins no test once the time is over."""

    def __init__(self, note: Path, sources: str, minutes: float) -> None:
        self._note, self._sources = note, sources
        self._ends = time.monotonic() + minutes * 60
        self._passed = read_note(note, sources)
        self._all: set[str] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        self._all = {item.nodeid for item in items}
        done = [item for item in items if item.nodeid in self._passed]
        items[:] = [item for item in items if item.nodeid not in self._passed]
        config.hook.pytest_deselected(items=done)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self) -> bool | None:
        """True: done with this test, without having begun it; no failure, so that the exit code stays 0."""
        return True if time.monotonic() > self._ends else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid)
            self._write()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        left = len(self._all - self._passed)
        terminalreporter.write_line(f"long tests: {len(self._all) - left} passed, {left} still to run")
        if left:
            terminalreporter.write_line("run it again to go on from here")
        else:
            self._note.unlink(missing_ok=True)

    def _write(self) -> None:
        self._note.parent.mkdir(exist_ok=True)
        self._note.write_text(json.dumps({"sources": self._sources, "passed": sorted(self._passed)}))


def read_note(note: Path, sources: str) -> set[str]:
    """What passed already on these very sources."""
    if not note.exists():
        return set()
    noted = json.loads(note.read_text())
    return set(noted["passed"]) if noted["sources"] == sources else set()


def sources_hash(root: Path = ROOT) -> str:
    """A hash of all that a long test may rest on."""
    digest = blake2b(digest_size=16)
    for path in _sources(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    for folder in WATCHED:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--minutes", type=float, default=60.0, help="begin no test after so many minutes")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Resume(NOTE, sources_hash(), config.getoption("--minutes")), "hoso-resume")
