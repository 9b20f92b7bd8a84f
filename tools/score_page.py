"""Writes what `hoso report` prints of simulated districts into docs/score.md: `python -m tools.score_page`.

A block of that page begins with the command; what follows it is written anew. The golden test of the articles compares.
"""

import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from streams.report.period import read_period
from streams.report.tables import tables
from streams.report.text import text
from streams.wiring import reporting

PAGE = Path("docs/score.md")
ROOT = Path(__file__).parents[1]

# A report by the name of its district and its period, None for all days of the district.
Run = Callable[[str, str | None], dict[str, Any]]

_BLOCK = re.compile(
    r"(?P<head>```text\n\$ hoso report --district (?P<district>\S+)(?: --period (?P<period>\S+))?"
    r"(?: --table (?P<table>\S+))?(?: --lang (?P<language>\S+))?\n)(?P<told>.*?)```",
    re.DOTALL,
)


@cache
def run(district: str, period: str | None) -> dict[str, Any]:
    """What the command with --json prints."""
    days = reporting.days_of(district, None) if period is None else read_period(period)
    asked = reporting.Asked(days, "unit")
    facts = reporting.from_district(district, 1, None, asked, lambda _: None)
    return reporting.report(facts, asked, lambda _: None)


def page(current: str, run: Run) -> str:
    """The page with every block as the command prints it now."""

    def told(block: re.Match[str]) -> str:
        language = block["language"] or "en"
        found = run(block["district"], block["period"])
        wanted = block["table"].split(",") if block["table"] else None
        shown = [one for one in tables(found, language) if wanted is None or one.name in wanted]
        return f"{block['head']}{text(found, shown, language)}```"

    return _BLOCK.sub(told, current)


def main() -> int:
    path = ROOT / PAGE
    current = path.read_text(encoding="utf-8")
    written = page(current, run)
    if written != current:
        path.write_text(written, encoding="utf-8")
        print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
