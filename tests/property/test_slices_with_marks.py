"""A tick cut after any slice, with links, moves, snapshots, silences and new law in the log.

Rows and records are those of an undisturbed run, and a worker that begins again knows what the one before it knew.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.topics import CASES_CURRENT, FLAGS, LOG
from streams.core.instants import utc_text
from streams.pipeline.cases import CasePartition
from streams.ports import Record
from tests.core_builders import activation, at, content_of, deadline_row, entry, records, tick

SOURCE, OTHER_SOURCE = "urn:hoso:a", "urn:hoso:b"
ROW = {"per_unit": False, "feeds": [], "units": [], "procedures": [], "rhythm_minutes": 60, "source": "a test"}
SOURCES = [{"id": name, "name": name, **ROW} for name in (SOURCE, OTHER_SOURCE)]
LAW, OTHER_LAW = content_of(sources=SOURCES), content_of(deadline_row(amount=3), sources=SOURCES)
TOKENS = tuple("abcdef")
START, DAY = at("2026-01-05 08:00"), 86_400

instants = st.integers(START, START + 25 * DAY)
tokens = st.sampled_from(TOKENS)
steps = st.builds(
    entry,
    st.sampled_from(["supplement.requested", "card.received_at_unit", "card.returned", "card.printed"]),
    instants,
    case=tokens,
    source=st.sampled_from([SOURCE, OTHER_SOURCE]),
)
reports = st.builds(
    entry,
    st.just("official.observed"),
    instants,
    case=tokens,
    system=st.sampled_from(["portal", "onestop"]),
    code=st.sampled_from(["4", "9"]),
    snapshot=st.sampled_from(["s1", "s2", "s3"]),
)


@st.composite
def links(draw: st.DrawFn) -> list[dict[str, Any]]:
    hub, *others = draw(st.lists(tokens, min_size=2, max_size=3, unique=True))
    kind, when, fact = (
        draw(st.sampled_from(["case.linked", "case.linked", "case.unlinked"])),
        draw(instants),
        draw(st.integers(1, 9)),
    )
    cases = " ".join([hub, *sorted(others)])
    return [entry(kind, when, case=one, fact=fact, cases=cases, unit=None, procedure=None) for one in (hub, *others)]


@st.composite
def moved(draw: st.DrawFn) -> list[dict[str, Any]]:
    one = draw(steps | reports)
    return [one, one | {"type": "fact.moved", "moved": one["type"], "origin": one["case"], "case": draw(tokens)}]


@st.composite
def marks(draw: st.DrawFn) -> list[dict[str, Any]]:
    when, source = utc_text(draw(instants)), draw(st.sampled_from([SOURCE, OTHER_SOURCE]))
    snapshot = {"system": "portal", "snapshot": draw(st.sampled_from(["s1", "s2", "s3"])), "complete": True}
    return [
        draw(
            st.sampled_from(
                [
                    {"type": "source.silent", "source": source, "since": when},
                    {"type": "source.heard", "source": source, "at": when},
                    {"type": "source.suspended", "source": source, "since": when, "reason": "x"},
                    {"type": "source.resumed", "source": source, "at": when},
                    {"type": "snapshot.ended", "ended": when, **snapshot},
                ]
            )
        )
    ]


@st.composite
def logs(draw: st.DrawFn) -> list[Record]:
    told: list[dict[str, Any]] = [{"type": "clock.started", "kind": "wall"}, activation(LAW)]
    for token in TOKENS[: draw(st.integers(1, 6))]:
        told += [entry("case.received", START, case=token), entry("case.completed", START + 3600, case=token)]
    now, lags = START, st.sampled_from([None, 0, DAY])
    one = steps.map(lambda step: [step]) | reports.map(lambda step: [step]) | links() | moved() | marks()
    for _ in range(draw(st.integers(1, 4))):
        told += [each for group in draw(st.lists(one, max_size=7)) for each in group]
        if draw(st.integers(0, 4)) == 0:
            told.append(activation(draw(st.sampled_from([LAW, OTHER_LAW]))))
        now, lag = now + draw(st.integers(0, 8 * DAY)), draw(lags)
        told.append(tick(now, linked_to=None if lag is None else utc_text(now - lag)))
    return records([*told, tick(now + 40 * DAY, linked_to=utc_text(now + 40 * DAY))])


class Life:
    """The rows and the records of one partition, written by workers that follow each other."""

    def __init__(self, log: Sequence[Record]) -> None:
        self.log = log
        self.rows: dict[bytes, bytes] = {}
        self.out: list[tuple[str, bytes | None, bytes | None]] = []
        self._going: CasePartition | None = None

    def live(self, slice_cases: int, slices: int | None, *, goes_on: bool = False) -> None:
        """A worker begins from the rows, in whatever order they come, or goes on where it was interrupted; after so
        many slices it is interrupted, or gone."""
        worker = self._going or self._worker(slice_cases)
        for writes in islice(worker.steps(self.log[worker.next_offset :]), slices):
            self.rows |= dict(writes.rows)
            self.out += [(one.topic, one.key, one.value) for one in writes.records]
            assert _known(worker) == _known(self._worker(slice_cases))
        self._going = worker if goes_on else None

    def _worker(self, slice_cases: int) -> CasePartition:
        rows = dict(sorted(self.rows.items(), reverse=True))
        return CasePartition(0, rows, lambda topic: topic.name, slice_cases=slice_cases)

    def said(self, topic: str) -> set[tuple[str, bytes | None, bytes | None]]:
        return {one for one in self.out if one[0] == topic}


def _known(worker: CasePartition) -> tuple[Any, ...]:
    law = worker.rules.hash if worker.rules else None
    before = worker.before.hash if worker.before else None
    return worker.now, worker.next_offset, law, before, worker.marks.sources, worker.marks.snapshots


@settings(max_examples=300, deadline=None)
@given(logs(), st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4), st.booleans()), max_size=8))
def test_workers_that_die_after_any_slice_leave_what_an_undisturbed_one_leaves(
    log: list[Record], lives: list[tuple[int, int, bool]]
) -> None:
    disturbed, plain = Life(log), Life(log)
    for slice_cases, slices, goes_on in lives:
        disturbed.live(slice_cases, slices, goes_on=goes_on)
    disturbed.live(1000, None)
    plain.live(1000, None)

    assert disturbed.rows == plain.rows
    for topic in (FLAGS.name, CASES_CURRENT.name, LOG.name):
        assert disturbed.said(topic) == plain.said(topic)
