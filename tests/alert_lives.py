"""What becomes of an alert: over Tết, when who exports its figures is gone, and when its condition ends and returns.

All of it is derived from the trials and the rules. What a series says at a minute is read from its notation, whose last
term is taken to go on for ever; gauges go by the minute of the world, counters add what each phase adds.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from streams.metrics import METRICS
from tests.alert_trials import ALERTS, Trial, seconds, waits
from tests.promtool import groups

GATE = "hoso:office_open:max"
OFFICE, CLOCK = "hoso_office_open", "hoso_clock_timestamp_seconds"
MINUTE = 60
# A target's own series, which is gone with the target.
TARGET = "target"
# Who exports what every worker exports, where the series does not say it.
SOME_WORKER = "worker"
_ROLES = {f"hoso_{metric.name}": metric.roles for metric in METRICS}
_GROWS = re.compile(r"_(total|bucket|count)\{")
_STARTED = "hoso_process_start_time_seconds"
_TERM = re.compile(r"(_|-?[\d.]+)(?:([+-][\d.]+))?(?:x(\d+))?")
_RANGE = re.compile(r"(?:\[|offset )(\w+)")
_LAST_KNOWN = re.compile(r"last_over_time\([^()]*\)")
_LABEL = re.compile(r'(\w+)="([^"]*)"')

Samples = Callable[[int], float | None]


class Phase(NamedTuple):
    """From a minute on the world's series say this."""

    begins: int
    series: Mapping[str, Any]


def samples(told: Any) -> Samples:
    """What a series of a trial says at a minute, None for nothing."""
    terms = [_term(one) for one in str(told).split()]

    def at(minute: int) -> float | None:
        for first, step, count in terms[:-1]:
            if minute < count:
                return None if first is None else first + step * minute
            minute -= count
        first, step, _ = terms[-1]
        return None if first is None else first + step * minute

    return at


def _term(text: str) -> tuple[float | None, float, int]:
    found = _TERM.fullmatch(text)
    assert found, f"not a term of a series: {text}"
    if found[1] == "_":
        return None, 0, int(found[3] or 1)
    # So many more samples than the first.
    return float(found[1]), float(found[2] or 0), int(found[3] or 0) + 1


def lived(phases: Sequence[Phase], minutes: int, every: int = 1) -> list[dict[str, str]]:
    """The series of a world that goes through phases, in promtool's notation, with a sample every so many minutes."""
    return [
        {"series": name, "values": _values(_life(name, phases, minutes)[::every])}
        for name in dict.fromkeys(name for phase in phases for name in phase.series)
    ]


def _life(name: str, phases: Sequence[Phase], minutes: int) -> list[float | None]:
    """By minute. A counter begins each phase where it stood: what a phase adds is what its notation adds."""
    ends = [*(phase.begins for phase in phases[1:]), minutes]
    life, total = list[float | None](), None
    for phase, end in zip(phases, ends, strict=True):
        says, before = samples(phase.series.get(name, "_")), None
        for minute in range(phase.begins, end):
            if not grows(name, phase.series.get(name)):
                life.append(says(minute))
                continue
            now = says(minute - phase.begins)
            if now is not None:
                starts_here = before is None and minute == phase.begins
                total = now if total is None else total + (0 if starts_here else now - (before or 0))
            before = now
            life.append(total if name in phase.series else None)
    return life


def grows(name: str, told: Any) -> bool:
    """Whether it is a counter; or the start of a process that starts anew, and is not always of one age."""
    return bool(_GROWS.search(name)) or (name.startswith(_STARTED) and "+" not in str(told))


def _values(life: Sequence[float | None]) -> str:
    """A series that ends is stale at once, as where its target does not answer."""
    was = [None, *life]
    return " ".join(
        f"{now:.12g}" if now is not None else "stale" if before is not None else "_"
        for before, now in zip(was, life, strict=False)
    )


def firing(trial: Trial, second: int, *, fires: bool) -> dict[str, Any]:
    """A test that the trial's alert fires at a second, with the labels it must bear; or that none of its name does."""
    labels = {"alertname": trial.alert, "alertstate": "firing"}
    if fires:
        labels |= trial.expected["exp_labels"]
    matched = ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in labels.items())
    return {
        "expr": f"group(ALERTS{{{matched}}})",
        "eval_time": f"{second}s",
        "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
    }


def keeps(trial: Trial) -> int:
    """Seconds for which it fires on when its condition has ended."""
    return seconds(str(ALERTS[trial.alert].get("keep_firing_for", "0s")))


def looks_back(trial: Trial) -> int:
    """Seconds of the past on which the alert's condition rests, through the sums that it reads too. What was known
    last is what is known now."""
    expression = str(ALERTS[trial.alert]["expr"])
    read = [expression, *(sums for name, sums in recorded().items() if name in expression)]
    return max((seconds(told) for one in read for told in _RANGE.findall(_LAST_KNOWN.sub("", one))), default=0)


@cache
def recorded() -> Mapping[str, str]:
    """The expressions of recording rules by name."""
    return {rule["record"]: rule["expr"] for group in groups() for rule in group["rules"] if "record" in rule}


def is_gated(alert: str) -> bool:
    """Whether it waits for office hours."""
    return GATE in ALERTS[alert]["expr"]


def with_offices(values: Mapping[str, Any], told: Any) -> dict[str, Any]:
    """Series of a trial with other hours of the offices that stand in it, or of those of no province."""
    offices = [name for name in values if name.startswith(OFFICE)] or [f'{OFFICE}{{province="none"}}']
    return {**values, **dict.fromkeys(offices, told)}


def exporters(values: Mapping[str, Any]) -> dict[str, str]:
    """By series of a trial the role of the process that exports it."""
    of_instance = dict[str, str]()
    for name in values:
        roles = _ROLES.get(_metric(name), ())
        if len(roles) == 1:
            of_instance[_labels(name).get("instance", "")] = roles[0]
    of_instance.pop("", None)
    return {name: _exporter(name, of_instance) for name in values}


def _exporter(name: str, of_instance: Mapping[str, str]) -> str:
    metric, labels = _metric(name), _labels(name)
    if metric == "up":
        return TARGET
    roles = _ROLES.get(metric, ())
    if len(roles) == 1:
        return str(roles[0])
    return labels.get("role") or of_instance.get(labels.get("instance", ""), SOME_WORKER)


def _metric(name: str) -> str:
    return re.sub(r"_(bucket|count)$", "", name.partition("{")[0])


def _labels(name: str) -> dict[str, str]:
    return dict(_LABEL.findall(name))


def recovery(trial: Trial, ended: Mapping[str, Any]) -> dict[str, Any]:
    """A test for promtool: it fires, its condition ends, it is gone when `keep_firing_for` has passed and not before,
    and it comes back with its condition. What rests on the past may go and come later, by as much of it as it reads."""
    wait, keep, past = waits(trial), keeps(trial), looks_back(trial)
    ends = wait + 5 * MINUTE
    returns = ends + past + keep + 5 * MINUTE
    tests = [
        firing(trial, wait, fires=True),
        firing(trial, ends + keep - 1, fires=True),
        firing(trial, ends + keep + past, fires=False),
        firing(trial, returns, fires=wait == 0),
    ]
    if past:
        tests.append(_has_fired(trial, returns, returns + wait + past))
    else:
        tests += [firing(trial, returns + wait - 1, fires=False), firing(trial, returns + wait, fires=True)]
    phases = [Phase(0, trial.at), Phase(ends // MINUTE, ended), Phase(returns // MINUTE, trial.at)]
    return {
        "name": f"{trial.alert} recovers and returns",
        "interval": "1m",
        "input_series": lived(phases, (returns + wait + past) // MINUTE + 2),
        "promql_expr_test": tests,
    }


def _has_fired(trial: Trial, since: int, until: int) -> dict[str, Any]:
    told = firing(trial, until, fires=True)
    return {**told, "expr": re.sub(r"group\((.*)\)", rf"group(count_over_time(\1[{until - since}s]))", told["expr"])}


def departure(trial: Trial, exporter: str, *, lasts: bool) -> dict[str, Any]:
    """A test for promtool: all processes of a role are gone while the alert fires. It `lasts`, or ends as if its
    condition had; and of the processes HosoWorkerDown tells, of case workers HosoClockStandsStill too."""
    wait, keep, past = waits(trial), keeps(trial), looks_back(trial)
    gone = wait + 5 * MINUTE
    role_of = exporters(trial.at)
    worker = {f'up{{instance="gone",job="hoso",worker="{exporter}"}}': "1x400"}
    clock = {} if any(CLOCK in name for name in trial.at) else {f'{CLOCK}{{clock="wall",instance="c"}}': "0+60x400"}
    role_of |= dict.fromkeys(clock, "cases")
    here = {**trial.at, **clock}
    left = {name: values for name, values in here.items() if role_of[name] != exporter}
    after = gone + keep + past + 30 * MINUTE
    tests = [firing(trial, gone + keep - 1, fires=True)]
    if lasts:
        tests += [_fires_at(trial.alert, second) for second in range(gone, after, MINUTE)]
    else:
        tests += [firing(trial, gone + keep + past, fires=False), firing(trial, after, fires=False)]
    if exporter != TARGET:
        here, left = {**here, **worker}, {**left, **dict.fromkeys(worker, "0x400")}
        speaks = ("HosoWorkerDown", "HosoClockStandsStill") if exporter == "cases" else ("HosoWorkerDown",)
        tests += [_fires_at(alert, gone + seconds(ALERTS[alert]["for"])) for alert in speaks]
    return {
        "name": f"{trial.alert} without {exporter}",
        "interval": "1m",
        "input_series": lived([Phase(0, here), Phase(gone // MINUTE, left)], after // MINUTE + 2),
        "promql_expr_test": tests,
    }


def _fires_at(alert: str, second: int) -> dict[str, Any]:
    """Whatever its labels are."""
    return {
        "expr": f'group(ALERTS{{alertname="{alert}",alertstate="firing"}})',
        "eval_time": f"{second}s",
        "exp_samples": [{"labels": "{}", "value": 1}],
    }
