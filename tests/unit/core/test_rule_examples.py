"""The worked examples of all rules shipped: what the manual will print must be what the engine computes."""

from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest

from streams.core.deadlines import due
from streams.core.instants import local_text
from streams.core.rules import Deadline, Rules, compile_rules
from streams.rules_file import VIETNAM, Example, load_examples, load_rules
from tests.core_builders import clock_at, completed, entry, received, span

ROOT = Path(__file__).parents[3]
FOLDERS = [VIETNAM, *sorted(path for path in (ROOT / "examples").glob("*/rules*") if path.is_dir())]
EXAMPLES = [(folder, example) for folder in FOLDERS for example in load_examples(folder)]


@cache
def rules_of(folder: Path) -> Rules:
    return compile_rules(load_rules(folder))


def rule_of(folder: Path, example: Example) -> Deadline:
    (rule,) = [rule for rows in rules_of(folder).by_procedure.values() for rule in rows if rule.id == example.rule]
    return rule


def name_of(value: object) -> str:
    return value.parent.name + "/" + value.name if isinstance(value, Path) else getattr(value, "rule", "")


@pytest.mark.parametrize("folder, example", EXAMPLES, ids=name_of)
def test_the_example_of_a_rule_is_what_it_computes(folder: Path, example: Example) -> None:
    rule = rule_of(folder, example)
    variant = next(iter(sorted(rule.variants)), None)
    procedure = None if rule.procedure == "*" else rule.procedure
    told = [entry("case.received", int(example.received.timestamp()), procedure=procedure, variant=variant)]
    if example.completed is not None:
        told.append(entry("case.completed", int(example.completed.timestamp())))

    clock = clock_at("2090-01-01", *told, rules=rules_of(folder))

    assert clock.rule == rule
    assert clock.due is not None
    if isinstance(example.due, datetime):
        assert clock.due.at == int(example.due.timestamp())
    else:
        offset = rule.calendar.offset(clock.due.at)
        assert date.fromisoformat(local_text(clock.due.at - 1, offset)[:10]) == example.due


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_folder_of_rules_has_a_worked_example(folder: Path) -> None:
    assert load_examples(folder)


def test_every_rule_has_a_worked_example() -> None:
    without = [
        (folder.parent.name, rule.id)
        for folder in FOLDERS
        for rows in rules_of(folder).by_procedure.values()
        for rule in rows
        if rule.id not in {example.rule for example in load_examples(folder)}
    ]

    assert without == []


def test_the_term_over_new_year_is_a_day_shorter_without_the_swap() -> None:
    """The same dossier of 29 December 2025, by the calendar of the decree and without its row."""
    content = load_rules(VIETNAM)
    days = {day: worked for day, worked in content["calendars"][0]["days"].items() if day not in SWAP}
    without = compile_rules(content | {"calendars": [content["calendars"][0] | {"days": days}]})
    told = (received("2025-12-29 08:00"), completed("2025-12-29 09:00"))

    found = [clock_at("2026-02-27", *told, rules=rules).due for rules in (None, without)]

    assert [None if each is None else local_text(each.at - 1, 25_200)[:10] for each in found] == [
        "2026-01-09",
        "2026-01-08",
    ]


SWAP = ("2026-01-02", "2026-01-10")


def test_a_due_is_the_same_for_every_start_within_one_day() -> None:
    calendar = rules_of(VIETNAM).calendar
    starts = ("2026-01-05 00:00", "2026-01-05 07:59", "2026-01-05 21:00", "2026-01-05 23:59:59")

    assert len({due(calendar, "working_day", span(start), 7) for start in starts}) == 1
