"""The case step: time and law come from the log, judgement only with a tick, nothing is folded twice."""

from typing import Any

import pytest

from schemas.codec import decode
from schemas.topics import CASES_CURRENT, FLAGS, FLAGS_CURRENT
from streams.core.case import NEVER, TOUCHED
from streams.core.engine import ENGINE
from streams.core.rules import compile_rules, rules_hash
from streams.pipeline.cases import CasePartition, LawMissing, Writes
from streams.pipeline.due_index import DueIndex
from tests.core_builders import (
    TOKEN,
    activation,
    at,
    completed,
    content_of,
    deadline_row,
    ready,
    received,
    records,
    tick,
)

LAW = content_of()
SHORTER = content_of(deadline_row(id="short", amount=2))
OPEN = (received(), completed())


def cases(rows: dict[bytes, bytes] | None = None, **options: Any) -> CasePartition:
    return CasePartition(3, {} if rows is None else rows, lambda topic: topic.name, **options)


def changes(writes: Writes) -> list[tuple[str, str]]:
    values = [decode(one.value) for one in writes.records if one.topic == FLAGS.name and one.value is not None]
    return [(value["class"], value["state"]) for value in values]


def test_without_a_tick_nothing_is_judged() -> None:
    assert cases().step(records([activation(LAW), *OPEN, ready("2026-01-16 09:00")])).records == []


def test_a_tick_judges_what_was_touched_before_it() -> None:
    writes = cases().step(records([activation(LAW), *OPEN, tick(at("2026-01-16 00:00"))]))

    assert changes(writes) == [("overdue", "raised"), ("at_risk", "raised"), ("at_risk", "cleared")]


def test_an_entry_after_the_tick_waits_for_the_next() -> None:
    writes = cases().step(records([activation(LAW), *OPEN, tick(at("2026-01-06 00:00")), ready("2026-01-05 12:00")]))

    (view,) = [decode(one.value) for one in writes.records if one.topic == CASES_CURRENT.name and one.value]
    assert view["ended"] is None


def test_a_deadline_is_found_by_the_first_tick_after_it() -> None:
    log = [activation(LAW), *OPEN, tick(at("2026-01-06 00:00")), tick(at("2026-01-10 00:00"))]
    partition = cases()
    partition.step(records(log))

    early = partition.step(records([tick(at("2026-01-15 00:00"))], 5))
    due = partition.step(records([tick(at("2026-01-15 00:00:01"))], 6))

    assert ("overdue", "raised") not in changes(early)
    assert ("overdue", "raised") in changes(due)


def test_each_change_goes_to_the_history_and_to_the_newest_under_their_own_keys() -> None:
    writes = cases().step(records([activation(LAW), *OPEN, tick(at("2026-01-15 08:00"))]))

    flags = [one for one in writes.records if one.topic == FLAGS.name]
    newest = [one for one in writes.records if one.topic == FLAGS_CURRENT.name]
    assert [one.value for one in flags] == [one.value for one in newest]
    assert {one.key for one in flags} == {TOKEN.encode()}
    assert [one.key for one in newest] == [decode(one.value or b"")["flag_id"].encode() for one in newest]


def test_what_is_said_of_a_judgement_travels_in_the_headers_of_flags() -> None:
    writes = cases().step(records([activation(LAW), *OPEN, tick(at("2026-01-15 08:00"))]))

    assert {one.headers for one in writes.records if one.topic in (FLAGS.name, FLAGS_CURRENT.name)} == {
        (
            ("judged_at", b"2026-01-15T01:00:00Z"),
            ("engine", ENGINE.encode()),
            ("rules", rules_hash(LAW).encode()),
            ("log", b"0/3"),
        )
    }


def test_entries_that_were_folded_already_are_skipped() -> None:
    log = records([activation(LAW), *OPEN, tick(at("2026-01-15 08:00"))])
    rows: dict[bytes, bytes] = {}
    partition = cases(rows)
    partition.step(log)
    before = dict(rows)

    writes = partition.step(log)

    assert (writes.records, writes.next_offset, rows) == ([], 4, before)


def test_a_record_without_a_value_is_passed_over() -> None:
    log = [one._replace(value=None) for one in records([received()])]

    assert cases().step(log).records == []


def test_new_law_judges_every_case_again_and_a_second_tick_none() -> None:
    partition = cases()
    partition.step(records([activation(LAW), *OPEN, tick(at("2026-01-08 08:00"))]))

    first = partition.step(records([activation(SHORTER), tick(at("2026-01-08 09:00"))], 4))
    second = partition.step(records([tick(at("2026-01-08 10:00"))], 6))

    assert ("overdue", "raised") in changes(first)
    assert second.records == []


def test_new_law_judges_the_cases_of_its_own_chunk_again() -> None:
    log = [activation(LAW), *OPEN, tick(at("2026-01-08 08:00")), activation(SHORTER), tick(at("2026-01-08 09:00"))]

    assert ("overdue", "raised") in changes(cases().step(records(log)))


def test_new_law_is_not_forgotten_by_a_worker_that_stops_before_its_tick() -> None:
    rows: dict[bytes, bytes] = {}
    cases(rows).step(records([activation(LAW), *OPEN, tick(at("2026-01-08 08:00")), activation(SHORTER)]))

    writes = cases(rows).step(records([tick(at("2026-01-08 09:00"))], 5))

    assert ("overdue", "raised") in changes(writes)


@pytest.mark.parametrize(
    "named, why",
    [
        ({"rules": "f" * 32}, f"tick names rules {'f' * 32}, here is {rules_hash(LAW)}"),
        ({"engine": "0"}, f"tick names engine 0, here is {ENGINE}"),
    ],
)
def test_a_worker_that_lacks_the_law_or_the_engine_stops_before_it_judges(named: dict[str, str], why: str) -> None:
    partition = cases()
    partition.step(records([activation(LAW), *OPEN]))

    with pytest.raises(LawMissing, match=why):
        partition.step(records([tick(at("2026-01-15 08:00"), **named)], 3))


def test_a_tick_without_any_law_is_refused() -> None:
    with pytest.raises(LawMissing, match="tick names rules none, here is None"):
        cases().step(records([*OPEN, tick(at("2026-01-15 08:00"))]))


def test_a_what_if_judges_by_its_own_law_whatever_the_log_names() -> None:
    partition = cases(law=compile_rules(SHORTER))

    named = tick(at("2026-01-08 08:00"), rules=rules_hash(LAW), engine="0")
    writes = partition.step(records([activation(LAW), *OPEN, named]))

    assert ("overdue", "raised") in changes(writes)


def test_a_what_if_that_begins_again_from_its_rows_keeps_its_own_law() -> None:
    rows: dict[bytes, bytes] = {}
    law = compile_rules(SHORTER)
    cases(rows, law=law).step(records([activation(LAW), *OPEN]))

    assert cases(rows, law=law).rules == law


# The due index


def test_a_token_comes_when_its_wake_has_come_and_once() -> None:
    index = DueIndex()
    index.put(b"a", 10)
    index.put(b"b", 20)

    assert [index.pop(instant) for instant in (9, 10, 10, 30)] == [[], [b"a"], [], [b"b"]]


def test_a_touched_token_comes_with_the_next_tick_and_only_once_with_its_wake() -> None:
    index = DueIndex()
    index.put(b"a", TOUCHED)
    index.put(b"a", 5)
    index.touch(b"a")

    assert [index.pop(instant) for instant in (5, 6)] == [[b"a"], []]


def test_what_never_wakes_never_comes() -> None:
    index = DueIndex()
    index.put(b"a", NEVER)

    assert index.pop(NEVER) == []
