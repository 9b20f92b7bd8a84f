"""The runner of many districts: it goes on where it stopped, keeps what fails, and its page tells what was found."""

import json
from pathlib import Path
from typing import Any

from streams.wiring.confusion import Counts
from tools.simulate import Job, Note, Result, by_district, keep, page, wanted_jobs

FAULT = {"district": "noisy", "seed": 1, "case": "C1", "class": "overdue", "kind": "wrong"}


def result(seed: int = 1, failing: tuple[dict[str, Any], ...] = (), **counts: int) -> Result:
    told = {"overdue": Counts(**{"right": 9, **counts}, delays=[1.0])}
    return Result("noisy", seed, 90, 900, 14000, told, {"overdue": Counts(right=9, missed=1)}, failing)


def test_districts_take_turns_until_there_are_days_enough() -> None:
    assert wanted_jobs(160) == [Job("honest", 1, 65), Job("noisy", 1, 90), Job("honest", 2, 65)]
    assert sum(job.days for job in wanted_jobs(2000)) >= 2000


def test_what_was_found_is_found_again_on_the_same_sources_and_forgotten_on_others(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "simulate.jsonl"
    found = result(failing=(FAULT,))._replace(failing=[FAULT])
    Note(path, "these").write(found)

    assert Note(path, "these").results == {("noisy", 1): found}
    assert Note(path, "others").results == {}
    assert Note(path, "these").results == {}


def test_one_failing_case_of_a_kind_is_kept_for_good(tmp_path: Path) -> None:
    path = tmp_path / "failing.jsonl"
    kept = FAULT | {"seed": 7, "why": "open"}
    path.write_text(f"{json.dumps(kept)}\n")
    missed = FAULT | {"kind": "missed"}

    keep(path, [result(failing=(FAULT, missed)), result(2, (missed | {"seed": 2},))])

    assert [json.loads(line) for line in path.read_text().splitlines()] == [kept, missed]


def test_the_page_adds_the_seeds_up_and_bears_day_and_version() -> None:
    runs = [result(1), result(2, wrong=1)]

    text = page(runs, "2026-11-22", "abc1234")

    assert by_district(runs, "told")["noisy"]["overdue"] == Counts(right=18, wrong=1, delays=[1.0, 1.0])
    assert "on version `abc1234`" in text
    assert "`noisy`, seeds 1 to 2: 180 district-days, 1,800 cases, 28,000 events." in text
    assert "| `overdue` | 18 | 1 | 0 | 0.947 | 1.000 | 0 | 1.0 | 1.0 | 1.000 | 0.900 |" in text
