"""What the benchmarks make of their runs: medians, ratios, the goals, and the page that is kept."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import full
from benchmarks.full import summary
from benchmarks.measure import Run
from benchmarks.options import Options
from benchmarks.report import page, record
from benchmarks.restart import Restart
from benchmarks.restart import summary as restart_summary

CONDITIONS = {"at": "2026-11-22T08:00:00+00:00", "commit": "abc", "machine": "2 cores"}


def run(cpu: dict[str, float], *, events: int = 1_000_000, seconds: float = 10.0, others: float = 0.0) -> Run:
    return Run(events, seconds, cpu, dict.fromkeys(cpu, 100.0), broker_cpu=5.0, others=others)


def found(*, hoso: float = 40.0, stock: float = 400.0, others: float = 0.0) -> dict[str, Any]:
    return summary(
        {
            "hoso": [run({"intake": 10.0, "cases": hoso - 10.0}, others=others)],
            "stock": [run({"stock": stock / 100}, events=10_000)],
            "stock-direct": [run({"stock-direct": stock / 200}, events=10_000)],
            "floor": [run({"floor": 8.0})],
        }
    )


def test_cpu_is_that_of_all_processes_for_a_million_events() -> None:
    assert run({"intake": 10.0, "cases": 30.0}, events=2_000_000).cpu_per_million == 20.0
    assert run({"floor": 8.0}, seconds=4.0).events_per_second == 250_000


def test_the_goal_is_at_least_eight_times_less_cpu_than_stock_faust() -> None:
    assert found(hoso=50.0, stock=400.0)["goal"]["is_met"]
    assert not found(hoso=50.1, stock=400.0)["goal"]["is_met"]


def test_the_median_of_the_rounds_counts() -> None:
    runs = {name: [run({name: cpu}) for cpu in (30.0, 10.0, 20.0)] for name in full.CONTENDERS}

    hoso = summary(runs)["contenders"]["hoso"]

    assert hoso["cpu_seconds_per_million"] == 20.0
    assert hoso["by_process"]["hoso"]["cpu_seconds_per_million"] == 20.0


def test_every_contender_begins_one_of_as_many_rounds() -> None:
    orders = [full._order(number) for number in range(len(full.CONTENDERS))]

    assert {order[0] for order in orders} == set(full.CONTENDERS)
    assert all(sorted(order) == sorted(full.CONTENDERS) for order in orders)


def test_rounds_are_so_many_or_as_many_as_fit_into_the_minutes_and_at_least_one() -> None:
    options = Options(events=1, rounds=3, minutes=None, cases=1, due=1)

    assert list(full._rounds(options)) == [0, 1, 2]
    assert list(full._rounds(options._replace(minutes=0.0))) == [0]


def test_the_page_tells_figures_and_whether_the_goals_are_met() -> None:
    restarted = restart_summary(250_000, 1_000_000, 400.0, [Restart(3.0, 4.0), Restart(5.0, 12.0), Restart(3.5, 4.5)])

    text = page({"conditions": CONDITIONS, "full": found(), "restart": restarted})

    assert "Found: 10.0 times, met" in text
    assert "| hoso         | 1,000,000 | 100,000  |" in text
    assert "Goal: judged in under 10 s, met." in text
    assert "not quiet" not in text


def test_the_page_says_where_the_machine_was_not_quiet() -> None:
    assert "up to 40% of its CPU time went to others" in page({"conditions": CONDITIONS, "full": found(others=0.4)})


@pytest.mark.parametrize("runs", [1, 2])
def test_a_record_never_replaces_another(tmp_path: Path, runs: int) -> None:
    files = [record({"conditions": CONDITIONS, "full": found()}, tmp_path / "benchmarks") for _ in range(runs)]

    assert [file.name for file in files] == ["2026-11-22.md", "2026-11-22-2.md"][:runs]
    assert all(file.read_text().startswith("# Benchmarks of 2026-11-22") for file in files)
