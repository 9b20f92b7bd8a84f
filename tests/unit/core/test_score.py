"""Why the system and the evidence count a case differently: a case that raises each cause, and one that just does not.

All worked by hand from one card dossier: complete on Monday 5 January 2026, due on Tuesday 13 (seven working days, the
Saturday worked), told in January or in February.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from streams.core.compiling import compile_rules
from streams.core.engine import assess, counted_of
from streams.core.rules import Rules
from streams.core.score import CAUSES, Counted, Period
from streams.core.sources import NO_MARKS, Marks, Snapshot
from streams.rules_file import VIETNAM, load_rules
from tests.core_builders import (
    UNIT,
    answered,
    asked,
    at,
    case_of,
    completed,
    content_of,
    day,
    deadline_row,
    entry,
    official,
    ready,
    received,
    returned,
    vietnam,
)

Told = list[Mapping[str, Any]]
JANUARY = Period(day("2026-01-01"), at("2026-01-31 24:00"))
FEBRUARY = Period(day("2026-02-01"), at("2026-02-28 24:00"))
ACCEPTED = official("2", "2026-01-05 10:00")


def opened(appointment: str | None = "2026-01-13 17:00") -> Told:
    return [received(appointment_at=appointment), completed()]


def count(
    *told: Mapping[str, Any], period: Period = JANUARY, rules: Rules | None = None, marks: Marks = NO_MARKS
) -> Counted:
    rules = rules or vietnam()
    found = assess(case_of(*told), period.end, rules, marks)
    assert found is not None
    return counted_of(found, rules, period)[0]


def ended(when: str, declared: str | None = None) -> Mapping[str, Any]:
    return official("9", when, ended_at=declared)


def failed(when: str) -> Mapping[str, Any]:
    return entry("official.sync_failed", when, system="portal")


def moved(when: str) -> Mapping[str, Any]:
    return entry("case.transferred", when, to_unit="G01.801.002")


# By cause: what raises it, what just does not, and what the latter is instead.
IN_JANUARY: Mapping[str, tuple[Told, Told, str | None]] = {
    "asked_twice": (
        [
            *opened(), ACCEPTED, official("5", "2026-01-07 10:00"), official("4", "2026-01-08 10:00"),
            official("5", "2026-01-09 10:00"), ready(),
        ],
        [*opened(), ACCEPTED, official("5", "2026-01-09 10:00"), ready()],
        None,
    ),
    "hung": (
        [*opened(), ACCEPTED, ready(), failed("2026-01-12 10:00"), failed("2026-01-13 10:00")],
        [*opened(), ACCEPTED, ready(), failed("2026-01-12 10:00")],
        "not_updated",
    ),
    "out_of_sync": (
        [*opened(), ACCEPTED, ready(), official("9", "2026-01-12 10:00", system="onestop")],
        [*opened(), ACCEPTED, ready(), official("4", "2026-01-12 10:00", system="onestop")],
        "not_updated",
    ),
    "not_updated": (
        [*opened(), ACCEPTED, ready()],
        [*opened(), ACCEPTED, ready(), ended("2026-01-13 16:00")],
        None,
    ),
    "closed_late": (
        [*opened(), ACCEPTED, ready(), ended("2026-01-14 09:00")],
        [*opened(), ACCEPTED, ready(), ended("2026-01-14 09:00", "2026-01-13 16:00")],
        None,
    ),
    # Two working days for papers: due on the 15th, which the portal never learned.
    "pause_not_deducted": (
        [*opened(), ACCEPTED, asked(), answered(), ready("2026-01-15 09:00"), ended("2026-01-15 10:00")],
        [*opened(), ACCEPTED, asked(), answered(), ready("2026-01-13 09:00"), ended("2026-01-15 10:00")],
        "closed_late",
    ),
    "closed_without_evidence": (
        [*opened(), ACCEPTED, ended("2026-01-12 10:00")],
        [*opened(), ACCEPTED, ready("2026-01-13 09:00"), ended("2026-01-12 10:00")],
        None,
    ),
    "end_declared_earlier": (
        [*opened(), ACCEPTED, ready("2026-01-14 09:00"), ended("2026-01-15 09:00", "2026-01-12 16:00")],
        [*opened(), ACCEPTED, ready("2026-01-14 09:00"), ended("2026-01-15 09:00", "2026-01-14 16:00")],
        None,
    ),
    # The portal deducts two days for papers; of the first nobody has the request.
    "pause_not_lawful": (
        [
            *opened(), ACCEPTED, official("5", "2026-01-07 09:00"), official("4", "2026-01-09 09:00"),
            ready("2026-01-15 09:00"), ended("2026-01-15 10:00"),
        ],
        [
            *opened(), ACCEPTED, official("5", "2026-01-07 09:00"), official("4", "2026-01-09 09:00"),
            asked(), answered(), ready("2026-01-15 09:00"), ended("2026-01-15 10:00"),
        ],
        None,
    ),
    # A hand-over after the due says nothing of when the card was ready.
    "insufficient": (
        [*opened(), ACCEPTED, returned("2026-01-14 10:00"), ended("2026-01-13 16:00")],
        [*opened(), ACCEPTED, ready(), returned("2026-01-14 10:00"), ended("2026-01-13 16:00")],
        None,
    ),
    # Late on the 14th, of whoever has it then.
    "transferred": (
        [*opened(), ACCEPTED, moved("2026-01-14 08:00")],
        [*opened(), ACCEPTED, moved("2026-01-13 08:00")],
        None,
    ),
    "no_term": (
        [
            received(appointment_at="2026-01-13 17:00", procedure="traffic_fine", variant=None),
            official("2", "2026-01-05 10:00", procedure="traffic_fine"),
        ],
        [*opened(), ACCEPTED],
        None,
    ),
    # Code 4 says that it is worked on, and not that it is complete.
    "not_begun": (
        [received(appointment_at="2026-01-13 17:00"), official("4", "2026-01-05 10:00")],
        [received(appointment_at="2026-01-13 17:00"), official("4", "2026-01-05 10:00"), completed()],
        None,
    ),
    "not_shown": (
        [*opened(), ready()],
        [*opened(), ready(), ACCEPTED, ended("2026-01-12 10:00")],
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("cause", IN_JANUARY)
def test_a_cause_is_raised_by_its_case_and_not_by_the_one_beside_it(cause: str) -> None:
    raises, does_not, instead = IN_JANUARY[cause]

    assert (count(*raises).cause, count(*does_not).cause) == (cause, instead)


def test_a_wrong_appointment_charges_a_unit() -> None:
    done = ready("2026-01-13 09:00"), ended("2026-01-13 10:00")

    early = count(*opened("2026-01-12 17:00"), ACCEPTED, *done)
    right = count(*opened("2026-01-13 17:00"), ACCEPTED, *done)

    assert (early.reported, early.evidence, early.cause) == ("late", "in_time", "wrong_due")
    assert (right.reported, right.evidence, right.cause) == ("in_time", "in_time", None)


def test_a_wrong_appointment_excuses_a_unit() -> None:
    done = ready("2026-01-14 09:00"), ended("2026-01-14 10:00")

    late = count(*opened("2026-01-14 17:00"), ACCEPTED, *done)
    right = count(*opened("2026-01-13 17:00"), ACCEPTED, *done)

    assert (late.reported, late.evidence, late.cause) == ("in_time", "late", "wrong_due")
    assert (right.reported, right.evidence, right.cause) == ("late", "late", None)


def test_a_term_of_hours_is_not_counted_in_days() -> None:
    # Eight working hours from 10:00 on Monday: two, four in the afternoon, and two on Tuesday, to 10:00.
    row = deadline_row(amount=8, unit="working_hour")
    rules = compile_rules(content_of(row, formulas=load_rules(VIETNAM)["formulas"]))

    def done_at(time: str) -> Counted:
        done = ready(f"2026-01-06 {time}"), ended("2026-01-06 15:00")
        return count(*opened(None), ACCEPTED, *done, rules=rules)

    assert (done_at("10:00").cause, done_at("10:01").cause) == (None, "days_not_hours")
    assert (done_at("10:01").reported, done_at("10:01").evidence) == ("in_time", "late")


def test_a_case_that_was_done_before_the_period_is_counted_by_the_system_alone() -> None:
    told = (*opened(), ACCEPTED, ready("2026-01-13 09:00"))

    before = count(*told, period=FEBRUARY)
    within = count(*told, period=FEBRUARY._replace(first=day("2026-01-13")))

    assert (before.reported, before.evidence, before.cause) == ("late", None, "done_before")
    assert (within.reported, within.evidence, within.cause) == ("late", "in_time", "not_updated")


def test_a_case_that_was_closed_before_the_period_is_counted_by_evidence_alone() -> None:
    def closed(when: str) -> Counted:
        return count(*opened(), ACCEPTED, ready("2026-02-02 09:00"), ended(when), period=FEBRUARY)

    before, within = closed("2026-01-30 09:00"), closed("2026-02-02 10:00")

    assert (before.reported, before.evidence, before.cause) == (None, "late", "closed_before")
    assert (within.reported, within.evidence, within.cause) == ("late", "late", None)


def test_a_case_that_vanished_is_not_counted_by_the_system() -> None:
    told = (
        *opened(),
        ACCEPTED,
        entry("official.observed", "2026-01-09 20:00", system="portal", code="4", snapshot="a"),
    )
    first = Snapshot("a", at("2026-01-09 21:00"), True)

    def in_snapshots(*names: Snapshot) -> Counted:
        return count(*told, marks=NO_MARKS._replace(snapshots={"portal": names}))

    gone = in_snapshots(first, Snapshot("b", at("2026-01-16 21:00"), True))
    not_yet = in_snapshots(first, Snapshot("b", at("2026-01-16 21:00"), False))

    assert (gone.reported, gone.evidence, gone.cause) == (None, "late", "vanished")
    assert (not_yet.reported, not_yet.evidence, not_yet.cause) == ("late", "late", None)


def test_every_cause_has_its_case() -> None:
    elsewhere = {"wrong_due", "days_not_hours", "done_before", "closed_before", "vanished"}

    assert set(IN_JANUARY) | elsewhere == set(CAUSES)


# Who answers, and in which period


def test_a_case_that_moves_with_the_end_of_its_due_is_late_for_who_had_it() -> None:
    found = count(*opened(), ACCEPTED, moved("2026-01-13 24:00"))

    assert (found.evidence, found.unit) == ("late", UNIT)


def test_what_was_ended_in_time_stays_with_who_ended_it() -> None:
    told = [*opened(), ACCEPTED, ready("2026-01-12 09:00"), ended("2026-01-12 10:00"), moved("2026-01-20 08:00")]

    found = count(*told)

    assert (found.evidence, found.unit, found.reported, found.reported_unit) == ("in_time", UNIT, "in_time", UNIT)


def test_what_moves_with_the_end_of_a_period_is_not_the_successors_in_it() -> None:
    found = count(*opened(), ACCEPTED, moved("2026-01-31 24:00"))

    assert (found.unit, found.reported_unit) == (UNIT, UNIT)


def test_an_own_word_takes_no_case_out_of_the_period_in_which_it_was_written() -> None:
    own = ready("2026-01-12 09:00", recorded="2026-02-10 09:00", origin="unit")

    assert count(*opened(), ACCEPTED, own, period=FEBRUARY).evidence == "unsure"


@pytest.mark.parametrize(
    "until, evidence", [("2026-01-13 24:00", "in_time"), ("2026-01-14 00:00:01", "unsure"), ("2026-06-30", "unsure")]
)
def test_a_wait_whose_end_nobody_told_is_not_deducted_for_ever(until: str, evidence: str) -> None:
    told = [*opened(), ACCEPTED, asked("2026-01-07 09:00")]

    assert count(*told, period=Period(day("2026-01-01"), at(until))).evidence == evidence


def test_a_duty_that_is_not_the_units_is_counted_by_neither_side() -> None:
    rules = compile_rules(content_of(deadline_row(duty_bearer="host"), formulas=load_rules(VIETNAM)["formulas"]))

    found = count(*opened(), ACCEPTED, rules=rules)

    assert not found.is_counted


# A cause is named only where the two would agree without it


def test_an_end_declared_a_day_early_is_no_cause_where_the_appointment_lies_later_still() -> None:
    told = [
        *opened("2026-01-20 17:00"),
        ACCEPTED,
        ready("2026-01-16 09:00"),
        ended("2026-01-16 10:00", "2026-01-15 10:00"),
    ]

    assert count(*told).cause == "wrong_due"


def test_a_wait_that_changes_nothing_is_no_cause() -> None:
    waited = [official("5", "2026-01-07 10:00"), official("4", "2026-01-08 10:00")]
    told = [*opened("2026-01-20 17:00"), ACCEPTED, *waited, ready("2026-01-16 09:00"), ended("2026-01-16 10:00")]

    assert count(*told).cause == "wrong_due"
