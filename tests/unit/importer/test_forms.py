"""Forms of time: which of several a cell has, and what none of them may read."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from streams.importer.forms import PRESETS, FormRefused, forms_of, read_form
from tests.importer_builders import CASE, LOG, OPENED, imported, log_file, mapping_file

TEN = datetime(2026, 1, 5, 10, 7, 9)  # noqa: DTZ001
DAY = TEN.replace(hour=0, minute=0, second=0)

READ = {
    ("dvcqg", "20260105100709"): TEN,
    ("dvcqg", "2026-01-05T10:07:09"): TEN,
    ("dvcqg", "2026-01-05T10:07:09.5"): TEN.replace(microsecond=500_000),
    ("dvcqg", "2026-01-05T10:07:09.1234567+07:00"): TEN.replace(
        microsecond=123_456, tzinfo=timezone(timedelta(hours=7))
    ),
    ("dvcqg", "2026-01-05T10:07:09Z"): TEN.replace(tzinfo=UTC),
    ("dvcqg", "2026-01-05 10:07:09"): TEN,
    ("dvcqg", "2026-01-05"): None,
    ("dvcqg", "05/01/2026"): None,
    # A digit is missing: nothing says which.
    ("dvcqg", "2026010510079"): None,
    ("dvcqg", "202601051007"): None,
    ("dvcqg", "20260105T100709"): None,
    ("dvcqg", "2026-W02-1T10:00"): None,
    ("register", "05/01/2026"): DAY,
    ("register", "5/1/2026"): DAY,
    ("register", "2026-01-05"): DAY,
    ("register", "05/01/2026 10:07"): TEN.replace(second=0),
    ("register", "5/1/2026 10:07:09"): TEN,
    ("register", "2026-01-05 10:07"): TEN.replace(second=0),
    ("register", "2026-01-05 10:07:09"): TEN,
    ("register", "20260105100709"): TEN,
    ("register", "2026-01-05T10:07:09"): TEN,
    ("register", "05/01/26"): None,
    ("register", "5-1-2026"): None,
    ("register", "31/02/2026"): None,
    ("register", "46027"): None,
    ("register", "01/13/2026"): None,
    ("register", ""): None,
}


@pytest.mark.parametrize("preset, text", READ, ids=" ".join)
def test_a_preset_reads_its_forms_and_no_other(preset: str, text: str) -> None:
    assert read_form(text, PRESETS[preset]) == READ[preset, text]


def test_the_first_form_that_fits_is_taken() -> None:
    assert read_form("02/01/2026", ("%d/%m/%Y", "%m/%d/%Y")) == datetime(2026, 1, 2)  # noqa: DTZ001
    assert read_form("02/01/2026", ("%m/%d/%Y", "%d/%m/%Y")) == datetime(2026, 2, 1)  # noqa: DTZ001


def test_a_preset_may_stand_in_a_list() -> None:
    assert forms_of(["%d.%m.%Y", "dvcqg"]) == ("%d.%m.%Y", *PRESETS["dvcqg"])


@pytest.mark.parametrize("form", ["dvcqc", "ISO", "", "dd/mm/yyyy"])
def test_a_form_that_is_none_is_refused(form: str) -> None:
    with pytest.raises(FormRefused, match="is none of dvcqg, register, iso"):
        forms_of(form)


def test_one_log_may_write_its_times_in_three_ways(tmp_path: Path) -> None:
    opened = OPENED.replace("%m/%d/%Y %H:%M", "dvcqg")
    log = log_file(
        tmp_path, "a,x,20260105100000,", "b,x,2026-01-05T10:00:00,", "c,x,2026-01-05 10:00:00,", "d,x,05/01/2026,"
    )

    done, entries = imported(log, mapping_file(tmp_path, LOG, CASE, opened))

    assert {each["time"] for each in entries} == {"2026-01-05T15:00:00Z"}
    (refused,) = done.refused
    assert refused.why == (
        "column opened does not read as a time in any of the forms %Y%m%d%H%M%S, iso, %Y-%m-%d %H:%M:%S"
    )


@pytest.mark.parametrize(
    "cell, time, precision",
    [
        ("2026-01-05", "2026-01-06T05:00:00Z", "day"),
        ("2026-01-05 00:00:00", "2026-01-06T05:00:00Z", "day"),
        ("2026-01-05 00:01", "2026-01-05T05:01:00Z", "second"),
        # Midnight in New York, told by another clock.
        ("2026-01-05T05:00:00Z", "2026-01-06T05:00:00Z", "day"),
        ("2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z", "second"),
    ],
)
def test_where_precision_is_auto_a_midnight_stands_for_its_day(
    tmp_path: Path, cell: str, time: str, precision: str
) -> None:
    opened = OPENED.replace("%m/%d/%Y %H:%M", "register") + 'precision = "auto"\n'

    _, entries = imported(log_file(tmp_path, f"a,x,{cell},"), mapping_file(tmp_path, LOG, CASE, opened))

    assert [(each["time"], each["precision"]) for each in entries] == [(time, precision)]


def test_an_instant_that_no_calendar_holds_is_refused(tmp_path: Path) -> None:
    opened = OPENED.replace("%m/%d/%Y %H:%M", "iso") + 'precision = "auto"\n'

    done, entries = imported(
        log_file(tmp_path, "a,x,0001-01-01T00:00:00+14:00,"), mapping_file(tmp_path, LOG, CASE, opened)
    )

    assert ([(each.line, each.column) for each in done.refused], entries) == ([(2, "opened")], [])
