"""The runbook as tests read it: its sections, and the commands, queries and names in them, in both languages."""

import re
from pathlib import Path

from tools.alert_rules import ROOT, RUNBOOK, twin_of

# The points of each section, in their order, by file.
POINTS = {
    RUNBOOK: ("Nghĩa là gì", "Kiểm tra", "Làm gì", "Khi nào bỏ qua"),
    Path(twin_of(str(RUNBOOK))): ("What it means", "How to check", "What to do", "When to ignore"),
}
# What stands before the first section.
HEAD = ""
_HEADING = re.compile(r"^## (\w+)$", re.MULTILINE)
_POINT = re.compile(r"^- \*\*([^*]+)\*\*:(.*?)(?=^- \*\*|\Z)", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def sections(path: Path) -> dict[str, str]:
    """What each heading says, in their order, and first what stands before them."""
    head, *rest = _HEADING.split(text_of(path))
    return {HEAD: head} | dict(zip(rest[::2], rest[1::2], strict=True))


def points(section: str) -> dict[str, str]:
    """What each point of a section says."""
    return {name: " ".join(text.split()) for name, text in _POINT.findall(section)}


def spans(text: str) -> list[str]:
    """What is set as code, a line break read as a space."""
    return [" ".join(found.split()) for found in _SPAN.findall(text)]


def queries(path: Path, verb: str) -> list[str]:
    """The SQL of a runbook that begins with a verb, with a value in the place of each …, each once."""
    found = [span.replace("…", "x") for span in spans(text_of(path)) if span.startswith(f"{verb} ")]
    return list(dict.fromkeys(found))
