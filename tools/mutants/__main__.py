"""`python -m tools.mutants`: do the tests see a small fault in the clock of a case?

Fails where a mutant survives that tests/mutants/equivalent.toml does not list with its reason, and where that list
names one that is not there any more or that a test kills. Run it again to go on where it stopped.
"""

import argparse
import json
import os
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from tools.mutants.changes import Mutant, Name, mutants_of
from tools.mutants.report import faults, read_listed, table
from tools.mutants.trials import ROOT, Outcome, preload, trials, without_mutant

EQUIVALENT = ROOT / "tests" / "mutants" / "equivalent.toml"
NOTE = ROOT / ".pytest_cache" / "mutants.jsonl"
# Each module with the tests that are about it: they come first.
MODULES: Mapping[str, Sequence[str]] = {
    "calendar": ("calendar",),
    "office": ("office", "deadlines"),
    "deadlines": ("deadlines",),
    "pauses": ("pauses", "pause_answers"),
    "clock": ("case_clock", "clock_ground", "clock_proof", "dues"),
    "stages": ("stages",),
    "promise": ("promise",),
}
QUICK = (
    "calendar", "office", "deadlines", "case_clock", "clock_ground", "clock_proof", "pauses", "pause_answers", "dues",
    "stages", "promise", "rules", "moved", "questions", "levels", "transfers", "coverage", "shipped_calendars",
)  # fmt: skip
LAST = (
    "tests/unit/core/test_hand_worked.py",
    "tests/property/test_calendar_properties.py",
    "tests/property/test_clock_properties.py",
)
# What an outcome rests on besides the tests: a change of any of it begins again.
WATCHED = (
    "schemas", "streams/core", "streams/rules", "streams/ports.py", "streams/rules_days.py", "streams/rules_file.py",
    "examples/foia/rules", "tests/core_builders.py", "tests/hand_worked", "tools/mutants",
)  # fmt: skip
TOLD_EVERY = 30.0
INTERRUPTED = 130
EPILOG = """examples:
  python -m tools.mutants --minutes 30     as many as fit; run it again to go on
  python -m tools.mutants --only office    one module
  python -m tools.mutants --again          those that survived so far, on the tests as they are now
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.mutants",
        description="Changes the core's clock in small ways, one at a time, and looks whether the tests fail.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no trial after so many minutes")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many trials at a time")
    parser.add_argument("--only", choices=MODULES, help="one module")
    parser.add_argument("--again", action="store_true", help="those that survived so far, whatever changed since")
    options = parser.parse_args(arguments)
    ends = time.monotonic() + options.minutes * 60
    mutants = [mutant for module in MODULES if options.only in {None, module} for mutant in _mutants(module)]
    listed = read_listed(tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")))
    sources = sources_hash()
    note = Note(NOTE, sources, again=options.again)
    todo = [mutant for mutant in mutants if note.asks_for(mutant.name)]
    try:
        if todo:
            _try(todo, note, listed, options.jobs, ends)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    names = [mutant.name for mutant in mutants]
    print("\n".join(table(names, note.outcomes, listed)))
    found = list(faults(names, note.outcomes, listed))
    if sources_hash() != sources:
        found.append("the sources changed meanwhile: run it again")
    for fault in found:
        print(fault, file=sys.stderr)
    left = sum(name not in note.outcomes for name in names)
    print(f"mutants: {len(names) - left} tried, {left} still to run, {len(found)} to mend")
    if left:
        print("run it again to go on from here")
    return int(bool(found))


class Note:
    """The outcomes so far, a line each, under a hash of the sources they rest on; with `again` of whatever sources."""

    def __init__(self, path: Path, sources: str, *, again: bool) -> None:
        self._path, self._again = path, again
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if lines and (again or lines[0] == sources):
            outcomes = [Outcome(Name(*name), *rest) for name, *rest in map(json.loads, lines[1:])]
        else:
            outcomes = []
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{sources}\n", encoding="utf-8")
        self.outcomes = {one.name: one for one in outcomes}
        self._survived = {one.name for one in self.outcomes.values() if one.killed_by is None}

    def asks_for(self, name: Name) -> bool:
        return name in self._survived if self._again else name not in self.outcomes

    def write(self, outcome: Outcome) -> None:
        self.outcomes[outcome.name] = outcome
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(outcome)}\n")


def sources_hash(root: Path = ROOT) -> str:
    digest = blake2b(digest_size=16)
    for path in sorted(_sources(root)):
        digest.update(path.relative_to(root).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    for name in (*WATCHED, *map(_unit, QUICK), *LAST):
        for path in (root / name).rglob("*") if (root / name).is_dir() else [root / name]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def _mutants(module: str) -> list[Mutant]:
    path = f"streams/core/{module}.py"
    return mutants_of(path, (ROOT / path).read_text(encoding="utf-8"))


def _stages(module: str) -> list[list[str]]:
    """The tests of a module, then the other quick ones, then the long ones."""
    own = [_unit(name) for name in MODULES[module]]
    return [own, [_unit(name) for name in QUICK if name not in MODULES[module]], list(LAST)]


def _unit(name: str) -> str:
    return f"tests/unit/core/test_{name}.py"


def _try(mutants: Sequence[Mutant], note: Note, listed: Mapping[Name, str], jobs: int, ends: float) -> None:
    preload()
    print("the tests as they are:", flush=True)
    limits = without_mutant(_stages("calendar"))
    tests = {f"streams/core/{module}.py": _stages(module) for module in MODULES}
    print(f"{len(mutants)} mutants:", flush=True)
    for outcome in _told(trials(mutants, tests, limits, jobs, ends), len(mutants), listed):
        note.write(outcome)


def _told(outcomes: Iterable[Outcome], of: int, listed: Mapping[Name, str]) -> Iterator[Outcome]:
    """The same outcomes, with a line on every survivor that is not listed and one on how far it is now and then."""
    survived, told = 0, time.monotonic()
    for number, outcome in enumerate(outcomes, 1):
        if outcome.killed_by is None and outcome.name not in listed:
            survived += 1
            print(f"survived: {outcome.name}", flush=True)
        if time.monotonic() - told > TOLD_EVERY or number == of:
            told = time.monotonic()
            print(f"  {number} of {of}, {survived} survived", flush=True)
        yield outcome


if __name__ == "__main__":
    sys.exit(main())
