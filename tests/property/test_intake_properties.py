"""Intake is total: whatever bytes come, each record becomes one entry or one dead letter that restores it exactly."""

from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode, encode
from schemas.entries import FactEntry
from schemas.envelope import type_of
from schemas.events import EVENT, EVENTS_OF_TOPIC
from streams.adapters.sealing import CodesBox, LetterOpener, LetterSealer
from streams.pipeline.dead_letters import Original, frame, parse, restore, unframe
from streams.pipeline.entries import fact_entry, instant_of
from streams.pipeline.tokens import SubjectRefused, normalise
from tests.intake_builders import LETTERS, PRIVATE_KEY, PUBLIC_KEY, as_read, intake, message, record

KINDS = [(topic, type_of(model)) for topic, models in EVENTS_OF_TOPIC.items() for model in models]
INTAKE = intake()

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(timezones=offsets).map(datetime.isoformat)
times = instants | st.datetimes().map(datetime.isoformat) | st.integers().map(str) | anything
headers = st.lists(st.tuples(st.text(max_size=8), st.binary(max_size=20)), max_size=3).map(tuple)


@st.composite
def nearly_good(draw: st.DrawFn) -> tuple[str, bytes]:
    """An event of a real type in which some fields are replaced by anything."""
    topic, kind = draw(st.sampled_from(KINDS))
    fields: dict[str, Any] = {
        "type": kind,
        "time": draw(times),
        "timeprecision": draw(st.sampled_from(["second", "day"])),
    }
    if kind == "official.status_changed":
        fields["data"] = {"system": "portal", "code": draw(st.integers() | st.text(max_size=5))}
    names = ["id", "source", "subject", "recordedtime", "dataschema", "data", "specversion", "type", "other"]
    for name in draw(st.lists(st.sampled_from(names), max_size=2, unique=True)):
        fields[name] = draw(instants if name == "recordedtime" else anything)
    try:
        return topic, message(**fields)
    except TypeError:  # an integer beyond 64 bits
        return topic, repr(fields).encode()


@given(nearly_good() | st.tuples(st.sampled_from(["print", "submission"]), st.binary(max_size=200)), headers)
def test_every_record_becomes_one_entry_or_one_dead_letter(sent: tuple[str, bytes], extra: Any) -> None:
    topic, value = sent
    one = record(value, topic=topic, key=value[:9], headers=extra)

    out = INTAKE.step([one])

    if out[0].topic == "t.log":
        entry = FactEntry.model_validate_json(out[0].value or b"")
        assert out[0].key == entry.case.encode()
        assert encode(decode(out[0].value or b"")) == out[0].value
        assert [rest.topic for rest in out[1:]] in ([], ["t.codes"])
    else:
        (dead,) = out
        letter = parse(as_read(dead))
        assert dead.topic == "t.dead-letters"
        assert restore(letter, LETTERS) == Original(one.key, one.value, one.headers)


@given(st.binary(max_size=300))
def test_seal_and_open_give_back_what_was_sealed(plain: bytes) -> None:
    assert LetterOpener(PRIVATE_KEY).open(LetterSealer(PUBLIC_KEY).seal(plain)) == plain
    assert CodesBox("0f" * 32).open(CodesBox("0f" * 32).seal(plain)) == plain


@given(st.none() | st.binary(max_size=50), st.none() | st.binary(max_size=50), headers)
def test_a_frame_keeps_absent_and_empty_apart(key: bytes | None, value: bytes | None, extra: Any) -> None:
    original = Original(key, value, extra)

    assert unframe(frame(original)) == original


@given(st.text(max_size=40))
def test_a_subject_once_normal_stays_so(text: str) -> None:
    try:
        once = normalise("dossier:" + text)
    except SubjectRefused:
        return

    assert normalise(once) == once


@given(st.datetimes(timezones=offsets).filter(lambda time: 1 < time.year < 9999))
def test_a_day_ends_at_the_24th_hour_of_its_own_offset(time: datetime) -> None:
    end = instant_of(time, "day")

    assert timedelta(0) < end - time <= timedelta(days=1)
    assert end.astimezone(time.tzinfo).time() == datetime.min.time()


@given(instants, st.none() | instants)
def test_entries_of_any_accepted_instant_are_valid(time: str, appointment: str | None) -> None:
    data = {} if appointment is None else {"appointment_at": appointment}
    event = EVENT.validate_json(message(type="case.received", time=time, data=data))
    try:
        raw = fact_entry(event, "c", "0" * 16, instant_of(event.time, event.timeprecision))
    except (OverflowError, ValueError):
        return

    FactEntry.model_validate_json(raw)
