"""Trials of alerts by promtool: series just below a threshold and at it, and the texts that must come out.

The texts are rendered here a second time, from the subset of Prometheus' templates that the rules use, so that a
template that renders otherwise than it reads is found.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.core.screen_words import CLASS_WORDS, OWNER_WORDS
from tools.alert_rules import alerts

ALERTS = {rule["alert"]: rule for rule in alerts()}
PLACE = {"unit": "G01.839.001", "unit_name": "Công an phường Thuận Hóa", "province": "Huế"}
OPEN = 'hoso_office_open{province="Huế"}'
SINK = {"instance": "sink:9108", "job": "hoso"}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True)
class Trial:
    """One alert. `below` and `at` are series with one value or Prometheus' notation of many; `value` is that of the
    alert at its threshold, `labels` what it bears beside the rule's own, `first` when its condition first holds."""

    alert: str
    below: Mapping[str, Any]
    at: Mapping[str, Any]
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    first: str = "0m"
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def expected(self) -> dict[str, Any]:
        rule = ALERTS[self.alert]
        labels = {**rule["labels"], **self.labels}
        # A rule's own labels are not among those that its templates see.
        texts = {
            name: rendered(text, self.value, self.labels, self.words) for name, text in rule["annotations"].items()
        }
        return {"exp_labels": labels, "exp_annotations": texts}


def seconds(text: str) -> int:
    """Of a duration as Prometheus writes it: 90s, 5m, 1h."""
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))


def waits(trial: Trial) -> int:
    """Seconds from the first sample of `at` until the alert is told."""
    return seconds(trial.first) + seconds(str(ALERTS[trial.alert].get("for", "0s")))


def trial_test(trial: Trial) -> list[dict[str, Any]]:
    """Tests for promtool: below the threshold nothing, ever; at it nothing before `for` has passed, then the alert.

    Between two evaluations promtool tells what the earlier one found: a second before the last one it still waits.
    """
    wait = waits(trial)
    told = [(wait - 1, []), (wait, [trial.expected])] if wait else [(0, [trial.expected])]
    never: list[tuple[int, list[Any]]] = [(wait + after, []) for after in range(0, 3600, 600)]
    return [
        {
            "name": f"{trial.alert} {name}",
            "interval": "1m",
            "input_series": series(values),
            "alert_rule_test": [
                {"eval_time": f"{when}s", "alertname": trial.alert, "exp_alerts": alerts} for when, alerts in expected
            ],
        }
        for name, values, expected in (("below its threshold", trial.below, never), ("at it", trial.at, told))
    ]


def series(values: Mapping[str, Any], samples: int = 400) -> list[dict[str, str]]:
    """Constants for so many samples, and whatever is written in Prometheus' own notation."""
    return [
        {"series": name, "values": value if isinstance(value, str) else f"{value}x{samples}"}
        for name, value in values.items()
    ]


def of(name: str, labels: Mapping[str, str] | None = None, **further: str) -> str:
    """The name of a series."""
    told = ",".join(f'{label}="{value}"' for label, value in {**(labels or {}), **further}.items())
    return f"{name}{{{told}}}"


def rendered(text: str, value: float, labels: Mapping[str, str], words: Mapping[str, str]) -> str:
    """A template as Prometheus renders it; `words` stand for its queries."""
    text = re.sub(
        r'\{\{ if eq \$labels\.(\w+) "(\w+)" \}\}(.*?)\{\{ else \}\}(.*?)\{\{ end \}\}',
        lambda found: found[3] if labels.get(found[1]) == found[2] else found[4],
        text,
    )
    text = re.sub(
        r"\{\{ range .*?\| query \}\}\{\{ \.Labels\.(\w+) \}\}\{\{ end \}\}", lambda found: words[found[1]], text
    )
    text = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels.get(found[1], ""), text)
    for form, shown in (
        (r"\$value", f"{value:g}"),
        (r'\$value \| printf "%\.0f"', f"{value:.0f}"),
        (r"\$value \| humanizeDuration", duration(value)),
        (r"\$value \| humanizePercentage", f"{value * 100:.4g}%"),
    ):
        text = re.sub(r"\{\{ " + form + r" \}\}", shown, text)
    assert "{{" not in text, f"not rendered: {text}"
    return text


def duration(value: float) -> str:
    """As Prometheus' humanizeDuration has it, for a second and more."""
    minutes, left = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "m"), (left, "s")]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    return " ".join(f"{number}{unit}" for number, unit in parts)


def unit_gauge(name: str, value: float, **labels: str) -> dict[str, Any]:
    return {of(name, {**PLACE, **SINK, **labels}): value, OPEN: 1}


def of_party(name: str, value: float, **labels: str) -> dict[str, Any]:
    return unit_gauge(name, value, **BY_UNIT | labels)


def of_class(name: str, flag_class: str, value: float) -> dict[str, Any]:
    return of_party(name, value, **words_of(flag_class))


def words_of(flag_class: str) -> dict[str, str]:
    wording, english = CLASS_WORDS[flag_class]
    return {"class": flag_class, "wording": wording, "wording_en": english}


def lag(value: float, topic: str = "submission") -> dict[str, Any]:
    return {of("hoso_lag_seconds", topic=topic, instance="a"): value}


def held(one: int, other: int) -> dict[str, Any]:
    """Of twelve partitions so many by one worker, and so many by another."""
    return {of("hoso_partitions_held", instance=name): number for name, number in (("a", one), ("b", other))} | {
        of("hoso_log_partitions", instance=name): 12 for name in "ab"
    }


def never_read(seconds: int) -> dict[str, Any]:
    return {
        of("hoso_figures_timestamp_seconds", instance="a"): 0,
        of("hoso_process_start_time_seconds", instance="a"): f"-{seconds}+60x400",
        of("hoso_process_start_time_seconds", instance="b"): f"-{10 * seconds}+60x400",
    }


def clocked(values: str, clock: str = "wall") -> dict[str, Any]:
    return {of("hoso_clock_timestamp_seconds", clock=clock, instance="a"): values}


def lateness(late: int) -> dict[str, Any]:
    """A thousand deadlines a minute, of which so many were judged later than a minute."""
    name = "hoso_judgement_lateness_seconds"
    return {
        of(f"{name}_bucket", le="60.0", instance="a"): f"0+{1000 - late}x400",
        f'{name}_count{{instance="a"}}': "0+1000x400",
    }


BY_UNIT = {**PLACE, "accountable": "unit", "party": OWNER_WORDS["unit"].vi, "party_en": OWNER_WORDS["unit"].en}
OPERATOR = {"accountable": "operator", "party": OWNER_WORDS["operator"].vi, "party_en": OWNER_WORDS["operator"].en}
# And where an incident of the same cause would be.
IN_SCOPE = {**BY_UNIT, "scope": PLACE["unit"]}
SILENT = "urn:hoso:onestop:G01.839.001"
OF_SILENT = {"source": SILENT, "unit": "G01.839.001"}
WORKER = {"instance": "a", "job": "hoso", "worker": "cases"}
OF_PROCESS = {"instance": "a", "role": "cases"}
DAY = 86_400
COMPLETE = of("hoso_complete_timestamp_seconds", topic="submission", instance="a")
FIGURES = of("hoso_figures_timestamp_seconds", SINK)
WORKING_DAY = of("hoso_working_day_seconds", instance="a")
UP_TO_NOW = "0+60x400"

TRIALS: Sequence[Trial] = (
    Trial(
        "HosoCasesOverdue",
        {**of_party("hoso_overdue_cases", 0), FIGURES: UP_TO_NOW},
        {**of_party("hoso_overdue_cases", 1), FIGURES: UP_TO_NOW},
        1,
        BY_UNIT,
    ),
    Trial(
        "HosoAtRiskWave",
        of_class("hoso_flagged_cases", "at_risk", 19),
        of_class("hoso_flagged_cases", "at_risk", 20),
        20,
        {**BY_UNIT, **words_of("at_risk")},
    ),
    Trial(
        "HosoFalselyLate",
        of_party("hoso_falsely_late_cases", 2),
        of_party("hoso_falsely_late_cases", 3),
        3,
        IN_SCOPE,
    ),
    # Where the operator of the systems has to act, an incident of the cause is told above the unit.
    Trial(
        "HosoFalselyLate",
        of_party("hoso_falsely_late_cases", 2, **OPERATOR),
        of_party("hoso_falsely_late_cases", 3, **OPERATOR),
        3,
        {**BY_UNIT, **OPERATOR, "scope": "G01.839"},
    ),
    Trial(
        "HosoLateAllowanceUsed",
        unit_gauge("hoso_late_allowance_cases", 1),
        unit_gauge("hoso_late_allowance_cases", 0),
        0,
        PLACE,
    ),
    Trial(
        "HosoHung",
        of_class("hoso_flagged_cases", "hung", 0),
        of_class("hoso_flagged_cases", "hung", 1),
        1,
        {**BY_UNIT, **words_of("hung")},
    ),
    Trial(
        "HosoPrintBlocked",
        of_class("hoso_flagged_cases", "print_blocked", 0),
        of_class("hoso_flagged_cases", "print_blocked", 1),
        1,
        {**BY_UNIT, **words_of("print_blocked")},
    ),
    Trial(
        "HosoLostRegistrations",
        of_class("hoso_flagged_cases", "lost_registration", 0),
        of_class("hoso_flagged_cases", "lost_registration", 1),
        1,
        {**BY_UNIT, **words_of("lost_registration")},
    ),
    Trial(
        "HosoComplaintsRepeated",
        unit_gauge("hoso_complaints", 2, reason="delay"),
        unit_gauge("hoso_complaints", 3, reason="delay"),
        3,
        {**PLACE, "reason": "delay"},
    ),
    Trial(
        "HosoIncident",
        of_class("hoso_incident_cases", "falsely_pending", 0),
        of_class("hoso_incident_cases", "falsely_pending", 5),
        5,
        IN_SCOPE,
        words=words_of("falsely_pending"),
    ),
    Trial(
        "HosoIncidentUnknown",
        of_class("hoso_incident_cases", "unknown", 4),
        of_class("hoso_incident_cases", "unknown", 5),
        5,
        BY_UNIT,
    ),
    Trial(
        "HosoSourceSilent",
        {of("hoso_source_silent_office_seconds", source=SILENT, speaks_for="G01.839.001", instance="a"): 0},
        {
            of("hoso_source_silent_office_seconds", source=SILENT, speaks_for="G01.839.001", instance="a"): 1800,
            of("hoso_source_silent_office_seconds", source=SILENT, speaks_for="G01.839.001", instance="b"): 1740,
        },
        1800,
        OF_SILENT,
    ),
    # A source that speaks for no one unit is nobody's whole day of silence.
    Trial(
        "HosoSourceSilent",
        {of("hoso_source_silent_office_seconds", source="urn:hoso:post:central", speaks_for="all"): 0},
        {of("hoso_source_silent_office_seconds", source="urn:hoso:post:central", speaks_for="all"): 90_000},
        90_000,
        {"source": "urn:hoso:post:central", "speaks_for": "all"},
    ),
    Trial(
        "HosoUnitSilentForADay",
        {
            of("hoso_source_silent_office_seconds", source=SILENT, speaks_for="G01.839.001", instance="a"): 28_800,
            of("hoso_source_silent_office_seconds", source="urn:hoso:post:central", speaks_for="all"): 90_000,
            WORKING_DAY: 28_800,
        },
        {
            of("hoso_source_silent_office_seconds", source=SILENT, speaks_for="G01.839.001", instance="a"): 28_801,
            WORKING_DAY: 28_800,
        },
        28_801,
        OF_SILENT,
    ),
    Trial(
        "HosoUnreadNearExpiry",
        {COMPLETE: f"-{15 * DAY}+60x400", of("hoso_retention_seconds", topic="submission"): 30 * DAY},
        {COMPLETE: f"-{15 * DAY + 1}+60x400", of("hoso_retention_seconds", topic="submission"): 30 * DAY},
        0.5 + 1 / (30 * DAY),
        {"topic": "submission"},
    ),
    Trial(
        "HosoDeadLetters",
        {of("hoso_dead_letters_total", topic="print", reason="not JSON"): 7},
        {of("hoso_dead_letters_total", topic="print", reason="not JSON"): "7x15 8x400"},
        1,
        {"topic": "print", "reason": "not JSON"},
        first="16m",
    ),
    # One that was away for half an hour is not new.
    Trial(
        "HosoOfficialCodeUnknown",
        {of("hoso_unknown_codes_total", system="portal"): "4x70 _x30 4x400"},
        {of("hoso_unknown_codes_total", system="portal"): "_x70 4x400"},
        4,
        {"system": "portal"},
        first="70m",
    ),
    Trial("HosoClockStandsStill", clocked(UP_TO_NOW), clocked("300x400"), 0, {"clock": "wall"}),
    # No case worker tells of any clock.
    Trial("HosoClockStandsStill", clocked(UP_TO_NOW, clock="simulated"), {}, 1),
    Trial("HosoEventLag", clocked("-120+60x400"), clocked("-121+60x400"), 121),
    Trial("HosoTopicLag", lag(300), lag(301), 301, {"topic": "submission"}),
    Trial("HosoJudgementLate", lateness(9), lateness(20), 0.02, first="1m"),
    Trial("HosoWorkerDown", {of("up", WORKER): 1}, {of("up", WORKER): 0}, 0, WORKER),
    Trial("HosoWorkerStuck", {of("hoso_stuck", OF_PROCESS): 0}, {of("hoso_stuck", OF_PROCESS): 1}, 1, OF_PROCESS),
    Trial(
        "HosoWorkerRestarts",
        {of("hoso_process_start_time_seconds", instance="a"): "1x10 2x10 3x400"},
        {of("hoso_process_start_time_seconds", instance="a"): "1x10 2x10 3x10 4x400"},
        3,
        {"instance": "a"},
        first="33m",
    ),
    Trial(
        "HosoWorkerRecovering", {of("hoso_recovering", OF_PROCESS): 0}, {of("hoso_recovering", OF_PROCESS): 1}, 1,
        OF_PROCESS,
    ),
    Trial(
        "HosoSinkBehind",
        {**lag(300, "log"), of("hoso_archive_up", instance="a"): 1},
        {**lag(301, "log"), of("hoso_archive_up", instance="a"): 1},
        301,
        {"topic": "log"},
    ),
    Trial(
        "HosoArchiveDown", {of("hoso_archive_up", SINK): 1}, {of("hoso_archive_up", SINK): 0}, 0,
        {"instance": SINK["instance"]},
    ),
    Trial(
        "HosoRecoveryTakesLong", {of("hoso_recovering", OF_PROCESS): 0}, {of("hoso_recovering", OF_PROCESS): 1}, 1,
        OF_PROCESS,
    ),
    Trial("HosoPartitionsUnread", held(8, 4), held(8, 3), 1),
    Trial(
        "HosoFiguresOld",
        {of("hoso_figures_timestamp_seconds", instance="a"): "-900+60x400"},
        {of("hoso_figures_timestamp_seconds", instance="a"): "-901+60x400"},
        901,
    ),
    # Never read since the process began.
    Trial("HosoFiguresOld", never_read(900), never_read(901), 901),
    Trial(
        "HosoCalendarHorizonNear",
        {**clocked("0x400"), of("hoso_calendar_horizon_timestamp_seconds", calendar="vn", instance="a"): 30 * DAY},
        {**clocked("0x400"), of("hoso_calendar_horizon_timestamp_seconds", calendar="vn", instance="a"): 30 * DAY - 1},
        30 * DAY - 1,
        {"calendar": "vn"},
    ),
)  # fmt: skip
