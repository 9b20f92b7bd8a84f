"""Is this process alive: progress means work done, or nothing to do. A value, and what it answers to a probe."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from schemas.codec import encode
from streams.clock import monotonic_seconds

STUCK_SECONDS = 30.0


class State(StrEnum):
    WORKING = "working"
    IDLE = "idle"
    RECOVERING = "recovering"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Health:
    """What a worker says of itself. Ages are in seconds, `reason` says what it is waiting for, if for anything.

    `beat_age` is since its loop last spoke at all, `progress_age` since work was last done or there was none to do.
    """

    has_work: bool
    recovering: bool
    beat_age: float
    progress_age: float
    reason: str | None = None


def state_of(health: Health, stuck_seconds: float = STUCK_SECONDS) -> State:
    """Stuck is who has work and has done none for so long, or whose loop has been silent for so long."""
    if health.beat_age >= stuck_seconds:
        return State.STUCK
    if (health.has_work or health.recovering) and health.progress_age >= stuck_seconds:
        return State.STUCK
    if health.recovering:
        return State.RECOVERING
    return State.WORKING if health.has_work else State.IDLE


def live(health: Health, stuck_seconds: float = STUCK_SECONDS) -> tuple[int, bytes]:
    """Whether to leave the process running: everything but stuck."""
    state = state_of(health, stuck_seconds)
    return (503 if state is State.STUCK else 200), _body(state, health)


def ready(health: Health, stuck_seconds: float = STUCK_SECONDS) -> tuple[int, bytes]:
    """Whether the process does its work: neither stuck nor still recovering."""
    state = state_of(health, stuck_seconds)
    return (503 if state in (State.STUCK, State.RECOVERING) else 200), _body(state, health)


class Pulse:
    """Where a worker writes down how it fares, and whoever asks reads its health. One call a chunk or a poll."""

    def __init__(self, clock: Callable[[], float] = monotonic_seconds) -> None:
        self._clock = clock
        self._beat_at = self._progress_at = clock()
        self._has_work = False
        self._recovering = False
        self._reason: str | None = None

    def worked(self, *, more: bool = True) -> None:
        """A piece of work is done; `more` says whether there is more."""
        self._note(has_work=more, recovering=False)

    def rested(self) -> None:
        """There is nothing to do."""
        self._note(has_work=False, recovering=False)

    def recovered(self) -> None:
        """A piece of the recovery is done, and the recovery goes on."""
        self._note(has_work=True, recovering=True)

    def waited(self, reason: str) -> None:
        """There is, or may be, work, and it cannot be done now: alive, yet no progress."""
        self._beat_at = self._clock()
        self._has_work, self._reason = True, reason

    def health(self) -> Health:
        now = self._clock()
        return Health(self._has_work, self._recovering, now - self._beat_at, now - self._progress_at, self._reason)

    def _note(self, *, has_work: bool, recovering: bool) -> None:
        self._beat_at = self._progress_at = self._clock()
        self._has_work, self._recovering, self._reason = has_work, recovering, None


def _body(state: State, health: Health) -> bytes:
    return encode({"state": state, "progress_age_seconds": round(health.progress_age, 1), "reason": health.reason})
