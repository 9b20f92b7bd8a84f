"""Entries of the log: canonical bytes, instants in UTC, a day as its end."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.codec import decode, encode
from schemas.entries import FactEntry
from schemas.envelope import PlaceEvent
from schemas.events import EVENT, MODEL_OF_TYPE, TOPIC_OF_TYPE
from streams.pipeline.entries import InstantOutOfRange, fact_entry, instant_of
from tests.intake_builders import message

TOKEN, FACT = "t" * 22, "0123456789abcdef"
OF_FLAG = {"flag_id": "a" * 32, "since": "2026-01-20T17:00:00Z"}
REQUIRED: dict[str, dict[str, Any]] = {
    "official.status_changed": {"system": "portal", "code": "4"},
    "official.observed": {"system": "portal", "code": "4", "snapshot": "2026-01-05"},
    "official.sync_failed": {"system": "portal"},
    "update.failed_reported": {"system": "portal"},
    "case.extended": {"new_due": "2026-01-20T17:00:00Z"},
    "case.transferred": {"to_unit": "G01.801.002"},
    "leg.started": {"leg": "birth"},
    "leg.ended": {"leg": "birth"},
    "flag.acknowledged": OF_FLAG,
    "flag.unacknowledged": OF_FLAG,
    "flag.snoozed": OF_FLAG | {"until": "2026-01-21T17:00:00Z"},
    "flag.disputed": OF_FLAG | {"evidence": "12/BC"},
    "dispute.decided": OF_FLAG | {"decision": "upheld"},
    "fact.corrected": {"replaces": "a" * 16},
    "apology.issued": {"document": "XL-1"},
}


def entry_of(**fields: Any) -> dict[str, Any]:
    event = EVENT.validate_json(message(**fields))
    recorded = None if event.recordedtime is None else event.recordedtime.astimezone(UTC)
    entry = decode(fact_entry(event, TOKEN, FACT, instant_of(event.time, event.timeprecision), recorded))
    assert isinstance(entry, dict)
    return entry


def test_an_entry_holds_the_event_without_its_code() -> None:
    entry = entry_of(
        recordedtime="2026-01-05T10:00:07+07:00",
        data={"unit": "G01.801.001", "procedure": "card", "variant": "new"},
    )

    assert entry == {
        "type": "case.completed",
        "case": TOKEN,
        "fact": FACT,
        "time": "2026-01-05T03:00:00Z",
        "precision": "second",
        "recorded": "2026-01-05T03:00:07Z",
        "source": "urn:hoso:onestop:H26-01",
        "version": 1,
        "data": {"unit": "G01.801.001", "procedure": "card", "variant": "new"},
    }


# Places are told by another shape of subject, and links name codes that only intake turns into tokens.
OF_DOSSIERS = sorted(
    {*TOPIC_OF_TYPE}
    - {"case.linked", "case.unlinked", "case.superseded"}
    - {name for name, model in MODEL_OF_TYPE.items() if issubclass(model, PlaceEvent)}
)


@pytest.mark.parametrize("kind", OF_DOSSIERS)
def test_every_type_gives_a_valid_entry_in_canonical_bytes(kind: str) -> None:
    event = EVENT.validate_json(message(type=kind, data=REQUIRED.get(kind, {}) | {"unit": "U", "procedure": None}))

    raw = fact_entry(event, TOKEN, FACT, instant_of(event.time, event.timeprecision))

    entry = FactEntry.model_validate_json(raw)
    assert entry.data == REQUIRED.get(kind, {}) | {"unit": "U"}
    assert raw == encode(decode(raw))


def test_instants_of_the_data_are_told_in_utc_to_the_second() -> None:
    entry = entry_of(type="case.received", data={"appointment_at": "2026-01-13T16:30:00.999+07:00"})

    assert entry["data"] == {"appointment_at": "2026-01-13T09:30:00Z"}


def test_parts_of_a_second_are_cut_off() -> None:
    assert entry_of(time="2026-01-05T10:00:00.999999+07:00")["time"] == "2026-01-05T03:00:00Z"


@pytest.mark.parametrize(
    ("time", "end"),
    [
        ("2026-01-05T00:00:00+07:00", "2026-01-05T17:00:00Z"),
        ("2026-01-05T23:59:59+07:00", "2026-01-05T17:00:00Z"),
        ("2026-01-05T10:00:00Z", "2026-01-06T00:00:00Z"),
        ("2026-01-05T20:00:00-05:00", "2026-01-06T05:00:00Z"),
        ("2026-12-31T12:00:00+07:00", "2026-12-31T17:00:00Z"),
    ],
)
def test_a_day_stands_for_its_end_in_the_offset_given(time: str, end: str) -> None:
    entry = entry_of(time=time, timeprecision="day")

    assert (entry["time"], entry["precision"]) == (end, "day")


def test_a_number_as_official_code_travels_as_text() -> None:
    assert entry_of(type="official.status_changed", data={"system": "portal", "code": 4})["data"]["code"] == "4"


def test_an_instant_that_utc_cannot_hold_names_its_field() -> None:
    event = EVENT.validate_json(message(type="case.received", data={"appointment_at": "9999-12-31T23:00:00-07:00"}))

    with pytest.raises(InstantOutOfRange) as error:
        fact_entry(event, TOKEN, FACT, datetime(2026, 1, 5, tzinfo=UTC))

    assert error.value.field == "data.appointment_at"
