"""The wall clock, for metrics and waiting only: no rule ever reads it."""

import time


def now_seconds() -> float:
    """Seconds since the epoch."""
    return time.time()


def monotonic_seconds() -> float:
    """Seconds of a clock that never goes back."""
    return time.monotonic()
