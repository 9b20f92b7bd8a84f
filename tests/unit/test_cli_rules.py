"""`hoso rules`: the law as files, shown, run and checked."""

import json
from pathlib import Path

import pytest

from streams.rules_file import VIETNAM
from tests.rules_folder import CALENDAR, RULES, write_rules
from tests.unit.test_cli import run


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rules(tmp_path / "rules")


def test_rules_of_a_procedure_are_shown_with_all_that_they_say(rules: Path) -> None:
    code, said = run("rules", "show", "card", "--rules", str(rules), "--on", "2026-01-05")

    told = " ".join(said.split())
    assert code == 0
    assert "7 working_day, calendar vn" in told
    assert "cut h26-card, 5 working_day for H26 by 99/QD-UBND, from 2025-01-01" in told
    assert "not verified law_of" in told
    assert "card-old" not in told


def test_stages_legs_and_hours_are_shown(tmp_path: Path) -> None:
    stage = """
[[deadline.stage]]
id = "registering"
owner = "commune"
amount = 1
unit = "working_day"
from = "case.completed"
to = "result.published"
nv = "a target"
"""
    same_day = RULES.replace('amount = 8\nunit = "working_hour"', 'amount = 1\nunit = "same_day"\ncut_off = "15:00"')
    folder = write_rules(tmp_path, rules=same_day + stage)

    birth, plate = (
        " ".join(run("rules", "show", one, "--rules", str(folder))[1].split()) for one in ("birth", "plate")
    )

    assert (
        "stage registering, commune, 1 working_day: case.completed to result.published (not verified: a target)"
        in birth
    )
    assert "leg registration, justice, 1 working_day: Decree 63/2024, Article 5" in birth
    assert "term 1 same_day (cut-off 15:00), calendar vn" in plate


def test_without_a_day_all_versions_are_shown_in_their_order(rules: Path) -> None:
    code, said = run("rules", "show", "card", "--rules", str(rules), "--json")

    assert code == 0
    assert [row["id"] for row in json.loads(said)] == ["card-old", "card"]


def test_without_a_procedure_all_are_listed(rules: Path) -> None:
    code, said = run("rules", "show", "--rules", str(rules), "--json")

    assert code == 0
    assert [row["procedure"] for row in json.loads(said)] == ["birth", "card", "plate"]
    assert "card 2 2020-01-01 new, reissue" in " ".join(run("rules", "show", "--rules", str(rules))[1].split())


def test_examples_are_told_as_json_with_what_was_found(rules: Path) -> None:
    code, said = run("rules", "examples", "--rules", str(rules), "--json")

    told = json.loads(said)
    assert code == 0
    assert told[0] == {
        "rule": "card-old",
        "received": "2024-06-03 08:00:00",
        "variant": "new",
        "due": "2024-06-24",
        "why": "fifteen days after Monday",
        "pauses": [],
        "found": "2024-06-24",
        "right": True,
    }


def test_examples_that_are_right_end_with_0(rules: Path) -> None:
    code, said = run("rules", "examples", "--rules", str(rules))

    assert code == 0
    assert "5 examples, 0 wrong" in said


def test_an_example_that_is_wrong_ends_with_1_and_says_what_was_found(tmp_path: Path) -> None:
    folder = write_rules(tmp_path, rules=RULES.replace("due = 2026-01-21", "due = 2026-01-20"))

    code, said = run("rules", "examples", "--rules", str(folder))
    checked, findings = run("rules", "check", str(folder), "--on", "2026-01-01")

    assert (code, checked) == (1, 1)
    assert "says 2026-01-20, the engine finds 2026-01-21" in said
    assert "error example_wrong: deadline card, example of 2026-01-12" in findings


def test_an_example_of_another_rule_than_it_says_is_wrong(tmp_path: Path) -> None:
    older = RULES.replace("received = 2026-01-12T08:00:00+07:00, variant", "received = 2024-06-03T08:00:00, variant")
    folder = write_rules(tmp_path, rules=older)

    code, said = run("rules", "examples", "--rules", str(folder))

    assert code == 1
    assert "the engine finds rule card-old binds instead" in said


def test_a_check_tells_its_findings_as_json_too(tmp_path: Path) -> None:
    folder = write_rules(tmp_path, rules=RULES.replace("amount = 5\n", "amount = 7\n"))

    code, said = run("rules", "check", str(folder), "--on", "2026-01-01", "--json")

    told = json.loads(said)
    assert code == 1
    assert (told["errors"], told["warnings"], told["notes"], told["on"]) == (1, 0, 1, "2026-01-01")
    assert told["findings"][0] == {
        "lint": "cut_is_no_cut",
        "severity": "error",
        "where": "cut h26-card",
        "what": "7 is not shorter than the 7 working_day of card",
        "do": "a decision may only shorten a term: mend amount, or the deadline that it names",
    }


def test_warnings_alone_end_with_0(tmp_path: Path) -> None:
    folder = write_rules(tmp_path, calendar=CALENDAR.replace("2026-12-31", "2025-12-31"))

    code, said = run("rules", "check", str(folder), "--on", "2026-11-22")

    assert code == 0
    assert "warning horizon_is_past: calendar vn" in said
    assert "errors 0, warnings 1, notes 1" in said


REFUSED = {
    "a unit of none": ('"working_hour"', '"fortnight"', "deadline plate", "unit fortnight is none of"),
    "no source": ('"Circular 24/2023"', '""', "deadline plate", "source is missing"),
    "a day in quotes": ("off = [2026-01-06]", 'off = ["2026-01-06"]', "closure storm", "without quotes"),
    "no due": ("due = 2026-01-21, ", "", "deadline card example", "due missing"),
    "a due of none": ("due = 2026-01-21", 'due = "soon"', "deadline card example", "due soon: expected a date"),
}


@pytest.mark.parametrize("old, new, where, what", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_compiled_is_an_error_with_its_row(
    tmp_path: Path, old: str, new: str, where: str, what: str
) -> None:
    folder = write_rules(tmp_path, rules=RULES.replace(old, new, 1))

    code, said = run("rules", "check", str(folder), "--json")

    [finding] = json.loads(said)["findings"]
    assert code == 1
    assert (finding["lint"], finding["where"]) == ("refused", where)
    assert what in finding["what"]


CALENDARS = {
    "a horizon in quotes": ("horizon = 2026-12-31", 'horizon = "2026-12-31"', "horizon 2026-12-31: expected a date"),
    "a weekday of none": ('"mon", ', '"monday", ', "day monday is none of mon, tue"),
    "hours of none": ("off =", 'hours_of = { saturday = ["08:00-12:00"] }\noff =', "day saturday is none of"),
    "a time for a day": ("off = [2026-01-01,", "off = [2026-01-01T08:00:00,", "expected a day without a time"),
}


@pytest.mark.parametrize("old, new, what", CALENDARS.values(), ids=CALENDARS)
def test_a_calendar_that_says_what_cannot_be_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    folder = write_rules(tmp_path, calendar=CALENDAR.replace(old, new, 1))

    code, said = run("rules", "check", str(folder))

    assert code == 1
    assert "error refused: calendar vn" in said
    assert what in said


def test_the_rules_shipped_have_no_errors_on_the_last_day_they_know() -> None:
    code, said = run("rules", "check", str(VIETNAM), "--on", "2026-12-31", "--json")

    told = json.loads(said)
    assert [each for each in told["findings"] if each["severity"] == "error"] == []
    assert code == 0


def test_a_folder_without_rule_files_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    code, said = run("rules", "check", str(tmp_path))

    told = " ".join(said.split())
    assert code == 1
    assert "no rule files (*.toml) there name the folder in which the rule files are, or put them there" in told


def test_the_rules_shipped_have_no_warnings_while_their_calendars_last() -> None:
    code, said = run("rules", "check", str(VIETNAM), "--on", "2026-12-31")

    assert code == 0
    assert "errors 0, warnings 0" in said


HOLIDAY = """
[[calendar.holiday]]
off = [2026-11-24]
source = "Resolution 28/2026/QH16"
"""


def test_a_decreed_day_off_is_a_row_of_its_own_with_its_source(tmp_path: Path) -> None:
    folder = str(write_rules(tmp_path, calendar=CALENDAR + HOLIDAY))

    _, checked = run("rules", "check", folder, "--on", "2026-01-05")
    code, said = run("due", "birth", "2026-11-23", "--rules", folder)

    assert "errors 0, warnings 0" in checked
    assert code == 0
    assert "2026-11-24 Tue off 0 Resolution 28/2026/QH16" in " ".join(said.split())


@pytest.mark.parametrize(
    "row, what",
    [
        (HOLIDAY + "worked = [2026-11-28]\n", "unknown field worked; known are decided_on, off, source"),
        (HOLIDAY.replace("off = [2026-11-24]\n", ""), "off missing"),
    ],
)
def test_a_decreed_day_off_has_no_day_worked_for_it(tmp_path: Path, row: str, what: str) -> None:
    folder = write_rules(tmp_path, calendar=CALENDAR + row)

    code, said = run("rules", "check", str(folder))

    assert code == 1
    assert "error refused: calendar vn holiday" in said
    assert what in said


def test_a_pause_says_for_whom_it_waits_and_a_rule_its_last_day(rules: Path) -> None:
    _, said = run("rules", "show", "card", "--rules", str(rules))

    told = " ".join(said.split())
    assert "supplement, waits for the citizen: supplement.requested to supplement.received" in told
    assert "force_majeure, waits for nobody: force_majeure.begun to force_majeure.ended" in told
    assert "in force from 2020-01-01 to 2024-06-30" in told


def test_rules_with_errors_are_not_asked_for(tmp_path: Path) -> None:
    folder = write_rules(tmp_path, rules=RULES.replace("amount = 5\n", "amount = 7\n"))

    code, said = run("rules", "activate", str(folder), kafka="127.0.0.1:1")

    assert code == 2
    assert "cut_is_no_cut" in said
    assert "nothing was asked for" in said


def test_activation_without_a_broker_is_told_in_one_line(rules: Path) -> None:
    code, said = run("rules", "activate", str(rules), kafka="127.0.0.1:1")

    assert code == 2
    assert "Traceback" not in said


WRONG = {
    "a procedure of none": (("show", "car"), "procedure car has no rule in"),
    "a day before all": (("show", "card", "--on", "2019-01-01"), "on 2019-01-01: the first is from 2020-01-01"),
    "a time for a day": (("show", "card", "--on", "2026-01-01T08:00"), "expected a day like 2025-12-29"),
    "rules of none": (("examples", "--rules", "none"), "none: there is no such folder"),
    "a folder of none": (("check", "none"), "none: there is no such folder"),
    "a folder without rules": (("examples", "--rules", "docs/decisions"), "no rule files"),
    "a log of none": (("preview", ".", "--against", "none.jsonl"), "none.jsonl: no such file"),
}


@pytest.mark.parametrize("words, told", WRONG.values(), ids=WRONG)
def test_wrong_use_is_told_in_one_line_with_exit_code_2(rules: Path, words: tuple[str, ...], told: str) -> None:
    given = words if words[0] != "show" else (*words, "--rules", str(rules))

    code, said = run("rules", *given)

    assert code == 2
    assert told in " ".join(said.split())
    assert "Traceback" not in said
