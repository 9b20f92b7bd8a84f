"""The plan of a district: the same for a seed, valid as events, told as late as it says."""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import orjson
import pytest

from schemas.events import EVENT
from streams.simulator.days import end_of
from streams.simulator.district import (
    District,
    DistrictRefused,
    Habits,
    last_day,
    load_district,
    read_district,
    shipped,
)
from streams.simulator.plan import Planned, in_order, plan
from tests.simulation_runs import played, quiet

DAYS = 15


def as_bytes(cases: Iterable[Planned]) -> bytes:
    return orjson.dumps([[case.truth.as_json(), [list(told) for told in case.told]] for case in cases])


@pytest.mark.parametrize("name", ["honest", "noisy", "hanoi", "hanoi-2022"])
def test_every_event_is_one_that_intake_takes(name: str) -> None:
    for case in played(name, seed=3):
        for told in case.told:
            EVENT.validate_json(orjson.dumps(told.event))


def test_a_seed_gives_the_same_plan_again_and_another_seed_another() -> None:
    noisy = load_district("noisy")

    first, again, other = (as_bytes(plan(noisy, seed, DAYS)) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_the_plan_is_the_same_in_another_process() -> None:
    words = (
        "import hashlib; from streams.simulator.district import load_district; "
        "from streams.simulator.plan import plan; "
        f"print(hashlib.sha256(repr(list(plan(load_district('noisy'), 1, {DAYS}))).encode()).hexdigest())"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", words], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }

    assert len(hashes) == 1


def test_a_share_that_changes_leaves_other_cases_as_they_were() -> None:
    noisy = load_district("noisy")
    units = tuple(replace(unit, habits=replace(unit.habits, told_never=0.5)) for unit in noisy.units)

    before = [case.truth for case in plan(noisy, 1, DAYS)]
    after = [case.truth for case in plan(replace(noisy, units=units), 1, DAYS)]

    assert before == after


def test_nothing_is_known_before_it_happened_and_most_of_it_at_once() -> None:
    told = [each for case in played("noisy", seed=1) for each in case.told]
    waits = [(each.delivered - datetime.fromisoformat(each.event["time"])).total_seconds() for each in told]

    assert min(waits) > 0
    assert sum(wait < 60 for wait in waits) > 0.8 * len(waits)
    assert max(waits) > 24 * 3600


def test_some_events_come_twice_some_never_and_some_in_another_order() -> None:
    noisy = played("noisy", seed=1)
    told = in_order(noisy)
    names = [each.event["id"] for each in told]
    times = [each.event["time"] for each in told]

    assert len(set(names)) < len(names)
    assert len(set(names)) < sum(len(case.told) for case in quiet(load_district("noisy"), seed=1))
    assert times != sorted(times)
    assert [each.delivered for each in told] == sorted(each.delivered for each in told)


def test_every_trouble_of_the_noisy_district_happens() -> None:
    found = {fault for case in played("noisy", seed=1) for fault in case.truth.faults}

    assert found == {
        "accepted_late", "backdated", "broken", "bulk_closed", "collected_late", "corrected", "extended",
        "falsely_done", "forgotten", "never_collected", "out_of_sync", "own_word", "paused_late",
        "paused_without_document", "print_blocked", "registration_lost", "rewritten", "slow", "transferred",
        "update_failed", "wrong_appointment",
    }  # fmt: skip


def test_nothing_of_a_run_happens_after_its_end() -> None:
    noisy = load_district("noisy")
    end = end_of(last_day(noisy, DAYS))

    for case in plan(noisy, 1, DAYS):
        for told in case.told:
            assert datetime.fromisoformat(told.event["time"]) < end


def test_a_campaign_takes_in_at_night_and_on_sundays() -> None:
    received = [datetime.fromisoformat(case.truth.received) for case in played("hanoi-2022", seed=1)]

    assert any(at.hour >= 20 for at in received)
    assert all(7 <= at.hour < 22 for at in received)


def test_over_tet_nothing_is_taken_in() -> None:
    received = {case.truth.received[:10] for case in played("noisy", seed=1)}

    assert not received & {f"2026-02-{day}" for day in range(16, 21)}


A_FILE = {"first": load_district("honest").first, "days": 3, "unit": [{"code": "U1"}]}


def test_a_district_without_habits_is_honest() -> None:
    district: District = read_district("mine", A_FILE)

    assert district.units[0].habits == Habits()


@pytest.mark.parametrize(
    "text, said",
    [
        ("days = 3", "first is missing"),
        ("first = 2026-01-05\ndays = 3\n[habits]\nforgest = 1\n[[unit]]\ncode = 'U1'", "forgest not known"),
        ("first = ", "Invalid value"),
        ("first = 2026-01-05\ndays = 3\nunit = 7", "wrong kind"),
    ],
)
def test_a_file_that_is_no_district_is_refused_with_the_reason(
    tmp_path_factory: pytest.TempPathFactory, text: str, said: str
) -> None:
    file = tmp_path_factory.mktemp("districts") / "mine.toml"
    file.write_text(text)

    with pytest.raises(DistrictRefused, match=said):
        load_district(str(file))


def test_a_name_that_is_no_district_is_refused_with_the_choices() -> None:
    with pytest.raises(DistrictRefused, match=", ".join(shipped())):
        load_district("atlantis")
