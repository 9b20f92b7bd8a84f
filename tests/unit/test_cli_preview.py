"""`hoso rules preview`: what other rules would do to the cases of a log."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import encode
from streams.rules_file import load_rules
from tests.core_builders import UNIT, activation, at, completed, entry, ready, received, tick
from tests.rules_folder import RULES, write_rules
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
