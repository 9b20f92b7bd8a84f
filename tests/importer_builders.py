"""A small foreign log and its mapping, as files: what is set is what matters."""

from pathlib import Path
from typing import Any

from schemas.codec import decode
from streams.settings import Settings
from streams.wiring.logs import Imported, ImportOptions, import_to_file

LOG = '[log]\nzone = "America/New_York"\nsource = "urn:a:log"\n'
CASE = '[case]\nsubject = "dossier:{id}"\nunit = "{office}"\n'
OPENED = '[[event]]\ntype = "case.received"\ntime = "{opened}"\nformat = "%m/%d/%Y %H:%M"\n'
CLOSED = '[[event]]\ntype = "result.published"\ntime = "{closed}"\nformat = "%m/%d/%Y %H:%M"\n'
HEADER = "id,office,opened,closed"
GOOD = ("a-1,north,01/05/2026 10:00,01/07/2026 09:00", "a-2,south,01/06/2026 11:30,")


def mapping_file(folder: Path, *tables: str) -> Path:
    path = folder / "mapping.toml"
    path.write_text("".join(tables or (LOG, CASE, OPENED, CLOSED)))
    return path


def log_file(folder: Path, *rows: str, header: str = HEADER, end: str = "\n", bom: bytes = b"") -> Path:
    path = folder / "log.csv"
    path.write_bytes(bom + "".join(row + end for row in (header, *rows)).encode())
    return path


def imported(log: Path, mapping: Path, **options: Any) -> tuple[Imported, list[dict[str, Any]]]:
    """What an import in time order with a tick a day says of itself, and the facts it wrote."""
    fields: dict[str, Any] = {"order": "time", "twice": False, "tick_seconds": 86_400, "plain_ids": True}
    out = log.with_suffix(".jsonl")
    done = import_to_file(log, mapping, out, ImportOptions(**fields | options), Settings(), lambda _: None)
    entries = [decode(line) for line in out.read_bytes().splitlines()]
    return done, [each for each in entries if not each["type"].startswith("clock.")]


def brief(entries: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(each["case"], each["type"], each["time"]) for each in entries]


# What the good rows tell, in time order: 10:00 in New York is 15:00 in UTC.
TOLD = [
    ("a-1", "case.received", "2026-01-05T15:00:00Z"),
    ("a-2", "case.received", "2026-01-06T16:30:00Z"),
    ("a-1", "result.published", "2026-01-07T14:00:00Z"),
]
