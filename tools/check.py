"""`python -m tools.check check|test|test-long`: everything that CI runs, in parts, with the minutes of each.

All parts run, whatever one of them finds; pytest comes last, as one run over all folders, so that its closing line is
the last one and counts everything.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools import minutes, parts
from tools.stack import StackError, start_stack

NO_TESTS = 5  # pytest's exit code
INTERRUPTED = 130
STOP_SECONDS = 30

EPILOG = """examples:
  python -m tools.check check                     format, lint, types, layers, tidy and the tests without services
  python -m tools.check test                      all of it, with a real Kafka and a real PostgreSQL
  python -m tools.check test-long --minutes 30    what takes long; run it again to go on where it stopped
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.check",
        description="Runs the checks and tests of this repository.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--minutes", type=float, default=60.0, help="test-long: begin no test after so many minutes")
    options = parser.parse_args(arguments)
    # SIGINT too: a shell starts what runs in its background with that signal ignored, and so would all our children.
    for stopping in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopping, signal.default_int_handler)
    try:
        return COMMANDS[options.command](options.minutes)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def check(_minutes: float) -> int:
    """What needs no service."""
    told = lint()
    return _worst(told, _pytest(parts.folders(quick=True), {}, told))


def test(_minutes: float) -> int:
    """Everything but the long tests."""
    told = lint()
    with _services() as environment:
        return _worst(told, _pytest(parts.folders(quick=False), environment, told))


def test_long(minutes: float) -> int:
    """The tests marked long. Exit code 0 if none failed, also where some are still to run."""
    with _services() as environment:
        arguments = ["-m", "long", "-p", "tools.resume", f"--minutes={minutes}"]
        return _pytest(parts.folders(quick=False), environment, [], arguments)


Told = list[tuple[str, float, str]]


def lint() -> Told:
    """Run every check that is no test; returns name, seconds and outcome of each."""
    told: Told = []
    for each in parts.LINTS:
        print(f"== {each.name}: {' '.join(each.command)}", flush=True)
        begun = time.monotonic()
        code = run(parts.command_of(each))
        told.append((each.name, time.monotonic() - begun, "failed" if code else "passed"))
    return told


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """The exit code of a command that is interrupted with us, and has ended when we go on."""
    # A group of its own: a terminal would interrupt it too, and a second signal would break its clearing up.
    with subprocess.Popen(
        command, cwd=parts.ROOT, env={**os.environ, **(environment or {})}, process_group=0
    ) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


def _pytest(folders: Sequence[str], environment: Mapping[str, str], told: Told, extra: Sequence[str] = ()) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tools.minutes", "--continue-on-collection-errors"]
    command += [*(extra or ("-m", "not long")), *folders]
    code = run(command, {minutes.BEFORE: json.dumps(told), **environment})
    return 0 if code == NO_TESTS else code


def _worst(told: Told, code: int) -> int:
    return code or int(any(outcome == "failed" for _, _, outcome in told))


@contextmanager
def _services() -> Iterator[Mapping[str, str]]:
    """One Kafka and one PostgreSQL for all parts; where they cannot start, the tests that need them say so and fail."""
    with tempfile.TemporaryDirectory(prefix="hoso-check-") as folder:
        try:
            stack = start_stack()
        except StackError as error:
            print(f"no services: {error}", file=sys.stderr)
            yield {}
            return
        with stack:
            note = Path(folder) / "stack.json"
            note.touch(mode=0o600)  # the address of PostgreSQL has its password in it
            note.write_text(json.dumps({"kafka": stack.endpoints.kafka, "postgres": stack.endpoints.postgres}))
            yield {"HOSO_TEST_STACK": str(note)}


COMMANDS = {"check": check, "test": test, "test-long": test_long}

if __name__ == "__main__":
    sys.exit(main())
