"""Flags of the real pipeline on simulated districts, beside those that the oracle expects."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streams.cli import app
from streams.simulator.district import load_district, telling_all
from streams.simulator.oracle.expected import CLASSES
from streams.simulator.plan import plan
from streams.wiring.confusion import Matrix, count, total
from streams.wiring.evaluation import Evaluation, evaluate

FAILING = Path(__file__).with_name("failing.jsonl")
SEEDS, DAYS = (1, 2), 40


def played(name: str, seed: int, days: int | None = None, only: str | None = None) -> Evaluation:
    return evaluate(name, seed, days, lambda *_: None, only)


@pytest.fixture(scope="module")
def runs() -> list[Evaluation]:
    return [played("noisy", seed, DAYS) for seed in SEEDS]


@pytest.fixture(scope="module")
def told(runs: list[Evaluation]) -> Matrix:
    return total(count(run.told) for run in runs)


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_in_an_honest_district_no_flag_stands(seed: int) -> None:
    run = played("honest", seed)

    assert count(run.told) == {}
    assert count(run.happened) == {}


def test_every_class_that_the_oracle_knows_comes_up(told: Matrix) -> None:
    assert set(told) == set(CLASSES)


@pytest.mark.parametrize("flag_class", CLASSES)
def test_the_flags_of_a_class_are_those_that_follow_from_what_was_told(told: Matrix, flag_class: str) -> None:
    counts = told[flag_class]

    assert counts.right > 0
    assert (counts.wrong, counts.missed, counts.until) == (0, 0, 0)


def test_what_follows_from_what_was_told_is_told_within_the_hour(told: Matrix) -> None:
    for flag_class in ("overdue", "falsely_pending", "hung"):
        assert (told[flag_class].delay(0.5) or 0) <= 1.0


def test_what_differs_from_what_happened_and_not_from_what_was_told_is_explained(runs: list[Evaluation]) -> None:
    for run in runs:
        faults = run.told.differences
        explained = [each for each in run.happened.differences if each not in faults]
        lines = list(run.differences())

        assert explained
        assert all(run.untold[each.flag.case] for each in explained)
        assert [line["untold"] is None for line in lines] == [True] * len(faults) + [False] * len(explained)


def test_of_a_case_of_which_all_was_told_both_sides_are_the_same(runs: list[Evaluation]) -> None:
    for run in runs:
        sides = [
            Counter(each for each in side.differences if each.flag.case not in run.untold)
            for side in (run.told, run.happened)
        ]

        assert sides[0] == sides[1]


def test_one_case_alone_is_judged_as_among_all(runs: list[Evaluation]) -> None:
    difference = runs[0].happened.differences[0]

    alone = played("noisy", SEEDS[0], DAYS, difference.flag.case)

    of_it = [each for each in runs[0].happened.differences if each.flag.case == difference.flag.case]
    # What is told when may differ in the last: a run ends when all of it has arrived.
    assert [each.as_json() for each in alone.happened.differences] == [each.as_json() for each in of_it]


def test_lives_are_the_same_where_all_is_told() -> None:
    noisy = load_district("noisy")
    lives = [case.truth for case in plan(noisy, 1, 15)]
    whole = list(plan(telling_all(noisy), 1, 15))

    assert [case.truth for case in whole] == lives
    assert all(len({told.event["id"] for told in case.told}) == len(case.told) for case in whole)


def kept() -> Iterator[Any]:
    for line in FAILING.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        name = "-".join(str(told[field]) for field in ("district", "seed", "class", "kind"))
        yield pytest.param(told, id=name)


@pytest.mark.parametrize("kept_case", list(kept()))
def test_a_case_that_was_judged_otherwise_once(kept_case: dict[str, Any]) -> None:
    run = played(kept_case["district"], kept_case["seed"], None, kept_case["case"])

    assert run.cases == 1, "no such case any more: the district has changed, take the line out"
    assert [each for each in run.told.differences if each.flag.flag_class == kept_case["class"]] == []


def run_command(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["evaluate", *words])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_counts_writes_every_difference_and_says_whether_it_suffices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An oracle that knows of no lateness: every flag of it is one too many.
    monkeypatch.delitem(CLASSES, "overdue")
    misses = tmp_path / "misses.jsonl"
    words = ("--district", "noisy", "--seeds", "1-2", "--days", "8", "--misses", str(misses))

    code, said, _ = run_command(*words, "--at-least", "0", "--json")
    failing_code, table, noted = run_command(*words, "--at-least", "1")

    counts = json.loads(said)
    lines = [json.loads(line) for line in misses.read_text().splitlines()]
    faults = sum(each["wrong"] + each["missed"] + each["until"] for each in counts["told"].values())
    assert (code, failing_code) == (0, 1)
    assert (counts["seeds"], counts["district_days"], counts["holds"]) == ([1, 2], 76, True)
    assert sum(line["untold"] is None for line in lines) == faults == counts["told"]["overdue"]["wrong"] > 0
    assert "overdue" in table
    assert "not every class reaches 1.0" in noted


def test_where_there_is_nothing_to_find_nothing_is_missed() -> None:
    code, said, _ = run_command("--district", "hanoi-2022")

    assert code == 0
    assert "no flag stands, and none is expected" in said


@pytest.mark.parametrize(
    "words, told",
    [
        (("--seeds", "4-1"), "--seeds 4-1: expected two numbers like 1-4"),
        (("--seeds", "many"), "--seeds many: expected"),
        (("--district", "atlantis"), "district atlantis: neither a file nor one of"),
    ],
)
def test_wrong_use_is_told_in_one_line(words: tuple[str, ...], told: str) -> None:
    code, _, noted = run_command(*words)

    assert code == 2
    assert told in " ".join(noted.split())
