"""The figures of the articles: a run of their districts gives them back."""

from typing import Any

import pytest

from streams.simulator.district import exact, load_district
from streams.simulator.summary import summarise
from tests.simulation_runs import played


def run(name: str) -> dict[str, Any]:
    return summarise(load_district(name), played(name, seed=1))


def test_phan_thiet_in_29_days_of_2024() -> None:
    procedures = run("phan-thiet")["procedures"]

    assert procedures == {
        "card": 1297, "card new": 922, "card exchange": 188, "card reissue": 187,
        "eid": 250, "eid level_2_without_card": 171, "eid level_2_with_card": 79,
        "permanent_residence": 1049, "temporary_residence": 109, "stay_notification": 10447,
        "old_number_confirmation": 1, "old_number_confirmation no_archive_search": 1,
        "vehicle_plates": 338, "vehicle_plates online": 338, "traffic_fine": 431,
    }  # fmt: skip


def test_ha_noi_in_half_a_year_at_one_in_a_thousand() -> None:
    found = run("hanoi")

    # 375,759 = 200,011 + 47,715 + 128,033; 47,856 requests, 47,344 proposed, 45,756 decided.
    assert found["scale"] == 1000
    cards = [found["procedures"][name] for name in ("card", "card new", "card exchange", "card reissue")]
    assert cards == [376, 200, 48, 128]
    steps = [found["steps"][f"personal_number pid.{step}"] for step in ("requested", "proposed", "decided")]
    assert steps == [48, 47, 46]


def test_at_the_scale_of_one_the_figures_are_those_of_the_article() -> None:
    counts = [count for _, count in exact(load_district("hanoi").quotas, 1)]

    assert counts[:3] == [200_011, 47_715, 128_033]
    assert sum(counts[:3]) == 375_759
    assert [sum(counts[3:]), sum(counts[3:5]), counts[3]] == [47_856, 47_344, 45_756]


def test_ho_chi_minh_city_from_intake_to_hand_over_at_one_in_a_thousand() -> None:
    steps = run("hcmc")["steps"]

    # 5.6 million taken, 5.3 million transmitted, 4.5 million handed over, 99 % of what the Ministry sent.
    assert steps["card case.received"] == 5600
    assert steps["card case.transmitted"] == 5300
    assert steps["card card.dispatched"] == 4545
    assert steps["card card.returned"] == 4500
    assert steps["card card.returned"] / steps["card card.dispatched"] == pytest.approx(0.99, abs=0.001)


def test_ha_noi_in_90_days_and_nights_is_above_its_target() -> None:
    found = run("hanoi-2022")["targets"]["eid"]

    # 182,136 of 176,846.
    assert found == {"target": 176_846, "reached": 182_000, "rate": 1.029}


def test_running_totals_are_rounded_so_that_sums_stay_sums() -> None:
    quotas = load_district("hanoi").quotas

    for scale in (1, 7, 100, 1000, 100_000):
        cards = sum(count for quota, count in exact(quotas, scale) if quota.group == "cards")
        assert cards == round(375_759 / scale)
