"""Bad input to an import: each refused with its file and line, and every good row around it kept."""

from pathlib import Path

import pytest

from streams.importer.mapping import MappingRefused
from streams.importer.order import Fact, OrderRefused, arranged
from streams.wiring.logs import Refusal
from tests.importer_builders import (
    CASE,
    CLOSED,
    GOOD,
    HEADER,
    LOG,
    OPENED,
    TOLD,
    brief,
    imported,
    log_file,
    mapping_file,
)


def test_good_rows_become_events_in_the_zone_of_the_log(tmp_path: Path) -> None:
    done, entries = imported(log_file(tmp_path, *GOOD), mapping_file(tmp_path))

    assert (done.facts, done.refused, brief(entries)) == (3, [], TOLD)
    assert entries[0]["data"] == {"unit": "north"}


@pytest.mark.parametrize(
    "form",
    [{"bom": b"\xef\xbb\xbf"}, {"end": "\r\n"}, {"bom": b"\xef\xbb\xbf", "end": "\r\n"}, {"end": "\r"}],
    ids=["byte-order mark", "Windows", "both", "old Macintosh"],
)
def test_a_byte_order_mark_and_other_line_ends_are_read_over(tmp_path: Path, form: dict[str, str]) -> None:
    done, entries = imported(log_file(tmp_path, *GOOD, **form), mapping_file(tmp_path))  # type: ignore[arg-type]

    assert (done.refused, brief(entries)) == ([], TOLD)


@pytest.mark.parametrize("cell", ["31/12/2026 10:00", "yesterday", "2026-01-05T10:00:00", "01/05/2026", "0"])
def test_a_broken_date_is_refused_with_its_line_and_the_rows_around_it_are_kept(tmp_path: Path, cell: str) -> None:
    log = log_file(tmp_path, GOOD[0], f"a-9,north,{cell},", GOOD[1])

    done, entries = imported(log, mapping_file(tmp_path))

    why = "column opened does not read as a time in the form %m/%d/%Y %H:%M"
    assert (done.refused, brief(entries)) == ([Refusal(3, why, "opened")], TOLD)


def test_a_broken_date_in_one_column_spares_the_other_events_of_its_row(tmp_path: Path) -> None:
    log = log_file(tmp_path, "a-1,north,01/05/2026 10:00,soon")

    done, entries = imported(log, mapping_file(tmp_path))

    assert ([each.line for each in done.refused], brief(entries)) == ([2], TOLD[:1])


def test_an_empty_cell_makes_no_event_and_no_field(tmp_path: Path) -> None:
    done, entries = imported(log_file(tmp_path, "a-1, ,01/05/2026 10:00,"), mapping_file(tmp_path))

    assert (done.refused, brief(entries)) == ([], TOLD[:1])
    assert entries[0]["data"] == {}


def test_a_short_row_has_empty_cells_and_a_long_one_loses_nothing(tmp_path: Path) -> None:
    log = log_file(tmp_path, "a-1,north,01/05/2026 10:00", GOOD[1] + ",more,and more")

    done, entries = imported(log, mapping_file(tmp_path))

    assert (done.refused, brief(entries)) == ([], TOLD[:2])


def test_a_row_that_names_no_case_is_refused(tmp_path: Path) -> None:
    done, entries = imported(log_file(tmp_path, " ,north,01/05/2026 10:00,", *GOOD), mapping_file(tmp_path))

    why = "column id is empty, so the row names no case"
    assert (done.refused, brief(entries)) == ([Refusal(2, why, "id")], TOLD)


@pytest.mark.parametrize("number", ["001234567890", "079204001234"])
def test_a_subject_of_twelve_digits_is_refused_without_quoting_it(tmp_path: Path, number: str) -> None:
    done, entries = imported(log_file(tmp_path, f"{number},north,01/05/2026 10:00,", *GOOD), mapping_file(tmp_path))

    assert [each.line for each in done.refused] == [2]
    assert "12 digits" in done.refused[0].why
    assert number not in done.refused[0].why
    assert brief(entries) == TOLD


def test_a_value_that_no_field_can_hold_is_refused_with_its_field(tmp_path: Path) -> None:
    log = log_file(tmp_path, GOOD[0], f"a-9,{'x' * 97},01/05/2026 10:00,", GOOD[1])

    done, entries = imported(log, mapping_file(tmp_path))

    (refused,) = done.refused
    assert (refused.line, refused.column, refused.why.startswith("case.received: data.unit: ")) == (3, "office", True)
    assert brief(entries) == TOLD


def test_a_row_told_twice_is_the_same_fact_twice(tmp_path: Path) -> None:
    done, entries = imported(log_file(tmp_path, GOOD[0], GOOD[0]), mapping_file(tmp_path))

    assert done.facts == 4
    assert len({each["fact"] for each in entries}) == 2


def test_a_file_told_twice_tells_each_fact_two_times(tmp_path: Path) -> None:
    done, entries = imported(log_file(tmp_path, *GOOD), mapping_file(tmp_path), twice=True)

    assert (done.facts, brief(entries)) == (6, [each for each in TOLD for _ in range(2)])


def test_a_quoted_cell_may_hold_line_ends_and_lines_are_still_counted(tmp_path: Path) -> None:
    log = log_file(tmp_path, 'a-9,"no\nrth",01/05/2026 10:00,', "a-8,north,never,", *GOOD)

    done, entries = imported(log, mapping_file(tmp_path))

    assert [each.line for each in done.refused] == [3, 4]
    assert brief(entries) == TOLD


@pytest.mark.parametrize(
    "header, missing", [("id,office,opened", "closed"), ("ID,office,opened,closed", "id"), ("", "closed, id, ")]
)
def test_a_missing_column_is_refused_before_any_row(tmp_path: Path, header: str, missing: str) -> None:
    log, mapping = log_file(tmp_path, *GOOD, header=header), mapping_file(tmp_path)

    with pytest.raises(MappingRefused) as refused:
        imported(log, mapping)

    assert str(refused.value).startswith(f"{log}, line 1: column {missing}")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.touch()

    with pytest.raises(MappingRefused, match="line 1: column closed, id, office, opened is missing"):
        imported(log, mapping_file(tmp_path))


def test_a_file_with_a_header_only_tells_nothing(tmp_path: Path) -> None:
    done, entries = imported(log_file(tmp_path), mapping_file(tmp_path))

    assert (done.facts, done.ticks, done.refused, entries) == (0, 0, [], [])


def test_another_encoding_is_refused_with_the_line_it_was_met_at(tmp_path: Path) -> None:
    log = log_file(tmp_path, *GOOD)
    log.write_bytes(log.read_bytes() + "a-3,Hà Nội,01/05/2026 10:00,\n".encode("utf-16-le"))

    with pytest.raises(MappingRefused, match="not utf-8-sig"):
        imported(log, mapping_file(tmp_path))


def test_another_encoding_may_be_named(tmp_path: Path) -> None:
    log = log_file(tmp_path)
    log.write_bytes((HEADER + "\na-3,Québec,01/05/2026 10:00,\n").encode("latin-1"))

    _, entries = imported(log, mapping_file(tmp_path, LOG + 'encoding = "latin-1"\n', CASE, OPENED, CLOSED))

    assert entries[0]["data"] == {"unit": "Québec"}


@pytest.mark.parametrize("day", ["03/08/2026", "11/01/2026", "01/05/2026"])
def test_a_day_stands_for_its_own_24_00_also_when_the_clocks_change(tmp_path: Path, day: str) -> None:
    opened = OPENED.replace(" %H:%M", "") + 'precision = "day"\n'
    ends = {"03/08/2026": "2026-03-09T04:00:00Z", "11/01/2026": "2026-11-02T05:00:00Z", "01/05/2026": TOLD[0][2]}
    ends["01/05/2026"] = "2026-01-06T05:00:00Z"

    _, entries = imported(log_file(tmp_path, f"a-1,north,{day},"), mapping_file(tmp_path, LOG, CASE, opened))

    assert [(each["time"], each["precision"]) for each in entries] == [(ends[day], "day")]


@pytest.mark.parametrize("day", ["01/01/0001", "01/01/1023", "12/31/9999"])
def test_a_year_that_no_system_can_mean_is_refused_with_its_line(tmp_path: Path, day: str) -> None:
    log = log_file(tmp_path, GOOD[0], f"a-9,north,{day} 23:00,", GOOD[1])

    done, entries = imported(log, mapping_file(tmp_path))

    assert ([each.line for each in done.refused], brief(entries)) == ([3], TOLD)


@pytest.mark.parametrize("day", ["01/01/1899", "01/01/2500"])
def test_a_day_that_the_calendar_does_not_reach_is_refused_with_its_line(tmp_path: Path, day: str) -> None:
    """Systems write such dates for *none*."""
    log = log_file(tmp_path, GOOD[0], f"a-9,north,{day} 23:00,", GOOD[1])

    done, entries = imported(log, mapping_file(tmp_path), tick_seconds=28 * 86_400)

    assert ([each.line for each in done.refused], brief(entries)) == ([3], TOLD)


# Order


FACTS = [Fact(at, line, b"", "x") for line, at in enumerate([30, 10, 20, 10])]


def test_orders_tell_the_same_facts() -> None:
    found = {
        order: [fact.line for fact in arranged(FACTS, order, twice=False)] for order in ("file", "time", "reversed")
    }

    assert found == {"file": [0, 1, 2, 3], "time": [1, 3, 2, 0], "reversed": [0, 2, 3, 1]}
    assert sorted(arranged(FACTS, "shuffled:7", twice=False)) == sorted(FACTS)
    assert arranged(FACTS, "shuffled:7", twice=False) == arranged(FACTS, "shuffled:7", twice=False)


@pytest.mark.parametrize("order", ["random", "shuffled", "shuffled:", "Time", ""])
def test_an_order_that_is_none_is_refused(order: str) -> None:
    with pytest.raises(OrderRefused):
        arranged(FACTS, order, twice=False)


def test_lots_and_parcels_stand_in_the_file_as_pseudonyms(tmp_path: Path) -> None:
    sent = '[[event]]\ntype = "card.dispatched"\ntime = "{opened}"\nformat = "%m/%d/%Y %H:%M"\n'
    mapping = mapping_file(tmp_path, LOG, CASE, sent + 'data = { lot = "{closed}", parcel = "{closed}" }\n')
    log = log_file(tmp_path, "a-1,north,01/05/2026 10:00,0010 9900 1234", "a-2,north,01/05/2026 10:00,0010 9900 1234")

    _, told = imported(log, mapping, plain_ids=False)
    _, plain = imported(log, mapping)

    assert {each["data"]["lot"] for each in plain} == {"0010 9900 1234"}
    assert len({each["data"]["lot"] for each in told}) == len({each["data"]["parcel"] for each in told}) == 1
    assert not [each for each in told if "9900" in str(each["data"])]


def test_a_quotation_mark_that_is_not_closed_hides_no_rows(tmp_path: Path) -> None:
    log = log_file(tmp_path, 'a-8,"north,01/05/2026 10:00,', *GOOD, 'a-9,no"rth,01/05/2026 10:00,')

    done, entries = imported(log, mapping_file(tmp_path))

    assert [each.line for each in done.refused] == [2]
    assert "a quotation mark is not closed" in done.refused[0].why
    assert entries == []
