"""The house rules find what is planted, say what to do instead, and find nothing in this repository."""

from pathlib import Path

import pytest

from tools.tidy import ROOT, Finding, tidy

DOCSTRING = '"""One idea."""\n'


def planted(root: Path, name: str, text: str) -> list[tuple[str, int]]:
    """The findings of a repository of one file: its path and the line; the words are the rule's own."""
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return [(found.path, found.line) for found in tidy(root)[0]]


def test_this_repository_is_tidy() -> None:
    findings, _ = tidy(ROOT)

    assert findings == []


def test_a_file_over_500_lines_is_refused_and_one_over_300_only_named(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(DOCSTRING + "\n" * 499)
    (tmp_path / "longer.py").write_text(DOCSTRING + "\n" * 500)

    findings, long = tidy(tmp_path)

    what = "501 lines: split it at its second idea, 500 are the most"
    assert findings == [Finding("longer.py", 501, what)]
    assert long == [("long.py", 500)]


def test_a_finding_says_where_it_is_and_what_to_do() -> None:
    found = Finding("streams/x.py", 3, "a sleep: wait for a condition")

    assert str(found) == "streams/x.py:3: a sleep: wait for a condition"


@pytest.mark.parametrize("text", ["import os\n", '"""\nThe first line is empty.\n"""\n', "# only a comment\n"])
def test_a_module_says_in_its_first_line_what_it_is(tmp_path: Path, text: str) -> None:
    assert planted(tmp_path, "streams/x.py", text) == [("streams/x.py", 1)]


def test_an_empty_init_needs_no_docstring(tmp_path: Path) -> None:
    assert planted(tmp_path, "streams/__init__.py", "") == []


def test_an_init_with_code_in_it_needs_one(tmp_path: Path) -> None:
    assert planted(tmp_path, "streams/__init__.py", "X = 1\n") == [("streams/__init__.py", 1)]


IMPURE = [
    "import datetime\nX = 1 if datetime.datetime.now() else 2\n",
    "from datetime import datetime\nX = datetime.utcnow()\n",
    "from datetime import date\nX = date.today()\n",
    "import clock\nX = clock.now()\n",
    "X = 1\nimport random\n",
    "X = 1\nfrom time import time\n",
    "X = 1\nfor x in {1, 2}: print(x)\n",
    "X = 1\nY = [x for x in set('ab')]\n",
    "X = 1\nY = ','.join({'a', 'b'})\n",
    "X = 1\nY = list(frozenset('ab') - {'a'})\n",
    "X = 1\nY = tuple({x for x in 'ab'})\n",
]


@pytest.mark.parametrize("text", IMPURE)
@pytest.mark.parametrize("folder", ["schemas", "streams/core"])
def test_what_must_give_the_same_answer_for_ever_reads_no_clock_no_chance_and_no_set(
    tmp_path: Path, text: str, folder: str
) -> None:
    assert planted(tmp_path, f"{folder}/x.py", DOCSTRING + text) == [(f"{folder}/x.py", 3)]


@pytest.mark.parametrize("text", IMPURE)
def test_elsewhere_that_is_no_matter(tmp_path: Path, text: str) -> None:
    assert planted(tmp_path, "streams/adapters/x.py", DOCSTRING + text) == []


@pytest.mark.parametrize(
    "text", ["Y = sorted({1, 2})\n", "Y = 3 in {1, 2}\n", "Y = min({1, 2})\n", "Y = {x for x in {1, 2}}\n"]
)
def test_a_set_that_is_sorted_or_asked_is_no_hazard(tmp_path: Path, text: str) -> None:
    assert planted(tmp_path, "streams/core/x.py", DOCSTRING + text) == []


CATCH = DOCSTRING + "try:\n    X = 1\n{}:\n    {}\n"


@pytest.mark.parametrize(
    "clause", ["except", "except Exception", "except BaseException as e", "except (OSError, Exception)"]
)
def test_only_a_listed_outermost_frame_catches_all(tmp_path: Path, clause: str) -> None:
    text = CATCH.format(clause, "pass")

    assert planted(tmp_path, "streams/x.py", text) == [("streams/x.py", 4)]
    (tmp_path / "streams/x.py").unlink()
    assert planted(tmp_path, "streams/agents/app.py", text) == []


@pytest.mark.parametrize("clause, body", [("except OSError", "pass"), ("except BaseException", "raise")])
def test_named_errors_and_what_is_raised_again_may_be_caught(tmp_path: Path, clause: str, body: str) -> None:
    assert planted(tmp_path, "streams/x.py", CATCH.format(clause, body)) == []


@pytest.mark.parametrize("call", ["time.sleep(1)", "asyncio.sleep(0.1)", "sleep(2)"])
@pytest.mark.parametrize("around", ["if X:\n    {}\n", "while True:\n    {}\n", "for y in X:\n    {}\n"])
def test_a_test_does_not_sleep(tmp_path: Path, call: str, around: str) -> None:
    text = DOCSTRING + around.format(call)

    assert planted(tmp_path, "tests/unit/test_x.py", text) == [("tests/unit/test_x.py", 3)]
    (tmp_path / "tests/unit/test_x.py").unlink()
    assert planted(tmp_path, "tools/x.py", text) == []


@pytest.mark.parametrize("text", ["while not X():\n    time.sleep(0.1)\n", "if X:\n    asyncio.sleep(0)\n"])
def test_a_test_may_ask_again_for_a_condition_or_yield(tmp_path: Path, text: str) -> None:
    assert planted(tmp_path, "tests/unit/test_x.py", DOCSTRING + text) == []


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "X" + "XX"])
@pytest.mark.parametrize("name", ["streams/x.py", "docs/x.md", "Makefile", "deploy/x.yaml"])
def test_unfinished_work_has_an_issue_and_no_mark(tmp_path: Path, word: str, name: str) -> None:
    text = f"{DOCSTRING}# {word}: later\n"

    assert planted(tmp_path, name, text) == [(name, 2)]


def test_a_pattern_of_a_code_is_no_such_mark(tmp_path: Path) -> None:
    assert planted(tmp_path, "docs/x.md", "codes are like MX1X2-YYMMDD-" + "X" * 4 + "\n") == []


@pytest.mark.parametrize("path", ["/home/" + "an/hoso", "/Users/" + "an/hoso", "/root/" + "hoso", "C:\\Users" + "\\an"])
def test_a_path_of_one_machine_stands_nowhere(tmp_path: Path, path: str) -> None:
    assert planted(tmp_path, "docs/x.md", f"see {path}\n") == [("docs/x.md", 1)]


def test_the_path_of_this_checkout_stands_nowhere(tmp_path: Path) -> None:
    assert planted(tmp_path, "docs/x.md", f"see {tmp_path}/docs\n") == [("docs/x.md", 1)]


@pytest.mark.parametrize("text", ["../../else/x", "../" * 5 + "x"])
def test_a_path_that_leaves_the_repository_stands_nowhere(tmp_path: Path, text: str) -> None:
    assert planted(tmp_path, "docs/x.md", f"see {text}\n") == [("docs/x.md", 1)]


def test_a_path_within_it_may_climb(tmp_path: Path) -> None:
    assert planted(tmp_path, "docs/decisions/x.md", "see ../architecture.md and ../../README.md\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url " + "https://example.org/simple",
        "extra-index-url = " + "https://example.org/simple",
        "--trusted-host " + "example.org",
        "see https://" + "pypi.example.org/simple",
        "image: https://" + "registry.example.org/kafka",
    ],
)
def test_an_address_of_packages_is_left_to_the_machine(tmp_path: Path, line: str) -> None:
    assert planted(tmp_path, "requirements.lock", line + "\n") == [("requirements.lock", 1)]


def test_an_option_that_keeps_addresses_out_is_none(tmp_path: Path) -> None:
    assert planted(tmp_path, "Makefile", "pip-compile --no-emit-index-url --no-emit-find-links\n") == []


def test_environments_caches_and_builds_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    for name in ["env/x.py", "build/x.py", ".cache/x.py", "a.egg-info/x.py", "__pycache__/x.py"]:
        planted(tmp_path, name, "no docstring = 1\n")

    assert tidy(tmp_path) == ([], [])
