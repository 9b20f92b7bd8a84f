"""The runbook and its English twin: a section for each alert, the same in both, with commands and names that exist."""

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from streams.cli import app
from tests.runbook import HEAD, POINTS, points, sections, spans, text_of
from tools.alert_rules import RUNBOOK, alerts

VIETNAMESE, ENGLISH = POINTS
FILES = [pytest.param(path, id=path.name) for path in POINTS]
ALERTS = alerts()
NAMES = list(sections(VIETNAMESE))
# Letters that only Vietnamese has.
MARKED = re.compile(r"[ăâđêôơư\u0300\u0301\u0303\u0309\u0323]", re.IGNORECASE)


def test_both_tell_of_the_same_alerts_in_the_same_order() -> None:
    assert VIETNAMESE == RUNBOOK
    assert list(sections(ENGLISH)) == NAMES


@pytest.mark.parametrize("path", FILES)
def test_every_alert_has_a_section_and_no_other_has(path: Path) -> None:
    assert set(sections(path)) - {HEAD} == {rule["alert"] for rule in ALERTS}


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("path", FILES)
def test_a_section_makes_its_four_points(path: Path, name: str) -> None:
    section = sections(path)[name]
    found = points(section)

    assert tuple(found) == POINTS[path]
    assert len(re.findall(r"^- ", section, re.MULTILINE)) == len(found)
    assert all(len(text) > 5 for text in found.values())


@pytest.mark.parametrize("name", NAMES)
def test_commands_queries_and_names_are_the_same_in_both(name: str) -> None:
    # Words stand in another order in another language.
    assert sorted(spans(sections(VIETNAMESE)[name])) == sorted(spans(sections(ENGLISH)[name]))


@pytest.mark.parametrize(("path", "twin"), [(VIETNAMESE, ENGLISH), (ENGLISH, VIETNAMESE)], ids=["vi", "en"])
def test_each_leads_to_the_other_at_its_head(path: Path, twin: Path) -> None:
    assert f"]({twin.name})" in text_of(path).splitlines()[2]


def test_each_is_in_one_language() -> None:
    vietnamese = [" ".join(points(sections(VIETNAMESE)[name]).values()) for name in NAMES[1:]]
    english = re.sub(r"`[^`]*`|\[Tiếng Việt\]", "", text_of(ENGLISH))

    assert all(MARKED.search(unicodedata.normalize("NFD", text)) for text in vietnamese)
    assert not MARKED.findall(unicodedata.normalize("NFD", english))


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_both_links_of_an_alert_lead_to_its_section(rule: dict[str, Any]) -> None:
    for link, path in (("runbook_url", VIETNAMESE), ("runbook_url_en", ENGLISH)):
        page, _, anchor = rule["annotations"][link].partition("#")
        assert (page, anchor) == (path.as_posix(), rule["alert"].lower())


@pytest.mark.parametrize("path", FILES)
def test_links_to_other_pages_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", text_of(path)):
        page, _, anchor = link.partition("#")
        target = path.parent / page
        assert (RUNBOOK.parents[1] / target).exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", text_of(target), re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, link


COMMANDS = sorted({span for path in POINTS for span in spans(text_of(path)) if span.startswith("hoso ")})


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_exists_with_its_options(command: str) -> None:
    words, found = command.split()[1:], get_command(app)
    while isinstance(found, TyperGroup):
        found = found.commands[words.pop(0)]

    assert isinstance(found, TyperCommand)
    known = {name for parameter in found.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known
