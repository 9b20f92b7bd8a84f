"""How a command ends that did not do what was asked: one line that says why, and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from streams.cli.telling import notes
from streams.core.errors import CoreError
from streams.importer.mapping import MappingRefused
from streams.importer.order import OrderRefused
from streams.replay.driver import BadEntry, NoLaw, NothingJudged
from streams.replay.sources import BadLine
from streams.report.period import PeriodRefused
from streams.report.published import PublishedRefused
from streams.report.targets import TargetsRefused
from streams.simulator.district import DistrictRefused
from streams.wiring.deployment import REFUSALS
from streams.wiring.playing import ClockLater, ClockTooShort
from streams.wiring.reporting import NothingKnown
from streams.wiring.watching import NothingToWatch

EXIT_DIFFERENT = 1
# Of `hoso adapt`: the good rows are told, others were rejected.
EXIT_REJECTED = 1
EXIT_BAD_INPUT = 2
EXIT_REFUSED_ROWS = 3
EXIT_INTERRUPTED = 130

_REFUSALS: tuple[type[Exception], ...] = (
    MappingRefused,
    OrderRefused,
    CoreError,
    NothingJudged,
    NoLaw,
    BadEntry,
    BadLine,
    DistrictRefused,
    NothingToWatch,
    PeriodRefused,
    TargetsRefused,
    PublishedRefused,
    NothingKnown,
    ClockLater,
    ClockTooShort,
    OSError,
    *REFUSALS,
)


@contextmanager
def told_errors() -> Iterator[None]:
    """Known refusals become one line and exit code 2."""
    try:
        yield
    except _REFUSALS as error:
        fail(str(error))
    except KeyboardInterrupt:
        notes.print("hoso: stopped", style="yellow")
        raise typer.Exit(EXIT_INTERRUPTED) from None


def fail(message: str) -> NoReturn:
    """End the command: wrong use, or an input that cannot be read as what it should be."""
    notes.print(f"hoso: {message}", style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(EXIT_BAD_INPUT)
