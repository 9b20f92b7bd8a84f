"""Which panels stand on which dashboard, how large, in which unit, and what colours say."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["stat", "bars", "groups", "table", "lines", "heat", "alerts"]
# From a value on, a colour.
Steps = tuple[tuple[float | None, str], ...]

PLAIN: Steps = ((None, "blue"),)
NONE_IS_GOOD: Steps = ((None, "green"), (1, "orange"))
NONE_IS_BEST: Steps = ((None, "green"), (1, "red"))
SHARE_OPEN: Steps = ((None, "green"), (0.02, "orange"), (0.1, "red"))
LOST: Steps = ((None, "green"), (0.1, "orange"), (1, "red"))
ONE_IS_GOOD: Steps = ((None, "red"), (1, "green"))
RATE: Steps = ((None, "red"), (0.9, "orange"), (0.95, "green"))
MINUTES: Steps = ((None, "green"), (300, "orange"), (900, "red"))

INSTANT, SHARE, SECONDS, COUNT, DAYS, RATE_PER_SECOND = "dateTimeAsLocal", "percentunit", "s", "short", "d", "cps"


class Panel(NamedTuple):
    """A picture of the query of its name.

    `instants`, `shares` and `days` are the columns of a table that are such; with `links` the column *unit* leads to
    the unit alone. `classes` are columns that bear the name of a class: its words are too long for a name in
    PostgreSQL. `words` is the table of words that series are called by. Bars are columns of one row, or `is_by_row`.
    """

    name: str
    kind: Kind
    width: int
    height: int
    unit: str = COUNT
    steps: Steps = PLAIN
    decimals: int | None = None
    instants: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    links: bool = False
    is_by_row: bool = False
    classes: tuple[str, ...] = ()
    words: str = ""


# What stands on the correction lists, by column: classes that are explained in the same way are one.
CORRECTED: Mapping[str, tuple[str, ...]] = {
    "falsely_pending": ("falsely_pending",),
    "out_of_sync": ("out_of_sync",),
    "falsely_late": ("falsely_late",),
    "hung": ("hung",),
    "falsely_done": ("falsely_done",),
    "backdated": ("backdated", "rewritten"),
    "wrong_due": ("wrong_due",),
    "lost_registration": ("lost_registration",),
    "vanished": ("vanished",),
    "unknown": ("unknown",),
}


def _stat(name: str, width: int, unit: str = COUNT, steps: Steps = PLAIN, decimals: int | None = None) -> Panel:
    return Panel(name, "stat", width, 3, unit, steps, decimals)


# On each dashboard: up to when it is complete.
HEADER = (
    _stat("complete_up_to", 6, INSTANT), _stat("judged_up_to", 6, INSTANT),
    _stat("sources_silent", 4, steps=NONE_IS_BEST),
)  # fmt: skip

BOARDS: Mapping[str, tuple[Panel, ...]] = {
    "overview": (
        _stat("complete_up_to", 5, INSTANT),
        _stat("judged_up_to", 5, INSTANT),
        _stat("sources_silent", 3, steps=NONE_IS_BEST),
        _stat("insufficient", 4, SHARE, SHARE_OPEN, 1),
        _stat("due_not_ready", 3, steps=NONE_IS_GOOD),
        _stat("due_not_updated", 4, steps=NONE_IS_GOOD),
        Panel("newly_overdue", "bars", 8, 5, steps=NONE_IS_BEST, is_by_row=True),
        _stat("rate_reported", 4, SHARE, decimals=2)._replace(height=5),
        _stat("rate_evidence", 7, SHARE, decimals=2)._replace(height=5),
        _stat("points", 5, steps=LOST, decimals=2)._replace(height=5),
        Panel("causes", "table", 14, 9, decimals=2, shares=("share_least", "share_most")),
        Panel("open", "bars", 10, 9),
        Panel("steps", "bars", 8, 6),
        Panel("ages", "groups", 8, 6),
        Panel("false_backlog", "table", 8, 6, days=("days",), decimals=1),
    ),
    "unit": (
        *HEADER,
        _stat("insufficient", 4, SHARE, SHARE_OPEN, 1),
        _stat("due_not_ready", 4, steps=NONE_IS_GOOD),
        Panel("units", "table", 24, 12, decimals=2, links=True,
              shares=("rate_reported", "rate_least", "rate_most", "insufficient")),
        _stat("rate_reported", 5, SHARE, decimals=2),
        _stat("rate_evidence", 9, SHARE, decimals=2),
        _stat("points", 6, steps=LOST, decimals=2),
        _stat("due_not_updated", 4, steps=NONE_IS_GOOD),
        Panel("causes", "table", 12, 9, decimals=2, shares=("share_least", "share_most")),
        Panel("open", "bars", 12, 9),
        Panel("overdue_trend", "lines", 8, 8, words="owners"),
        Panel("falsely_open_trend", "lines", 8, 8, words="owners"),
        Panel("allowance", "bars", 8, 8, steps=((None, "red"), (0, "orange"), (3, "green"))),
    ),
    "corrections": (
        *HEADER,
        Panel("corrections", "table", 24, 14, links=True, classes=tuple(CORRECTED)),
        Panel("lists", "table", 12, 10, instants=("oldest",)),
        Panel("false_backlog", "table", 12, 10, days=("days",), decimals=1),
    ),
    "stages": (
        *HEADER,
        Panel("waiting", "table", 14, 12, instants=("oldest",), days=("days_on_average",), decimals=1),
        Panel("owners", "bars", 10, 12, is_by_row=True),
        Panel("stages_heat", "heat", 24, 10, words="stages"),
        Panel("steps_of_procedures", "table", 14, 10),
        Panel("ages", "groups", 10, 10),
    ),
    "incidents": (
        *HEADER,
        Panel("incidents", "table", 16, 10),
        Panel("alertmanager", "alerts", 8, 10),
        Panel("incident_trend", "lines", 12, 8, words="classes"),
        Panel("alerts", "table", 12, 8, words="of_alerts"),
        Panel("sources_up_to", "bars", 10, 10, INSTANT),
        Panel("sources_silence", "bars", 8, 10, SECONDS, ((None, "orange"), (28_800, "red"))),
        Panel("sources_states", "bars", 6, 10, words="standings"),
    ),
    "pipeline": (
        *HEADER,
        _stat("stuck", 4, steps=NONE_IS_BEST),
        _stat("recovering", 4, steps=NONE_IS_GOOD),
        Panel("lag_seconds", "lines", 12, 8, SECONDS),
        Panel("lag_records", "lines", 12, 8),
        Panel("lateness", "lines", 12, 8, SECONDS),
        Panel("forwarded", "lines", 12, 8, RATE_PER_SECOND),
        Panel("dead_letters", "lines", 12, 8),
        Panel("commit", "lines", 12, 8, SECONDS),
        Panel("restarts", "bars", 12, 6, steps=NONE_IS_GOOD),
        _stat("archive_up", 4, steps=ONE_IS_GOOD)._replace(height=6),
        _stat("figures_age", 4, SECONDS, MINUTES)._replace(height=6),
        _stat("rows", 4)._replace(height=6),
    ),
}  # fmt: skip
