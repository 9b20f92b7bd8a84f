"""The work of the benchmarks: the same for one seed, valid, and with exactly the flags that it plants."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.hoso import CODES_KEY, TOKEN_KEY
from benchmarks.replay import write_log
from benchmarks.stock_app import Cases
from benchmarks.workload import EVENTS_A_CASE, PLANTED_CLASSES, Outcome, Workload, build
from schemas.codec import decode, encode
from schemas.events import EVENT, TOPIC_OF_TYPE
from schemas.topics import FLAGS, LOG
from streams.adapters.sealing import CodesBox, LetterSealer, new_letter_keys
from streams.core.compiling import compile_rules, rules_hash
from streams.core.engine import ENGINE
from streams.core.instants import utc_text
from streams.pipeline.cases import CasePartition
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Outgoing, Record
from streams.replay.driver import Replay
from streams.replay.sources import read_file
from streams.rules_file import VIETNAM, load_rules

LAW = load_rules(VIETNAM)


def test_one_seed_gives_the_same_bytes() -> None:
    assert build(400) == build(400)
    assert build(400).events != build(400, seed=7).events


def test_every_event_is_valid_on_its_topic_and_about_400_bytes() -> None:
    work = build(4_000)

    kinds = Counter(EVENT.validate_json(told.value).type for told in work.events)

    assert kinds == dict.fromkeys(
        ("case.received", "case.completed", "card.received_at_unit", "official.status_changed"), work.cases
    )
    assert all(TOPIC_OF_TYPE[decode(told.value)["type"]] == told.topic for told in work.events)
    assert sum(len(told.value) for told in work.events) / len(work.events) == pytest.approx(400, abs=20)


def test_events_and_ticks_stand_in_the_order_of_time_and_the_last_tick_is_after_all() -> None:
    work = build(4_000, ticks=5)

    times = [EVENT.validate_json(told.value).time.timestamp() for told in work.events]

    assert times == sorted(times)
    assert [tick.after for tick in work.ticks] == [800, 1600, 2400, 3200, 4000]
    assert [tick.at for tick in work.ticks] == sorted(tick.at for tick in work.ticks)
    assert times[-1] < work.ticks[-1].at
    assert [told for events, _ in work.parts() for told in events] == work.events


def test_every_outcome_occurs_and_a_case_has_four_events() -> None:
    work = build(4_000)

    assert set(work.outcomes) == set(Outcome)
    assert Counter(told.case for told in work.events) == dict.fromkeys(range(work.cases), EVENTS_A_CASE)


@pytest.mark.parametrize("ticks", [1, 4, 23])
def test_the_pipeline_finds_exactly_the_planted_flags_whenever_the_ticks_come(ticks: int) -> None:
    work = build(2_000, ticks=ticks)

    flags, refused = _judged(work)

    assert flags == work.planted
    assert refused == 0


@pytest.mark.parametrize("ticks", [1, 4])
def test_stock_faust_finds_exactly_the_planted_flags(ticks: int) -> None:
    work = build(2_000, ticks=ticks)
    cases = Cases({}, compile_rules(LAW))
    found: Counter[tuple[str, str]] = Counter()

    for events, tick in work.parts():
        for offset, told in enumerate(events):
            cases.fold(told.case % 4, offset, *cases.read(told.topic, told.value))
        for partition in range(4):
            found += planted(flag for _, flag in cases.tick(partition, tick.at))

    assert found == work.planted
    assert cases.writes >= len(work.events)


def test_a_replay_of_the_written_log_finds_them_too(tmp_path: Path) -> None:
    work, file = build(2_000), tmp_path / "log.jsonl"
    replay = Replay(law=compile_rules(LAW))

    write_log(work, file)
    found = planted(value for chunk in read_file(file) for value in replay.feed(0, chunk))

    assert found == work.planted


def _judged(work: Workload) -> tuple[Counter[tuple[str, str]], int]:
    """The records on hoso.flags, and how many events did not reach the log."""
    cases, hash_ = CasePartition(0, {}, lambda topic: topic.name), rules_hash(LAW)
    limits = IntakeLimits(0, 1 << 20, simulated=True)
    intake = Intake("", limits, TOKEN_KEY.encode(), CodesBox(CODES_KEY), LetterSealer(new_letter_keys()[1]))
    log = [encode({"type": "rules.activated", "hash": hash_, "content": LAW})]
    for events, tick in work.parts():
        written = intake.step([Record(told.topic, 0, 0, 0, None, told.value) for told in events])
        log += [record.value for record in written if record.topic == LOG.name and record.value is not None]
        log.append(encode({"type": "clock.ticked", "at": utc_text(tick.at), "rules": hash_, "engine": ENGINE}))
    records = [Record(LOG.name, 0, offset, 0, None, value) for offset, value in enumerate(log)]
    out: list[Outgoing] = []
    for start in range(0, len(records), 300):
        out += [one for writes in cases.steps(records[start : start + 300]) for one in writes.records]
    flags = planted(record.value or b"" for record in out if record.topic == FLAGS.name)
    return flags, 1 + len(work.events) + len(work.ticks) - len([one for one in log if b'"fact.moved"' not in one])


def planted(flags: Iterable[bytes]) -> Counter[tuple[str, str]]:
    """Records of the classes that the workload plants."""
    told = (decode(flag) for flag in flags)
    return Counter((flag["class"], flag["state"]) for flag in told if flag["class"] in PLANTED_CLASSES)
