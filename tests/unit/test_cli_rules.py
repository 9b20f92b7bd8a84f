"""`hoso rules`: the law as files shown, checked and tried on a log."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import encode
from streams.rules_file import VIETNAM, load_rules
from tests.core_builders import UNIT, activation, at, completed, entry, ready, received, tick
from tests.rules_folder import CALENDAR, RULES, write_rules
from tests.unit.test_cli import run


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rules(tmp_path / "rules")


def a_log(path: Path, *entries: dict[str, Any], law: Path | None, now: str) -> str:
    head = [] if law is None else [activation(load_rules(law))]
    path.write_bytes(b"\n".join(map(encode, [*head, *entries, tick(at(now))])) + b"\n")
    return str(path)


def a_case(name: str, when: str, **fields: Any) -> list[dict[str, Any]]:
    day = when.partition(" ")[0]
    return [received(f"{day} 08:00", case=name, **fields), completed(f"{day} 09:00", case=name, **fields)]


def test_rules_of_a_procedure_are_shown_with_all_that_they_say(rules: Path) -> None:
    code, said = run("rules", "show", "card", "--rules", str(rules), "--on", "2026-01-05")

    told = " ".join(said.split())
    assert code == 0
    assert "7 working_day, calendar vn" in told
    assert "cut h26-card, 5 working_day for H26 by 99/QD-UBND, from 2025-01-01" in told
    assert "not verified law_of" in told
    assert "card-old" not in told


def test_without_a_day_all_versions_are_shown_in_their_order(rules: Path) -> None:
    code, said = run("rules", "show", "card", "--rules", str(rules), "--json")

    assert code == 0
    assert [row["id"] for row in json.loads(said)] == ["card-old", "card"]


def test_without_a_procedure_all_are_listed(rules: Path) -> None:
    code, said = run("rules", "show", "--rules", str(rules), "--json")

    assert code == 0
    assert [row["procedure"] for row in json.loads(said)] == ["birth", "card", "plate"]


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


def test_a_swap_that_arrives_moves_open_cases_and_says_why(tmp_path: Path) -> None:
    """Received on 29 December: due on 8 January without the swap of 2 January, on the 9th with it."""
    before, after = write_rules(tmp_path / "old", swap=False), write_rules(tmp_path / "new")
    entries = [
        *a_case("late", "2025-12-29 08:00"),
        *a_case("done", "2025-12-29 08:00"),
        ready("2026-01-08 10:00", case="done"),
        *a_case("later", "2026-01-12 08:00"),
        entry("case.received", "2026-01-12 08:00", case="letter", procedure="letter"),
    ]
    log = a_log(tmp_path / "log.jsonl", *entries, law=before, now="2026-01-09 10:00")

    code, said = run("rules", "preview", str(after), "--against", log, "--cases", str(tmp_path / "moved.jsonl"))

    told = " ".join(said.split())
    assert code == 0
    assert "moves 1 of 1 open cases as of 2026-01-09T10:00:00+07:00: 0 become late, 1 stop being late" in told
    assert f"unit {UNIT} 1 1 1 0 0 1" in told
    [line] = [json.loads(text) for text in (tmp_path / "moved.jsonl").read_text().splitlines()]
    assert line | {"rule_before": "", "rule_after": ""} == {
        "case": "late",
        "unit": UNIT,
        "procedure": "card",
        "variant": "new",
        "before": "2026-01-09T00:00:00+07:00",
        "after": "2026-01-10T00:00:00+07:00",
        "late_before": True,
        "late_after": False,
        "rule_before": "",
        "rule_after": "",
        "days": [{"day": "2026-01-02", "worked": False, "source": "Document 12729/VPCP-KGVX"}],
        "why": "2026-01-02 off (Document 12729/VPCP-KGVX)",
    }


def test_a_shorter_term_makes_cases_late_and_is_the_why(tmp_path: Path, rules: Path) -> None:
    shorter = write_rules(tmp_path / "new", rules=RULES.replace("amount = 7\n", "amount = 6\n"))
    log = a_log(tmp_path / "log.jsonl", *a_case("case", "2026-01-12"), law=None, now="2026-01-21 08:00")

    code, said = run(
        "rules", "preview", str(shorter), "--against", log, "--rules", str(rules), "--json",
        "--cases", str(tmp_path / "moved.jsonl"),
    )  # fmt: skip

    told = json.loads(said)
    assert code == 0
    assert (told["open"], told["moved"], told["earlier"], told["become_late"]) == (1, 1, 1, 1)
    assert json.loads((tmp_path / "moved.jsonl").read_text())["why"] == "rule card reads otherwise"


def test_the_rules_of_the_log_themselves_move_nothing(tmp_path: Path, rules: Path) -> None:
    log = a_log(tmp_path / "log.jsonl", *a_case("case", "2026-01-12"), law=rules, now="2026-01-14 08:00")

    code, said = run("rules", "preview", str(rules), "--against", log)

    assert code == 0
    assert "these are the rules of the log: nothing moves" in said
    assert "moves 0 of 1 open cases" in said


def test_closed_cases_that_are_judged_otherwise_and_dues_that_come_and_go_are_counted(
    tmp_path: Path, rules: Path
) -> None:
    others = RULES.replace("amount = 7\n", "amount = 2\n").replace('"plate"', '"tax"')
    other = write_rules(tmp_path / "new", rules=others)
    plate = a_case("plate", "2026-01-12", procedure="plate")
    tax = a_case("tax", "2026-01-12", procedure="tax")
    entries = [*a_case("done", "2026-01-12"), ready("2026-01-16 10:00", case="done"), *plate, *tax]
    log = a_log(tmp_path / "log.jsonl", *entries, law=rules, now="2026-01-17 08:00")

    told = json.loads(run("rules", "preview", str(other), "--against", log, "--json")[1])

    assert (told["closed_judged_otherwise"], told["gain_a_due"], told["lose_a_due"], told["moved"]) == (1, 1, 1, 0)


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
    "rules of none": (("examples", "--rules", "none"), "no rule files"),
    "a log of none": (("preview", ".", "--against", "none.jsonl"), "none.jsonl: no such file"),
}


@pytest.mark.parametrize("words, told", WRONG.values(), ids=WRONG)
def test_wrong_use_is_told_in_one_line_with_exit_code_2(rules: Path, words: tuple[str, ...], told: str) -> None:
    given = words if words[0] != "show" else (*words, "--rules", str(rules))

    code, said = run("rules", *given)

    assert code == 2
    assert told in " ".join(said.split())
    assert "Traceback" not in said
