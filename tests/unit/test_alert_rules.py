"""The alert rules name only metrics that workers export, and each says how bad, what, and what to do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.metrics import METRICS, PREFIX

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = [
    rule
    for path in sorted((FOLDER / "rules").glob("*.yml"))
    for group in yaml.safe_load(path.read_text())["groups"]
    for rule in group["rules"]
]
EXPORTED = {PREFIX + metric.name for metric in METRICS}


def test_prometheus_loads_the_folder_of_rules() -> None:
    assert yaml.safe_load((FOLDER / "prometheus.yml").read_text())["rule_files"] == ["rules/*.yml"]
    assert RULES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_names_exported_metrics_and_tells_what_to_do(rule: dict[str, Any]) -> None:
    named = set(re.findall(rf"{PREFIX}\w+", rule["expr"]))

    assert named <= EXPORTED
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert set(rule["annotations"]) == {"summary", "description"}
