"""Registers of any content: days read as they were meant, bad cells refused alone, and no person leaves with a row."""

import csv
import re
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.importer.forms import PRESETS, read_form
from tests.register_builders import CODE, HEADER, adapted

days = st.dates(date(2000, 1, 1), date(2026, 3, 31))
# What people type, paste and mean: numbers of persons, phones, codes, days, and any text at all.
cells = st.one_of(
    st.text(max_size=20),
    st.from_regex(r"\A0\d{11}\Z"),
    st.from_regex(r"\A0[235789]\d{8}\Z"),
    st.from_regex(r"\AG01\.80[1-9]\.001-260[1-3]0[1-9]-\d{6}\Z"),
    days.map(lambda day: f"{day:%d/%m/%Y}"),
    st.sampled_from(["", "Công dân", "PT-0012", "Trần Thị Bê"]),
)
rows = st.lists(st.tuples(cells, cells, cells, cells), max_size=6)


@given(days, st.times(min_value=time(0, 1)).map(lambda at: at.replace(second=0, microsecond=0)))
def test_a_day_is_read_as_it_was_meant_in_every_form(day: date, at: time) -> None:
    for form in PRESETS["register"]:
        moment = datetime.combine(day, at if "%H" in form or form == "iso" else time.min)
        text = moment.isoformat() if form == "iso" else moment.strftime(form)

        assert read_form(text, PRESETS["register"]) == moment


@settings(max_examples=200, deadline=None)
@given(rows)
def test_every_row_is_told_or_refused_and_no_person_leaves_with_it(rows: list[tuple[str, ...]]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "register.csv"
        with file.open("w", encoding="utf-8", newline="", errors="replace") as opened:
            writer = csv.writer(opened)
            writer.writerow(HEADER.split(","))
            writer.writerows(rows)

        events, refused = adapted(file)

    told = repr(events) + repr(refused)
    assert len(events) + len(refused) <= len(rows)
    assert not re.search(r"(?<!\d)(0\d{11}|0[235789]\d{8})(?!\d)", told)
    assert "Trần" not in told


@settings(max_examples=100, deadline=None)
@given(days, st.integers(0, 999_999), st.integers(0, 9999))
def test_a_row_as_it_should_be_is_always_told(day: date, number: int, slip: int) -> None:
    code = f"{CODE[:-6]}{number:06d}"
    with TemporaryDirectory() as folder:
        file = Path(folder) / "register.csv"
        file.write_text(f"{HEADER}\n{code},{day.day}/{day.month}/{day.year},{slip:04d},\n", encoding="utf-8")

        events, refused = adapted(file)

    assert refused == []
    assert [(each["subject"], each["time"]) for each in events] == [
        (f"dossier:{code}", f"{day.isoformat()}T23:59:59+07:00")
    ]
