"""One service as a process: started, asked until it answers, stopped by its own pid."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from tools.stack.errors import StackError, last_words_of
from tools.stack.process import POLL_SECONDS, end, launched

READY_SECONDS_MAX = 60.0


@dataclass(frozen=True)
class Recipe:
    """How a service is run and asked; its folder, logs and data are there before the first start."""

    name: str
    address: str  # what a client is given
    command: tuple[str, ...]  # names a path in the stack's folder, by which `down` knows that a pid is still ours
    output: Path
    logs: tuple[Path, ...]  # shown when a start fails
    ask: Callable[[], str | None]  # why it does not answer yet, or None: it answers
    stop_signal: signal.Signals  # in good order
    quick_signal: signal.Signals  # where the data is thrown away
    user: str = ""  # whose process it becomes ("": ours)
    environment: Mapping[str, str] | None = None  # None: ours


class Service:
    """A running service, on one port and one data folder for life: `kill` and `restart` are what failure tests need."""

    def __init__(self, recipe: Recipe, *, detached: bool) -> None:
        self._recipe, self._detached = recipe, detached
        self._process: psutil.Popen | None = None

    @property
    def address(self) -> str:
        return self._recipe.address

    @property
    def pid(self) -> int:
        if self._process is None or self._process.poll() is not None:
            raise StackError(f"{self._recipe.name} is not running: call restart()")
        return int(self._process.pid)

    def start(self) -> None:
        """Start the process; `wait_until_ready` comes next."""
        # The system ties a child to the thread that made it, so that thread must live as long as we do.
        self._process = _spawner(os.getpid()).submit(self._spawn).result()

    def wait_until_ready(self) -> None:
        """Return when it has answered; raises StackError with the end of its log if it ends or stays silent."""
        assert self._process is not None
        deadline = time.monotonic() + READY_SECONDS_MAX
        while (reason := self._recipe.ask()) is not None:
            if (code := self._process.poll()) is not None:
                raise StackError(self._failure(f"ended with exit code {code} before it was ready"))
            if time.monotonic() > deadline:
                raise StackError(self._failure(f"did not answer within {READY_SECONDS_MAX:.0f} s ({reason})"))
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End it in good order, with its data complete; nothing happens if it does not run."""
        self._end(self._recipe.stop_signal)

    def drop(self) -> None:
        """End it as fast as leaves nothing behind but its data, which may be incomplete."""
        self._end(self._recipe.quick_signal)

    def kill(self) -> None:
        """End it as a crash would, with every process it started."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start it again on the same port and data, and wait until it answers; stops it first if it runs."""
        self.stop()
        self.start()
        self.wait_until_ready()

    def _spawn(self) -> psutil.Popen:
        parent = 0 if self._detached else os.getpid()
        with self._recipe.output.open("ab") as output:
            return psutil.Popen(
                launched(self._recipe.command, self._recipe.user, parent, self._recipe.quick_signal),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._recipe.output.parent,
                env=self._recipe.environment,
                start_new_session=True,
            )

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            end(self._process, how)

    def _failure(self, what: str) -> str:
        return f"{self._recipe.name} at {self._recipe.output.parent} {what}{last_words_of(self._recipe.logs)}"


@cache
def _spawner(_pid: int) -> ThreadPoolExecutor:
    """One thread for life, per process: a fork does not inherit it."""
    return ThreadPoolExecutor(1, thread_name_prefix="stack-spawner")
