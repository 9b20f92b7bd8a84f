"""Every alert, by promtool: just below its threshold and at it, in both languages; a silence and a recovery as told."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from streams.exposition import Metrics
from streams.metrics import METRICS, Counter, Gauge, Histogram
from tests.alert_trials import (
    ALERTS,
    BY_UNIT,
    OF_SILENT,
    OPEN,
    SILENT,
    TRIALS,
    UP_TO_NOW,
    WORKING_DAY,
    Trial,
    clocked,
    of,
    series,
    trial_test,
    unit_gauge,
)
from tests.promtool import Batch, promtool, run
from tools.alert_routes import CONFIG
from tools.alert_rules import ROOT, files
from tools.stack.debian import program

pytestmark = pytest.mark.services


def test_promtool_and_amtool_accept_what_is_shipped() -> None:
    rules = run("promtool", "check", "rules", *(str(ROOT / path) for path in files()))
    routes = run("amtool", "check-config", str(ROOT / CONFIG))
    config = run("promtool", "check", "config", str(ROOT / "deploy" / "prometheus" / "prometheus.yml"))

    assert (rules.returncode, routes.returncode, config.returncode) == (0, 0, 0), (
        rules.stderr + routes.stderr + config.stderr
    )


def test_promtool_finds_nothing_amiss_in_what_workers_export() -> None:
    metrics = Metrics()
    for metric in METRICS:
        labels = ("x",) * len(metric.labels)
        match metric:
            case Counter():
                metrics.count(metric, *labels)
            case Gauge():
                metrics.set(metric, 1, *labels)
            case Histogram():
                metrics.observe(metric, 1, *labels)

    done = subprocess.run(
        [program("promtool"), "check", "metrics"], input=metrics.render(), capture_output=True, check=False, timeout=60
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_every_alert_has_a_trial() -> None:
    assert {trial.alert for trial in TRIALS} | {"HosoWatchdog"} == ALERTS.keys()


def test_every_alert_is_silent_below_its_threshold_and_speaks_at_it(tmp_path: Path) -> None:
    promtool(tmp_path, *(Batch(trial_test(trial), only={trial.alert}) for trial in TRIALS))


def test_the_watchdog_always_fires(tmp_path: Path) -> None:
    expected = Trial("HosoWatchdog", {}, {}, 1).expected
    promtool(
        tmp_path,
        Batch([{"interval": "1m", "alert_rule_test": [
            {"eval_time": when, "alertname": "HosoWatchdog", "exp_alerts": [expected]} for when in ("0m", "1d")
        ]}], only={"HosoWatchdog"}),
    )  # fmt: skip


def test_a_silence_is_told_escalated_after_a_working_day_and_over_when_the_source_speaks(tmp_path: Path) -> None:
    # Silent from the first minute on, in office time, and heard again after nine hours.
    silence = of("hoso_source_silent_office_seconds", source=SILENT, speaks_for="G01.839.001", instance="a")

    def told(alert: str, minute: int, seconds: int | None) -> dict[str, Any]:
        expected = [] if seconds is None else [Trial(alert, {}, {}, seconds, OF_SILENT).expected]
        return {"eval_time": f"{minute}m", "alertname": alert, "exp_alerts": expected}

    tests = [
        told("HosoSourceSilent", 10, None),
        told("HosoSourceSilent", 11, 660),
        told("HosoUnitSilentForADay", 480, None),
        told("HosoUnitSilentForADay", 486, 29_160),
        told("HosoSourceSilent", 540, 32_400),
        # It speaks again; an alert that flaps would be worse than five minutes more.
        told("HosoSourceSilent", 544, 32_400),
        told("HosoSourceSilent", 548, None),
        told("HosoUnitSilentForADay", 548, None),
    ]
    inputs = [{"series": silence, "values": "0+60x540 stale"}, *series({WORKING_DAY: 28_800}, 600)]

    promtool(tmp_path, Batch([{"interval": "1m", "input_series": inputs, "alert_rule_test": tests}]))


def test_a_recovery_tells_of_itself_and_ends_with_the_lag_it_made(tmp_path: Path) -> None:
    recovering = of("hoso_recovering", role="cases", instance="a")
    worker = Trial("HosoWorkerRecovering", {}, {}, 1, {"role": "cases", "instance": "a"}).expected

    def told(alert: str, minute: int, *expected: dict[str, Any]) -> dict[str, Any]:
        return {"eval_time": f"{minute}m", "alertname": alert, "exp_alerts": list(expected)}

    tests = [
        told("HosoWorkerRecovering", 1),
        told("HosoWorkerRecovering", 2, worker),
        told("HosoWorkerRecovering", 9, worker),
        told("HosoEventLag", 9, Trial("HosoEventLag", {}, {}, 540).expected),
        told("HosoWorkerRecovering", 11),
        told("HosoEventLag", 16),
    ]
    inputs = [
        {"series": recovering, "values": "1x9 0x400"},
        # The clock stood still for ten minutes, then caught up.
        {"series": next(iter(clocked(""))), "values": "0x9 600+60x400"},
    ]

    promtool(tmp_path, Batch([{"interval": "1m", "input_series": inputs, "alert_rule_test": tests}]))


def test_what_is_overdue_is_told_while_its_source_is_silent(tmp_path: Path) -> None:
    trial = next(trial for trial in TRIALS if trial.alert == "HosoCasesOverdue")
    silence = {of("hoso_source_silent_office_seconds", source=SILENT, speaks_for="G01.839.001", instance="a"): 40_000}

    promtool(
        tmp_path,
        Batch([{"interval": "1m", "input_series": series({**trial.at, **silence}), "alert_rule_test": [
            {"eval_time": "1h", "alertname": "HosoCasesOverdue", "exp_alerts": [trial.expected]}
        ]}]),
    )  # fmt: skip


FIGURES = "hoso_figures_timestamp_seconds"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        # Whose last case ended while a sink told so stays ended when the sink goes.
        ({"one": ("3x10 stale", "1+60x20 stale")}, None),
        # Another sink takes over: each case counts once.
        ({"one": ("3x20 stale", "1+60x20 stale"), "two": ("_x21 3x400", "_x21 1261+60x400")}, 3),
        # It is there again, and PostgreSQL is away: it knows of no figures yet.
        ({"one": ("3x20 stale", "1+60x20 0x400")}, 3),
        ({"one": ("3x20 stale", "1+60x20 stale")}, 3),
    ],
    ids=["ended", "moved", "restarted", "gone"],
)
def test_what_is_overdue_is_told_as_last_known(
    tmp_path: Path, told: dict[str, tuple[str, str]], expected: int | None
) -> None:
    inputs = [{"series": OPEN, "values": "1x700"}]
    for instance, (overdue, figures) in told.items():
        inputs += [
            {"series": of("hoso_overdue_cases", BY_UNIT, instance=instance), "values": overdue},
            {"series": of(FIGURES, instance=instance), "values": figures},
        ]
    alerts = [] if expected is None else [Trial("HosoCasesOverdue", {}, {}, expected, BY_UNIT).expected]
    # For a working day, and no longer.
    tests: list[dict[str, Any]] = [{"eval_time": "1h", "alertname": "HosoCasesOverdue", "exp_alerts": alerts}]
    if "two" not in told:
        tests.append({"eval_time": "10h", "alertname": "HosoCasesOverdue", "exp_alerts": []})

    promtool(tmp_path, Batch([{"interval": "1m", "input_series": inputs, "alert_rule_test": tests}]))


def test_on_a_simulated_clock_nobody_waits(tmp_path: Path) -> None:
    inputs = series({**clocked(UP_TO_NOW.replace("60", "1"), clock="simulated"), **unit_gauge("hoso_overdue_cases", 0)})
    quiet = ("HosoEventLag", "HosoClockStandsStill", "HosoJudgementLate")
    tests = [{"eval_time": "2h", "alertname": alert, "exp_alerts": []} for alert in quiet]

    promtool(tmp_path, Batch([{"interval": "1m", "input_series": inputs, "alert_rule_test": tests}]))
