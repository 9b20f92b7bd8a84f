"""A report over a few cases, each worked by hand."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from streams.core.engine import assess
from streams.core.score import Period
from streams.report.gather import Gathered, age, ages, kept, of_period
from streams.report.period import read_period
from streams.report.published import Figure
from streams.report.targets import Target
from streams.report.told import Frame, told
from tests.core_builders import at, case_of, completed, day, entry, official, ready, received, returned, vietnam

Told = tuple[Mapping[str, Any], ...]
A, B = "G01.801.001", "G01.801.002"
END = at("2026-01-31 24:00")


def a_case(*told: Mapping[str, Any], unit: str = A) -> Told:
    about = {"appointment_at": "2026-01-13 17:00", "unit": unit}
    return (received(**about), completed(unit=unit), official("2", "2026-01-05 10:00", unit=unit), *told)


FALSELY_PENDING = a_case(ready(), returned())
IN_TIME = a_case(ready(), returned(), official("9", "2026-01-12 11:00"))
LATE = a_case(ready("2026-01-15 09:00"), official("9", "2026-01-15 10:00"))


def report(
    *cases: Told, by: str = "unit", published: Mapping[str, Figure] | None = None, targets: Sequence[Target] = ()
) -> dict[str, Any]:
    rules = vietnam()
    found = Gathered(rules, Period(day("2026-01-01"), END), at("2026-01-01"), by, targets)
    for one in cases:
        assessed = assess(of_period(case_of(*one), END), END, rules)
        if assessed is not None:
            found.add(assessed)
    return told(found, Frame(read_period("2026-01"), True, published=published or {}))


def row(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    (one,) = [one for one in found["rates"] if one["group"] == name]
    return dict(one)


def test_both_rates_stand_side_by_side_and_the_causes_add_up_to_their_difference() -> None:
    found = row(report(FALSELY_PENDING, IN_TIME, IN_TIME, LATE), A)

    assert (found["counted"], found["in_time"], found["rate"]["exact"]) == (4, 2, "1/2")
    assert (found["evidenced"], found["proven"], found["unsure"], found["late_by_evidence"]) == (4, 3, 0, 1)
    assert found["evidence"]["low"] == found["evidence"]["high"] == {"exact": "3/4", "decimal": 0.75}
    assert found["difference"]["of_low"]["exact"] == "-1/4"
    assert [(one["cause"], one["cases"], one["of_low"]["exact"]) for one in found["causes"]] == [
        ("not_updated", 1, "-1/4")
    ]
    # 20 points at most: 10 by the report, 15 by evidence.
    assert [found["points"][name]["exact"] for name in ("reported", "low", "high")] == ["10/1", "15/1", "15/1"]
    assert found["points"]["difference"]["of_high"]["exact"] == "-5/1"


def test_what_evidence_leaves_open_makes_a_range() -> None:
    found = row(report(IN_TIME, a_case(returned("2026-01-14 10:00"), official("9", "2026-01-13 16:00"))), A)

    assert (found["evidence"]["low"]["exact"], found["evidence"]["high"]["exact"]) == ("1/2", "1/1")
    assert [found["difference"][end]["exact"] for end in ("of_high", "of_low")] == ["0/1", "1/2"]


def test_a_transfer_is_a_cause_of_its_units_and_of_nothing_in_all() -> None:
    moved = (*a_case(), entry("case.transferred", "2026-01-14 08:00", to_unit=B))
    found = report(moved, IN_TIME)

    assert [row(found, unit)["counted"] for unit in ("all", A, B)] == [2, 1, 1]
    assert [row(found, unit)["evidenced"] for unit in ("all", A, B)] == [2, 2, 0]
    assert row(found, "all")["causes"] == []
    assert [one["cause"] for one in row(found, A)["causes"]] == ["transferred"]


def test_a_case_of_no_known_unit_has_a_row_too() -> None:
    nobody = tuple(dict(one) | {"data": {k: v for k, v in one["data"].items() if k != "unit"}} for one in IN_TIME)

    assert row(report(nobody), "unknown")["counted"] == 1


def test_rows_may_be_procedures_or_channels() -> None:
    assert [one["group"] for one in report(IN_TIME, by="procedure")["rates"]] == ["all", "card"]
    assert [one["group"] for one in report(IN_TIME, by="channel")["rates"]] == ["all", "unknown"]
    assert [one["group"] for one in report(IN_TIME, by="stage")["rates"]] == ["all"]


def test_published_less_recomputed_is_unexplained() -> None:
    figure = Figure(A, "2026-01", "52.5", date(2026, 2, 10), "portal")
    found = report(FALSELY_PENDING, IN_TIME, published={A: figure})

    assert row(found, A)["unexplained"]["exact"] == "1/40"
    assert row(found, "all")["unexplained"] is None


def test_a_duty_that_is_not_the_units_is_in_no_rate() -> None:
    stay = (received(procedure="stay_notification", variant=None), official("2", "2026-01-05 10:00"))
    found = report(stay, IN_TIME)

    assert found["notices"] == {"stay_notification": 1}
    assert row(found, "all")["counted"] == 1


def test_a_published_figure_of_a_unit_without_a_row_is_told() -> None:
    figures = {B: Figure(B, "2026-01", "52.5", date(2026, 2, 10), "portal")}

    assert [one["unit"] for one in report(IN_TIME, published=figures)["published_without_row"]] == [B]
    assert report(IN_TIME, published=figures, by="procedure")["published_without_row"] == []


def test_false_backlog_days_are_of_the_unit_that_had_the_case_then() -> None:
    moved = (*FALSELY_PENDING, entry("case.transferred", "2026-01-26 00:00", to_unit=B))
    whole = report(FALSELY_PENDING)["false_backlog"]
    parts = report(moved)["false_backlog"]

    # Of the days since the grace, those of the 26th to the 31st are the other unit's.
    assert [(one["unit"], one["cases"]) for one in parts] == [(A, 1), (B, 1)]
    assert parts[1]["days"]["exact"] == "6/1"
    assert sum(Fraction(one["days"]["exact"]) for one in parts) == Fraction(whole[0]["days"]["exact"])


def test_false_backlog_days_are_those_from_the_grace_on() -> None:
    (one,) = report(FALSELY_PENDING, IN_TIME)["false_backlog"]

    # Ready on Monday the 12th; on the due day, the 13th, from 13:30 on: four working hours before closing at 17:30.
    seconds = END - at("2026-01-13 13:30")
    assert (one["unit"], one["cause"], one["cases"]) == (A, "not_updated", 1)
    assert Fraction(one["days"]["exact"]) == Fraction(seconds, 86_400)


def test_breaches_without_a_letter_of_apology_are_told() -> None:
    letter = entry("apology.issued", "2026-01-15 08:00", document="XL-7")
    longer = entry("case.extended", "2026-01-14 08:00", document="XL-8", new_due="2026-01-16 17:00")

    found = report(LATE, (*LATE, letter), (*LATE, longer), IN_TIME)["apologies"]

    assert found == [{"unit": A, "late": 3, "without_letter": 1}]


def test_what_lies_ready_is_told_by_its_age_and_what_cannot_be_printed_by_who_must_act() -> None:
    lies = a_case(ready("2026-01-20 09:00"))
    blocked = a_case(entry("print.blocked", "2026-01-08 09:00", reason="data_mismatch", must_act="citizen"))
    freed = (*blocked, entry("print.unblocked", "2026-01-09 09:00", reason="data_mismatch"))

    found = report(lies, blocked, freed, IN_TIME)

    # 21, 22, 23, 26, 27, 28, 29, 30: eight working days.
    assert {one["working_days"]: one["cases"] for one in found["not_collected"]}["6-10"] == 1
    assert sum(one["cases"] for one in found["not_collected"]) == 1
    assert found["print_blocked"] == [{"reason": "data_mismatch", "must_act": "citizen", "cases": 1}]


def test_the_funnel_has_the_sum_of_a_procedure_before_its_parts() -> None:
    exchange = (received(variant="exchange", channel="mobile"), completed(variant="exchange"))
    found = report(IN_TIME, exchange)["funnel"]

    assert [(one["channel"], one["variant"], one["cases"], one["handed_over"]) for one in found] == [
        ("all", None, 2, 1),
        ("mobile", "exchange", 1, 0),
        ("unknown", "new", 1, 1),
    ]


def test_a_period_ends_with_its_last_second_in_all_that_is_counted() -> None:
    def counts(when: str, precision: str = "second") -> list[int]:
        about = {"appointment_at": "2026-02-09 17:00", "precision": precision}
        found = report((received(when, **about), official("2", when, precision=precision)), targets=[target])
        (reached,) = found["targets"]
        return [row(found, "all")["counted"], sum(one["cases"] for one in found["funnel"]), reached["reached"]]

    target = Target("cards", 1, date(2026, 1, 1), date(2026, 1, 31), "taken")

    assert counts("2026-01-31 23:59:59") == [1, 1, 1]
    assert counts("2026-02-01 00:00") == [0, 0, 0]
    # Known only to the day, the last one: it stands at its end.
    assert counts("2026-01-31 24:00", "day") == [1, 1, 1]
    # And of the day before the first nothing is of the period but what was still there.
    assert counts("2026-01-01 00:00", "day") == [1, 0, 0]


def test_two_targets_that_say_the_same_count_each_for_itself() -> None:
    target = Target("cards", 1, date(2026, 1, 1), date(2026, 1, 31), "taken")

    found = report(IN_TIME, targets=[target, target])["targets"]

    assert [(one["reached"], one["rate"]["exact"]) for one in found] == [(1, "1/1"), (1, "1/1")]


def test_what_was_handed_over_is_a_share_of_what_came_to_the_unit() -> None:
    lies, elsewhere = a_case(ready()), a_case(returned())
    (found,) = report(IN_TIME, lies, elsewhere)["funnel"]

    # One that was handed over was never told at the unit: it is none of the two.
    assert (found["received_at_unit"], found["handed_over"], found["of_received"]["exact"]) == (2, 2, "1/2")
    assert report(elsewhere)["funnel"][0]["of_received"] is None


def test_legs_are_in_the_rates_and_their_group_beside_them() -> None:
    about: dict[str, Any] = {"procedure": "interlinked_birth", "variant": None}
    group = (
        received(**about, appointment_at="2026-01-19 17:00"),
        completed(**about),
        entry("leg.started", "2026-01-05 10:00", **about, leg="birth_registration"),
        entry("leg.ended", "2026-01-06 10:00", **about, leg="birth_registration"),
        official("2", "2026-01-05 10:00", **about),
        official("9", "2026-01-06 11:00", **about),
    )
    found = report(group)

    assert [(one["group"], one["counted"], one["evidenced"]) for one in found["rates"]] == [("all", 0, 1), (A, 0, 1)]
    assert [(one["group"], one["counted"], one["proven"]) for one in found["interlinked"]] == [(A, 1, 1)]


def test_units_are_compared_where_there_are_two() -> None:
    other = tuple(dict(one) | {"data": one["data"] | {"unit": B}} for one in LATE)

    assert report(IN_TIME)["comparison"] == []
    assert [(one["unit"], one["rank"]) for one in report(IN_TIME, other)["comparison"]] == [(A, [1, 2]), (B, [1, 2])]


def test_a_complaint_that_is_told_twice_counts_once() -> None:
    told = [("f1", 5, A), ("f1", 5, A), ("f2", 6, A), ("f3", 99, A), ("f4", 7, B)]

    assert kept(told, 0, 50) == {A: 2, B: 1}


def test_ages_are_bands_without_gaps() -> None:
    assert ages() == ["0-5", "6-10", "11-20", "21-60", "61+"]
    assert [age(days) for days in (0, 5, 6, 20, 21, 60, 61, 900)] == [
        "0-5", "0-5", "6-10", "11-20", "21-60", "21-60", "61+", "61+",
    ]  # fmt: skip
