"""The case step: where chunks end and where a worker stops makes no difference to rows or records."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.control import CONTROL as CONTROL_MODEL
from schemas.control import Progress
from schemas.flags import CASE_VIEW, FLAG
from schemas.topics import CASES_CURRENT, CONTROL, FLAGS, FLAGS_CURRENT
from streams.pipeline.cases import MARK_ROW, SLICE, CasePartition, Writes
from streams.ports import Outgoing, Record
from tests.core_builders import (
    activation,
    asked,
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

LAW, OTHER_LAW = content_of(), content_of(deadline_row(amount=3))
TOKENS = ("token-a", "token-b", "token-c")
START = at("2026-01-05 08:00")

plain_steps = st.one_of(
    [st.builds(build, case=st.sampled_from(TOKENS)) for build in (received, completed, asked, ready, official)]
)
steps = plain_steps | st.builds(
    entry,
    st.sampled_from(["supplement.received", "card.returned", "case.completed", "case.received"]),
    st.integers(START, START + 20 * 86_400),
    case=st.sampled_from(TOKENS),
)


@st.composite
def logs(draw: st.DrawFn, *, new_law: bool = False) -> list[Record]:
    """A log with the law first, ticks in rising time, perhaps other law in the midst, and a last tick."""
    told: list[dict[str, Any]] = [{"type": "clock.started", "kind": "wall"}, activation(LAW)]
    now = START
    for _ in range(draw(st.integers(1, 5))):
        told += draw(st.lists(steps, max_size=5))
        if new_law and draw(st.booleans()):
            told.append(activation(OTHER_LAW))
        now += draw(st.integers(0, 8 * 86_400))
        told.append(tick(now))
    return records([*told, tick(now + 40 * 86_400)])


def partition(rows: dict[bytes, bytes], slice_cases: int = SLICE) -> CasePartition:
    return CasePartition(0, rows, lambda topic: topic.name, slice_cases=slice_cases)


def step(cases: CasePartition, chunk: Sequence[Record]) -> Writes:
    """A chunk as one slice."""
    [writes] = cases.steps(chunk)
    return writes


def split(log: Sequence[Record], cuts: Sequence[int]) -> list[Sequence[Record]]:
    bounds = [0, *sorted(cut % (len(log) + 1) for cut in cuts), len(log)]
    return [log[first:last] for first, last in pairwise(bounds)]


def by_key(out: Sequence[Outgoing]) -> dict[tuple[str, bytes | None], list[Outgoing]]:
    found: dict[tuple[str, bytes | None], list[Outgoing]] = defaultdict(list)
    for one in out:
        found[one.topic, one.key].append(one)
    return found


def whole(log: Sequence[Record]) -> tuple[dict[bytes, bytes], list[Outgoing]]:
    rows: dict[bytes, bytes] = {}
    return rows, list(step(partition(rows), log).records)


cuts = st.lists(st.integers(0, 60), max_size=4)


@settings(max_examples=25, deadline=None)
@given(logs(), cuts)
def test_chunk_boundaries_make_no_difference(log: list[Record], at_: list[int]) -> None:
    rows: dict[bytes, bytes] = {}
    cases = partition(rows)

    out = [one for chunk in split(log, at_) for one in step(cases, chunk).records]

    assert (rows, out) == whole(log)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(logs(new_law=True), cuts)
def test_chunk_boundaries_make_no_difference_to_new_law(log: list[Record], at_: list[int]) -> None:
    rows: dict[bytes, bytes] = {}
    cases = partition(rows)

    out = [one for chunk in split(log, at_) for one in step(cases, chunk).records]

    expected_rows, expected = whole(log)
    assert rows == expected_rows
    assert by_key(out) == by_key(expected)


@settings(max_examples=25, deadline=None)
@given(logs(), cuts)
def test_a_worker_that_stops_and_begins_again_from_its_rows_was_never_away(log: list[Record], at_: list[int]) -> None:
    rows: dict[bytes, bytes] = {}
    out: list[Outgoing] = []
    for chunk in split(log, at_):
        # The rows as a changelog would give them back: in whatever order, and the last chunk perhaps once more.
        rows = dict(sorted(rows.items(), reverse=True))
        cases = partition(rows)
        out += step(cases, log[max(0, cases.next_offset - 3) : cases.next_offset]).records
        out += step(cases, chunk).records

    expected_rows, expected = whole(log)
    assert rows == expected_rows
    assert by_key(out) == by_key(expected)


slice_sizes = st.integers(1, 4)


@settings(max_examples=40, deadline=None)
@given(logs(new_law=True), cuts, slice_sizes)
def test_slices_of_any_size_are_together_what_one_slice_is(log: list[Record], at_: list[int], size: int) -> None:
    rows, sliced_rows = dict[bytes, bytes](), dict[bytes, bytes]()
    cases, sliced = partition(rows), partition(sliced_rows, size)
    for chunk in split(log, at_):
        expected, slices = step(cases, chunk), list(sliced.steps(chunk))

        assert [one for writes in slices for one in writes.records] == list(expected.records)
        assert sum(writes.report.judged for writes in slices) == expected.report.judged
        assert slices[-1].next_offset == expected.next_offset
        assert sliced_rows == rows
        # In the same order too: new law judges again in it.
        assert sliced.tokens() == cases.tokens()


class Worker:
    """A worker that comes to an end after so many slices: killed, it begins again from what was durable; merely
    stopped, as by a rebalance that leaves it the partition, it goes on with what it has in memory."""

    def __init__(self, log: Sequence[Record]) -> None:
        self._log = log
        self._cases: CasePartition | None = None
        self.durable: dict[bytes, bytes] = {}
        self.flags: list[bytes] = []

    def live(self, size: int, slices: int | None = None, *, is_killed: bool = True) -> None:
        # The rows as a changelog would give them back: in whatever order.
        cases = self._cases or partition(dict(sorted(self.durable.items(), reverse=True)), size)
        for writes in islice(cases.steps(self._log[cases.next_offset :]), slices):
            self.durable |= dict(writes.rows)
            self.flags += [one.value for one in writes.records if one.topic == FLAGS.name and one.value is not None]
        self._cases = None if is_killed else cases


lives = st.lists(st.tuples(slice_sizes, st.integers(0, 3), st.booleans()), max_size=8)


@settings(max_examples=80, deadline=None)
@given(logs(new_law=True), lives)
def test_a_worker_that_ends_after_any_slices_says_everything_once(
    log: list[Record], ended: list[tuple[int, int, bool]]
) -> None:
    """Under new law too, where cases that were judged are judged again."""
    worker, undisturbed = Worker(log), Worker(log)

    for size, slices, is_killed in ended:
        worker.live(size, slices, is_killed=is_killed)
    worker.live(SLICE)
    undisturbed.live(SLICE)

    assert sorted(worker.flags) == sorted(undisturbed.flags)
    assert len(set(map(version_of, worker.flags))) == len(worker.flags)
    assert worker.durable == undisturbed.durable


def version_of(value: bytes) -> tuple[str, int, int]:
    flag = decode(value)
    return flag["flag_id"], flag["cycle"], flag["version"]


@settings(max_examples=25, deadline=None)
@given(logs(new_law=True), cuts, slice_sizes)
def test_the_rows_of_a_slice_are_all_that_changed_in_it(log: list[Record], at_: list[int], size: int) -> None:
    rows: dict[bytes, bytes] = {}
    cases = partition(rows, size)
    for chunk in split(log, at_):
        before = dict(rows)
        for writes in cases.steps(chunk):
            assert before | dict(writes.rows) == rows
            assert decode(rows[MARK_ROW])["offset"] == writes.next_offset
            before = dict(rows)


@settings(max_examples=25, deadline=None)
@given(logs())
def test_what_goes_out_is_as_the_schemas_say_and_stays_in_its_partition(log: list[Record]) -> None:
    _, out = whole(log)

    for one in out:
        assert one.value is not None
        assert one.key is not None
        if one.topic == CONTROL.name:
            assert isinstance(CONTROL_MODEL.validate_json(one.value), Progress)
            assert one.key == b"progress/log/0"
        elif one.topic == CASES_CURRENT.name:
            assert CASE_VIEW.validate_json(one.value).case == one.key.decode()
        else:
            flag = FLAG.validate_json(one.value)
            assert one.key.decode() == {FLAGS.name: flag.case, FLAGS_CURRENT.name: flag.flag_id}[one.topic]
    assert {one.partition for one in out} <= {0}


@settings(max_examples=25, deadline=None)
@given(logs())
def test_versions_of_a_flag_rise_by_one_and_are_never_used_twice(log: list[Record]) -> None:
    _, out = whole(log)

    versions: dict[tuple[str, int], list[int]] = defaultdict(list)
    for one in out:
        if one.topic == FLAGS.name and one.value is not None:
            flag = decode(one.value)
            versions[flag["flag_id"], flag["cycle"]].append(flag["version"])

    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
