"""`python -m tools.alert_rules --runbook URL`: the alert rules, and the links to the runbook that each alert bears.

In this repository they are paths from its root; an office has them lead to where its people can open the runbook.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).parents[1]
RULES = Path("deploy/prometheus/rules")
RUNBOOK = Path("deploy/runbook.md")

_ALERT = re.compile(r"^ *- alert: (\w+)$")
_ANNOTATIONS = re.compile(r"^( *)annotations:$")
_LINK = re.compile(r"^ *runbook_url(_en)?: ")
# The ending of the last name of an address, if it has one.
_ENDING = re.compile(r"(\.\w+)?$")
# What would end a link, or be read as a template by Prometheus.
_UNFIT = re.compile(r"[\s#?{}\"'<>]")


class AddressWrong(ValueError):
    """An address that no link can lead to."""


def files(root: Path = ROOT) -> list[Path]:
    """The rule files, by their paths from the root."""
    return sorted(path.relative_to(root) for path in (root / RULES).glob("*.yml"))


def alerts(root: Path = ROOT) -> list[dict[str, Any]]:
    """Every alert, in the order of the files."""
    groups = [group for path in files(root) for group in yaml.safe_load((root / path).read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def twin_of(runbook: str) -> str:
    """Where the English twin of a runbook is: beside it, with `.en` before the ending of its name."""
    return _ENDING.sub(lambda ending: f".en{ending[0]}", runbook, count=1)


def link_of(alert: str, runbook: str = str(RUNBOOK)) -> str:
    """Where a runbook tells of an alert: anchors are headings in lower case."""
    return f"{runbook}#{alert.lower()}"


def with_links(text: str, runbook: str = str(RUNBOOK)) -> str:
    """A rule file in which the annotations of every alert begin with its links; all else stays as it was written."""
    alert, lines = "", list[str]()
    for line in text.splitlines():
        if _LINK.match(line):
            continue
        lines.append(line)
        if found := _ALERT.match(line):
            alert = found[1]
        elif (found := _ANNOTATIONS.match(line)) and alert:
            lines.append(f"{found[1]}  runbook_url: {link_of(alert, runbook)}")
            lines.append(f"{found[1]}  runbook_url_en: {link_of(alert, twin_of(runbook))}")
    return "\n".join(lines) + "\n"


def address(text: str) -> str:
    """An address that links may begin with; raises AddressWrong with what was expected."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or not parts.path.strip("/") or _UNFIT.search(text):
        raise AddressWrong(
            f"{text}: expected an address like https://intranet.example/hoso/runbook.md, without ? and #"
        )
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.alert_rules",
        description="Has the links of all alerts lead to the runbook at another address: runbook_url to the\n"
        "Vietnamese one, runbook_url_en to its twin beside it (runbook.en.md). Nothing else in the files changes.",
        epilog="example, on a copy of deploy/prometheus/rules:\n"
        "  python -m tools.alert_rules --runbook https://intranet.example/hoso/runbook.md --rules my-rules\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runbook", required=True, metavar="URL", help="where people open deploy/runbook.md")
    parser.add_argument(
        "--rules",
        type=Path,
        default=ROOT / RULES,
        metavar="FOLDER",
        help=f"the rule files; without it {RULES} of this repository, where `make generate` puts its own links back",
    )
    options = parser.parse_args(arguments)
    try:
        runbook = address(options.runbook)
        found = sorted(options.rules.glob("*.yml"))
        if not found:
            print(f"error: {options.rules}: no rule files (*.yml); name their folder with --rules", file=sys.stderr)
            return 2
        for path in found:
            path.write_text(with_links(path.read_text(encoding="utf-8"), runbook), encoding="utf-8")
    except AddressWrong as error:
        print(f"error: --runbook {error}", file=sys.stderr)
        return 2
    except (OSError, UnicodeDecodeError) as error:
        print(f"error: {options.rules}: {error}", file=sys.stderr)
        return 2
    print(f"{len(found)} files: links lead to {runbook} and {twin_of(runbook)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
