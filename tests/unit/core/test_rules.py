"""Which rule binds a case, and which rows are refused: with the row and the reason, before anything is judged."""

from typing import Any

import pytest

from streams.core.compiling import compile_rules, rules_hash
from streams.core.deadlines import Span
from streams.core.errors import RulesRefused
from streams.core.rules import Rules
from tests.core_builders import PAUSES, calendar_row, content_of, deadline_row, span, vietnam


def on_day(text: str) -> Span:
    return span(f"{text} 09:00")


def id_of(rules: Rules, **fields: Any) -> str | None:
    on = on_day(fields.pop("day", "2026-01-05"))
    asked: dict[str, Any] = {"procedure": "card", "variant": "new", "place_kind": "city"} | fields
    rule = rules.deadline(**asked, spans={"received": on, "complete": on})
    return None if rule is None else rule.id


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"source": ""}, "deadline rule: source is missing: name the act and article, or the decision"),
    ({"unit": "fortnight"}, "deadline rule: unit fortnight is none of calendar_day, clock_hour, half_day, "),
    ({"calendar": "moon"}, "deadline rule: calendar moon is none of plain"),
    ({"law_of": "posted"}, "deadline rule: law_of posted is none of complete, received"),
    ({"due_governs": "wish"}, "deadline rule: due_governs wish is none of computed, declared"),
    ({"starts": "case.begun"}, "deadline rule: event case.begun is none of case.registered_online, "),
    ({"duty_ends_at": "case.ended"}, "deadline rule: event case.ended is none of "),
    ({"duty_ends_at": ["letter.printed", "x"]}, "deadline rule: event x is none of "),
    (
        {"stages": [{"id": "s", "owner": "unit", "from": "x", "to": "card.printed"}]},
        "deadline rule: event x is none of ",
    ),
]


@pytest.mark.parametrize("fields, why", REFUSED)
def test_a_row_that_cannot_be_law_is_refused_with_its_reason(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(RulesRefused) as refused:
        compile_rules(content_of(deadline_row(**fields)))

    assert str(refused.value).startswith(why)


UNCHECKED: list[dict[str, Any]] = [
    {"at_risk": [{"amount": 1, "unit": "fortnight"}]},
    {"amount": 0},
    {"amount": -3},
    {"amount": "7"},
    {"amount": 60_000},
    {"grace_working_days": -1},
    {"urgent_working_hours": -1},
    {"variants": "new"},
    {"effective_from": "soon"},
    {"duty_bearer": "nobody"},
]


@pytest.mark.parametrize("fields", UNCHECKED)
def test_a_value_that_no_term_can_have_is_refused_before_it_is_in_force(fields: dict[str, Any]) -> None:
    with pytest.raises(RulesRefused):
        compile_rules(content_of(deadline_row(**fields)))


@pytest.mark.parametrize(
    "content",
    [
        content_of(deadline_row(), deadline_row(amount=9)),
        content_of(official=[{"system": "p", "code": "9", "state": state} for state in ("done", "processing")]),
    ],
    ids=["two deadlines of one id", "one code of two states"],
)
def test_two_rows_that_contradict_each_other_are_refused(content: dict[str, Any]) -> None:
    with pytest.raises(RulesRefused):
        compile_rules(content)


@pytest.mark.parametrize("unit", ["working_day", "working_hour", "half_day"])
def test_times_of_day_belong_to_same_day_terms_only(unit: str) -> None:
    with pytest.raises(RulesRefused, match="cut_off belong to the unit same_day only"):
        compile_rules(content_of(deadline_row(unit=unit, cut_off=54_000)))


def test_two_pauses_may_not_share_an_event() -> None:
    with pytest.raises(RulesRefused, match="pause again: its events begin or end another pause too"):
        compile_rules(content_of(deadline_row(pauses=[PAUSES[0], PAUSES[0] | {"why": "again"}])))


@pytest.mark.parametrize(
    "fields, why",
    [
        ({"week": [1, 1]}, "calendar plain week: List should have at least 7 items after validation, not 2"),
        ({"week": [0] * 7}, "calendar plain: week needs at least one worked day"),
        ({"hours": [[]] * 7}, "calendar plain: hours need a span on Monday: a day worked by decree has Monday's hours"),
        (
            {"hours": [[[60, 60]]] * 7},
            "calendar plain: hours of a day must begin before they end, one span after the other",
        ),
        ({"hours": []}, "calendar plain hours: List should have at least 7 items after validation, not 0"),
        ({"horizon": "soon"}, "calendar plain horizon: Value error, Invalid isoformat string: 'soon'"),
    ],
)
def test_a_calendar_that_nobody_can_work_by_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(RulesRefused) as refused:
        compile_rules(content_of(calendars=[calendar_row(**fields)]))

    assert str(refused.value) == why


def test_law_without_a_calendar_is_refused() -> None:
    with pytest.raises(RulesRefused, match="calendars: List should have at least 1 item"):
        compile_rules(content_of(calendars=[]))


def test_an_official_code_of_no_state_is_refused() -> None:
    rows = [{"system": "portal", "code": "9", "state": "lost"}]

    with pytest.raises(RulesRefused, match="official portal 9: state lost is none of"):
        compile_rules(content_of(official=rows))


def test_the_latest_rule_in_force_binds() -> None:
    rules = compile_rules(
        content_of(
            deadline_row(id="old", effective_from="2020-01-01"),
            deadline_row(id="new", effective_from="2026-01-05"),
            deadline_row(id="coming", effective_from="2026-07-01"),
        )
    )

    found = [id_of(rules, day=each) for each in ("2019-12-31", "2026-01-04", "2026-01-05", "2026-07-01")]

    assert found == [None, "old", "new", "coming"]


def test_a_rule_ends_on_the_day_it_is_in_force_until() -> None:
    rules = compile_rules(content_of(deadline_row(effective_until="2026-01-05")))

    assert [id_of(rules, day=each) for each in ("2026-01-04", "2026-01-05")] == ["rule", None]


def test_a_rule_of_the_procedure_binds_before_a_rule_of_all() -> None:
    rules = compile_rules(content_of(deadline_row(id="all"), deadline_row(id="card", procedure="card")))

    assert [id_of(rules, procedure=each) for each in ("card", "letter", None)] == ["card", "all", "all"]


def test_where_no_rule_of_the_procedure_fits_the_rule_of_all_binds() -> None:
    own = deadline_row(id="card", procedure="card", effective_from="2026-07-01")
    rules = compile_rules(content_of(deadline_row(id="all"), own))

    assert id_of(rules) == "all"


def test_of_one_day_the_narrower_rule_binds() -> None:
    rules = compile_rules(
        content_of(
            deadline_row(id="wide"),
            deadline_row(id="place", place_kinds=["island"]),
            deadline_row(id="variant", variants=["reissue"]),
        )
    )

    assert (id_of(rules), id_of(rules, place_kind="island"), id_of(rules, variant="reissue")) == (
        "wide",
        "place",
        "variant",
    )


def test_a_case_that_names_no_variant_is_bound_where_all_variants_have_one_term() -> None:
    new, worn = deadline_row(variants=["new"]), deadline_row(id="worn", variants=["worn"])

    assert id_of(compile_rules(content_of(new, worn)), variant=None) == "rule"
    assert id_of(compile_rules(content_of(new, {**worn, "amount": 3})), variant=None) is None
    assert id_of(compile_rules(content_of(new, worn)), variant="odd") is None


def test_the_hash_of_rules_covers_calendars_codes_and_terms() -> None:
    contents = [
        content_of(),
        content_of(deadline_row(amount=8)),
        content_of(calendars=[calendar_row(days={"2026-01-10": 1})]),
        content_of(scoring="onestop"),
        content_of(official=[]),
    ]

    assert len({rules_hash(each) for each in contents}) == len(contents)
    assert (
        rules_hash(content_of()) == rules_hash(dict(reversed(content_of().items()))) == compile_rules(content_of()).hash
    )


def test_an_official_code_that_no_row_maps_is_unknown() -> None:
    rules = compile_rules(content_of())

    found = [rules.official_state(*pair) for pair in (("portal", "9"), ("portal", "09"), ("elsewhere", "9"))]

    assert found == ["done", "unknown", "unknown"]


def test_vietnam_has_the_ten_national_codes_for_both_systems() -> None:
    codes = [str(number) for number in range(1, 11)]

    assert sorted(vietnam().official) == ["onestop", "portal"]
    assert [sorted(rows, key=int) for rows in vietnam().official.values()] == [codes, codes]


def test_the_stages_of_a_card_fill_its_term() -> None:
    received = on_day("2026-01-05")
    rule = vietnam().deadline("card", "new", None, {"received": received, "complete": received})

    assert rule is not None
    assert [(stage.id, stage.owner) for stage in rule.stages] == [
        ("processing", "unit"),
        ("print", "ministry"),
        ("delivery", "post"),
    ]
