"""From records to rows: one row a record, the newest of each case and code, and no value in an error."""

from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from streams.adapters.statements import split
from streams.ports import Record
from streams.sinks.rows import (
    CASE_COLUMNS,
    CLOSING_COLUMNS,
    CODE_COLUMNS,
    ENTRY_COLUMNS,
    FLAG_COLUMNS,
    LINE_COLUMNS,
    SOFTWARE_COLUMNS,
    Unreadable,
    instant_of,
    milliseconds_of,
    pack_headers,
    rows_of,
    unpack_headers,
)
from streams.sinks.statements import QUERIES, load
from tests.archive_builders import APPENDED, PREFIX, RULES, TOKEN, case, code, entry_record, fact, flag, tick


def test_a_fact_becomes_a_row_of_its_case() -> None:
    record = fact(7, partition=3)

    [row] = rows_of([record], PREFIX).entries

    assert dict(zip(ENTRY_COLUMNS, row, strict=True)) == {
        "log_partition": 3,
        "log_offset": 7,
        "appended_at": datetime(2026, 1, 5, 3, 0, 7, 130_000, tzinfo=UTC),
        "type": "case.completed",
        "case_token": TOKEN,
        "at": datetime(2026, 1, 5, 3, tzinfo=UTC),
        "headers": None,
        "body": record.value,
    }


def test_control_entries_belong_to_no_case_and_only_ticks_have_an_instant() -> None:
    rules = entry_record(1, {"type": "rules.activated", "hash": RULES, "content": {}})

    rows = [dict(zip(ENTRY_COLUMNS, row, strict=True)) for row in rows_of([tick(0), rules], PREFIX).entries]

    assert [row["case_token"] for row in rows] == [None, None]
    assert [row["at"] for row in rows] == [datetime(2026, 1, 14, tzinfo=UTC), None]


def test_a_flag_becomes_a_row_with_where_and_by_what_it_was_judged() -> None:
    record = flag(0, cycle=2, version=3, basis=None)

    [row] = rows_of([record], PREFIX).flag_changes

    named = dict(zip(FLAG_COLUMNS, row, strict=True))
    assert (named["cycle"], named["version"], named["class"], named["rule"]) == (2, 3, "overdue", None)
    assert named["since_at"] == datetime(2026, 1, 13, 10, tzinfo=UTC)
    assert named["judged_at"] == datetime(2026, 1, 14, tzinfo=UTC)
    assert (named["log_partition"], named["log_offset"]) == (3, 41)
    assert (named["engine"], named["rules"], named["source"], named["body"]) == ("1", RULES, None, record.value)


def test_the_source_of_a_flag_is_kept_where_its_body_names_one() -> None:
    record = flag(0)
    named = record._replace(value=(record.value or b"")[:-1] + b',"source":"card-dispatch"}')

    [row] = rows_of([named], PREFIX).flag_changes

    assert dict(zip(FLAG_COLUMNS, row, strict=True))["source"] == "card-dispatch"


def test_what_people_made_of_a_flag_is_kept_as_its_status() -> None:
    life = {"status": "disputed", "since": "2026-01-14T08:00:00+07:00", "until": None}
    record = flag(0, life={**life, "by": "urn:hoso:unit:x", "reason": "seen", "evidence": None})

    [row] = rows_of([record], PREFIX).flag_changes

    assert dict(zip(FLAG_COLUMNS, row, strict=True))["life"] == "disputed"


def status(offset: int = 0, **fields: Any) -> Record:
    data = {"system": "portal", "code": "9", "ended_at": "2026-01-13T10:00:00Z"}
    return fact(offset, **{"type": "official.status_changed", "time": "2026-01-14T01:00:00Z", "data": data, **fields})


def test_a_closing_is_a_row_of_its_moment_and_its_declared_end() -> None:
    rows = rows_of([status(0), fact(1)], PREFIX)

    assert len(rows.entries) == 2
    assert [dict(zip(CLOSING_COLUMNS, row, strict=True)) for row in rows.closings] == [
        {
            "case_token": TOKEN,
            "system": "portal",
            "code": "9",
            "closed_at": datetime(2026, 1, 14, 1, tzinfo=UTC),
            "declared_end_at": datetime(2026, 1, 13, 10, tzinfo=UTC),
        }
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"precision": "day"},
        {"data": {"system": "portal", "code": "9"}},
        {"type": "official.observed"},
    ],
    ids=["a day alone", "no end declared", "a line of a snapshot"],
)
def test_what_tells_no_moment_of_closing_is_no_closing(fields: dict[str, Any]) -> None:
    assert rows_of([status(**fields)], PREFIX).closings == []


def test_a_heartbeat_is_a_row_of_its_sources_software() -> None:
    data = {"sent_up_to": "2026-01-05T03:00:00Z", "software": "onestop-3.2.1"}
    beat = fact(0, type="source.heartbeat", time="2026-01-05T03:00:10Z", source="urn:hoso:onestop:H26-01", data=data)

    rows = rows_of([beat, fact(1)], PREFIX)

    assert [dict(zip(SOFTWARE_COLUMNS, row, strict=True)) for row in rows.software] == [
        {
            "source": "urn:hoso:onestop:H26-01",
            "software": "onestop-3.2.1",
            "since_at": datetime(2026, 1, 5, 3, 0, 10, tzinfo=UTC),
        }
    ]


COUNTED = {
    "leg": None, "reported": "late", "reported_unit": "G01.801.002", "reported_end": "2026-01-14", "evidence": "unsure",
    "unit": "G01.801.001", "ended": None, "cause": "insufficient",
}  # fmt: skip


def lines_of(record: Record) -> list[dict[str, Any]]:
    return [dict(zip(LINE_COLUMNS, row, strict=True)) for row in rows_of([record], PREFIX).lines[TOKEN]]


def test_how_a_case_counts_is_a_row_also_where_it_is_not_counted() -> None:
    about = {"case_token": TOKEN, "leg": "", "version": 1, "is_rated": True, "procedure": "card", "rule": "card-2023"}

    [counted], [uncounted] = lines_of(case(counts=[COUNTED])), lines_of(case())

    assert counted == {**about, **COUNTED, "leg": "", "reported_end": date(2026, 1, 14)}
    assert uncounted == about | dict.fromkeys(LINE_COLUMNS[len(about) :])


def test_the_whole_of_a_group_stands_in_no_rate() -> None:
    leg: dict[str, Any] = {"leg": "birth", "unit": None, "official": [], "due": None, "ended": None, "verdict": "open"}

    rows = lines_of(case(counts=[COUNTED, {**COUNTED, "leg": "birth"}], legs=[leg]))

    assert [(row["leg"], row["is_rated"]) for row in rows] == [("", False), ("birth", True)]


SINCE = {"owner": "unit", "since": "2026-01-05T10:00:00+07:00", "until": None}
ENDED = {**SINCE, "until": "2026-01-06T10:00:00+07:00"}
STRETCH: dict[str, Any] = {"stage": "processing", "unit": None, "taken": None}


@pytest.mark.parametrize(
    "fields, found",
    [
        ({}, (None, None, None)),
        ({"held": [{**STRETCH, **ENDED}, {**STRETCH, **SINCE, "owner": "ministry"}]}, ("processing", "ministry")),
        ({"held": [{**STRETCH, **ENDED, "taken": 1}], "waits": [{"what": "queue", **SINCE}]}, ("queue", "unit")),
        ({"held": [{**STRETCH, **SINCE}], "waits": [{"what": "otp", **SINCE}]}, ("processing", "unit")),
    ],
    ids=["nobody", "the last stretch", "what it waits for", "the clock goes before"],
)
def test_who_has_a_case_is_the_last_stretch_that_goes_on(fields: dict[str, Any], found: tuple[Any, ...]) -> None:
    [row] = rows_of([case(**fields)], PREFIX).cases.values()

    named = dict(zip(CASE_COLUMNS, row, strict=True))
    assert (named["held_stage"], named["held_owner"]) == found[:2]
    assert (named["held_since_at"] is None) == (found[0] is None)


@pytest.mark.parametrize(
    "state, flags, systems", [("processing", [], ["portal"]), ("done", [], []), ("processing", ["vanished"], [])]
)
def test_a_case_is_open_in_the_systems_that_show_it_so(state: str, flags: list[str], systems: list[str]) -> None:
    shown = {"system": "portal", "code": "4", "state": state, "since": "2026-01-05T10:00:00+07:00"}

    [row] = rows_of([case(official=[shown], flags=flags)], PREFIX).cases.values()

    assert dict(zip(CASE_COLUMNS, row, strict=True))["open_in"] == systems


def test_a_chunk_brings_each_case_and_each_code_once() -> None:
    rows = rows_of([case(0, version=2), case(1, version=3), case(2, version=1), code(0, b"a"), code(1, b"b")], PREFIX)

    [row] = rows.cases.values()
    assert dict(zip(CASE_COLUMNS, row, strict=True))["version"] == 3
    assert dict(zip(CODE_COLUMNS, rows.codes[TOKEN], strict=True)) == {"case_token": TOKEN, "sealed": b"b"}


def test_a_field_that_a_newer_worker_adds_is_no_trouble() -> None:
    record = case(0)
    grown = record._replace(value=(record.value or b"")[:-1] + b',"province":"79"}')

    assert grown.value in rows_of([grown], PREFIX).cases[TOKEN]


def test_a_missing_field_is_named_and_no_value_is_quoted() -> None:
    broken = case(4)._replace(value=b'{"case": "001099123456", "version": 1}')

    with pytest.raises(Unreadable, match=r"^record t\.cases\.current/0/4 lacks 'unit'$"):
        rows_of([broken], PREFIX)


def test_a_topic_that_is_not_ours_is_our_own_fault() -> None:
    with pytest.raises(AssertionError, match=r"t\.dead-letters is not archived"):
        rows_of([fact(0)._replace(topic=PREFIX + "dead-letters")], PREFIX)


@pytest.mark.parametrize("milliseconds", [0, 1, -1, APPENDED, 253_402_300_799_999])
def test_the_brokers_time_is_kept_to_the_millisecond(milliseconds: int) -> None:
    assert milliseconds_of(instant_of(milliseconds)) == milliseconds


def test_headers_are_kept_in_order_with_their_repeats() -> None:
    headers = (("b", b"\x00"), ("a", b""), ("b", b"again"))

    assert unpack_headers(pack_headers(headers)) == headers
    assert pack_headers(()) is None
    assert unpack_headers(None) == ()


def test_every_statement_is_described_and_loaded_by_its_name() -> None:
    text = "-- first --\n-- What it does.\nSELECT 1;\n\n-- second_one --\n-- As above.\nSELECT 2,\n    3;\n"

    assert split(text) == {"first": "SELECT 1;", "second_one": "SELECT 2,\n    3;"}
    for path in QUERIES.glob("*.sql"):
        assert described(path), path.name
    assert "advance_offsets" in load()


def described(path: Path) -> bool:
    lines = path.read_text().splitlines()
    return all(
        following.startswith("-- ")
        for line, following in pairwise(lines)
        if line.startswith("-- ") and line.endswith(" --")
    )
