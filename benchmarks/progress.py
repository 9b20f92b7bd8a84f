"""One line on standard error that says what is going on; on a terminal it is written over and over."""

import sys
import time

_EVERY_SECONDS = 0.2


class Progress:
    """`step` begins something; `reach` says how far it is, which only a terminal shows."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._what = ""
        self._shown_at = 0.0

    def step(self, what: str) -> None:
        self._what, self._shown_at = what, 0.0
        self._show(what)

    def reach(self, amount: int) -> None:
        now = time.monotonic()
        if self._is_terminal and now - self._shown_at >= _EVERY_SECONDS:
            self._shown_at = now
            self._show(f"{self._what}: {amount:,}")

    def end(self) -> None:
        """Clear the line for what follows."""
        if self._is_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _show(self, line: str) -> None:
        if self._is_terminal:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)
