"""What is left out of the marks of sources and snapshots says nothing: judgements are what they are with all of it."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import encode
from streams.core.engine import judge
from streams.core.instants import parse_utc, utc_text
from streams.core.sources import NO_MARKS, Marks, Silence, Snapshot, unpacked
from tests.core_builders import TOKEN, case_of, entry
from tests.property.test_silence_properties import END, FEEDS, RULES, START, histories

HOUR = 3600
instants = st.integers(0, 40 * 24).map(lambda hours: START - 48 * HOUR + hours * HOUR)
SNAPSHOTS = ("s1", "s2", "s3", "s4")


@st.composite
def told(draw: st.DrawFn) -> dict[str, Any]:
    """An entry on a source or a snapshot; instants are in no order, as those of late heartbeats are not."""
    when, source = utc_text(draw(instants)), f"urn:hoso:{draw(st.sampled_from(FEEDS[-2:]))}"
    snapshot = {"system": "portal", "snapshot": draw(st.sampled_from(SNAPSHOTS)), "complete": draw(st.booleans())}
    return draw(
        st.sampled_from(
            [
                {"type": "source.silent", "source": source, "since": when},
                {"type": "source.heard", "source": source, "at": when},
                {"type": "snapshot.ended", "ended": when, **snapshot},
            ]
        )
    )


def all_of(entries: Sequence[dict[str, Any]]) -> Marks:
    """The marks with nothing left out."""
    silences: dict[str, list[Silence]] = {}
    snapshots: dict[str, Snapshot] = {}
    for one in entries:
        if one["type"] == "snapshot.ended":
            snapshots[one["snapshot"]] = Snapshot(one["snapshot"], parse_utc(one["ended"]), one["complete"])
            continue
        found = silences.setdefault(one["source"], [])
        is_silent = bool(found) and found[-1].until is None
        if one["type"] == "source.silent" and not is_silent:
            found.append(Silence(parse_utc(one["since"]), None))
        elif one["type"] == "source.heard" and is_silent:
            found[-1] = found[-1]._replace(until=parse_utc(one["at"]))
    ended = sorted(snapshots.values(), key=lambda one: (one.ended, one.name))
    return Marks({name: tuple(each) for name, each in silences.items()}, {"portal": tuple(ended)}, {})


observed = st.builds(
    entry,
    st.just("official.observed"),
    instants,
    system=st.just("portal"),
    code=st.sampled_from(["4", "9"]),
    snapshot=st.sampled_from(SNAPSHOTS),
    source=st.just("urn:hoso:official-status"),
)


@settings(max_examples=300)
@given(histories(), st.lists(observed, max_size=4), st.lists(told(), min_size=1, max_size=14), instants)
def test_a_case_is_judged_as_by_all_that_was_ever_said(
    history: list[dict[str, Any]], seen: list[dict[str, Any]], entries: list[dict[str, Any]], instant: int
) -> None:
    marks = NO_MARKS
    for one in entries:
        marks = marks.after(one)
    case = case_of(*history, *seen)

    for at in (instant, END):
        case_now, said = judge(TOKEN, case, at, RULES, None, marks)
        assert (case_now, said) == judge(TOKEN, case, at, RULES, None, all_of(entries))


@given(st.lists(told(), min_size=1, max_size=14))
def test_the_rows_of_sources_and_systems_are_the_marks(entries: list[dict[str, Any]]) -> None:
    marks, rows = NO_MARKS, {}
    for one in entries:
        marks = marks.after(one)
        name, values = marks.packed(one)
        rows[name] = values

    assert unpacked(rows) == marks._replace(spoken={})


# Half of what a message of Kafka may hold.
ROW_BYTES_MAX = 500_000
DAYS = 3 * 365


def test_years_of_snapshots_of_a_system_and_of_silences_of_a_source_are_small_rows() -> None:
    marks, beat = NO_MARKS, {"source": "urn:hoso:onestop:G01.801.001"}
    ended, back = dict[str, Any](), dict[str, Any]()
    for day in range(DAYS):
        when = utc_text(START + day * 24 * HOUR)
        ended = {"type": "snapshot.ended", "system": "portal", "snapshot": when, "ended": when, "complete": True}
        marks = marks.after(ended).after({"type": "source.silent", "since": when, **beat})
        back = {"type": "source.heard", "at": utc_text(START + day * 24 * HOUR + HOUR), **beat}
        marks = marks.after(back)
    snapshots, silences = (encode({"told": marks.packed(one)[1]}) for one in (ended, back))

    assert len(snapshots) < ROW_BYTES_MAX / 5, len(snapshots)
    assert len(silences) < ROW_BYTES_MAX / 5, len(silences)
