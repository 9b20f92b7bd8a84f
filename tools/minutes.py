"""A pytest plugin: minutes and results of each part as a table before the closing line, which stays pytest's own."""

import json
import os
from collections import Counter, defaultdict

import pytest

from tools.parts import PARTS, REST, ROOT, part_of

# The checks that ran before, as a JSON list of [name, seconds, "passed" or "failed"].
BEFORE = "HOSO_CHECKED"


class Minutes:
    """Seconds of set-up, call and teardown by part; a session's service counts where it was first asked for."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._results: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # A test may stand in another folder while it runs: what is reported is relative to where pytest began.
        part = part_of(ROOT / report.fspath)
        self._seconds[part] += report.duration
        if report.when == "call" or not report.passed:
            self._results[part]["xfailed" if hasattr(report, "wasxfail") else report.outcome] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        rows = json.loads(os.environ.get(BEFORE, "[]"))
        for part in [*(part.name for part in PARTS), REST]:
            if part in self._seconds:
                told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._results[part].items()))
                rows.append([part, self._seconds[part], told])
        terminalreporter.section("minutes")
        terminalreporter.write(table(rows))


def table(rows: list[list[object]]) -> str:
    """Name, minutes and result, aligned."""
    width = max([len(str(row[0])) for row in rows], default=0)
    return "".join(f"{name!s:<{width}}  {float(str(seconds)) / 60:6.2f}  {told}\n" for name, seconds, told in rows)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Minutes(), "hoso-minutes")
