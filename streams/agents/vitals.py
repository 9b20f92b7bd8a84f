"""What an outsider may know of a worker: plain numbers that the agents keep and metrics and probes read."""

from collections.abc import Callable
from dataclasses import dataclass, field

from streams.adapters.health import Health
from streams.clock import monotonic_seconds

Place = tuple[str, int]  # a topic's full name, a partition


@dataclass
class Vitals:
    """Totals since the start of the process, and how things stand now. Changed in the worker's main loop only."""

    clock: Callable[[], float] = monotonic_seconds
    records_handled: int = 0
    chunks_handled: int = 0
    chunks_in_hand: int = 0
    commit_failures: int = 0  # of source offsets, each repeated with the next chunk
    rows_recovered: int = 0
    recovering: bool = True  # until the first assignment is held
    assigned: frozenset[Place] = frozenset()
    next_offsets: dict[Place, int] = field(default_factory=dict)  # what is to be handled next; absent: nothing yet was
    appended_at: dict[Place, float] = field(default_factory=dict)  # when what was handled last was appended, in seconds
    handed: dict[Place, int] = field(default_factory=dict)  # up to where records were fetched
    left: dict[Place, int] = field(default_factory=dict)  # committed offsets beyond, as the last fetch saw them
    beat_at: float = field(init=False)
    progress_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.beat_at = self.progress_at = self.clock()

    @property
    def lag(self) -> dict[Place, int]:
        """Offsets still to be handled of each partition that was read from."""
        return {
            place: max(0, self.handed.get(place, 0) - handled) + self.left[place]
            for place, handled in self.next_offsets.items()
            if place in self.left
        }

    @property
    def has_work(self) -> bool:
        return self.chunks_in_hand > 0 or any(self.lag.values())

    def beat(self) -> None:
        """The main loop is alive, and has looked for work."""
        self.beat_at = self.clock()
        if not (self.has_work or self.recovering):
            self.progress_at = self.beat_at

    def progress(self) -> None:
        """A piece of work, or of the recovery, is done."""
        self.beat_at = self.progress_at = self.clock()

    def health(self) -> Health:
        now = self.clock()
        return Health(self.has_work, self.recovering, now - self.beat_at, now - self.progress_at)
