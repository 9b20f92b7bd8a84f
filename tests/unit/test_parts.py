"""The parts of `make test`: every folder of tests is run once, in order, and minutes are told by part."""

from pathlib import Path

from tools.minutes import table
from tools.parts import PARTS, REST, folders, part_of
from tools.resume import read_note, sources_hash


def a_tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).mkdir(parents=True)
        (root / name / "test_x.py").touch()
    return root


def test_folders_come_part_by_part_and_what_no_part_names_comes_last(tmp_path: Path) -> None:
    tests = a_tree(tmp_path, "acceptance", "another", "golden", "integration", "unit")

    found = [Path(name).name for name in folders(quick=False, tests=tests)]

    assert found == ["unit", "golden", "integration", "acceptance", "another"]


def test_the_quick_run_leaves_out_what_needs_a_service(tmp_path: Path) -> None:
    tests = a_tree(tmp_path, "acceptance", "another", "integration", "property", "unit")

    found = [Path(name).name for name in folders(quick=True, tests=tests)]

    assert found == ["unit", "property"]


def test_a_folder_without_tests_is_left_out(tmp_path: Path) -> None:
    (a_tree(tmp_path, "unit") / "stories").mkdir()

    found = [Path(name).name for name in folders(quick=True, tests=tmp_path)]

    assert found == ["unit"]


def test_a_test_belongs_to_the_part_of_its_folder(tmp_path: Path) -> None:
    found = [part_of(tmp_path / name, tmp_path) for name in ("unit/core/test_x.py", "another/test_x.py")]

    assert found == [PARTS[0].name, REST]


def test_minutes_stand_in_a_table() -> None:
    rows: list[list[object]] = [["lint", 30.0, "passed"], ["acceptance", 600, "1 failed, 9 passed"]]

    assert table(rows) == "lint          0.50  passed\nacceptance   10.00  1 failed, 9 passed\n"


def test_a_note_of_other_sources_begins_again(tmp_path: Path) -> None:
    note = tmp_path / "long.json"
    note.write_text('{"sources": "a", "passed": ["tests/x.py::test_y"]}')

    assert read_note(note, "a") == {"tests/x.py::test_y"}
    assert read_note(note, "b") == set()
    assert read_note(tmp_path / "none.json", "a") == set()


def test_every_change_of_a_source_changes_their_hash(tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    (tmp_path / "streams" / "x.py").write_text("X = 1\n")
    before = sources_hash(tmp_path)

    (tmp_path / "streams" / "x.py").write_text("X = 2\n")

    assert sources_hash(tmp_path) != before
