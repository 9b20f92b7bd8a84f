"""The page on rule files names every lint as it is, and whatever it says catches a trap is there."""

import re
from pathlib import Path

import pytest

from streams.core.findings import Severity
from streams.core.lints import LINTS
from streams.rules_file import VIETNAM, load_examples

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rule-files.md").read_text()
# Found where files are read, beside the table of the core.
READING: dict[str, Severity] = {"refused": "error", "example_wrong": "error"}
EXAMPLES = {example.rule for example in load_examples(VIETNAM)}


def named(what: str) -> list[str]:
    """What stands in the table of traps as `what` that catches one."""
    traps = PAGE.partition("## Traps")[2].partition("## Changing")[0]
    return sorted(set(re.findall(rf"{what} `([^`]+)`", traps)))


def test_the_table_of_lints_is_that_of_the_core() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (error|warning|note) \|", PAGE, re.MULTILINE))

    assert told == READING | {lint.name: lint.severity for lint in LINTS}


@pytest.mark.parametrize("lint", named("lint"))
def test_a_lint_that_catches_a_trap_is_one(lint: str) -> None:
    assert lint in READING | {each.name: each.severity for each in LINTS}


@pytest.mark.parametrize("rule", named("example"))
def test_an_example_that_catches_a_trap_is_there(rule: str) -> None:
    assert rule in EXAMPLES


@pytest.mark.parametrize("test", named("test"))
def test_a_test_that_catches_a_trap_is_there(test: str) -> None:
    path, _, name = test.partition("::")

    assert f"def {name}(" in (ROOT / path).read_text()


def test_every_lint_catches_a_trap() -> None:
    notes = {"day_known_already"}

    assert {each.name for each in LINTS} - notes <= set(named("lint"))
