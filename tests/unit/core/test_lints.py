"""The table of lints: every lint has its tests, and plain rules have nothing to be said."""

import re
from pathlib import Path

from streams.core.lints import LINTS
from tests.core_builders import content_of
from tests.lint_builders import cut, found, leg, rule, stages


def test_every_lint_has_rows_that_raise_it() -> None:
    tables = "".join(path.read_text() for path in Path(__file__).parent.glob("test_lint_*.py"))

    pairs = set(re.findall(r"\"(\w+)\": Pair\(", tables))

    assert {each.name for each in LINTS} == pairs | {"example_missing", "not_verified"}


def test_a_rule_without_an_example_is_told() -> None:
    content = content_of(rule("one", procedure="card"), rule("other", procedure="letter"))

    [finding] = found(content, without=frozenset({"other"}))

    assert (finding.lint, finding.severity, finding.where) == ("example_missing", "warning", "deadline other")


def test_plain_rules_have_nothing_to_be_said() -> None:
    assert found(content_of()) == []


def test_marks_of_doubt_of_stages_legs_and_cuts_are_notes() -> None:
    content = content_of(
        rule(nv="d", stages=[stages(2)[0] | {"nv": "a"}], legs=[leg(2) | {"nv": "b"}]), cuts=[cut(nv="c")]
    )

    told = [(each.where, each.what) for each in found(content) if each.severity == "note"]

    assert told == [
        ("deadline rule", "d"),
        ("deadline rule stage s0", "a"),
        ("deadline rule leg birth", "b"),
        ("cut cut", "c"),
    ]
