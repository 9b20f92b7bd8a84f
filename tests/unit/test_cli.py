"""The command line: what each wrong use says in one line, and the code it ends with."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli import app

BOSTON = Path(__file__).parents[2] / "examples" / "boston"
MAPPING, RULES = str(BOSTON / "mapping.toml"), str(BOSTON / "rules")
HEAD = "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_STATUS,TYPE,Department,neighborhood,Source\n"
ROW = "1,01/02/2015 01:30:55 PM,01/07/2015 01:30:55 PM,,OVERDUE,Open,Building Inspection Request,ISD,Roxbury,Call\n"
TICK = '{"type":"clock.ticked","at":"2015-02-01T00:00:00Z","linked_to":null,"rules":null,"engine":null}\n'


def run(*words: str, **environment: str) -> tuple[int, str]:
    """Exit code and all that was printed."""
    done = CliRunner().invoke(
        app, list(words), env={f"HOSO_{name.upper()}": value for name, value in environment.items()}
    )
    return done.exit_code, done.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(HEAD + ROW)
    (tmp_path / "head.csv").write_text(HEAD)
    (tmp_path / "bad.csv").write_text(HEAD + ROW.replace("01/02/2015", "2015") + ROW.replace("1,", "2,", 1))
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "cut.jsonl").write_text(TICK + '{"type": "clock.tic')
    (tmp_path / "other.jsonl").write_text(TICK + '{"a": 1}\n')
    (tmp_path / "newer.jsonl").write_text('{"type": "card.lost"}\n')
    return tmp_path


WRONG = {
    "no mapping": (("import", "log.csv"), "Missing option '--mapping'"),
    "a tick of none": (("import", "log.csv", "--mapping", MAPPING, "--to", "o", "--tick", "7x"), "--tick 7x"),
    "an order of none": (("import", "log.csv", "--mapping", MAPPING, "--to", "o", "--order", "time:7"), "order time:7"),
    "a shuffle without seed": (
        ("import", "log.csv", "--mapping", MAPPING, "--to", "o", "--order", "shuffled"),
        "order",
    ),
    "to topics on a wall clock": (("import", "log.csv", "--mapping", MAPPING), "HOSO_CLOCK=simulated"),
    "a column that lacks": (("import", "empty.jsonl", "--mapping", MAPPING, "--to", "o"), "is missing, which"),
    "no such log": (("replay", "none.jsonl"), "none.jsonl: no such file"),
    "two limits": (("replay", "cut.jsonl", "--as-of", "2015", "--until", "2015"), "exclude each other"),
    "a time of none": (("replay", "cut.jsonl", "--as-of", "soon"), "soon: expected a time like"),
    "an empty log": (("replay", "empty.jsonl", "--rules", RULES), "no clock.ticked entry"),
    "a log cut off": (("replay", "cut.jsonl", "--rules", RULES), "cut.jsonl/0, entry 2: not JSON"),
    "no log at all": (("replay", "other.jsonl", "--rules", RULES), "entry 2: not an entry of a log"),
    "an entry of tomorrow": (("replay", "newer.jsonl", "--rules", RULES), "type card.lost is not known"),
    "no rules": (("replay", "ticks.jsonl"), "name some with --rules DIR"),
    "rules of none": (("replay", "ticks.jsonl", "--rules", "."), "no rule files"),
    "a role of none": (("worker", "cook"), "role cook is none of intake, cases, sink"),
    "an instance of none": (("worker", "cases", "--instance", "-1"), "HOSO_INSTANCE"),
    "no secrets": (("worker", "intake"), "token_key is not set"),
    "no database": (("migrate",), "connection"),
    "a source of none": (("source", "suspend", "urn", "--reason", "flood"), "urn: expected a source as its events"),
    "a reason in words": (("source", "resume", "urn:a", "--reason", "it works"), "--reason it works: expected a class"),
    "no reason": (("source", "suspend", "urn:a"), "Missing option '--reason'"),
    "no database to ask": (("incidents",), "the database does not answer"),
}


@pytest.mark.parametrize("words, told", WRONG.values(), ids=WRONG)
def test_wrong_use_is_told_in_one_line_with_exit_code_2(folder: Path, words: tuple[str, ...], told: str) -> None:
    (folder / "ticks.jsonl").write_text(TICK)

    code, said = run(*words, database="postgresql://nobody@127.0.0.1:1/none")

    assert code == 2
    assert told in " ".join(said.split())
    assert "Traceback" not in said


def test_a_bad_row_is_named_and_the_others_are_imported(folder: Path) -> None:
    code, said = run("import", "bad.csv", "--mapping", MAPPING, "--to", "out.jsonl", "--json")

    assert code == 3
    assert "bad.csv, line 2: column OPEN_DT does not read as a time" in " ".join(said.split())
    assert '"facts": 1' in said


def test_a_log_of_a_head_alone_is_no_error(folder: Path) -> None:
    assert run("import", "head.csv", "--mapping", MAPPING, "--to", "out.jsonl")[0] == 0


def test_import_and_replay_of_one_row(folder: Path) -> None:
    assert run("import", "log.csv", "--mapping", MAPPING, "--to", "out.jsonl")[0] == 0

    code, said = run("replay", "out.jsonl", "--rules", RULES, "--until", "2015-02-01", "--json")

    assert code == 0
    assert '"overdue": 1' in said


def test_keys_are_made_once_and_never_replaced(folder: Path) -> None:
    code, said = run("keys", "secrets")
    again, refused = run("keys", "secrets")

    assert (code, again) == (0, 2)
    assert "keys are never replaced" in " ".join(refused.split())
    assert {path.name for path in (folder / "secrets").iterdir()} == {
        "hoso_token_key",
        "hoso_codes_key",
        "hoso_dead_letters_public_key",
        "hoso_dead_letters_private_key",
    }
    assert "secrets/hoso_token_key" in said
