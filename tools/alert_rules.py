"""The alert rules of deploy/prometheus/rules, and the link to its section of the runbook that each alert bears."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
RULES = Path("deploy/prometheus/rules")
RUNBOOK = Path("deploy/runbook.md")

_ALERT = re.compile(r"^ *- alert: (\w+)$")
_ANNOTATIONS = re.compile(r"^( *)annotations:$")
_LINK = re.compile(r"^ *runbook_url: ")


def files(root: Path = ROOT) -> list[Path]:
    """The rule files, by their paths from the root."""
    return sorted(path.relative_to(root) for path in (root / RULES).glob("*.yml"))


def alerts(root: Path = ROOT) -> list[dict[str, Any]]:
    """Every alert, in the order of the files."""
    groups = [group for path in files(root) for group in yaml.safe_load((root / path).read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def link_of(alert: str) -> str:
    """Where the runbook tells of an alert, from the root of the repository: anchors are headings in lower case."""
    return f"{RUNBOOK}#{alert.lower()}"


def with_links(text: str) -> str:
    """A rule file in which the annotations of every alert begin with its link; all else stays as it was written."""
    alert, lines = "", list[str]()
    for line in text.splitlines():
        if _LINK.match(line):
            continue
        lines.append(line)
        if found := _ALERT.match(line):
            alert = found[1]
        elif (found := _ANNOTATIONS.match(line)) and alert:
            lines.append(f"{found[1]}  runbook_url: {link_of(alert)}")
    return "\n".join(lines) + "\n"
