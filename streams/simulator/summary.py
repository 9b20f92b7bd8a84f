"""What a run comes to: counts of cases, steps and faults, and how far targets were reached."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from streams.simulator.district import District
from streams.simulator.plan import Planned


def summarise(district: District, cases: Iterable[Planned]) -> dict[str, Any]:
    """Counts by name, in the order of the alphabet. A rate above one is not cut off."""
    procedures: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    events = count = 0
    for truth, told in cases:
        count += 1
        events += len(told)
        procedures.update({truth.procedure})
        if truth.variant is not None:
            procedures.update({f"{truth.procedure} {truth.variant}"})
        steps.update({f"{truth.procedure} {step}" for step in truth.steps})
        faults.update(truth.faults)
    return {
        "district": district.name,
        "scale": district.scale,
        "cases": count,
        "events": events,
        "procedures": _sorted(procedures),
        "steps": _sorted(steps),
        "faults": _sorted(faults),
        "targets": {
            name: {
                "target": target,
                "reached": procedures[name] * district.scale,
                "rate": _rate(procedures, district, name),
            }
            for name, target in district.targets.items()
        },
    }


def _rate(procedures: Mapping[str, int], district: District, name: str) -> float:
    return round(procedures[name] * district.scale / district.targets[name], 3)


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items()))
