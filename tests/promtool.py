"""Tests of the shipped alert rules by promtool, many in one call: to start it takes longer than to evaluate."""

import json
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.alert_rules import ROOT, files
from tools.stack.debian import program


@dataclass(frozen=True)
class Batch:
    """Tests that are evaluated every `interval`; of the alerts only some, where `only` names them, which is quicker."""

    tests: Sequence[dict[str, Any]]
    interval: str = "1m"
    only: Collection[str] = ()


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program(name), *arguments], capture_output=True, text=True, check=False, timeout=120)


def promtool(folder: Path, *batches: Batch) -> None:
    """Run tests of the rules; what promtool finds, by the names of the tests, is the message of the failure."""
    written = [_written(folder, number, batch) for number, batch in enumerate(batches)]
    done = run("promtool", "test", "rules", *written)
    failed = [test.get("name") for file, batch in zip(written, batches, strict=True) for test in batch.tests
              if f"{file}\n  SUCCESS" not in done.stdout]  # fmt: skip
    assert done.returncode == 0, f"among {failed}:\n{done.stderr}"


@cache
def groups() -> Sequence[dict[str, Any]]:
    """The groups of the shipped rules."""
    return [group for path in files() for group in yaml.safe_load((ROOT / path).read_text())["groups"]]


def _written(folder: Path, number: int, batch: Batch) -> str:
    rules = [str(ROOT / path) for path in files()]
    if batch.only:
        some = [{**group, "rules": [rule for rule in group["rules"] if _is_of(rule, batch)]} for group in groups()]
        rules = [_json(folder / f"rules-{number}.yml", {"groups": some})]
    told = {
        "rule_files": rules,
        "evaluation_interval": batch.interval,
        # Group after group, sums first: promtool would else evaluate the groups in no order.
        "group_eval_order": sorted(
            (one["name"] for one in groups()), key=lambda name: (name != "hoso-recording", name)
        ),
        "tests": batch.tests,
    }
    return _json(folder / f"tests-{number}.yml", told)


def _is_of(rule: dict[str, Any], batch: Batch) -> bool:
    return "alert" not in rule or rule["alert"] in batch.only


def _json(file: Path, told: dict[str, Any]) -> str:
    """JSON is YAML too, and written in no time."""
    file.write_text(json.dumps(told))
    return str(file)
