"""Records of suspended sources come back as their topic held them, whatever they bear."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.control import SourceState
from streams.pipeline.aside import Aside
from streams.pipeline.parking import parked, unparked
from streams.ports import Record
from tests.intake_builders import ControlLog, as_read, record, suspend

names = st.sampled_from(["came", "key", "no-key", "trace"]) | st.text(max_size=8)
records = st.builds(
    Record,
    topic=st.sampled_from(["t.submission", "a/b.print"]),
    partition=st.integers(0, 100),
    offset=st.integers(0, 1 << 60),
    timestamp=st.integers(0, 1 << 50),
    key=st.none() | st.binary(max_size=20),
    value=st.none() | st.binary(max_size=50),
    headers=st.lists(st.tuples(names, st.binary(max_size=10)), max_size=4).map(tuple),
)


@given(records)
def test_what_was_parked_comes_back_whole(one: Record) -> None:
    out = parked("t.parked", "urn:a", one)

    read = as_read(out, partition=7, offset=99, timestamp=5)
    assert (read.topic, read.key) == ("t.parked", b"urn:a")
    assert unparked(read.value, read.headers) == one


@given(records)
def test_what_is_parked_once_more_comes_back_whole(one: Record) -> None:
    once = parked("t.parked", "urn:a", one)

    again = parked("t.parked", "urn:a", unparked(once.value, once.headers))

    assert again == once


def state(source: str, name: str) -> SourceState:
    return SourceState.model_validate({"source": source, "state": name})


def test_intake_knows_who_is_parked_and_what_is_asked_for_at_which_offset() -> None:
    log, aside = ControlLog(), Aside()
    log.say(state("urn:a", "suspended"), state("urn:b", "suspended"), state("urn:c", "resuming"), suspend("urn:x"))
    log.say(state("urn:d", "draining"), state("urn:e", "silent"), state("urn:b", "draining"))

    aside.fold(log.records, len(log.records))

    assert aside.suspended == {"urn:a"}
    assert aside.draining == {"urn:b": 6, "urn:d": 4}
    assert aside.names == {"urn:a", "urn:b", "urn:c", "urn:d"}
    assert aside.heard == 7


def test_what_cannot_be_read_is_passed_over_and_what_was_heard_is_not_taken_back() -> None:
    aside = Aside()
    newer = b'{"type":"source.state","source":"urn:a","state":"quarantined"}'

    aside.fold([record(newer, topic="control"), record(None, topic="control")], 9)
    aside.fold([], 3)

    assert (aside.suspended, aside.heard) == (frozenset(), 9)
