"""Processes: launched as another user or tied to ours, ended with their children, run once with a bound."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

from tools.stack.errors import StackError, last_words

STOP_SECONDS_MAX = 20.0
POLL_SECONDS = 0.03
LAUNCH = Path(__file__).with_name("launch.py")


def launched(command: Iterable[str], user: str, parent: int = 0, at_its_death: int = 0) -> list[str]:
    """The command, by way of `launch`: as another user (""; ours), with a parent not to outlive (0: none)."""
    return [sys.executable, "-I", "-S", str(LAUNCH), str(parent), str(int(at_its_death)), user, *command]


def end(process: psutil.Process, how: signal.Signals) -> None:
    """Send the signal, wait with a bound, then SIGKILL; returns when the process and its children are gone."""
    try:
        family = [process, *process.children(recursive=True)]
        process.send_signal(how)
    except psutil.NoSuchProcess:
        return
    # Children of a killed process would notice by themselves, but a restart must not meet them.
    left = family if how is signal.SIGKILL else _wait(family)
    for survivor in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            survivor.kill()
    if left and (stubborn := _wait(left)):
        raise StackError(f"processes {[each.pid for each in stubborn]} do not end, even by SIGKILL")


def _wait(family: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still live after the bound. A dead one that its own parent never collects counts as gone."""
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while left := [each for each in family if _lives(each)]:
        if time.monotonic() > deadline:
            return left
        time.sleep(POLL_SECONDS)
    return []


def _lives(process: psutil.Process) -> bool:
    if isinstance(process, psutil.Popen):
        return process.poll() is None
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def run_once(
    command: Iterable[str], seconds: float, trouble: str, *, environment: Mapping[str, str] | None = None
) -> None:
    """Run it to its end; raises StackError (the trouble, then its last words) if it fails or takes longer."""
    with psutil.Popen(
        list(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", cwd="/", env=environment, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise StackError(f"{trouble}: no end after {seconds:.0f} s") from error
        finally:
            end(process, signal.SIGTERM)  # SIGKILL would leave initdb's shared memory behind
    if process.returncode:
        raise StackError(f"{trouble}{last_words(output)}")
