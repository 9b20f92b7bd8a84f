"""What leaves the reporting line: nothing by evidence, and no small count, nor what gives one away."""

from typing import Any

from streams.report.public import public
from streams.report.tables import public_tables


def rates(name: str, in_time: int, late: int) -> dict[str, Any]:
    return {"group": name, "in_time": in_time, "late": late, "counted": in_time + late, "evidence": {"low": "secret"}}


def report(*rows: dict[str, Any], by: str = "unit") -> dict[str, Any]:
    total = rates("all", sum(row["in_time"] for row in rows), sum(row["late"] for row in rows))
    return {
        "period": {}, "formula": None, "scale": 1, "by": by, "rates": [total, *rows],
        "not_collected": [{"working_days": "0-5", "cases": 40}, {"working_days": "6-10", "cases": 3}],
        "print_blocked": [], "apologies": [{"unit": "a", "late": 1}],
    }  # fmt: skip


def counts(found: dict[str, Any]) -> list[list[int | None]]:
    return [[row[name] for name in ("in_time", "late", "counted")] for row in found["rates"]]


def test_a_small_count_is_hidden_with_those_that_would_give_it_away() -> None:
    found = public(report(rates("a", 97, 3), rates("b", 60, 40), rates("c", 70, 20)))

    assert counts(found) == [[227, 63, 290], [None] * 3, [None] * 3, [70, 20, 90]]
    assert [row["rate"] and row["rate"]["exact"] for row in found["rates"]] == ["227/290", None, None, "7/9"]


def test_of_all_that_is_small_only_the_sum_is_told() -> None:
    assert counts(public(report(rates("a", 4, 1), rates("b", 7, 1), rates("c", 7, 6)))) == [
        [None, None, 26], [None] * 3, [None] * 3, [None] * 3,
    ]  # fmt: skip
    # Reported by stages, a total has no rows.
    assert counts(public(report(by="stage") | {"rates": [rates("all", 97, 3)]})) == [[None, None, 100]]


def test_nothing_by_evidence_is_told() -> None:
    found = public(report(rates("a", 97, 30)))

    assert set(found) == {"period", "formula", "scale", "by", "rates", "not_collected", "print_blocked"}
    assert set(found["rates"][0]) == {"group", "in_time", "late", "counted", "rate"}


def test_a_count_without_a_total_is_hidden_alone() -> None:
    assert [row["cases"] for row in public(report(rates("a", 9, 9)))["not_collected"]] == [40, None]


def test_a_hidden_count_is_told_as_dots() -> None:
    shown = public_tables(public(report(rates("a", 97, 3), rates("b", 60, 40))))

    assert [list(row) for row in shown[0].rows][1] == ["a", "…", "…", "…", ""]
