"""The queries of dashboards and of `hoso watch`: SQL of sql/pictures, in which names in braces stand for what the asker
fills in: `{here}` and `{period}` for what is asked about, tables of words, and the labels of columns."""

from collections.abc import Mapping
from pathlib import Path

from streams.core.causes import Words
from streams.core.screen_words import LABELS, TABLES
from streams.sinks.statements import load

PICTURES = Path(__file__).parent / "sql" / "pictures"


def pictures(
    language: str,
    asked: Mapping[str, str],
    tables: Mapping[str, Mapping[str, Words]] = TABLES,
    *,
    only: str = "*",
    by_name: bool = False,
) -> Mapping[str, str]:
    """All statements by name, or those of one file `only`; columns are called as a language calls them, or `by_name`.

    `asked` has `here` (a condition on unit and procedure), `near` (one on a unit, or one above units), `period` and
    `one_unit` as SQL; `tables` the words for values.
    """
    filled = {name: name if by_name else words.of(language) for name, words in LABELS.items()}
    filled |= {name: words_table(words, language) for name, words in tables.items()}
    filled |= asked
    return {name: text.format_map(filled).rstrip(";") for name, text in load(PICTURES, only).items()}


def words_table(words: Mapping[str, Words], language: str) -> str:
    """Keys and what they are called, as a table in SQL."""
    rows = ", ".join(f"({quoted(key)}, {quoted(text.of(language))})" for key, text in sorted(words.items()))
    return f"(VALUES {rows})"


def quoted(text: str) -> str:
    """A string as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
