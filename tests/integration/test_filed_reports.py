"""Published figures in a real PostgreSQL: kept once each, found by a report, refused where they contradict others."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from streams.cli import app
from streams.rules_file import VIETNAM, load_rules
from streams.sinks.migrate import migrate
from tests.core_builders import UNIT, activation, at, completed, official, ready, received, tick

pytestmark = pytest.mark.services

HEAD = "unit,period,figure,published_at,source\n"


def run(*words: str, database: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, words, env={"HOSO_DATABASE": database, "HOSO_DEMO": "true"})
    return result.exit_code, result.stdout, result.stderr


def imported(folder: Path, rows: str, database: str) -> tuple[int, str, str]:
    file = folder / "figures.csv"
    file.write_text(HEAD + rows)
    return run("import", "official-score", str(file), "--to", "database", "--json", database=database)


def test_figures_are_kept_once_and_a_report_finds_the_newest(database: str, tmp_path: Path) -> None:
    migrate(database)
    first = f"{UNIT},2026-01,38.5,2026-02-10,portal\n"
    log = tmp_path / "log.jsonl"
    told: list[dict[str, Any]] = [
        activation(load_rules(VIETNAM)), received(), completed(), ready(), official("2", "2026-01-05 10:00"),
        official("9", "2026-01-12 11:00"), tick(at("2026-02-03 12:00")),
    ]  # fmt: skip
    log.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in told))

    for rows, kept in ((first, 1), (first, 1), (f"{UNIT},2026-01,41,2026-02-20,portal\n", 2)):
        code, said, _ = imported(tmp_path, rows, database)
        assert (code, json.loads(said)["kept"]) == (0, kept)
    code, said, _ = run(
        "report", str(log), "--period", "2026-01", "--published", "database", "--json", database=database
    )

    assert code == 0
    row = json.loads(said)["rates"][1]
    assert (row["published"]["figure"], row["unexplained"]["exact"]) == ("41", "-59/100")


def test_a_figure_that_contradicts_a_kept_one_is_refused_and_nothing_of_its_file_is_kept(
    database: str, tmp_path: Path
) -> None:
    migrate(database)
    imported(tmp_path, f"{UNIT},2026-01,38.5,2026-02-10,portal\n", database)

    code, _, said = imported(
        tmp_path, f"{UNIT},2026-02,50,2026-03-10,portal\n{UNIT},2026-01,39,2026-02-10,portal\n", database
    )

    assert code == 2
    assert "38.5 and 39 were both published on 2026-02-10" in said
    assert json.loads(imported(tmp_path, f"{UNIT},2026-03,60,2026-04-10,portal\n", database)[1])["kept"] == 2


def test_a_database_that_lacks_the_table_is_told_to_migrate(database: str, tmp_path: Path) -> None:
    code, _, said = imported(tmp_path, f"{UNIT},2026-01,38.5,2026-02-10,portal\n", database)

    assert code == 2
    assert "0020_filed_reports: migrate it first" in " ".join(said.split())
