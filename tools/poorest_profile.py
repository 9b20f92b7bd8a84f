"""The poorest profile, run: what is said where only a portal's exports and a counter's register tell of cases.

The files are those of examples/poorest_profile; the steps are those of `hoso import`, `hoso adapt` and `hoso replay`.
"""

import csv
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pydantic import SecretStr

from schemas.codec import decode, encode
from schemas.entries import ClockTicked
from streams.core.instants import parse_utc, utc_text
from streams.importer.register_mapping import Given
from streams.importer.registers import HAND_OVER
from streams.pipeline.tokens import token_of
from streams.rules_file import VIETNAM
from streams.settings import Settings
from streams.wiring.logs import ImportOptions, ReplayOptions, import_to_file, replay_file
from streams.wiring.registers import Spreadsheet, to_file

FOLDER = Path(__file__).parents[1] / "examples" / "poorest_profile"
ADDED = FOLDER / "added"
UNIT = "G01.801.001"
ZONE = "Asia/Ho_Chi_Minh"
SAVED = "2026-02-01"
KEY = "a key for the tokens of an example"
_DAY = 86_400
# Both files must name a case by the same token.
_SETTINGS = Settings(token_key=SecretStr(KEY))

Entry = dict[str, Any]


class Said(NamedTuple):
    """What is said of a case at the end: its verdict, the flags that stand raised, and those that were and ended."""

    verdict: str
    stand: tuple[str, ...]
    ended: tuple[str, ...]
    accountable: Mapping[str, str]


class Case(NamedTuple):
    """A case as the two files tell it: its procedure, appointment, codes by snapshot, and its line in the register."""

    procedure: str
    appointment: str
    codes: tuple[tuple[str, str, str], ...]
    returned: str
    written: str


@cache
def said(*added: str) -> Mapping[str, Said]:
    """What is said of each case by the law shipped, and the files of rows named beside it."""
    with TemporaryDirectory() as folder:
        at = Path(folder)
        merged = at / "merged.jsonl"
        merged.write_bytes(b"".join(encode(entry) + b"\n" for entry in merged_log(at)))
        options = ReplayOptions(law(at / "law", added), None, None, at / "flags.jsonl", at / "cases.jsonl")
        replay_file(merged, options, lambda _: None)
        flags, views = _lines(at / "flags.jsonl"), _lines(at / "cases.jsonl")
    codes = {token_of(KEY.encode(), f"dossier:{code}"): code for code in cases()}
    newest: dict[str, dict[tuple[str, int], Entry]] = {}
    for flag in flags:
        newest.setdefault(flag["case"], {})[flag["class"], flag["cycle"]] = flag
    return {
        codes[view["case"]]: _said(view, newest.get(view["case"], {}).values())
        for view in sorted(views, key=lambda view: codes[view["case"]])
    }


def law(folder: Path, added: Sequence[str]) -> Path:
    """A folder with the law shipped and some of the example's rows beside it."""
    shutil.copytree(VIETNAM, folder)
    for name in added:
        shutil.copy(ADDED / name, folder)
    return folder


def all_added() -> tuple[str, ...]:
    """The files of rows that the example puts beside the law."""
    return tuple(sorted(path.name for path in ADDED.glob("*.toml")))


def merged_log(folder: Path) -> Iterator[Entry]:
    """The two files as one log: facts and ends of exports in order of time, a tick a day."""
    exports, register = folder / "exports.jsonl", folder / "register.jsonl"
    options = ImportOptions("time", twice=False, tick_seconds=_DAY)
    done = import_to_file(
        FOLDER / "snapshots.csv", FOLDER / "mapping.toml", exports, options, _SETTINGS, lambda _: None
    )
    sheet = Spreadsheet(FOLDER / "register.csv", HAND_OVER, {}, None, None, SAVED)
    mapping, _ = sheet.opened(Given("card.returned", ZONE, UNIT, None, None, None, ()))
    registered = to_file(sheet.file, mapping, register, _SETTINGS, lambda _: None)
    assert not done.refused, done.refused
    assert not registered.refused, registered.refused
    started, *entries = _lines(exports)
    entries += [entry for entry in _lines(register) if "case" in entry]
    ticks = [parse_utc(entry["at"]) for entry in entries if entry["type"] == "clock.ticked"]
    told = [entry for entry in entries if entry["type"] != "clock.ticked"]
    # An end stands behind the lines of its export already, and the sort keeps it there.
    rest = sorted(((parse_utc(entry.get("time") or entry["ended"]), entry) for entry in told), key=lambda one: one[0])
    yield started
    for at in range(min(ticks), max(ticks) + 1, _DAY):
        while rest and rest[0][0] <= at:
            yield rest.pop(0)[1]
        yield ClockTicked(at=utc_text(at), linked_to=utc_text(at)).model_dump()
    assert not rest, rest


def cases() -> Mapping[str, Case]:
    """The cases of the two files by their code."""
    with (FOLDER / "register.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    returned = {row[0]: (row[1], row[2]) for row in rows[2:]}
    found: dict[str, Case] = {}
    with (FOLDER / "snapshots.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["MaHoSo"]
            line = (row["ThoiDiem"], row["TrangThai"], row["NgayKetThucXuLy"])
            before = found.get(code)
            codes = (*(before.codes if before else ()), line)
            found[code] = Case(row["MaThuTuc"], row["NgayHenTra"], codes, *returned.get(code, ("", "")))
    return dict(sorted(found.items()))


def _said(view: Entry, flags: Iterable[Entry]) -> Said:
    states: dict[str, list[str]] = {"raised": [], "cleared": [], "withdrawn": []}
    accountable: dict[str, str] = {}
    for flag in flags:
        states[flag["state"]].append(flag["class"])
        accountable[flag["class"]] = flag["accountable"]
    stand, ended = set(states["raised"]), set(states["cleared"])
    return Said(view["verdict"], tuple(sorted(stand)), tuple(sorted(ended)), accountable)


def _lines(file: Path) -> list[Entry]:
    return [decode(line) for line in file.read_bytes().splitlines()]
