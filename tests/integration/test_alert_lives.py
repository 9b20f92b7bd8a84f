"""What becomes of every alert, by promtool: at the nearest value, over Tết, without who exports it, and afterwards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from streams.core.compiling import compile_rules
from streams.rules_file import VIETNAM, load_rules
from streams.wiring.exporting import open_offices
from tests.alert_lives import (
    GATE,
    TARGET,
    Phase,
    departure,
    exporters,
    firing,
    is_gated,
    lived,
    recovery,
    samples,
    with_offices,
)
from tests.alert_trials import (
    ALERTS,
    IN_SCOPE,
    OF_SILENT,
    SILENT,
    TRIALS,
    Trial,
    lateness,
    of,
    of_class,
    trial_test,
    words_of,
)
from tests.core_builders import at
from tests.promtool import Batch, promtool

pytestmark = pytest.mark.services

SILENCE = of("hoso_source_silent_office_seconds", source=SILENT, speaks_for="G01.839.001", instance="a")
# Thresholds of which the trial goes further beyond than it must.
NEAREST = (
    Trial(
        "HosoIncident",
        of_class("hoso_incident_cases", "falsely_pending", 0),
        of_class("hoso_incident_cases", "falsely_pending", 1),
        1,
        IN_SCOPE,
        words=words_of("falsely_pending"),
    ),
    Trial("HosoSourceSilent", {SILENCE: 0}, {SILENCE: 1}, 1, OF_SILENT),
    Trial("HosoJudgementLate", lateness(9), lateness(11), 0.011, first="1m"),
)
# Of a thousand ten are the threshold itself, on whose sides arithmetic may fall.
STEPS_BETWEEN: Mapping[str, int] = {"HosoJudgementLate": 2}

# Where what is said below the threshold is not what is said afterwards.
ENDED: Mapping[str, Mapping[str, Any]] = {
    "HosoWorkerRestarts": {of("hoso_process_start_time_seconds", instance="a"): "4x400"},
}


class Gone(Enum):
    """What is right when all processes that export a series of an alert are gone."""

    ENDS = "nobody knows: it ends when `keep_firing_for` has passed, and HosoWorkerDown speaks instead"
    LASTS = "what is left is enough to know"
    AS_GATED = (
        "nobody knows whether offices are open: it ends if it asks for open ones, lasts if for none that are closed"
    )


ENDS, LASTS, AS_GATED = Gone.ENDS, Gone.LASTS, Gone.AS_GATED
# By alert and role of the processes.
WITHOUT: Mapping[str, Mapping[str, Gone]] = {
    # Proven by what is archived; that nobody ticks is told by HosoClockStandsStill beside it.
    "HosoCasesOverdue": {"sink": LASTS, "cases": LASTS},
    "HosoAtRiskWave": {"sink": ENDS, "cases": AS_GATED},
    "HosoFalselyLate": {"sink": ENDS, "cases": AS_GATED},
    "HosoLateAllowanceUsed": {"sink": ENDS, "cases": AS_GATED},
    "HosoHung": {"sink": ENDS, "cases": AS_GATED},
    "HosoPrintBlocked": {"sink": ENDS, "cases": AS_GATED},
    "HosoLostRegistrations": {"sink": ENDS, "cases": AS_GATED},
    "HosoComplaintsRepeated": {"sink": ENDS, "cases": AS_GATED},
    "HosoIncident": {"sink": ENDS, "cases": AS_GATED},
    "HosoIncidentUnknown": {"sink": ENDS, "cases": AS_GATED},
    "HosoSourceSilent": {"cases": ENDS},
    "HosoUnitSilentForADay": {"cases": ENDS},
    # Unread data grow old all the same.
    "HosoUnreadNearExpiry": {"intake": LASTS},
    "HosoDeadLetters": {"intake": ENDS},
    "HosoOfficialCodeUnknown": {"cases": ENDS},
    # No tick is no tick, whoever is gone.
    "HosoClockStandsStill": {"cases": LASTS},
    "HosoEventLag": {"cases": ENDS},
    "HosoTopicLag": {"worker": ENDS},
    "HosoJudgementLate": {"cases": ENDS},
    "HosoPartitionsUnread": {"cases": ENDS},
    "HosoWorkerRestarts": {"worker": ENDS},
    "HosoWorkerStuck": {"cases": ENDS},
    "HosoWorkerRecovering": {"cases": ENDS},
    "HosoRecoveryTakesLong": {"cases": ENDS},
    "HosoArchiveDown": {"sink": ENDS},
    "HosoSinkBehind": {"sink": ENDS},
    # Other workers than the sink are none of its concern.
    "HosoFiguresOld": {"sink": LASTS, "worker": LASTS},
    "HosoCalendarHorizonNear": {"cases": ENDS},
    # A target that the configuration names no more is missed by nobody.
    "HosoWorkerDown": {TARGET: ENDS},
}

# Of the lunar new year of 2026 the days off are 14 to 22 February, nine in a row.
FROM, TET_FROM, TET_UNTIL, UNTIL = map(
    datetime.fromisoformat, ("2026-02-12 00:00", "2026-02-14 00:00", "2026-02-23 00:00", "2026-02-25 00:00")
)
STEP = timedelta(minutes=30)
CLOSED = ("2026-02-12 07:00", "2026-02-12 20:00", "2026-02-13 22:00", "2026-02-23 07:00", "2026-02-23 20:00")
OPEN_LONG = ("2026-02-12 11:00", "2026-02-13 16:30", "2026-02-23 11:00", "2026-02-24 16:30")


def test_the_value_before_each_threshold_is_the_one_next_to_it(tmp_path: Path) -> None:
    far = {alert for alert in ALERTS if alert != "HosoWatchdog"}
    for trial in (*TRIALS, *NEAREST):
        if between(trial) <= STEPS_BETWEEN.get(trial.alert, 1):
            far.discard(trial.alert)

    assert not far, "a case, a second, a record more has to be the threshold: write such a trial, here or there"
    promtool(tmp_path, *(Batch(trial_test(trial), only={trial.alert}) for trial in NEAREST))


def between(trial: Trial) -> float:
    """The largest difference of a series below and at the threshold, at a minute; of what grows, of its growth."""
    common = trial.below.keys() & trial.at.keys()
    return max((_apart(trial.below[name], trial.at[name], "_bucket" in name) for name in common), default=0)


def _apart(below: Any, at_it: Any, grows: bool) -> float:
    one, other = samples(below), samples(at_it)
    pairs = [(one(minute), other(minute)) for minute in range(60)]
    told = [a - b for a, b in pairs if a is not None and b is not None]
    return max(map(abs, [after - before for before, after in pairwise(told)] if grows else told), default=0)


def test_alerts_of_office_hours_are_quiet_over_tet_and_told_on_the_first_morning_after_it(tmp_path: Path) -> None:
    gated = [trial for trial in TRIALS if is_gated(trial.alert)]
    of_cases = {name for name, rule in ALERTS.items() if rule["labels"]["about"] == "cases"}
    assert {trial.alert for trial in gated} >= of_cases

    promtool(tmp_path, *(Batch([over_tet(trial)], "30m", {trial.alert}) for trial in gated))


def over_tet(trial: Trial) -> dict[str, Any]:
    """The trial's condition holds for a fortnight, with the hours that a worker exports by the shipped law."""
    minutes, every = int((UNTIL - FROM).total_seconds()) // 60, int(STEP.total_seconds()) // 60
    world = lived([Phase(0, with_offices(trial.at, 0))], minutes, every)
    hours = office_hours()
    in_tet = [TET_FROM + STEP * step for step in range((TET_UNTIL - TET_FROM) // STEP)]
    closed = [*in_tet, *map(datetime.fromisoformat, CLOSED)]
    told = [(when, False) for when in closed] + [(datetime.fromisoformat(text), True) for text in OPEN_LONG]
    return {
        "name": f"{trial.alert} over Tết",
        "interval": "30m",
        "input_series": [{**one, "values": hours} if "hoso_office_open" in one["series"] else one for one in world],
        "promql_expr_test": [firing(trial, int((when - FROM).total_seconds()), fires=fires) for when, fires in told],
    }


@cache
def office_hours() -> str:
    rules = compile_rules(load_rules(VIETNAM))
    first = at(f"{FROM:%Y-%m-%d %H:%M}")
    steps = range((UNTIL - FROM) // STEP)
    return " ".join(str(int(open_offices(rules, first + step * int(STEP.total_seconds()))["none",])) for step in steps)


def test_all_other_alerts_are_told_in_the_midst_of_tet_as_on_any_day(tmp_path: Path) -> None:
    others = [trial for trial in TRIALS if not is_gated(trial.alert)]
    closed = [replace(trial, at=with_offices(trial.at, 0)) for trial in others]

    promtool(tmp_path, *(Batch(trial_test(trial)[1:], only={trial.alert}) for trial in closed))


def test_what_is_right_without_its_exporters_is_written_down_for_every_alert() -> None:
    needed = dict[str, set[str]]()
    for trial in TRIALS:
        needed.setdefault(trial.alert, set()).update(exporters(trial.at).values())

    assert {alert: {*told} for alert, told in WITHOUT.items()} == needed


def test_every_alert_without_who_exports_its_figures_ends_or_lasts_as_is_right_and_somebody_speaks(
    tmp_path: Path,
) -> None:
    tests = [
        (trial.alert, departure(trial, exporter, lasts=lasts(trial.alert, exporter)))
        for trial in TRIALS
        for exporter in sorted({*exporters(trial.at).values()})
    ]

    promtool(
        tmp_path,
        *(Batch([test], only={alert, "HosoWorkerDown", "HosoClockStandsStill"}) for alert, test in tests),
    )


def lasts(alert: str, exporter: str) -> bool:
    match WITHOUT[alert][exporter]:
        case Gone.ENDS:
            return False
        case Gone.LASTS:
            return True
        case Gone.AS_GATED:
            return f"unless on (province) {GATE} == 0" in ALERTS[alert]["expr"]


def test_every_alert_ends_after_its_condition_and_not_at_once_and_comes_back_with_it(tmp_path: Path) -> None:
    tests = [(trial.alert, recovery(trial, ENDED.get(trial.alert, trial.below))) for trial in TRIALS]

    promtool(tmp_path, *(Batch([test], only={alert}) for alert, test in tests))
