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
from streams.core.compiling import rules_hash
from streams.core.instants import utc_text
from streams.core.measured import COMPLETE, Bar
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Record
from streams.replay.driver import Replay
from streams.rules_file import VIETNAM, load_rules
from streams.simulator.days import ZONE
from streams.simulator.district import Trouble, load_district
from streams.simulator.plan import in_order, plan
from streams.wiring.completeness import Measured, measure

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
def run(feed: str | None, seed: int = 1) -> Measured:
    replay = Replay(judging=False)
    list(replay.feed(0, [Record("log", 0, n, 0, None, value) for n, value in enumerate(entries(feed, seed))]))
    list(replay.finish())
    return measure(replay, Bar(), BY, lambda _: None)


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
