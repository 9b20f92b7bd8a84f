"""Cases on both sides of 1 July 2024 in one run, under the law as shipped: each keeps the law of its own day."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.codec import encode
from streams.rules_file import VIETNAM
from streams.wiring.logs import ReplayOptions, replay_file
from tests.core_builders import at, completed, received, tick

CASES = {
    "june": ("2024-06-28 08:00", "2024-06-28 09:00"),
    "july": ("2024-07-01 08:00", "2024-07-01 09:00"),
    "across": ("2024-06-28 08:00", "2024-07-02 09:00"),
}


def replayed(folder: Path, rules: Path) -> dict[str, dict[str, Any]]:
    """The newest view of each case after one replay of all of them."""
    log, views = folder / "log.jsonl", folder / "views.jsonl"
    entries = [
        told(when, case=name, place_kind="mountainous")
        for name, both in CASES.items()
        for told, when in zip((received, completed), both, strict=True)
    ]
    lines = [{"type": "clock.started", "kind": "simulated"}, *entries, tick(at("2024-07-05 08:00"))]
    log.write_bytes(b"".join(encode(line) + b"\n" for line in lines))
    replay_file(log, ReplayOptions(rules, None, None, None, views), lambda _: None)
    return {view["case"]: view for view in map(orjson.loads, views.read_bytes().splitlines())}


def dues(views: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {name: (view["rule"], view["due_legal"][:10]) for name, view in sorted(views.items())}


@pytest.fixture
def by_complete(tmp_path: Path) -> Path:
    """The shipped law, but that the day of the complete dossier chooses it."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for file in VIETNAM.glob("*.toml"):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("law_of")]
        text = "\n".join(lines).replace("[[deadline]]", '[[deadline]]\nlaw_of = "complete"')
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


def test_a_case_keeps_the_law_of_the_day_it_was_received(tmp_path: Path) -> None:
    """In the mountains 20 working days under the law of 2014, 7 under that of 2023; 24:00 is told as the next day."""
    found = dues(replayed(tmp_path, VIETNAM))

    assert {name: day for name, (_, day) in found.items()} == {
        "june": "2024-07-27",
        "july": "2024-07-11",
        "across": "2024-07-31",
    }
    assert found["june"][0] == found["across"][0] != found["july"][0]


def test_where_the_rule_says_so_the_day_of_the_complete_dossier_chooses(tmp_path: Path, by_complete: Path) -> None:
    found = dues(replayed(tmp_path, by_complete))

    assert {name: day for name, (_, day) in found.items()} == {
        "june": "2024-07-27",
        "july": "2024-07-11",
        "across": "2024-07-12",
    }
    assert found["july"][0] == found["across"][0] != found["june"][0]
