"""Intake: the table of bad inputs, each tried, and what becomes of the good ones around them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.entries import FactEntry
from streams.pipeline.dead_letters import Original, parse, restore
from streams.pipeline.tokens import fact_id_of, key_hash_of, token_of
from tests.bad_inputs import BAD, ODD, SUBJECT
from tests.intake_builders import (
    APPENDED_AT,
    CODES,
    LETTERS,
    TOKEN_KEY,
    as_read,
    entries_of,
    intake,
    message,
    on,
    record,
)

TOKEN = token_of(TOKEN_KEY, SUBJECT)


@pytest.mark.parametrize("name", BAD)
def test_bad_input_becomes_a_dead_letter_that_restores_it_and_quotes_nothing(name: str) -> None:
    value, path, reason = BAD[name]
    bad = record(
        value, partition=3, offset=77, key=b"citizen 0912345678", headers=(("trace", b"\x00\xff"), ("empty", b""))
    )

    out = intake().step([bad])

    assert [one.topic for one in out] == ["t.dead-letters"]
    letter = parse(as_read(out[0]))
    assert (letter.topic, letter.partition, letter.offset, letter.timestamp) == ("t.submission", 3, 77, APPENDED_AT)
    assert (letter.path, letter.reason) == (path, reason)
    assert restore(letter, LETTERS) == Original(bad.key, bad.value, bad.headers)
    assert out[0].key == key_hash_of(TOKEN_KEY, b"citizen 0912345678")
    told = repr((out[0].key, out[0].headers))
    assert not any(secret in told for secret in ("Nguyen", "0912345678", "001095012345", "912345678", SUBJECT[8:]))


@pytest.mark.parametrize("name", ODD)
def test_odd_input_is_accepted(name: str) -> None:
    topic, value = ODD[name]

    out = intake().step([record(value, topic=topic)])

    assert [one.topic for one in out] == ["t.log", "t.codes"]


@pytest.mark.parametrize("key", [None, b"", b"\xff"])
def test_any_key_is_accepted_and_none_passes(key: bytes | None) -> None:
    out = intake().step([record(message(), key=key)])

    assert {one.key for one in out} == {TOKEN.encode()}


def test_every_good_record_around_the_bad_ones_is_handled() -> None:
    bad = [value for value, _, _ in BAD.values()]
    records = []
    for number, value in enumerate(bad):
        records.append(record(message(id=f"good-{number}"), offset=2 * number))
        records.append(record(value, offset=2 * number + 1))

    out = intake().step(records)

    good = [fact_id_of(TOKEN_KEY, "urn:hoso:onestop:H26-01", f"good-{number}") for number in range(len(bad))]
    assert [entry["fact"] for entry in entries_of(out)] == good
    assert [parse(as_read(one)).offset for one in on("dead-letters", out)] == [2 * n + 1 for n in range(len(bad))]
    assert len(out) == 2 * len(bad) + 1


def test_an_entry_is_valid_and_keyed_by_its_token() -> None:
    (entry,) = on("log", intake().step([record(message())]))

    assert entry.key == TOKEN.encode()
    assert FactEntry.model_validate_json(entry.value or b"").case == TOKEN


def test_the_code_is_sealed_and_opens_with_the_codes_key() -> None:
    (code,) = on("codes", intake().step([record(message(subject=SUBJECT + " "))]))

    assert code.key == TOKEN.encode()
    assert CODES.open(code.value or b"") == SUBJECT.encode()


def test_a_code_is_emitted_once_while_its_token_is_remembered() -> None:
    step = intake(cases_max=2).step
    subjects = ["dossier:a", "dossier:b", "dossier:a", "dossier:c", "dossier:a", "dossier:b"]

    counts = [len(on("codes", step([record(message(subject=one))]))) for one in subjects]

    # b was used longest ago when c came, so b alone is emitted again.
    assert counts == [1, 1, 0, 1, 0, 1]


def test_a_refused_record_emits_no_code() -> None:
    step = intake().step
    bad = message(type="case.received", data={"appointment_at": "9999-12-31T23:00:00-07:00"})

    assert on("codes", step([record(bad)])) == []
    assert len(on("codes", step([record(message())]))) == 1


def test_the_bound_of_time_is_the_append_time_and_the_tolerance() -> None:
    late = message(time="2026-01-06T00:05:01Z")
    step = intake(tolerance_seconds=300).step

    out = step([record(late), record(late, timestamp=APPENDED_AT + 1000), record(late)])

    assert [one.topic for one in out] == ["t.dead-letters", "t.log", "t.codes", "t.dead-letters"]


def test_a_simulated_clock_bounds_time_by_its_own_end() -> None:
    step = intake(simulated=True, until=datetime(2030, 1, 1, tzinfo=UTC)).step

    out = step([record(message(time="2030-01-01T00:00:00Z")), record(message(time="2030-01-01T00:00:01Z"))])

    assert [one.topic for one in out] == ["t.log", "t.codes", "t.dead-letters"]


def test_the_schema_version_of_a_dead_letter_is_told_where_it_can_be_read() -> None:
    values: list[Any] = [
        BAD["newer schema"][0],
        message(dataschema="urn:hoso:case.completed:1", x=1),
        message(x=1),
        b"?",
    ]

    out = intake().step([record(value) for value in values])

    assert [parse(as_read(one)).schema_version for one in out] == [2, 1, None, None]


def test_the_limit_of_size_is_exact() -> None:
    size = len(message())

    assert on("dead-letters", intake(message_bytes_max=size).step([record(message())])) == []
    assert len(on("dead-letters", intake(message_bytes_max=size - 1).step([record(message())]))) == 1
