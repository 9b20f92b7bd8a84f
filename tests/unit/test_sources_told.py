"""What hoso.control says of sources, as `hoso source list` shows it, and what a command waits for."""

import pytest

from schemas.codec import encode
from schemas.control import Control, SourcesExpected, SourceState
from streams.core.instants import utc_text
from streams.wiring.sources import NotAside, Source, Sources, missing
from tests.intake_builders import ControlLog, beat, source_row, suspend

ONESTOP, POST = "urn:hoso:onestop", "urn:hoso:post"
A, B = f"{ONESTOP}:A", f"{ONESTOP}:B"
T = 1_767_657_600
ROWS = SourcesExpected(rules="1" * 32, sources=[source_row(ONESTOP, 10), source_row(A, 5), source_row(POST, 60)])


def state(source: str, name: str, up_to: int | None = None, reason: str | None = None) -> SourceState:
    told = None if up_to is None else utc_text(up_to)
    return SourceState.model_validate({"source": source, "state": name, "up_to": told, "reason": reason})


def told(*controls: Control) -> Sources:
    log, found = ControlLog(), Sources()
    log.say(*controls)
    found.fold(log.records)
    return found


def test_sources_are_told_by_name_with_their_shortest_rhythm_and_rows_that_nobody_answered_to() -> None:
    found = told(ROWS, beat(A, T), beat(B, T + 5), state(B, "heard", T), beat("urn:x", T), state(A, "silent", T - 9))

    assert found.all() == [
        Source(A, "silent", utc_text(T), 5, None),
        Source(B, "heard", utc_text(T + 5), 10, None),
        Source(POST, "never heard", None, 60, None),
        Source("urn:x", "not expected", utc_text(T), None, None),
    ]


def test_one_that_is_set_aside_is_complete_up_to_then_whatever_it_says_since() -> None:
    found = told(ROWS, beat(A, T), state(A, "suspended", T, "flood"), beat(A, T + 500))

    assert found.all()[0] == Source(A, "suspended", utc_text(T), 5, "flood")
    assert found.aside() == [A]


def test_heartbeats_that_are_forwarded_late_are_no_news() -> None:
    assert told(beat(A, T + 9), beat(A, T)).all()[0].up_to == utc_text(T + 9)


def test_what_stands_and_falls_with_a_name() -> None:
    found = told(ROWS, beat(A, T), state(B, "heard"), beat(POST, T))

    assert found.beneath(ONESTOP) == [A, B]
    assert found.beneath(A) == []
    assert [found.is_expected(name) for name in (A, ONESTOP, "urn:hoso", f"{A}:1", "urn:x")] == [True] * 4 + [False]


def test_what_cannot_be_read_and_what_is_not_of_sources_is_passed_over() -> None:
    log, found = ControlLog(), Sources()
    log.say_raw(b"k", b'{"type":"source.state","source":"urn:a","state":"lost"}')
    log.say_raw(b"k", encode({"type": "source.unheard_of"}))
    log.say_raw(b"k", None)
    log.say(suspend(A))

    found.fold(log.records)

    assert found.all() == []


@pytest.mark.parametrize(
    ("ask", "state", "waits_for"),
    [
        ("suspend", None, "no tick since"),
        ("suspend", "heard", "no tick since"),
        ("suspend", "suspended", None),
        ("resume", "suspended", "nobody has answered"),
        ("resume", "resuming", "not all of intake has heard"),
        ("resume", "draining", "what was parked is being forwarded"),
        ("resume", "heard", None),
        ("resume", "silent", None),
    ],
)
def test_what_is_waited_for_names_what_to_look_at(ask: str, state: str | None, waits_for: str | None) -> None:
    found = missing("suspend" if ask == "suspend" else "resume", state)

    assert (found is None) == (waits_for is None)
    assert (found or "").startswith(waits_for or "")


def test_a_name_that_is_not_set_aside_is_told_those_that_are() -> None:
    assert str(NotAside(A, [POST])) == f"{A} is not set aside by that name (set aside: {POST})"
    assert str(NotAside(A, [])) == f"{A} is not set aside by that name (set aside: none is)"
