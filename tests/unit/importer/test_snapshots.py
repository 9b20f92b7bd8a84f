"""Exports that hold all cases of a system: the end of each is told behind its lines, and who is in one and not in the
next has vanished."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import decode
from streams.importer.mapping import MappingRefused, load_mapping
from streams.importer.to_topics import as_event
from streams.wiring.logs import Imported, Snapshot, read_foreign
from tests.importer_builders import imported, log_file, mapping_file
from tests.intake_builders import intake, record
from tests.unit.test_cli import run

LOG = '[log]\nzone = "Asia/Ho_Chi_Minh"\nsource = "urn:portal:export"\n'
CASE = '[case]\nsubject = "dossier:{code}"\nunit = "G01.801.001"\nprocedure = "card"\n'
SNAPSHOT = '[snapshot]\nsystem = "portal"\n'
BY_COLUMN = SNAPSHOT + 'at = "{taken}"\nformat = "register"\n'
LINE = '[[event]]\ntype = "official.observed"\ndata = { code = "{status}" }\n'
HEADER = "code,status,taken"
KEY = "a key for two exports of one portal"
LAW = Path(__file__).parents[3] / "streams" / "rules" / "vn"


def told(folder: Path, *rows: str, tables: tuple[str, ...] = (LOG, CASE, BY_COLUMN, LINE), **options: Any) -> Any:
    done, entries = imported(log_file(folder, *rows, header=HEADER), mapping_file(folder, *tables), **options)
    return done, entries


def ends(entries: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    return [(each["snapshot"], each["ended"], each["complete"]) for each in entries if each["type"] == "snapshot.ended"]


def test_a_file_is_one_snapshot_taken_at_its_newest_row(tmp_path: Path) -> None:
    done, entries = told(tmp_path, "a,4,05/01/2026 17:58:00", "b,4,05/01/2026 18:00:00", "c,2,")

    assert ends(entries) == [("2026-01-05T11:00:00Z", "2026-01-05T11:00:00Z", True)]
    assert entries[-1]["type"] == "snapshot.ended"
    assert {(each["time"], each["data"]["snapshot"], each["data"]["system"]) for each in entries[:-1]} == {
        ("2026-01-05T11:00:00Z", "2026-01-05T11:00:00Z", "portal")
    }
    assert (done.facts, done.snapshots) == (3, (Snapshot("2026-01-05T11:00:00Z", 3, 0),))


@pytest.mark.parametrize(
    "given, instant",
    [
        ("2026-01-05T18:00", "2026-01-05T11:00:00Z"),
        ("2026-01-05T18:00+00:00", "2026-01-05T18:00:00Z"),
        # A day stands for its end.
        ("2026-01-05", "2026-01-05T17:00:00Z"),
    ],
)
def test_where_no_column_tells_the_caller_says_when_it_was_taken(tmp_path: Path, given: str, instant: str) -> None:
    _, entries = told(tmp_path, "a,4,", "b,4,", tables=(LOG, CASE, SNAPSHOT, LINE), snapshot_at=given)

    assert ends(entries) == [(instant, instant, True)]
    assert {each["time"] for each in entries[:-1]} == {instant}


def test_a_file_may_hold_several_by_name(tmp_path: Path) -> None:
    by_name = BY_COLUMN + 'name = "export {taken}"\n'

    _, entries = told(tmp_path, "a,4,05/01/2026", "b,4,05/01/2026", "a,4,06/01/2026", tables=(LOG, CASE, by_name, LINE))

    assert ends(entries) == [
        ("export 05/01/2026", "2026-01-05T17:00:00Z", True),
        ("export 06/01/2026", "2026-01-06T17:00:00Z", True),
    ]


@pytest.mark.parametrize("order", ["time", "file", "reversed", "shuffled:3"])
def test_an_end_stands_behind_the_last_of_its_lines_in_any_order(tmp_path: Path, order: str) -> None:
    rows = [f"{code},4,{day:02}/01/2026" for day in (5, 6, 7) for code in "abcd"]

    _, entries = told(tmp_path, *rows, tables=(LOG, CASE, BY_COLUMN + 'name = "{taken}"\n', LINE), order=order)

    for name, _, _ in ends(entries):
        of_it = [each.get("snapshot") or each["data"]["snapshot"] for each in entries]
        last = max(index for index, snapshot in enumerate(of_it) if snapshot == name)
        assert entries[last]["type"] == "snapshot.ended"
    assert len(ends(entries)) == 3


@pytest.mark.parametrize("bad", ["001099001234,4,05/01/2026", ",4,05/01/2026", "c,,05/01/2026"])
def test_a_snapshot_with_a_row_that_was_refused_is_not_told_as_complete(tmp_path: Path, bad: str) -> None:
    by_name = BY_COLUMN + 'name = "{taken}"\n'

    done, entries = told(tmp_path, "a,4,05/01/2026", bad, "a,4,06/01/2026", tables=(LOG, CASE, by_name, LINE))

    assert [(name, complete) for name, _, complete in ends(entries)] == [("05/01/2026", False), ("06/01/2026", True)]
    assert done.snapshots[0] == Snapshot("05/01/2026", 2, 1)


@pytest.mark.parametrize("bad", ["c,4,yesterday", "c,4,"])
def test_of_a_row_that_may_be_in_any_snapshot_none_is_complete(tmp_path: Path, bad: str) -> None:
    by_name = BY_COLUMN + 'name = "{taken}"\n'

    done, entries = told(tmp_path, "a,4,05/01/2026", bad, "a,4,06/01/2026", tables=(LOG, CASE, by_name, LINE))

    assert [complete for _, _, complete in ends(entries)] == [False, False]
    assert [each.line for each in done.refused] == [3]


def test_a_file_without_rows_tells_of_no_snapshot(tmp_path: Path) -> None:
    done, entries = told(tmp_path, tables=(LOG, CASE, SNAPSHOT, LINE), snapshot_at="2026-01-05")

    assert (entries, done.snapshots) == ([], ())


def test_to_the_topics_it_goes_as_the_event_that_the_controller_is_told(tmp_path: Path) -> None:
    log = log_file(tmp_path, "a,4,05/01/2026 18:00", header=HEADER)
    read = read_foreign(log, load_mapping(mapping_file(tmp_path, LOG, CASE, BY_COLUMN, LINE)), as_event, lambda _: None)

    ((said,),) = [
        intake().step([record(end.fact.payload, topic="official-status")]) for end in read.ends
    ]  # fmt: skip

    assert said.topic.endswith("control")
    assert {name: decode(said.value or b"")[name] for name in ("system", "snapshot", "ended", "complete")} == {
        "system": "portal",
        "snapshot": "2026-01-05T11:00:00Z",
        "ended": "2026-01-05T11:00:00Z",
        "complete": True,
    }


REFUSED = {
    "no line": ((BY_COLUMN, LINE.replace("observed", "status_changed") + 'time = "{taken}"\n'), "no [[event]] of type"),
    "a time of its own": ((BY_COLUMN, LINE + 'time = "{taken}"\n'), "[snapshot] at tells when it was seen: leave time"),
    "a name of its own": ((BY_COLUMN, LINE.replace("{ code", '{ snapshot = "x", code')), "[snapshot] tells them"),
    "no system": (("[snapshot]\n", LINE), "system is needed"),
    "a system by column": (('[snapshot]\nsystem = "{s}"\n', LINE), "is a name and no column"),
    "a field of none": ((BY_COLUMN + 'zone = "UTC"\n', LINE), "unknown field zone; known are at, format, name, "),
    "a precision of none": ((BY_COLUMN + 'precision = "hour"\n', LINE), "precision hour is neither"),
    "an event of no case": ((LINE.replace("observed", "snapshot_ended") + 'time = "{taken}"\n',), "tells of no case"),
}


@pytest.mark.parametrize("tables, why", REFUSED.values(), ids=REFUSED)
def test_a_mapping_that_cannot_be_meant_is_refused(tmp_path: Path, tables: tuple[str, ...], why: str) -> None:
    with pytest.raises(MappingRefused) as refused:
        load_mapping(mapping_file(tmp_path, LOG, CASE, *tables))

    assert why in str(refused.value)


BADLY_ASKED = {
    "nobody tells when": ((SNAPSHOT, LINE), None, "no column tells when it was taken (at): give --snapshot-at"),
    "no snapshot": ((LINE.replace("{ code", '{ system = "p", snapshot = "x", code') + 'time = "{taken}"\n',),
                    "2026-01-05", "has no [snapshot]"),
    "one instant for two": ((SNAPSHOT + 'name = "{taken}"\n', LINE), "2026-01-05", "holds 2 snapshots"),
    "no time": ((SNAPSHOT, LINE), "monday", "monday is no time like 2026-01-05"),
}  # fmt: skip


@pytest.mark.parametrize("tables, given, why", BADLY_ASKED.values(), ids=BADLY_ASKED)
def test_an_instant_that_cannot_be_meant_is_refused(
    tmp_path: Path, tables: tuple[str, ...], given: str | None, why: str
) -> None:
    with pytest.raises(MappingRefused) as refused:
        told(tmp_path, "a,4,05/01/2026", "b,4,06/01/2026", tables=(LOG, CASE, *tables), snapshot_at=given)

    assert why in str(refused.value)


# Through the commands: two exports, imported one after the other


def exported(name: str, taken: str, *codes: str) -> tuple[int, str]:
    Path(f"{name}.csv").write_text("code,status,taken\n" + "".join(f"{code},4,\n" for code in codes))
    Path("portal.toml").write_text(LOG + CASE + SNAPSHOT + LINE)
    words = ("import", f"{name}.csv", "--mapping", "portal.toml", "--to", f"{name}.jsonl", "--snapshot-at", taken)
    return run(*words, "--json", token_key=KEY)


def flags_of(*names: str) -> dict[str, int]:
    Path("all.jsonl").write_bytes(b"".join(Path(f"{name}.jsonl").read_bytes() for name in names))
    code, said = run("replay", "all.jsonl", "--rules", str(LAW), "--json")
    assert code == 0, said
    return {name: count for name, count in json.loads(said)["flags"].items() if name == "vanished"}


def test_who_is_in_the_first_export_and_not_in_the_second_has_vanished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    code, said = exported("monday", "2026-01-05T18:00", "d-1", "d-2", "d-3")
    exported("tuesday", "2026-01-06T18:00", "d-1", "d-3", "d-4")
    exported("wednesday", "2026-01-07T18:00", "d-1", "d-2", "d-3", "d-4")

    assert (code, json.loads(said)["snapshots"]) == (0, 1)
    assert flags_of("monday") == {}
    assert flags_of("monday", "tuesday") == {"vanished": 1}
    assert flags_of("monday", "tuesday", "wednesday") == {}


def test_nobody_vanishes_by_an_export_with_rows_that_could_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    exported("monday", "2026-01-05T18:00", "d-1", "d-2")
    code, said = exported("tuesday", "2026-01-06T18:00", "d-1", "001099001234")

    assert code == 3
    assert "told as not complete: nobody has vanished by it" in said
    assert flags_of("monday", "tuesday") == {}


def test_imported_is_what_it_was_for_a_log_that_is_no_snapshot(tmp_path: Path) -> None:
    line = LINE.replace("{ code", '{ system = "portal", snapshot = "{taken}", code') + 'time = "{taken}"\n'
    done, entries = told(tmp_path, "a,4,2026-01-05T18:00", tables=(LOG, CASE, line))

    assert isinstance(done, Imported)
    assert (done.snapshots, ends(entries), len(entries)) == ((), [], 1)
