"""Mutants have names that survive edits elsewhere; a survivor without a reason is told, and a reason without one."""

from pathlib import Path

import pytest

from tools.mutants.__main__ import MODULES, Note
from tools.mutants.changes import Name, mutants_of
from tools.mutants.report import faults, read_listed, table
from tools.mutants.trials import Outcome

HEAD = '"""A module."""\n\nfrom x import y\n\n\n'


def changes(text: str) -> list[str]:
    return [mutant.name.after for mutant in mutants_of("m.py", text)]


@pytest.mark.parametrize(
    "line, changed",
    [
        ("x = a < b", ["x = a <= b", "x = a >= b"]),
        ("x = a is not b", ["x = a is b"]),
        ("x = a not in b", ["x = a in b"]),
        ("x = a + b", ["x = a - b"]),
        ("x = a and b", ["x = a or b", "x = True and b", "x = a and True"]),
        ("x = not (a)", ["x = (a)"]),
        ("x = b if a else c", ["x = b if not a else c"]),
        ("x = 7", ["x = 8", "x = 6"]),
        ("x = True", ["x = False"]),
        ("x = 'đ' + a", ["x = 'đ' - a", 'x = "" + a']),
        ("x = f'{a}'", ['x = ""']),
        ("x = min(a, b)", ["x = max(a, b)"]),
        ("x = a(b, c=d)", ["x = a(b)"]),
        ("x = a(b=c, d=e)", ["x = a(d=e)", "x = a(b=c)"]),
        ("x = {a: b}", ["x = {}"]),
        ("x = a[b:c]", ["x = a[:c]", "x = a[b:]"]),
        ("x.a = b", ["pass"]),
        ("x += b", ["x -= b", "pass"]),
        ("a(b)", ["pass"]),
        ("x = a == None", ["x = a != None"]),
    ],
)
def test_a_line_is_changed_in_the_ways_people_get_it_wrong(line: str, changed: list[str]) -> None:
    assert changes(f"{line}\n") == changed


def test_what_is_for_readers_and_type_checkers_stays() -> None:
    text = f'{HEAD}@decorated(1)\ndef f(a: "A" = b) -> "B":\n    """Says."""\n    assert a, "no"\n    return None\n'

    assert changes(text) == []


def test_a_mutant_is_named_by_its_function_and_its_line_without_the_comment() -> None:
    (first, second) = mutants_of(
        "m.py",
        f"{HEAD}class A:\n    def f(self):\n        return g(\n            a,  # why\n        )\n"
        "    def g(self):\n        return b\n",
    )

    assert first.name == Name("m.py", "A.f", "return g( a, )", "return None")
    assert second.name == Name("m.py", "A.g", "return b", "return None")


def test_a_line_that_stands_twice_in_a_function_is_counted() -> None:
    names = [one.name for one in mutants_of("m.py", "def f():\n    g()\n    h\n    g()\n")]

    assert [(name.before, name.nth) for name in names] == [("g()", 1), ("g()", 2)]


ONE, TWO = Name("m.py", "f", "a", "b"), Name("m.py", "f", "a", "c")
ROW = {"module": "m.py", "function": "f", "before": "a", "after": ["b", "c"], "reason": "none can tell"}


def outcomes(**killers: str | None) -> dict[Name, Outcome]:
    return {name: Outcome(name, killers[key], 60.0) for name, key in ((ONE, "one"), (TWO, "two")) if key in killers}


def test_a_survivor_without_a_reason_is_to_be_mended() -> None:
    assert list(faults([ONE, TWO], outcomes(one=None, two="a test"), {})) == [f"survived: {ONE}"]
    assert list(faults([ONE, TWO], outcomes(one=None, two=None), read_listed({"mutant": [ROW]}))) == []


def test_a_reason_without_a_survivor_is_to_be_mended_too() -> None:
    listed = read_listed({"mutant": [ROW]})

    assert list(faults([ONE], outcomes(one="a test"), listed)) == [
        f"listed as equivalent, but killed (a test): {ONE}",
        f"listed as equivalent, but there is no such mutant: {TWO}",
    ]


def test_of_a_module_that_was_not_asked_for_nothing_is_said() -> None:
    assert list(faults([], {}, read_listed({"mutant": [ROW]}))) == []


def test_the_table_tells_what_became_of_the_mutants_of_each_module() -> None:
    rows = list(
        table([ONE, TWO, ONE._replace(module="n.py")], outcomes(one=None, two="a test"), {ONE: "none can tell"})
    )

    assert rows[2:] == [
        "| m.py | 2 | 1 | 1 | 0 | 0 | 2.0 |",
        "| n.py | 1 | 0 | 0 | 0 | 1 | 0.0 |",
        "| all | 3 | 1 | 1 | 0 | 1 | 2.0 |",
    ]


def test_a_run_goes_on_where_the_last_one_stopped_unless_the_sources_changed(tmp_path: Path) -> None:
    note = Note(tmp_path / "note", "a", again=False)
    note.write(Outcome(ONE, None, 1.0))

    assert [Note(tmp_path / "note", "a", again=False).asks_for(name) for name in (ONE, TWO)] == [False, True]
    assert [Note(tmp_path / "note", "b", again=True).asks_for(name) for name in (ONE, TWO)] == [True, False]
    assert [Note(tmp_path / "note", "b", again=False).asks_for(name) for name in (ONE, TWO)] == [True, True]


def test_every_module_of_the_clock_has_tests_of_its_own() -> None:
    tests = Path(__file__).parent / "core"

    assert all((tests / f"test_{name}.py").exists() for own in MODULES.values() for name in own)
