"""The figures of the articles come out of `hoso report` on the districts that are shipped, at their scale."""

from fractions import Fraction
from typing import Any

import pytest

from tools import score_page


def report(district: str) -> dict[str, Any]:
    return score_page.run(district, None)


def step(found: dict[str, Any], procedure: str, name: str, variant: str | None = None) -> int:
    """How many cases of a procedure, or of one variant, reached a step."""
    rows = [row for row in found["funnel"] if row["procedure"] == procedure and row["channel"] != "all"]
    return sum(row[name] for row in rows if variant in (None, row["variant"]))


def test_phan_thiet_in_29_days_of_2024() -> None:
    found = report("phan-thiet")

    # Article 3: 1,297 cards = 922 + 188 + 187, and what else was done, one case for each.
    assert found["scale"] == 1
    assert step(found, "card", "taken") == step(found, "card", "handed_over") == 1297
    assert [step(found, "card", "handed_over", kind) for kind in ("new", "exchange", "reissue")] == [922, 188, 187]
    assert [step(found, "eid", "ready", f"level_2_{kind}_card") for kind in ("without", "with")] == [171, 79]
    assert {name: step(found, name, "taken") for name in ("permanent_residence", "temporary_residence")} == {
        "permanent_residence": 1049,
        "temporary_residence": 109,
    }
    assert [step(found, name, "taken") for name in ("old_number_confirmation", "vehicle_plates", "traffic_fine")] == [
        1, 338, 431,
    ]  # fmt: skip
    # Stay notices are the hosts' duty: a line of their own, and in no rate.
    assert found["notices"] == {"stay_notification": 10_447}
    assert found["rates"][0]["counted"] == 1297 + 250 + 1049 + 109 + 1 + 338 + 431


def test_ha_noi_in_half_a_year_at_one_in_a_thousand() -> None:
    found = report("hanoi")

    # Article 1: 375,759 = 200,011 + 47,715 + 128,033; personal numbers 47,856 -> 47,344 -> 45,756.
    assert found["scale"] == 1000
    kinds = [step(found, "card", "taken", kind) for kind in ("new", "exchange", "reissue")]
    assert kinds == [200, 48, 128]
    assert sum(kinds) == step(found, "card", "taken") == 376
    assert [step(found, "personal_number", name) for name in ("taken", "proposed", "decided")] == [48, 47, 46]


def test_ho_chi_minh_city_from_intake_to_hand_over_at_one_in_a_thousand() -> None:
    found = report("hcmc")

    # Article 4: 5.6 million taken, 5.3 transmitted, 4.5 handed over, 99 % of the cards that the Ministry sent.
    assert [step(found, "card", name) for name in ("taken", "transmitted", "handed_over")] == [5600, 5300, 4500]
    (cards,) = found["funnel"]
    assert cards["of_received"]["decimal"] == pytest.approx(0.99, abs=5e-4)
    # 0.3 million not sent, 0.755 with the Ministry, 0.045 at the units.
    still = {(row["stage"], row["owner"]): row["open"] for row in found["stages"]}
    assert still[("processing", "unit")] == 300
    assert still[("print", "ministry")] == 755
    assert sum(row["cases"] for row in found["not_collected"]) == 45


def test_ha_noi_in_90_days_and_nights_is_above_its_target() -> None:
    (target,) = report("hanoi-2022")["targets"]

    # Article 5: 182,136 of 176,846, which is 103 %.
    assert (target["target"], target["reached"]) == (176_846, 182_000)
    assert round(100 * target["rate"]["decimal"]) == 103


@pytest.mark.parametrize("district", ["phan-thiet", "hanoi", "hcmc", "hanoi-2022"])
def test_the_districts_of_the_articles_differ_in_no_rate(district: str) -> None:
    """Nobody in them forgets to update a system: what is reported is what the evidence shows, where a term is known."""
    total = report(district)["rates"][0]

    assert {cause["cause"] for cause in total["causes"]} <= {"no_term"}
    assert total["unsure"] == 0


def test_the_page_shows_what_the_commands_print() -> None:
    current = (score_page.ROOT / score_page.PAGE).read_text(encoding="utf-8")

    assert score_page.page(current, score_page.run) == current, "run python -m tools.score_page"


def test_the_causes_that_are_told_add_up_to_the_difference_exactly() -> None:
    for row in score_page.run("noisy", "2026-02")["rates"]:
        for end in ("of_low", "of_high"):
            shares = [Fraction(cause[end]["exact"]) for cause in row["causes"]]
            assert sum(shares, Fraction(0)) == Fraction(row["difference"][end]["exact"])
