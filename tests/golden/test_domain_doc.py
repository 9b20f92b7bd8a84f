"""docs/domain.md is held against the code: every class with its wording, its thresholds and its three stories."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.events import MODEL_OF_TYPE
from schemas.rules import ThresholdsRow
from streams.core.discrepancy import CLASSES
from streams.core.wording import WORDING
from streams.rules_file import VIETNAM, load_rules
from tests.story_runner import read_story
from tools.generate import ROOT

PAGE = ROOT / "docs/domain.md"
STORIES = ROOT / "tests/stories"
TEXT = PAGE.read_text(encoding="utf-8")

_LINK = re.compile(r"\]\(([^)]*\.txt)\)")
# An event type; the dagger after it says that it is not built yet.
_TYPE = re.compile(r"`([a-z]+\.[a-z_]+)`( †)?")
_FIGURE = re.compile(r"`([a-z_]+)` = (\d+)")
RAISED, JUST_NOT, CLEARED = -3, -2, -1


def rows(title: str) -> list[list[str]]:
    """The cells of the tables under a heading, their heads left out."""
    part = TEXT.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def linked(text: str) -> list[Path]:
    return [(PAGE.parent / name).resolve() for name in _LINK.findall(text)]


def told(path: Path) -> Iterator[str]:
    """All flag changes of a story, cycles left out: "raises overdue"."""
    for line in read_story(path):
        yield from (claim.partition(" #")[0] for claim in line.claims)


NAMES = [*CLASSES, "unknown"]
CELLS = {row[0].strip("`"): row for row in rows("Các loại cờ")}


def test_every_class_has_a_row_and_no_row_is_of_another() -> None:
    assert list(CELLS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_class_stands_with_its_wording(name: str) -> None:
    assert CELLS[name][1] == f"*{WORDING[name]}*"


@pytest.mark.parametrize("name", NAMES)
def test_a_class_has_stories_that_raise_it_just_do_not_and_end_it(name: str) -> None:
    row = CELLS[name]
    raised, just_not, cleared = (linked(row[cell]) for cell in (RAISED, JUST_NOT, CLEARED))

    assert all((raised, just_not, cleared))
    assert all(f"raises {name}" in told(path) for path in raised)
    assert f"raises {name}" not in set(told(just_not[0]))
    assert all({f"clears {name}", f"withdraws {name}"} & set(told(path)) for path in cleared)


def test_every_story_of_a_class_is_named_in_its_row() -> None:
    for path in sorted((STORIES / "classes").glob("*.txt")):
        name = re.sub(r"_(raises|just_not|clears)$", "", path.stem)
        assert path in linked(" ".join(CELLS[name])), path.name


def test_every_story_named_exists() -> None:
    assert [path.name for path in linked(TEXT) if not path.is_file()] == []


def test_every_event_named_is_built_or_marked() -> None:
    marked = {(name, bool(dagger)) for name, dagger in _TYPE.findall(TEXT)}

    assert {name for name, is_open in marked if is_open and name in MODEL_OF_TYPE} == set(), (
        "built: take the dagger off"
    )
    assert {name for name, is_open in marked if not is_open and name not in MODEL_OF_TYPE} == set()


def test_every_class_named_beside_a_system_or_a_failure_is_one() -> None:
    for row in (*rows("Hệ thống"), *rows("Lỗi và phản ánh")):
        name, _, events, classes, _ = row
        assert _TYPE.search(events), name
        assert set(re.findall(r"`([a-z_]+)`", classes)) <= set(CLASSES), name


def test_grace_and_thresholds_are_those_of_the_rules() -> None:
    said = {(name, int(figure)) for name, figure in _FIGURE.findall(TEXT)}
    shipped = load_rules(VIETNAM)["deadlines"]
    known = {
        (name, figure)
        for row in shipped
        for name, figure in ({**row, **row["thresholds"]}).items()
        if type(figure) is int
    }

    assert {name for name, _ in said} == {*ThresholdsRow.model_fields, "grace_working_days", "urgent_working_hours"}
    assert said == {(name, figure) for name, figure in known if name in dict(said)}
