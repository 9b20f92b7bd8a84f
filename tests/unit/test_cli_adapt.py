"""`hoso adapt`: what it prints, writes and ends with."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import decode
from streams.rules_file import VIETNAM
from tests.register_builders import CODE, ROW, register_file
from tests.unit.test_cli import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "handover_register"
REGISTER, POST = str(EXAMPLE / "register.csv"), str(EXAMPLE / "post.csv")
UNIT = ("--unit", "G01.801.001")
BAD = "079204001234,06/01/2026,PT-0013,Công dân"
HERE = ("adapt", "register-csv", "register.csv", *UNIT)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    register_file(tmp_path, ROW)
    return tmp_path


def facts(file: Path) -> list[dict[str, Any]]:
    entries = [decode(line) for line in file.read_bytes().splitlines()]
    return [each for each in entries if not each["type"].startswith("clock.")]


def test_a_good_register_ends_with_0_and_an_event_a_row(folder: Path) -> None:
    code, said = run(*HERE, "--to", "out.jsonl", "--json")

    assert (code, json.loads(said)) == (
        0,
        {
            "facts": 1,
            "ticks": 1,
            "to": "out.jsonl",
            "rejected": 0,
            "encoding": "utf-8",
            "delimiter": ",",
            "header_row": 1,
            "columns": {"code": "Mã hồ sơ", "date": "Ngày trả", "slip": "Số phiếu", "role": "Vai trò"},
        },
    )
    (fact,) = facts(folder / "out.jsonl")
    assert (fact["type"], fact["precision"], fact["time"]) == ("card.returned", "day", "2026-01-06T17:00:00Z")
    assert CODE not in (folder / "out.jsonl").read_text()


def test_a_register_told_twice_is_told_once(folder: Path) -> None:
    register_file(folder, ROW, ROW.replace("06/01/2026", "6/1/2026"), f"{CODE},2026-01-06,,")

    assert run(*HERE, "--to", "out.jsonl")[0] == 0

    assert len(facts(folder / "out.jsonl")) == 3
    assert len({each["fact"] for each in facts(folder / "out.jsonl")}) == 1


def test_a_bad_row_ends_with_1_and_is_named_and_the_others_are_told(folder: Path) -> None:
    register_file(folder, BAD, ROW)

    code, said = run(*HERE, "--to", "out.jsonl")

    assert code == 1
    assert "register.csv, line 2: column Mã hồ sơ has the form of a personal number" in " ".join(said.split())
    assert "079204001234" not in said
    assert len(facts(folder / "out.jsonl")) == 1


def test_rejected_rows_go_to_a_file_when_there_is_one(folder: Path) -> None:
    register_file(folder, BAD, ROW, f"{CODE},soon,,")

    code, said = run(*HERE, "--to", "out.jsonl", "--rejects", "rejected.csv")

    assert code == 1
    assert "line 2" not in said
    assert (folder / "rejected.csv").read_text() == (
        "line,column,reason\n"
        "2,Mã hồ sơ,has the form of a personal number\n"
        '4,Ngày trả,"does not read as a time in any of the forms %d/%m/%Y, %d/%m/%Y %H:%M, '
        '%d/%m/%Y %H:%M:%S, %Y-%m-%d, …"\n'
    )


def test_a_file_of_rejected_rows_is_written_also_where_none_was(folder: Path) -> None:
    assert run(*HERE, "--to", "out.jsonl", "--rejects", "rejected.csv")[0] == 0
    assert (folder / "rejected.csv").read_text() == "line,column,reason\n"


def test_of_many_bad_rows_some_are_named(folder: Path) -> None:
    register_file(folder, *[BAD] * 25)

    code, said = run(*HERE, "--check")

    assert code == 1
    assert "… and 5 more rows rejected: --rejects FILE has them all" in " ".join(said.split())


def test_check_prints_what_would_be_sent_and_sends_nothing(folder: Path) -> None:
    code, said = run(*HERE, "--check")
    again, told = run(*HERE, "--check", "--json")

    assert (code, again) == (0, 0)
    assert f"{CODE} card.returned 2026-01-06 PT-0012" in " ".join(said.split())
    assert "code = Mã hồ sơ, date = Ngày trả" in " ".join(said.split())
    (event,) = json.loads(told)["events"]
    assert event["id"] == f"dossier:{CODE}|card.returned|2026-01-06T23:59:59+07:00"
    assert [path.name for path in folder.iterdir()] == ["register.csv"]


WRONG = {
    "a kind of none": (
        ("adapt", "register-xlsx", "register.csv", *UNIT),
        "register-xlsx is none of register-csv, post",
    ),
    "no such file": (("adapt", "register-csv", "none.csv", *UNIT), "none.csv"),
    "nobody's": (("adapt", "register-csv", "register.csv", "--check"), "whose register is it? Give --unit CODE"),
    "no sign": ((*HERE, "--column", "code"), "--column code: expected NAME=HEADER"),
    "a column of persons": ((*HERE, "--column", "slip=Họ tên"), "a column of names, numbers or words of persons"),
    "a column that lacks": ((*HERE, "--column", "slip=Số"), "no row of the first 20, read as utf-8, names the columns"),
    "no parcel": (("adapt", "post-csv", "register.csv", *UNIT), "names the columns code, date, parcel"),
    "over itself": ((*HERE, "--to", "register.csv"), "register.csv is the register itself"),
    "rejects over itself": ((*HERE, "--check", "--rejects", "./register.csv"), "register.csv is the register itself"),
    "an event of none": ((*HERE, "--event", "card.printed"), "card.printed is none of card.returned, letter.collected"),
    "no folder": ((*HERE, "--to", "none/out.jsonl"), "No such file or directory"),
}


@pytest.mark.parametrize("words, told", WRONG.values(), ids=WRONG)
def test_wrong_use_is_told_in_one_line_with_exit_code_2(folder: Path, words: tuple[str, ...], told: str) -> None:
    code, said = run(*words)

    assert code == 2
    assert told in " ".join(said.split())
    assert "Traceback" not in said
    assert (folder / "register.csv").read_text().endswith(ROW + "\n")


def test_the_register_of_the_example_is_told_but_for_its_five_bad_rows(folder: Path) -> None:
    code, said = run(
        "adapt", "register-csv", REGISTER, *UNIT, "--to", "out.jsonl", "--rejects", "rejected.csv", "--json"
    )

    found = json.loads(said)
    assert (code, found["facts"], found["rejected"], found["delimiter"], found["header_row"]) == (1, 19, 5, ";", 2)
    assert [line.split(",")[:2] for line in (folder / "rejected.csv").read_text().splitlines()[1:]] == [
        ["7", "Ngày trả"],
        ["12", "Mã hồ sơ"],
        ["16", "Ngày trả"],
        ["20", "Vai trò"],
        ["23", "Mã hồ sơ"],
    ]


def test_the_list_of_the_post_of_the_example_is_told_but_for_what_came_back(folder: Path) -> None:
    code, said = run("adapt", "post-csv", POST, *UNIT, "--check", "--rejects", "rejected.csv", "--json")

    found = json.loads(said)
    assert (code, found["facts"], found["rejected"]) == (1, 7, 1)
    assert {each["type"] for each in found["events"]} == {"parcel.delivered"}


def test_a_register_can_be_replayed(folder: Path) -> None:
    run(*HERE, "--procedure", "card", "--to", "out.jsonl")

    code, said = run("replay", "out.jsonl", "--rules", str(VIETNAM), "--json")

    assert (code, json.loads(said)["cases"]) == (0, 1)
