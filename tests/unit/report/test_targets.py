"""Files of targets: what is read, what is refused, and which cases count."""

from datetime import date
from pathlib import Path

import pytest

from streams.report.targets import Target, TargetsRefused, read_targets
from tests.core_builders import at, vietnam

ROW = """[[target]]
name = "accounts of the campaign"
count = 176846
from = 2022-10-10
to = 2022-12-31
procedure = "eid"
units = ["G01.801"]
source = "plan 269"
"""
TARGET = Target(
    "accounts of the campaign", 176846, date(2022, 10, 10), date(2022, 12, 31), "taken", "eid", None, ("G01.801",),
    "plan 269",
)  # fmt: skip


def read(folder: Path, text: str) -> list[Target]:
    path = folder / "targets.toml"
    path.write_text(text)
    return read_targets(path)


def test_a_target_is_a_count_of_cases_that_reach_a_step(tmp_path: Path) -> None:
    assert read(tmp_path, ROW) == [TARGET]
    assert read(tmp_path, ROW + 'step = "handed_over"')[0].step == "handed_over"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected rows of"),
        ("a = 1", "expected rows of"),
        ("[[target]", "targets.toml"),
        ("target = [1]", "expected rows of"),
        (ROW.replace("2022-10-10", "2022-10-10T00:00:00"), "from: expected a day"),
        (ROW.replace("2022-12-31", "2022-12-31T08:00:00"), "to: expected a day"),
        (ROW.replace("count = 176846\n", ""), "count: expected a number"),
        (ROW.replace("176846", "0"), "above zero"),
        (ROW.replace("176846", "true"), "count: expected a number"),
        (ROW.replace("to = 2022-12-31", "to = 2022-01-01"), "not before"),
        (ROW + 'step = "flown"', "step flown: expected one of registered"),
        (ROW + 'where = "here"', "where not known"),
        (ROW.replace('["G01.801"]', '"G01.801"'), "a list of codes"),
        (ROW.replace('"eid"', "7"), "procedure: expected a text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_row(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(TargetsRefused, match=told):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("when", "procedure", "unit", "counts"),
    [
        ("2022-10-10 00:00", "eid", "G01.801", True),
        ("2022-12-31 23:59", "eid", "G01.801.007", True),
        ("2022-10-09 23:59", "eid", "G01.801", False),
        ("2023-01-01 00:00", "eid", "G01.801", False),
        ("2022-11-01 08:00", "card", "G01.801", False),
        ("2022-11-01 08:00", "eid", "G01.802", False),
    ],
)
def test_a_case_counts_by_its_day_procedure_and_unit(when: str, procedure: str, unit: str, counts: bool) -> None:
    calendar = vietnam().calendar

    assert TARGET.counts(procedure, None, unit, {"taken": at(when)}, calendar) is counts
    assert not TARGET.counts(procedure, None, unit, {"ready": at(when)}, calendar)
