"""What a benchmark is asked to do, and what it has at hand to do it."""

from pathlib import Path
from typing import NamedTuple

from benchmarks.broker import Broker
from benchmarks.progress import Progress


class Options(NamedTuple):
    """`events` of hoso and of the floor a round; stock Faust gets fewer. With `minutes` rounds go on as long.

    So many `cases` are in the table at a restart, and so many are `due` at one tick.
    """

    events: int
    rounds: int
    minutes: float | None
    cases: int
    due: int


class Bench(NamedTuple):
    """`folder` is for what a run leaves behind, and goes with the run; PostgreSQL is for the parts that need it."""

    broker: Broker
    folder: Path
    progress: Progress
    postgres: str = ""
    postgres_pid: int = 0
