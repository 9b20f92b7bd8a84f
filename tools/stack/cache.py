"""What is fetched once, into a cache that every stack of the user shares."""

import fcntl
import os
import sys
from collections.abc import Callable
from pathlib import Path


def place(name: str) -> Path:
    """A folder of the cache, which may not be there yet. `HOSO_CACHE` moves it."""
    return Path(os.environ.get("HOSO_CACHE") or Path.home() / ".cache" / "hoso").absolute() / name


def fetched(name: str, what: str, fetch: Callable[[Path], object]) -> Path:
    """A folder of the cache; `fetch` makes it where it is not there, one process at a time."""
    folder = place(name)
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            print(f"fetching {what} into {folder} (once)", file=sys.stderr)
            fetch(folder)
    return folder
