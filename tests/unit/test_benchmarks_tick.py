"""The work of the large tick: every case says at each of its ticks what the benchmark expects."""

from collections import Counter
from typing import Any

from benchmarks.hoso import CODES_KEY, TOKEN_KEY
from benchmarks.measure import Run
from benchmarks.report import page
from benchmarks.tick import AT_DUE, DUE, LATER, NEAR, UNDER_LONGER_TERMS, Tick, longer, summary, told
from benchmarks.workload import PLANTED_CLASSES
from schemas.codec import decode, encode
from schemas.topics import FLAGS, LOG
from streams.adapters.sealing import CodesBox, LetterSealer, new_letter_keys
from streams.core.compiling import rules_hash
from streams.core.instants import utc_text
from streams.pipeline.cases import CasePartition
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Record
from streams.rules_file import VIETNAM, load_rules

CASES = 30


def test_each_case_changes_the_same_flags_at_the_tick_after_its_due_and_under_longer_terms() -> None:
    law = load_rules(VIETNAM)
    entries = [_activation(law), *_facts(), _tick(NEAR), _tick(DUE), _activation(longer(law)), _tick(LATER)]
    cases = CasePartition(0, {}, lambda topic: topic.name)

    said = [_changes(cases, offset, entry) for offset, entry in enumerate(entries)]

    assert said[-3] == Counter(dict.fromkeys(AT_DUE, CASES))
    assert said[-1] == Counter(dict.fromkeys(UNDER_LONGER_TERMS, CASES))


def test_fewer_cases_have_so_much_less_time_for_the_goal() -> None:
    run = Run(100_000, 3.0, {"cases": 3.0}, {"cases": 500.0})

    met, missed = (summary(100_000, Tick(0.5, last, run), Tick(0.5, 9.0, run), 500.0) for last in (3.0, 3.1))

    assert (met["goal"]["is_met"], missed["goal"]["is_met"]) == (True, False)
    text = page({"conditions": {"at": "2026-11-22T08:00:00+00:00"}, "tick": missed})
    assert "| all due at one instant | 3.1 " in text
    assert "1,000,000 cases due at one instant in 30 s, NOT met" in text


def _facts() -> list[Any]:
    limits = IntakeLimits(0, 1 << 20, simulated=True)
    intake = Intake("", limits, TOKEN_KEY.encode(), CodesBox(CODES_KEY), LetterSealer(new_letter_keys()[1]))
    events = [Record(one.topic, 0, 0, 0, None, one.value) for part in told(CASES) for one in part]
    return [decode(record.value or b"") for record in intake.step(events) if record.topic == LOG.name]


def _activation(law: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rules.activated", "hash": rules_hash(law), "content": law}


def _tick(at: int) -> dict[str, Any]:
    return {"type": "clock.ticked", "at": utc_text(at), "rules": None, "engine": None}


def _changes(cases: CasePartition, offset: int, entry: dict[str, Any]) -> Counter[tuple[str, str]]:
    written = cases.steps([Record(LOG.name, 0, offset, 0, None, encode(entry))])
    flags = [decode(one.value or b"") for part in written for one in part.records if one.topic == FLAGS.name]
    return Counter((flag["class"], flag["state"]) for flag in flags if flag["class"] in PLANTED_CLASSES)
