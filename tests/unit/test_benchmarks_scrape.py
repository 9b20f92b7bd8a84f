"""What the scrape benchmark makes of its rounds: medians, ratios and the goal."""

from benchmarks.measure import Run
from benchmarks.report import page
from benchmarks.scrape import QUIET, SCRAPED, Round, summary
from benchmarks.scraper_app import Scrape


def one(late: float, cpu: float, scrapes: list[Scrape]) -> Round:
    return Round([late] * 10, cpu / 1e5, Run(1_000, 1.0, {"intake": 9.0, "cases": cpu / 1e3}, {"cases": 1.0}), scrapes,
                 len(scrapes) - 1)  # fmt: skip


def test_rounds_with_scrapes_are_held_against_those_without() -> None:
    scrapes = [Scrape(ms, 500_000, 5_900) for ms in (20.0, 30.0, 140.0, 160.0)]

    found = summary(250_000, {QUIET: [one(0.2, 100.0, []), one(0.4, 200.0, [])], SCRAPED: [one(0.33, 165.0, scrapes)]})

    assert {name: round(ratio, 6) for name, ratio in found["scraped_by_quiet"].items()} == {
        "late_seconds_p50": 1.1, "late_seconds_p99": 1.1, "paced_cpu_seconds_per_million": 1.1,
        "events_per_second": 1.0, "cpu_seconds_per_million": 1.1,
    }  # fmt: skip
    assert found["series"] == 5_900
    assert found["ms"] == {
        "at an even pace": {"scrapes": 3, "p50": 30.0, "p90": 140.0, "max": 140.0, "over": 0},
        "at once": {"scrapes": 1, "p50": 160.0, "p90": 160.0, "max": 160.0, "over": 1},
    }
    text = page({"conditions": {"at": "2026-11-22T08:00:00+00:00"}, "scrape": found})
    assert "a scrape in under 150 ms where events come at an even pace, met" in text
    assert "| a scrape a second | 0.330 " in text


def test_one_slow_scrape_of_a_few_misses_the_goal() -> None:
    scrapes = [Scrape(ms, 500_000, 5_900) for ms in (20.0, 151.0, 20.0)]

    found = summary(250_000, {QUIET: [one(0.2, 100.0, [])], SCRAPED: [one(0.2, 100.0, scrapes)]})

    assert not found["goal"]["is_met"]
