"""Lints of who tells us: rows of sources that speak of the same ones."""

from collections.abc import Iterator
from itertools import permutations

from streams.core.findings import Found, Subject
from streams.core.sources import is_named


def sources_overlap(subject: Subject) -> Iterator[Found]:
    """The name of one row is that of another, or beneath it: the sources of both must keep both rhythms, and what
    hangs on either waits for its own."""
    rows = sorted(subject.content["sources"], key=lambda row: str(row["id"]))
    for wide, narrow in permutations(rows, 2):
        is_same = wide["name"] == narrow["name"]
        if not is_named(narrow["name"], (wide["name"],)) or (is_same and wide["id"] > narrow["id"]):
            continue
        shorter = min(wide["rhythm_minutes"], narrow["rhythm_minutes"])
        where = "is also that" if is_same else "is beneath that"
        yield Found(
            f"source {narrow['id']}",
            f"its name {narrow['name']} {where} of {wide['id']}: the shorter rhythm counts, {shorter} minutes",
            "give each source one row, with all that it tells on, or names of which none begins another at a colon",
        )
