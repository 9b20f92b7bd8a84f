"""Feeds of a simulated district that are lost, and found by what others witness."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache

import pytest

from schemas.codec import encode
from schemas.entries import ClockTicked, RulesActivated
from schemas.events import TOPIC_OF_TYPE
from schemas.topics import LOG
from streams.core.compiling import compile_rules, rules_hash
from streams.core.instants import utc_text
from streams.core.measured import COMPLETE, Bar
from streams.core.rules import Rules
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Record
from streams.replay.driver import Replay
from streams.replay.summary import views
from streams.rules_file import VIETNAM, load_rules
from streams.simulator.days import ZONE
from streams.simulator.district import Trouble, load_district
from streams.simulator.plan import in_order, plan
from streams.wiring.completeness import Measured, measure, rows_of

UNIT = "G01.801.003"
FROM, TO = date(2026, 2, 1), date(2026, 4, 30)
AT = datetime(2026, 3, 16, tzinfo=ZONE)
BY = frozenset({"unit", "procedure"})


class _Unsealed:
    def seal(self, plain: bytes) -> bytes:
        return plain


def entries(feed: str | None, seed: int) -> Iterator[bytes]:
    """The log of the noisy district up to an instant, one unit of which tells nothing on a feed."""
    district, content = load_district("noisy"), load_rules(VIETNAM)
    if feed is not None:
        lost = Trouble(FROM, TO, (UNIT,), feed, repaired=False, document=None)
        district = replace(district, troubles=(*district.troubles, lost))
    events = [told.event for told in in_order(list(plan(district, seed))) if told.delivered < AT]
    intake = Intake("", IntakeLimits(0, 1 << 20, simulated=True, until=AT), b"k" * 32, _Unsealed(), _Unsealed())
    records = [Record(TOPIC_OF_TYPE[one["type"]], 0, n, 0, None, encode(one)) for n, one in enumerate(events)]
    instant = utc_text(int(AT.timestamp()))
    yield encode(RulesActivated(hash=rules_hash(content), content=content).model_dump())
    yield from (out.value for out in intake.step(records) if out.topic == LOG.name and out.value is not None)
    yield encode(ClockTicked(at=instant, linked_to=instant).model_dump())


@cache
def log(feed: str | None, seed: int) -> tuple[Record, ...]:
    return tuple(Record("log", 0, number, 0, None, value) for number, value in enumerate(entries(feed, seed)))


def replayed(feed: str | None, seed: int, law: Rules | None = None) -> Replay:
    replay = Replay(law=law, judging=False)
    list(replay.feed(0, log(feed, seed)))
    list(replay.finish())
    return replay


@cache
def run(feed: str | None, seed: int = 1) -> Measured:
    return measured(replayed(feed, seed))


def measured(replay: Replay) -> Measured:
    return measure(replay, Bar(), BY, lambda _: None)


def verdicts(replay: Replay) -> dict[str, tuple[str | None, str]]:
    """Of every case the unit that has it, and its verdict."""
    return {
        view["case"]: (view["unit"], view["verdict"])
        for view, _ in views(replay.cases(), replay.now, replay.rules, replay.marks)
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_a_district_that_loses_what_its_units_lose_is_complete(seed: int) -> None:
    found = run(None, seed)

    assert found.below == []
    assert {group.key.feed for group in found.groups if group.verdict(found.bar) == COMPLETE} >= {
        "submission", "print", "card-dispatch", "official-status",
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("feed", ["card-dispatch", "print", "submission", "official-status"])
def test_a_feed_that_one_unit_loses_is_found_below_there_and_nowhere_else(feed: str, seed: int) -> None:
    found = run(feed, seed)

    assert {group.key[:2] for group in found.below} == {(feed, UNIT)}
    assert all((group.others.share or 0) < 0.5 for group in found.below)


def test_a_lost_hand_over_is_known_by_the_units_own_word_alone_and_makes_no_row() -> None:
    found = run("handover")

    (group,) = (g for g in found.groups if g.key == ("handover", UNIT, "card"))
    assert group.own.told < group.own.expected
    assert found.below == []


def test_who_is_accused_because_facts_were_lost_is_accused_no_more_and_nobody_else_is_excused() -> None:
    lost, whole = replayed("card-dispatch", 1), verdicts(replayed(None, 1))
    before = verdicts(lost)
    content = load_rules(VIETNAM)
    law = compile_rules(content | {"coverage": rows_of(measured(lost), [])})

    after = verdicts(replayed("card-dispatch", 1, law))

    accused = {case for case, (_, verdict) in before.items() if verdict == "overdue" != whole[case][1]}
    assert len(accused) >= 5
    assert {after[case] for case in accused} == {(UNIT, "insufficient")}
    changed = {case for case in before if before[case] != after[case]}
    assert {before[case] for case in changed} == {(UNIT, "overdue")}


def test_what_was_measured_incomplete_is_measured_again_as_it_was() -> None:
    found = run("card-dispatch")
    law = compile_rules(load_rules(VIETNAM) | {"coverage": rows_of(found, [])})

    again = measured(replayed("card-dispatch", 1, law))

    assert again.groups == found.groups
    assert rows_of(again, rows_of(found, [])) == rows_of(found, [])
