"""A case is a set of facts: same set, whatever came first, twice, or in two versions."""

from itertools import permutations

import pytest

from streams.core.engine import fold, judge
from streams.core.errors import UnknownKind
from streams.core.facts import ARRIVED, FACTS_MAX, UnknownField, fact_hash
from streams.core.instants import local_text, parse_utc, utc_text
from streams.core.kinds import KIND_OF_TYPE, OFFICIAL
from streams.core.lines import read_lines
from tests.core_builders import (
    STORY,
    TOKEN,
    answered,
    asked,
    at,
    case_of,
    classes_at,
    completed,
    entry,
    facts_of,
    judged,
    official,
    ready,
    received,
    told,
    vietnam,
)


def test_facts_stand_in_the_order_of_time_whatever_came_first() -> None:
    sets = {tuple(told(case_of(*order))) for order in permutations(STORY)}

    assert len(sets) == 1


def test_at_one_instant_the_earlier_step_of_a_life_comes_first() -> None:
    noon = "2026-01-05 12:00"
    entries = (official("2", noon), ready(noon), completed(noon), received(noon))

    facts, _ = facts_of(*entries)

    assert [fact[1] for fact in facts] == sorted(KIND_OF_TYPE[each["type"]] for each in entries)
    assert facts[-1][1] == OFFICIAL


def test_a_fact_told_twice_is_one() -> None:
    once, twice = case_of(*STORY), case_of(*STORY, *STORY)

    assert twice._replace(offset=once.offset) == once


def test_two_facts_that_say_the_same_under_two_ids_are_two() -> None:
    facts, _ = facts_of(completed(fact=1), completed(fact=2))

    assert [fact[2] for fact in facts] == [1, 2]


def test_one_id_with_two_contents_is_one_fact_the_same_whichever_came_first() -> None:
    versions = [
        completed("2026-01-05 10:00", fact=1),
        completed("2026-01-06 10:00", fact=1),
        completed("2026-01-05 10:00", fact=1, channel="post"),
        ready("2026-01-05 10:00", fact=1),
    ]

    ends = {tuple(told(case_of(received(), *order))) for order in permutations(versions)}

    assert len(ends) == 1
    assert len(next(iter(ends))) == 2


def test_a_fact_is_named_by_the_hash_of_all_it_says() -> None:
    facts, strings = facts_of(completed(fact=1), ready(fact=2))
    other, other_strings = facts_of(ready(fact=2))

    assert fact_hash(facts[1], strings) == fact_hash(other[0], other_strings)
    assert fact_hash(facts[0], strings) != fact_hash(facts[1], strings)


def test_an_unknown_type_and_an_unknown_field_are_refused_and_leave_the_case_as_it_was() -> None:
    case = case_of(received())
    before = case._replace(strings=list(case.strings), facts=list(case.facts))

    with pytest.raises(UnknownKind, match=r"card\.lost"):
        case_of(received(), entry("card.lost"))
    with pytest.raises(UnknownField, match="colour"):
        case_of(received(), completed(colour="red"))
    assert case == before


def test_facts_beyond_the_bound_do_not_make_a_row_grow() -> None:
    entries = [entry("verification.done", number, fact=number) for number in range(FACTS_MAX + 1)]
    case = case_of(*entries)

    assert (len(case.facts), case.offset) == (FACTS_MAX, FACTS_MAX)
    assert case.is_full


def test_too_many_facts_make_the_verdict_unknown_whichever_came_last() -> None:
    entries = [entry("verification.done", f"2026-01-06 {n // 60 % 24:02d}:{n % 60:02d}", fact=n) for n in range(2046)]
    end = (received(), completed(), ready())

    effects = [judged("2026-02-27 12:00", *order) for order in ((*end, *entries), (*entries, *end))]

    assert [(each.flags, each.view and each.view["verdict"]) for each in effects] == [([], "unknown")] * 2


# Arrival


def test_a_tick_before_the_second_of_its_arrival_does_not_see_a_fact() -> None:
    entries = (received(), completed(), ready("2026-01-12 09:00", arrived="2026-01-16 08:00:01"))

    found = ["overdue" in classes_at(when, *entries) for when in ("2026-01-16 08:00", "2026-01-16 08:00:01")]

    assert found == [True, False]


def test_when_a_fact_arrived_is_nothing_that_it_says() -> None:
    early, late = (case_of(completed(fact=1, arrived=when)) for when in ("2026-01-05 10:01", "2026-01-07 12:00"))

    assert told(early) == told(late)


def test_of_two_arrivals_of_one_fact_the_earlier_counts() -> None:
    told_twice = [ready(fact=1, arrived=when) for when in ("2026-01-12 10:00", "2026-01-16 10:00")]

    found = [classes_at("2026-01-15", received(), completed(), *order) for order in permutations(told_twice)]

    assert found == [[], []]


def test_a_tick_that_has_seen_a_fact_forgets_when_it_arrived() -> None:
    case = case_of(received(), completed(arrived="2026-01-05 11:00"), ready(arrived="2026-01-16 08:00"))

    after, _ = judge(TOKEN, case, at("2026-01-10"), vietnam())

    assert [ARRIVED in fact[3] for fact in after.facts] == [False, False, True]


def test_another_version_of_a_fact_does_not_hide_it_until_it_has_arrived() -> None:
    """Between the arrivals the first version is what is known; the flag must not be withdrawn in between."""
    first, other = completed(fact=1, channel="z"), completed(fact=1, channel="a", arrived="2026-01-20 08:00")
    case, _ = judge(TOKEN, case_of(received(), first), at("2026-01-16"), vietnam())

    _, effects = judge(TOKEN, fold(case, 9, other), at("2026-01-19"), vietnam())

    assert {flag["state"] for flag in effects.flags} == {"raised", "cleared"}


# Lines


def test_what_reception_says_of_an_application_counts_before_what_others_say() -> None:
    entries = (
        entry("case.registered_online", "2026-01-04 08:00", unit="A", channel="web", procedure="x"),
        received(unit="B", procedure="card"),
        entry("card.dispatched", "2026-01-08 08:00", unit="C", parcel="P1"),
    )
    lines = read_lines(*facts_of(*entries), at("2026-02-27"))

    assert (lines.said("u"), lines.said("p"), lines.said("c"), lines.said("b")) == ("B", "card", "web", "P1")


def test_the_first_to_say_a_thing_decides() -> None:
    entries = (completed("2026-01-05 10:00", channel="a"), entry("verification.done", "2026-01-06 10:00", channel="b"))
    lines = read_lines(*facts_of(*entries), at("2026-02-27"))

    assert lines.said("c") == "a"


def test_a_case_is_opened_by_its_reception_else_its_registration_else_its_first_fact() -> None:
    online = entry("case.registered_online", "2026-01-02 08:00")
    found = [
        read_lines(*facts_of(*entries), at("2026-02-27")).opened[0]
        for entries in ((online, received()), (online, completed()), (ready(), completed()))
    ]

    assert found == [at("2026-01-05 08:00"), at("2026-01-02 08:00"), at("2026-01-05 10:00")]


def test_lines_end_at_their_instant_and_tell_when_the_next_fact_comes() -> None:
    lines = read_lines(*facts_of(received(), completed(), asked(), answered()), at("2026-01-07 09:00"))

    assert (len(lines.visible), lines.next_at) == (3, at("2026-01-09 09:00"))


# Instants


def test_an_instant_is_written_in_utc_and_in_local_time() -> None:
    instant = at("2026-01-05 10:00")

    assert (utc_text(instant), local_text(instant, 25_200)) == ("2026-01-05T03:00:00Z", "2026-01-05T10:00:00+07:00")
    assert parse_utc("2026-01-05T03:00:00Z") == parse_utc("2026-01-05T10:00:00+07:00") == instant
    assert local_text(instant, -12_600) == "2026-01-04T23:30:00-03:30"
