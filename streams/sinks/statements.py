"""The SQL statements of sql/queries by name."""

from collections.abc import Mapping
from pathlib import Path

from streams.adapters import statements

QUERIES = Path(__file__).parent / "sql" / "queries"


def load(folder: Path = QUERIES, only: str = "*") -> Mapping[str, str]:
    """All statements of a folder, or those of `only` one of its files."""
    return statements.load(folder, only)
