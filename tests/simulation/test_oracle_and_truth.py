"""What the oracle finds in what is told, beside what the plan knows to be true."""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.simulator.days import ZONE, end_of
from streams.simulator.district import coverage, load_district
from streams.simulator.law import VIETNAM, load_law
from streams.simulator.oracle.expected import Flag, expected, holding, intervals
from streams.simulator.oracle.history import known
from streams.simulator.oracle.story import Story
from streams.simulator.plan import Planned, Truth, in_order
from streams.simulator.terms import due_of
from tests.oracle_builders import LAW
from tests.simulation_runs import end, played, quiet

NOISY = load_district("noisy")
AT = end(NOISY)
SEEDS = (1, 2)


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(ZONE)


@pytest.fixture(scope="module", params=SEEDS)
def run(request: pytest.FixtureRequest) -> tuple[list[Planned], set[Flag]]:
    cases = quiet(NOISY, request.param)
    return cases, expected(in_order(cases), LAW, AT)


def of_class(flags: set[Flag], *names: str) -> dict[str, list[Flag]]:
    found: dict[str, list[Flag]] = {}
    for flag in sorted(flags, key=lambda flag: flag[2]):
        if flag[1] in names:
            found.setdefault(flag[0], []).append(flag)
    return found


def binds_a_unit(truth: Truth) -> bool:
    return truth.procedure != "stay_notification"


@pytest.mark.parametrize("seed", range(4))
def test_in_an_honest_district_there_is_no_flag(seed: int) -> None:
    honest = load_district("honest")

    assert expected(in_order(played("honest", seed)), LAW, end(honest)) == set()


def test_a_case_without_a_fault_has_no_flag(run: tuple[list[Planned], set[Flag]]) -> None:
    cases, flags = run
    flagged = {flag[0] for flag in flags}
    # What is ready in the last hours of its last day is urgent at once: there even minutes of following are told.
    clean = {
        truth.case
        for truth, _ in cases
        if not truth.faults and (truth.ready is None or truth.due is None or truth.ready[:10] < truth.due[:10])
    }

    assert len(clean) > 0.3 * len(cases)
    assert clean & flagged == set()


def test_overdue_is_what_was_truly_late_and_for_how_long(run: tuple[list[Planned], set[Flag]]) -> None:
    cases, flags = run
    late = {}
    for truth, _ in cases:
        due, ready = instant(truth.due), instant(truth.ready)
        if binds_a_unit(truth) and due is not None and due < AT and "own_word" not in truth.faults:
            over = instant(truth.ended) or ready
            if over is None or over > due:
                late[truth.case] = (due, over)
    found = {case: (flag[0][2], flag[0][3]) for case, flag in of_class(flags, "overdue").items()}
    own_words = {truth.case for truth, _ in cases if "own_word" in truth.faults and binds_a_unit(truth)}

    assert {case: times for case, times in found.items() if case not in own_words} == late
    assert own_words <= set(found)


@pytest.mark.parametrize(
    "fault, flag_class",
    [
        ("wrong_appointment", "wrong_due"),
        ("registration_lost", "lost_registration"),
        ("print_blocked", "print_blocked"),
        ("accepted_late", "not_accepted"),
    ],
)
def test_what_goes_wrong_in_one_case_is_flagged_in_that_case_only(
    run: tuple[list[Planned], set[Flag]], fault: str, flag_class: str
) -> None:
    cases, flags = run
    wrong = {truth.case for truth, _ in cases if fault in truth.faults and binds_a_unit(truth)}

    # Who comes back for a registration that was lost waits to be accepted too.
    lost = {truth.case for truth, _ in cases if "registration_lost" in truth.faults and flag_class == "not_accepted"}
    assert wrong
    assert set(of_class(flags, flag_class)) - lost == wrong


def test_what_nobody_closed_is_falsely_pending_to_the_end(run: tuple[list[Planned], set[Flag]]) -> None:
    cases, flags = run
    pending = of_class(flags, "falsely_pending")
    forgotten = [truth for truth, _ in cases if "forgotten" in truth.faults and binds_a_unit(truth)]
    long_ago = [truth for truth in forgotten if (AT - (instant(truth.ready) or AT)).days > 10]

    assert long_ago
    assert [truth.case for truth in long_ago if pending.get(truth.case, [(0, 0, 0, AT)])[-1][3] is not None] == []


def test_cards_that_nobody_fetches_are_told(run: tuple[list[Planned], set[Flag]]) -> None:
    cases, flags = run
    waiting = of_class(flags, "not_collected")
    never = [truth for truth, _ in cases if "never_collected" in truth.faults and truth.procedure == "card"]
    long_ago = {truth.case for truth in never if (AT - (instant(truth.ready) or AT)).days > 20}

    assert long_ago
    assert long_ago <= set(waiting)


def test_the_order_and_number_of_tellings_changes_nothing() -> None:
    told = [each for case in played("noisy", 1)[:80] for each in case.told]
    shuffled = told * 2
    random.Random(5).shuffle(shuffled)

    assert expected(shuffled, LAW, AT) == expected(told, LAW, AT)


def test_every_class_comes_up() -> None:
    names = Counter(flag[1] for flag in expected(in_order(played("noisy", 1)), LAW, AT))

    assert set(names) == {
        "overdue", "at_risk", "wrong_due", "falsely_pending", "out_of_sync", "falsely_late", "hung", "no_movement",
        "lost_registration", "not_accepted", "print_blocked", "not_collected", "falsely_done", "backdated", "rewritten",
    }  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 79), st.integers(1, 88))
def test_a_flag_lies_within_the_time_that_is_judged(number: int, days: int) -> None:
    at = AT - timedelta(days=days)

    for _, _, since, cleared in expected(played("noisy", 1)[number].told, LAW, at):
        assert since <= at
        assert cleared is None or since < cleared <= at


def test_between_the_instants_it_asks_at_nothing_changes() -> None:
    draw = random.Random(3)
    for case in draw.sample(played("noisy", 1), 30):
        for facts in known(case.told, AT).values():
            found = list(intervals(case.told, LAW, AT))
            for _ in range(60):
                now = facts[0].time + draw.random() * (AT - facts[0].time)
                story = Story(LAW, tuple(fact for fact in facts if fact.time <= now), facts)

                assert set(holding(story, now)) == {
                    each.flag_class for each in found if each.since <= now and (each.until is None or now < each.until)
                }


def test_where_a_silence_was_declared_fewer_flags_are_raised() -> None:
    told = in_order(played("noisy", 1))
    declared = replace(LAW, coverage=tuple(coverage(NOISY)))

    flags, fewer = expected(told, LAW, AT), expected(told, declared, AT)

    assert {flag[0][:11] for flag in fewer ^ flags} == {"G01.801.003"}
    assert "unknown" in {flag[1] for flag in fewer}
    assert "unknown" not in {flag[1] for flag in flags}


def test_the_worked_examples_of_the_law_come_out_of_its_own_counting() -> None:
    law = load_law(VIETNAM)
    counted = 0
    for rule in law.rules:
        for example in rule["example"]:
            if "leg" in example:
                continue
            start = example.get("completed", example["received"]).astimezone(ZONE)
            pauses = [(begins.astimezone(ZONE), ends.astimezone(ZONE)) for begins, ends in example.get("pause", ())]
            due = example["due"] if isinstance(example["due"], datetime) else end_of(example["due"])

            assert due_of(rule, rule["amount"], start, pauses) == due, (rule["id"], example["why"])
            counted += 1
    assert counted > 100
