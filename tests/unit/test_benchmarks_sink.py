"""What the sink benchmark makes of its rounds: medians, ratios and the goal."""

from typing import Any

import pytest

from benchmarks.measure import Run
from benchmarks.report import page
from benchmarks.scraper_app import Scrape
from benchmarks.sink import FLOOR, SCRAPED, SINK, summary


def one(seconds: float, name: str = "sink") -> Run:
    return Run(100_000, seconds, {name: 3.0}, {}, broker_cpu=4.0)


def found(seconds: float) -> dict[str, Any]:
    runs = {SINK: [one(seconds)], SCRAPED: [one(seconds * 2)], FLOOR: [one(2.5, "copy")]}
    return summary(runs, {"entries": 100_000, "cases": 20_000}, [Scrape(12.0, 290_000, 2_400), Scrape(50.0, 1, 1)])


@pytest.mark.parametrize(("seconds", "is_met"), [(5.0, True), (5.1, False)])
def test_the_goal_is_twenty_thousand_entries_of_the_log_a_second(seconds: float, is_met: bool) -> None:
    assert found(seconds)["goal"]["is_met"] is is_met


def test_rounds_are_held_against_the_floor_and_those_with_scrapes_against_those_without() -> None:
    of = found(5.0)

    assert (of["scraped_by_quiet"], of["sink_by_floor"]) == (0.5, 0.5)
    assert of["kinds"][SINK]["rows_per_second"] == 24_000
    text = page({"conditions": {"at": "2026-11-22T08:00:00+00:00"}, "sink": of})
    assert "20,000 log entries a second, met" in text
    assert "2,400 series" in text
