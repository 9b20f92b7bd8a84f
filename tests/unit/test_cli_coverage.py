"""`hoso coverage measure`: what feeds tell of what others witness, as a table, as JSON, and as rule rows."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from streams.core.compiling import compile_rules
from streams.core.coverage import Place
from streams.rules_file import VIETNAM, load_rules
from tests.core_builders import UNIT, day, entry, official, ready, received, returned
from tests.unit.test_cli import run
from tests.unit.test_cli_preview import a_log

OTHER = "G01.801.002"
NOW = "2026-03-02 12:00"
# Five working days before Monday 2 March, with Tết from the 16th to the 20th between.
FIRST, LAST = "2026-01-19", "2026-02-13"


def cases(unit: str, expected: int, told: int, **said: Any) -> list[dict[str, Any]]:
    """Cards handed over against a signature, of which so many had been told to have arrived."""
    found = []
    for number in range(expected):
        about: dict[str, Any] = {"case": f"{unit} {number}", "unit": unit}
        found += [received("2026-02-03 08:00", **about), official("4", "2026-02-03 09:00", **about)]
        found.append(entry("card.printed", "2026-02-06 09:00", origin="ministry", **about))
        found += [ready("2026-02-09 09:00", origin="post", **about)] if number < told else []
        found.append(returned("2026-02-10 10:00", **about, **{"origin": "unit", "strength": "signed_slip"} | said))
    return found


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of one unit 15 of 20 arrivals were told, of the other all; what a third says of itself alone."""
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    entries = [
        *cases(UNIT, 20, 15),
        *cases(OTHER, 20, 20),
        *cases("G01.801.003", 20, 2, strength="register_line"),
        *cases("G01.801.004", 4, 0),
    ]
    return a_log(path, *entries, law=VIETNAM, now=NOW)


def words(said: str) -> str:
    return " ".join(said.split())


def test_a_unit_whose_feed_tells_less_is_below_and_the_command_ends_with_1(
    log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")

    code, said = run("coverage", "measure", log)

    assert code == 1
    assert f"witnessed from {FIRST} to {LAST}, as of 2026-03-02T12:00:00+07:00; complete from 95.0%" in said
    assert f"card-dispatch {UNIT} card others 20 15 75.0% below" in words(said)
    assert f"card-dispatch {OTHER} card others 20 20 100.0% complete" in words(said)
    assert "card-dispatch G01.801.003 card unit 20 2 10.0% ask" in words(said)
    assert "ask: below by the word of the unit alone, which makes no row" in words(said)
    assert "G01.801.004" not in said
    assert "more there were fewer than 20 witnesses: nothing is said of them (--few lists them)" in words(said)


def test_small_samples_are_listed_where_asked_for(log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")

    code, said = run("coverage", "measure", log, "--few")

    assert code == 1
    assert "card-dispatch G01.801.004 card others 4 0 0.0% few" in words(said)


def test_as_json_every_figure_is_told(log: str) -> None:
    code, said = run("coverage", "measure", log, "--json", "--by", "unit")

    found = json.loads(said)
    assert code == 1
    assert {name: found[name] for name in ("as_of", "first", "last", "below", "least", "complete_from")} == {
        "as_of": "2026-03-02T12:00:00+07:00",
        "first": FIRST,
        "last": LAST,
        "below": 1,
        "least": 20,
        "complete_from": 0.95,
    }
    lines = {(one["feed"], one["unit"]): one for one in found["feeds"]}
    assert lines["card-dispatch", UNIT] == {
        "feed": "card-dispatch",
        "unit": UNIT,
        "procedure": None,
        "expected": 20,
        "told": 15,
        "share": 0.75,
        "says": "below",
        "own_word": None,
    }
    assert lines["card-dispatch", "G01.801.003"]["own_word"] == {
        "expected": 20,
        "told": 2,
        "share": 0.1,
        "says": "ask",
    }


def test_where_nothing_is_below_it_ends_with_0(tmp_path: Path, log: str) -> None:
    good = a_log(tmp_path / "good.jsonl", *cases(OTHER, 20, 19), law=VIETNAM, now=NOW)

    assert run("coverage", "measure", good)[0] == 0
    assert run("coverage", "measure", log, "--complete-from", "0.75")[0] == 0
    assert run("coverage", "measure", log, "--least", "21")[0] == 0


def test_days_and_the_grace_choose_what_is_measured(tmp_path: Path, log: str) -> None:
    code, said = run("coverage", "measure", log, "--days", "4", "--grace", "4")

    assert (code, "nothing was witnessed in these days" in words(said)) == (0, True)


def test_as_of_an_instant_only_what_was_known_then_counts(log: str) -> None:
    code, said = run("coverage", "measure", log, "--at", "2026-02-01")

    assert code == 2
    assert "no clock.ticked entry at or before 2026-02-01" in words(said)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    shutil.copytree(VIETNAM, tmp_path / "rules")
    return tmp_path / "rules"


def test_written_rows_are_law_that_checks_and_withholds(log: str, rules: Path) -> None:
    file = rules / "measured.toml"

    code, said = run("coverage", "measure", log, "--write", str(file))

    assert (code, f"{file}: 1 rows" in words(said)) == (1, True)
    assert run("rules", "check", str(rules), "--on", "2026-03-02")[0] == 0
    law = compile_rules(load_rules(rules))
    on = day("2026-02-10")
    assert not law.is_live("card-dispatch", Place(UNIT, "card"), on, on)
    assert law.is_live("card-dispatch", Place(UNIT, "eid"), on, on)
    assert law.is_live("card-dispatch", Place(OTHER, "card"), on, on)
    assert law.is_live("card-dispatch", Place(UNIT, "card"), day(FIRST) - 1, day(FIRST) - 1)


def test_the_next_measure_carries_the_rows_on(tmp_path: Path, log: str, rules: Path) -> None:
    file = rules / "measured.toml"
    run("coverage", "measure", log, "--write", str(file))
    before = file.read_text()

    assert run("coverage", "measure", log, "--write", str(file))[0] == 1
    assert file.read_text() == before

    mended = a_log(tmp_path / "mended.jsonl", *cases(UNIT, 20, 20), law=VIETNAM, now=NOW)
    code, said = run("coverage", "measure", mended, "--write", str(file), "--json")
    assert (code, json.loads(said)["rows"]) == (0, 0)
    assert load_rules(rules)["coverage"] == []


@pytest.mark.parametrize(
    "options, why",
    [
        (["--by", "stage"], "--by stage: expected unit or procedure"),
        (["--by", "procedure", "--write", "rows.toml"], "--write needs units"),
        (["--write", "nowhere/rows.toml"], "nowhere"),
    ],
)
def test_what_is_asked_wrongly_is_told(log: str, options: list[str], why: str) -> None:
    code, said = run("coverage", "measure", log, *options)

    assert (code, why in words(said)) == (2, True)


@pytest.mark.parametrize(
    "text, why",
    [
        ('[[coverage]]\nid = "a"\nfeed = "eid"\nstate = "broken"\n', "holds more than measured rows"),
        ('[[source]]\nid = "a"\n', "holds more than measured rows"),
        ('[[coverage]]\nid = "a"\nstate = "incomplete"\n', "coverage a: feed, units, procedures, first missing"),
        ("[[coverage]\n", "rows.toml"),
    ],
)
def test_a_file_that_it_did_not_write_is_left_as_it_is(tmp_path: Path, log: str, text: str, why: str) -> None:
    file = tmp_path / "rows.toml"
    file.write_text(text)

    code, said = run("coverage", "measure", log, "--write", str(file))

    assert (code, why in words(said)) == (2, True)
    assert file.read_text() == text


def test_a_log_that_is_none_is_told() -> None:
    code, said = run("coverage", "measure", "no.jsonl")

    assert (code, "no.jsonl: no such file" in words(said)) == (2, True)
