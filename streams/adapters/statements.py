"""SQL statements of a folder by name: each stands under a line `-- name --` and a sentence that describes it."""

import re
from collections.abc import Mapping
from pathlib import Path

_HEADING = re.compile(r"^-- ([a-z_]+) --$", re.MULTILINE)


def split(text: str) -> dict[str, str]:
    """The statements of one file, without comments."""
    _, *parts = _HEADING.split(text)
    names, bodies = parts[::2], parts[1::2]
    assert len(set(names)) == len(names), f"a statement's name stands twice in {names}"
    return {name: _without_comments(body) for name, body in zip(names, bodies, strict=True)}


def load(folder: Path, only: str = "*") -> Mapping[str, str]:
    """All statements of a folder, or those of `only` one of its files."""
    statements: dict[str, str] = {}
    for path in sorted(folder.glob(f"{only}.sql")):
        found = split(path.read_text(encoding="utf-8"))
        assert not statements.keys() & found.keys(), f"{path.name} repeats a name of another file"
        statements |= found
    return statements


def _without_comments(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip()
