"""The parts of `make test`: what each runs, which folder of tests belongs to which."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
REST = "the rest"


class Lint(NamedTuple):
    """A check that is no test: its name, and the command of the environment that runs it."""

    name: str
    command: Sequence[str]


class Part(NamedTuple):
    """Folders of tests that belong together; `check` runs only those that need no service."""

    name: str
    folders: Sequence[str]
    quick: bool = False


LINTS = (
    Lint("format", ("ruff", "format", "--check", ".")),
    Lint("lint", ("ruff", "check", ".")),
    Lint("types", ("mypy",)),
    Lint("layers", ("lint-imports",)),
    Lint("tidy", ("python", "-m", "tools.tidy")),
)
PARTS = (
    Part(
        "unit, property, stories, golden, simulation",
        ("unit", "property", "stories", "golden", "simulation"),
        quick=True,
    ),
    Part("contract, integration", ("contract", "integration")),
    Part("acceptance", ("acceptance",)),
)


def command_of(lint: Lint) -> list[str]:
    """The command with the program beside this interpreter, so that no environment has to be active."""
    program, *arguments = lint.command
    return [str(Path(sys.executable).parent / program), *arguments]


def folders(quick: bool, tests: Path = ROOT / "tests") -> list[str]:
    """The folders to run, part by part; a folder that no part names comes last, so that none is forgotten."""
    there = sorted(path.name for path in tests.iterdir() if path.is_dir() and any(path.rglob("test_*.py")))
    named = [name for part in PARTS for name in part.folders if name in there and (part.quick or not quick)]
    known = {name for part in PARTS for name in part.folders}
    return [str(tests / name) for name in [*named, *(name for name in there if name not in known and not quick)]]


def part_of(path: Path, tests: Path = ROOT / "tests") -> str:
    """The name of the part that a test file belongs to."""
    folder = path.relative_to(tests).parts[0]
    return next((part.name for part in PARTS if folder in part.folders), REST)
