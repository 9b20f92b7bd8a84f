"""Words that accuse stand in no output: nobody who reads a page, a flag or an alert is accused by it."""

import re
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = re.compile(r"(?<!\w)(gian\s+lận|khống|ảo|giả)(?!\w)", re.IGNORECASE)
# What becomes an output, or is read as one.
FOLDERS = ("streams", "schemas", "deploy", "docs", "examples")
KINDS = {".py", ".toml", ".yml", ".yaml", ".md", ".sql", ".json", ".html", ".sh"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_output_accuses(folder: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {word[0]}"
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in KINDS
        for word in FORBIDDEN.finditer(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))
    }

    assert found == set()


@pytest.mark.parametrize("text", ["hồ sơ khống", "Gian lận", "số ảo,", "giấy tờ giả"])
def test_a_forbidden_word_would_be_found(text: str) -> None:
    assert FORBIDDEN.search(text)


def test_words_that_only_look_like_one_are_not() -> None:
    assert FORBIDDEN.search("báo cáo, giải quyết, bảo đảm, không, gia hạn, cảnh báo") is None
