"""`hoso report` and `hoso import official-score`, as they are typed: on a log of four cases, and on a district."""

import csv
import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from streams.cli import app
from streams.rules_file import VIETNAM, load_rules
from tests.core_builders import activation, at, completed, entry, official, ready, received, returned, tick

UNIT = "G01.801.001"
HEAD = "unit,period,figure,published_at,source\n"
TARGETS = '[[target]]\nname = "cards"\nprocedure = "card"\ncount = 3\nfrom = 2026-01-01\nto = 2026-01-31\n'


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.stdout, result.stderr


def a_case(name: str, *told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    opened = [received(case=name, appointment_at="2026-01-13 17:00"), completed(case=name)]
    shown = official("2", "2026-01-05 10:00", case=name)
    return [*opened, shown, *(dict(one) | {"case": name} for one in told)]


def complaint(fact: int, when: str) -> Mapping[str, Any]:
    return entry("complaint.filed", when, fact=fact, case="place", procedure=None)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """January and three days of February: one case falsely pending, two in time, one late; three complaints."""
    closed = official("9", "2026-01-12 11:00")
    entries = [
        activation(load_rules(VIETNAM)),
        *a_case("a", ready(), returned()),
        *a_case("b", ready(), returned(), closed),
        *a_case("c", ready(), returned(), closed),
        *a_case("d", ready("2026-01-15 09:00"), official("9", "2026-01-15 10:00")),
        complaint(1, "2026-01-20 09:00"),
        complaint(1, "2026-01-20 09:00"),
        complaint(2, "2026-01-21 09:00"),
        complaint(3, "2026-02-02 09:00"),
        tick(at("2026-02-03 12:00")),
    ]
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in entries))
    return path


def test_a_period_that_is_over_is_judged_at_its_end(log: Path) -> None:
    code, told, said = run("report", str(log), "--period", "2026-01", "--json")

    found = json.loads(told)
    assert (code, said) == (0, "")
    assert found["period"] == {
        "asked": "2026-01", "first": "2026-01-01", "last": "2026-01-31", "as_of": "2026-02-01T00:00:00+07:00",
        "is_over": True,
    }  # fmt: skip
    assert [found["rates"][0][name]["exact"] for name in ("rate",)] == ["1/2"]
    assert found["rates"][0]["evidence"]["low"]["exact"] == "3/4"
    assert found["complaints"] == [{"unit": UNIT, "complaints": 2, "repeated": True}]


def test_a_period_that_is_not_over_is_told_so_far(log: Path) -> None:
    code, told, said = run("report", str(log), "--period", "2026-02", "--json")

    assert code == 0
    assert json.loads(told)["period"]["as_of"] == "2026-02-03T12:00:00+07:00"
    assert "so far: the period is not over, told as of 2026-02-03T12:00:00+07:00" in said


def test_the_table_has_both_rates_and_the_causes(log: Path) -> None:
    code, told, _ = run("report", str(log), "--period", "2026-01")

    assert code == 0
    (shown,) = [line for line in told.splitlines() if line.startswith(UNIT) and "50.0 %" in line]
    assert shown.split() == [UNIT, "4", "50.0", "%", "4", "75.0", "%", "-25.00", "10.00", "15.00"]
    assert "done, and the system was not updated" in told


def test_a_published_figure_stands_beside_with_what_is_unexplained(log: Path, tmp_path: Path) -> None:
    figures, kept = tmp_path / "figures.csv", tmp_path / "published.jsonl"
    figures.write_text(f"{HEAD}{UNIT},2026-01,52.5,2026-02-10,portal\n")

    imported = run("import", "official-score", str(figures), "--to", str(kept), "--json")
    code, told, _ = run(
        "report", str(log), "--period", "2026-01", "--published", str(kept), "--table", "rates", "--lang", "vi"
    )

    assert imported[0] == 0
    assert json.loads(imported[1]) == {"figures": 1, "kept": 1, "to": str(kept)}
    assert code == 0
    assert "chưa giải thích" in told
    assert [line.split()[-3:] for line in told.splitlines() if line.startswith(UNIT)] == [["52.5", "%", "+2.50"]]


def test_a_published_figure_that_stands_beside_nothing_is_told_of(log: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.csv"
    figures.write_text(f"{HEAD}G99,2026-01,52.5,2026-02-10,portal\n")

    _, _, unknown = run("report", str(log), "--period", "2026-01", "--published", str(figures))
    _, _, elsewhere = run("report", str(log), "--period", "2026-02", "--published", str(figures))

    assert "published figures of G99 stand in no row" in unknown
    assert "no published figure of 2026-02" in elsewhere


def test_a_target_is_told_unclipped(log: Path, tmp_path: Path) -> None:
    targets = tmp_path / "targets.toml"
    targets.write_text(TARGETS)

    code, told, _ = run("report", str(log), "--period", "2026-01", "--targets", str(targets), "--table", "targets")

    assert code == 0
    assert "133.3 %" in told


def test_a_refusal_is_told_with_its_brackets(log: Path, tmp_path: Path) -> None:
    targets = tmp_path / "targets.toml"
    targets.write_text("a = 1")

    code, _, said = run("report", str(log), "--period", "2026-01", "--targets", str(targets))

    assert code == 2
    assert "expected rows of [[target]] and nothing else" in said


def test_csv_has_one_table_with_exact_decimals(log: Path) -> None:
    code, told, _ = run("report", str(log), "--period", "2026-01", "--csv")

    rows = list(csv.DictReader(StringIO(told)))
    assert code == 0
    assert [(row["group"], row["rate"], row["evidence_low"], row["points_reported"]) for row in rows] == [
        ("all", "0.5", "0.75", "10.0"),
        (UNIT, "0.5", "0.75", "10.0"),
    ]
    _, causes, _ = run("report", str(log), "--period", "2026-01", "--csv", "--table", "causes")
    assert causes.splitlines()[1].startswith('all,not_updated,"Đã trả kết quả')


def test_what_leaves_the_reporting_line_hides_small_counts_and_evidence(log: Path) -> None:
    code, told, _ = run("report", str(log), "--period", "2026-01", "--public", "--csv")

    assert code == 0
    assert told.splitlines() == ["group,in_time,late,counted,rate", "all,,,,", f"{UNIT},,,,"]


@pytest.mark.parametrize("by", ["unit", "procedure", "channel", "stage"])
def test_a_district_is_played_for_its_report(by: str) -> None:
    code, told, said = run("report", "--district", "hanoi-2022", "--by", by)

    assert (code, said) == (0, "")
    assert "182,000  102.9 %" in told
    assert "one case stands for 1,000" in told


def test_events_of_a_simulation_are_reported_as_the_district_is(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    run("simulate", "--district", "hanoi-2022", "--to", str(events))

    of_events = run("report", str(events), "--period", "2022-11", "--json")
    of_district = run("report", "--district", "hanoi-2022", "--period", "2022-11", "--json")

    assert of_events[0] == 0
    assert json.loads(of_events[1])["rates"] == json.loads(of_district[1])["rates"]


WRONG = {
    "no source": (("report", "--period", "2026-01"), "name a source, or a --district"),
    "two sources": (("report", "LOG", "--district", "hanoi", "--period", "2026-01"), "one of them"),
    "no period": (("report", "LOG"), "--period is missing"),
    "a period of none": (("report", "LOG", "--period", "soon"), "period soon: expected 2026-01"),
    "a period that has not begun": (("report", "LOG", "--period", "2026-03"), "nothing is known of it yet"),
    "no such log": (("report", "none.jsonl", "--period", "2026"), "none.jsonl: no such file"),
    "a table of none": (
        ("report", "LOG", "--period", "2026", "--table", "rates,x"),
        "--table x: expected some of rates",
    ),
    "two forms": (("report", "LOG", "--period", "2026", "--csv", "--json"), "exclude each other"),
    "internal and public": (
        ("report", "LOG", "--period", "2026", "--csv", "--public", "--table", "causes"),
        "--table causes: with --public there are rates",
    ),
    "a district of none": (("report", "--district", "x"), "district x: neither a file nor one of"),
    "targets of none": (("report", "LOG", "--period", "2026", "--targets", "LOG"), "log.jsonl: "),
    "figures of none": (("import", "official-score", "LOG", "--to", "out.jsonl"), "figure 1: unit, period"),
}


@pytest.mark.parametrize("words, told", WRONG.values(), ids=WRONG)
def test_wrong_use_is_told_in_one_line_with_exit_code_2(log: Path, words: tuple[str, ...], told: str) -> None:
    code, _, said = run(*(str(log) if word == "LOG" else word for word in words))

    assert code == 2
    assert told in " ".join(said.split())
    assert "Traceback" not in said
