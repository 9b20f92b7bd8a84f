"""The case step: time and law come from the log, judgement only with a tick, in slices; nothing is folded twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from schemas.codec import decode
from schemas.topics import CASES_CURRENT, FLAGS, FLAGS_CURRENT
from streams.core.case import EMPTY, NEVER, TOUCHED, pack
from streams.core.compiling import compile_rules, rules_hash
from streams.core.engine import ENGINE, fold
from streams.core.facts import FACTS_MAX, KEPT_FREE
from streams.pipeline.cases import BEFORE_ROW, MARK_ROW, CasePartition, LawMissing, Writes
from streams.pipeline.due_index import DueIndex
from streams.ports import Record
from tests.core_builders import (
    TOKEN,
    activation,
    at,
    completed,
    content_of,
    deadline_row,
    entry,
    official,
    ready,
    received,
    records,
    tick,
)

LAW = content_of()
SHORTER = content_of(deadline_row(id="short", amount=2))
LONGER = content_of(deadline_row(id="long", amount=9))
OPEN = (received(), completed())


def cases(rows: dict[bytes, bytes] | None = None, **options: Any) -> CasePartition:
    return CasePartition(3, {} if rows is None else rows, lambda topic: topic.name, **options)


def step(partition: CasePartition, log: Sequence[Record]) -> Writes:
    """A chunk whose ticks are small: one slice."""
    [writes] = partition.steps(log)
    return writes


def changes(writes: Writes) -> list[tuple[str, str]]:
    values = [decode(one.value) for one in writes.records if one.topic == FLAGS.name and one.value is not None]
    return [(value["class"], value["state"]) for value in values]


def test_without_a_tick_nothing_is_judged() -> None:
    assert step(cases(), records([activation(LAW), *OPEN, ready("2026-01-16 09:00")])).records == []


def test_facts_that_a_row_has_no_room_for_are_counted_by_what_it_is() -> None:
    full = EMPTY
    for number in range(FACTS_MAX):
        full = fold(full, number, entry("verification.done", number, fact=number))
    lot = EMPTY
    for number in range(FACTS_MAX - KEPT_FREE):
        lot = fold(lot, number, naming(number))
    partition = cases({TOKEN.encode(): pack(full), b"lot": pack(lot)})

    report = step(partition, records([received(), *2 * [entry("verification.done", 7, fact=7)], naming(9000)])).report

    # What was told before needs no room.
    assert report.without_room == {"case": 1, "lot": 1}


def naming(number: int) -> dict[str, Any]:
    """A card's word that it is in the lot, as the lot is told it."""
    told = entry("card.printed", number, fact=100_000 + number, case="lot", lot="lot", lot_case="lot")
    return told | {"type": "fact.moved", "moved": "card.printed", "origin": f"code-{number}"}


def test_a_tick_judges_what_was_touched_before_it() -> None:
    writes = step(cases(), records([activation(LAW), *OPEN, tick(at("2026-01-16 00:00"))]))

    assert changes(writes) == [("at_risk", "raised"), ("at_risk", "cleared"), ("overdue", "raised")]


def test_an_entry_after_the_tick_waits_for_the_next() -> None:
    writes = step(cases(), records([activation(LAW), *OPEN, tick(at("2026-01-06 00:00")), ready("2026-01-05 12:00")]))

    (view,) = [decode(one.value) for one in writes.records if one.topic == CASES_CURRENT.name and one.value]
    assert view["ended"] is None


def test_a_deadline_is_found_by_the_first_tick_after_it() -> None:
    log = [activation(LAW), *OPEN, tick(at("2026-01-06 00:00")), tick(at("2026-01-10 00:00"))]
    partition = cases()
    step(partition, records(log))

    early = step(partition, records([tick(at("2026-01-15 00:00"))], 5))
    due = step(partition, records([tick(at("2026-01-15 00:00:01"))], 6))

    assert ("overdue", "raised") not in changes(early)
    assert ("overdue", "raised") in changes(due)


def test_each_change_goes_to_the_history_and_to_the_newest_under_their_own_keys() -> None:
    writes = step(cases(), records([activation(LAW), *OPEN, tick(at("2026-01-15 08:00"))]))

    flags = [one for one in writes.records if one.topic == FLAGS.name]
    newest = [one for one in writes.records if one.topic == FLAGS_CURRENT.name]
    assert [one.value for one in flags] == [one.value for one in newest]
    assert {one.key for one in flags} == {TOKEN.encode()}
    assert [one.key for one in newest] == [decode(one.value or b"")["flag_id"].encode() for one in newest]


def test_what_is_said_of_a_judgement_travels_in_the_headers_of_flags() -> None:
    writes = step(cases(), records([activation(LAW), *OPEN, tick(at("2026-01-15 08:00"))]))

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
    step(partition, log)
    before = dict(rows)

    writes = step(partition, log)

    assert (writes.records, writes.next_offset, rows) == ([], 4, before)


def test_a_record_without_a_value_is_passed_over() -> None:
    log = [one._replace(value=None) for one in records([received()])]

    assert step(cases(), log).records == []


def test_new_law_judges_every_case_again_and_a_second_tick_none() -> None:
    partition = cases()
    step(partition, records([activation(LAW), *OPEN, tick(at("2026-01-08 08:00"))]))

    first = step(partition, records([activation(SHORTER), tick(at("2026-01-08 09:00"))], 4))
    second = step(partition, records([tick(at("2026-01-08 10:00"))], 6))

    assert ("overdue", "raised") in changes(first)
    assert changes(second) == []
    assert [one for one in second.records if one.topic == CASES_CURRENT.name] == []


def test_new_law_judges_the_cases_of_its_own_chunk_again() -> None:
    log = [activation(LAW), *OPEN, tick(at("2026-01-08 08:00")), activation(SHORTER), tick(at("2026-01-08 09:00"))]

    assert ("overdue", "raised") in changes(step(cases(), records(log)))


def test_new_law_is_not_forgotten_by_a_worker_that_stops_before_its_tick() -> None:
    rows: dict[bytes, bytes] = {}
    step(cases(rows), records([activation(LAW), *OPEN, tick(at("2026-01-08 08:00")), activation(SHORTER)]))

    writes = step(cases(rows), records([tick(at("2026-01-08 09:00"))], 5))

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
    step(partition, records([activation(LAW), *OPEN]))

    with pytest.raises(LawMissing, match=why):
        step(partition, records([tick(at("2026-01-15 08:00"), **named)], 3))


def test_a_tick_without_any_law_is_refused() -> None:
    with pytest.raises(LawMissing, match="tick names rules none, here is None"):
        step(cases(), records([*OPEN, tick(at("2026-01-15 08:00"))]))


def test_a_what_if_judges_by_its_own_law_whatever_the_log_names() -> None:
    partition = cases(law=compile_rules(SHORTER))

    named = tick(at("2026-01-08 08:00"), rules=rules_hash(LAW), engine="0")
    writes = step(partition, records([activation(LAW), *OPEN, named]))

    assert ("overdue", "raised") in changes(writes)


def test_a_what_if_that_begins_again_from_its_rows_keeps_its_own_law() -> None:
    rows: dict[bytes, bytes] = {}
    law = compile_rules(SHORTER)
    step(cases(rows, law=law), records([activation(LAW), *OPEN]))

    assert cases(rows, law=law).rules == law


# Slices


def many(count: int) -> list[dict[str, Any]]:
    """As many cases, open and complete."""
    return [build(case=f"case-{n}") for n in range(count) for build in (received, completed)]


def slices_of(log: Sequence[Record], size: int, rows: dict[bytes, bytes] | None = None) -> list[Writes]:
    return list(cases(rows, slice_cases=size).steps(log))


def mark(writes: Writes) -> Any:
    return decode(dict(writes.rows)[MARK_ROW])


def test_a_tick_that_judges_many_cases_is_done_in_slices() -> None:
    log = records([activation(LAW), *many(5), tick(at("2026-01-15 08:00"))])

    slices = slices_of(log, 2)

    assert [writes.report.judged for writes in slices] == [2, 2, 1]


def test_until_its_last_slice_a_tick_is_read_again_and_the_time_is_that_of_the_one_before() -> None:
    log = records([activation(LAW), *many(5), tick(at("2026-01-06 08:00")), tick(at("2026-01-15 08:00"))])

    slices = slices_of(log, 3)

    assert [writes.next_offset for writes in slices] == [11, 12, 12, 13]
    assert [mark(writes)["offset"] for writes in slices] == [11, 12, 12, 13]
    first, second = "2026-01-06T01:00:00Z", "2026-01-15T01:00:00Z"
    assert [mark(writes)["now"] for writes in slices] == [None, first, first, second]


def test_a_slice_that_is_full_when_its_tick_is_complete_goes_on_with_what_follows() -> None:
    [writes] = slices_of(records([activation(LAW), *many(2), tick(at("2026-01-15 08:00")), received()]), 2)

    assert (writes.next_offset, writes.report.judged) == (7, 2)


def test_what_stands_above_a_tick_is_durable_with_its_first_slice_and_what_follows_it_waits_for_its_last() -> None:
    log = [activation(LAW), *many(3), tick(at("2026-01-15 08:00")), received(case="later")]

    slices = [dict(writes.rows) for writes in slices_of(records(log), 1)]

    assert {b"case-0", b"case-1", b"case-2"} <= slices[0].keys()
    assert [b"later" in rows for rows in slices] == [False, False, True]


def test_no_case_is_judged_before_its_slice_is_asked_for() -> None:
    partition = cases(slice_cases=1)
    asked = partition.steps(records([activation(LAW), *many(3), tick(at("2026-01-15 08:00"))]))

    next(asked)

    assert [partition.case(b"case-%d" % n).wake == TOUCHED for n in range(3)] == [False, True, True]


def test_the_reports_of_the_slices_add_up_to_that_of_one() -> None:
    log = records(
        [activation(LAW), *many(5), official("?"), tick(at("2026-01-06")), tick(at("2026-01-15 08:00")), received()]
    )

    [whole], parts = slices_of(log, 100), slices_of(log, 2)

    reports = [writes.report for writes in parts]
    assert len(parts) > 4
    assert sum(report.records for report in reports) == whole.report.records == len(log)
    assert sum(report.folded for report in reports) == whole.report.folded
    assert sum(report.judged for report in reports) == whole.report.judged
    assert [late for report in reports for late in report.lateness] == whole.report.lateness
    assert sum((report.changes for report in reports), Counter()) == whole.report.changes
    assert sum((report.unknown_codes for report in reports), Counter()) == whole.report.unknown_codes


def test_after_a_restart_in_mid_tick_only_what_is_left_of_it_is_judged() -> None:
    log = records([activation(LAW), *many(5), tick(at("2026-01-06 08:00"))])
    rows: dict[bytes, bytes] = {}
    step(cases(rows), log)
    due = records([tick(at("2026-01-15 08:00"))], len(log))
    next(cases(rows, slice_cases=2).steps(due))

    again = cases(rows)
    writes = step(again, due)

    assert (again.now, writes.report.judged) == (at("2026-01-15 08:00"), 3)


def test_who_stops_asking_in_mid_tick_may_go_on_later() -> None:
    log = records([activation(LAW), *many(5), tick(at("2026-01-15 08:00"))])
    partition = cases(slice_cases=2)
    first = next(partition.steps(log))

    rest = list(partition.steps(log[partition.next_offset :]))

    whole = slices_of(log, 2)
    assert [first.records, *(writes.records for writes in rest)] == [writes.records for writes in whole]


def test_a_restart_in_mid_tick_of_new_law_judges_all_again_and_publishes_the_rest() -> None:
    rows: dict[bytes, bytes] = {}
    step(cases(rows), records([activation(LAW), *many(5), tick(at("2026-01-08 08:00"))]))
    log = records([activation(SHORTER), tick(at("2026-01-08 09:00"))], 12)
    expected = slices_of(log, 100, dict(rows))
    first = next(cases(rows, slice_cases=2).steps(log))

    rest = step(cases(rows), log[1:])

    assert rest.report.judged == 5
    assert [*first.records, *rest.records] == list(expected[0].records)


# The rules before


def rules_before(rows: Mapping[bytes, bytes]) -> str | None:
    """The hash of the rules that a worker which began again from these rows would judge by before."""
    before = cases(dict(rows)).before
    return None if before is None else before.hash


def test_the_rules_that_judged_last_are_kept_until_the_first_tick_of_new_ones_is_complete() -> None:
    rows: dict[bytes, bytes] = {}
    step(cases(rows), records([activation(LAW), *many(3), tick(at("2026-01-08 08:00"))]))
    partition = cases(rows, slice_cases=1)

    kept = []
    for writes in partition.steps(records([activation(SHORTER), tick(at("2026-01-08 09:00"))], 8)):
        assert (partition.before and partition.before.hash) == rules_before(rows)
        kept.append((writes.next_offset, rules_before(rows)))

    assert kept == [(9, rules_hash(LAW)), (9, rules_hash(LAW)), (10, None)]
    assert rows[BEFORE_ROW] == b""


def test_the_first_rules_have_none_before_them() -> None:
    rows: dict[bytes, bytes] = {}

    step(cases(rows), records([activation(LAW), *OPEN, activation(SHORTER)]))

    assert rules_before(rows) is None
    assert BEFORE_ROW not in rows


def test_of_rules_activated_twice_before_a_tick_those_of_the_last_complete_tick_stay() -> None:
    rows: dict[bytes, bytes] = {}
    log = [activation(LAW), *OPEN, tick(at("2026-01-08 08:00")), activation(SHORTER)]
    step(cases(rows), records(log))

    step(cases(rows), records([activation(LONGER)], len(log)))

    assert rules_before(rows) == rules_hash(LAW)


def test_rules_replaced_in_the_chunk_that_brought_them_are_kept_too() -> None:
    rows: dict[bytes, bytes] = {}

    step(cases(rows), records([activation(LAW), *OPEN, tick(at("2026-01-08 08:00")), activation(SHORTER)]))

    assert rules_before(rows) == rules_hash(LAW)


def test_at_the_first_tick_of_new_law_and_at_no_other_a_case_is_judged_with_the_rules_before() -> None:
    partition = cases()
    step(partition, records([activation(LAW), *OPEN, tick(at("2026-01-08 08:00"))]))
    assert partition.case(TOKEN.encode()).moved is None

    step(partition, records([activation(LONGER), tick(at("2026-01-08 09:00"))], 4))
    step(partition, records([official(when="2026-01-08 09:00"), tick(at("2026-01-08 10:00"))], 6))

    moved = partition.case(TOKEN.encode()).moved
    assert moved is not None
    assert moved[2] == rules_hash(LONGER)


def test_a_what_if_knows_no_rules_before_its_own() -> None:
    partition = cases(law=compile_rules(SHORTER))

    step(partition, records([activation(LAW), *OPEN, tick(at("2026-01-08 08:00")), activation(LONGER)]))

    assert partition.before is None


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
