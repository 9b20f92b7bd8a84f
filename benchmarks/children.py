"""Contenders as processes of their own: started, asked for their CPU time, ended by their pid."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import psutil

from tools.stack.errors import last_words_of
from tools.stack.process import end, launched

REPOSITORY = Path(__file__).parents[1]


class ChildEnded(RuntimeError):
    """A contender ended by itself: what it said last is in the message."""


class Child:
    """`python -m` of a module with arguments. It prints JSON lines; its complaints go to a file in `folder`."""

    def __init__(
        self, name: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._arguments, self._environment = arguments, environment
        self._output, self._complaints = folder / f"{name}.out", folder / f"{name}.err"
        self._process: psutil.Popen | None = None

    def start(self) -> None:
        command = launched([sys.executable, "-m", *self._arguments], "", os.getpid(), signal.SIGKILL)
        with self._output.open("wb") as output, self._complaints.open("ab") as complaints:
            self._process = psutil.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=complaints,
                cwd=REPOSITORY,
                env=dict(self._environment) if self._environment is not None else None,
                start_new_session=True,
            )

    def cpu_seconds(self) -> float:
        """User and system time of the whole process so far; raises ChildEnded."""
        process = self._running()
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            self._running()
            raise
        return float(times.user + times.system)

    def memory_mb(self) -> float:
        """The most it has held so far."""
        status = Path(f"/proc/{self._running().pid}/status").read_text()
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
        return int(peak.split()[1]) / 1024

    def told(self) -> dict[str, Any]:
        """All that it has printed, later lines over earlier ones."""
        found: dict[str, Any] = {}
        for line in self._output.read_bytes().splitlines(keepends=True):
            if line.startswith(b"{") and line.endswith(b"\n"):
                found |= orjson.loads(line)
        return found

    def kill(self) -> None:
        """End it as a crash would."""
        end(self._running(), signal.SIGKILL)
        self._process = None

    def stop(self) -> None:
        """End it in good order; nothing happens if it does not run."""
        if self._process is not None:
            end(self._process, signal.SIGTERM)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _running(self) -> psutil.Popen:
        assert self._process is not None, f"{self.name} was not started"
        code = self._process.poll()
        if code is not None:
            raise ChildEnded(f"{self.name} ended with code {code}{last_words_of((self._complaints,))}")
        return self._process
