"""What the trials found beside what tests/mutants/equivalent.toml lists: a table, and what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.mutants.changes import Name
from tools.mutants.trials import Outcome

HEADS = ("module", "mutants", "killed", "equivalent", "survived", "still to run", "CPU minutes")


def read_listed(content: Mapping[str, Any]) -> dict[Name, str]:
    """The mutants that no input tells from the original, each with the reason. One row may name several `after`."""
    found: dict[Name, str] = {}
    for row in content.get("mutant", ()):
        assert row["reason"].strip(), f"{row['before']}: say why no input can tell the two apart"
        for after in [row["after"]] if isinstance(row["after"], str) else row["after"]:
            name = Name(row["module"], row["function"], row["before"], after, row.get("nth", 1))
            assert name not in found, f"listed twice: {name}"
            found[name] = row["reason"]
    return found


def table(names: Sequence[Name], outcomes: Mapping[Name, Outcome], listed: Mapping[Name, str]) -> Iterator[str]:
    """A row a module and one for all, in Markdown."""
    modules = list(dict.fromkeys(name.module for name in names))
    yield f"| {' | '.join(HEADS)} |"
    yield f"|---|{'---:|' * (len(HEADS) - 1)}"
    for module in [*modules, None]:
        own = [name for name in names if module in {None, name.module}]
        tried = [outcomes[name] for name in own if name in outcomes]
        survived = [one.name for one in tried if one.killed_by is None]
        equivalent = sum(name in listed for name in survived)
        figures = [len(own), len(tried) - len(survived), equivalent, len(survived) - equivalent, len(own) - len(tried)]
        minutes = sum(one.seconds for one in tried) / 60
        yield f"| {module or 'all'} | {' | '.join(map(str, figures))} | {minutes:.1f} |"


def faults(names: Sequence[Name], outcomes: Mapping[Name, Outcome], listed: Mapping[Name, str]) -> Iterator[str]:
    """What must be mended: survivors that nobody explained, and explanations of what is no survivor."""
    for name in names:
        if name in outcomes and outcomes[name].killed_by is None and name not in listed:
            yield f"survived: {name}"
    modules, known = {name.module for name in names}, set(names)
    for name in listed:
        if name.module in modules and name not in known:
            yield f"listed as equivalent, but there is no such mutant: {name}"
        elif name in outcomes and (killer := outcomes[name].killed_by) is not None:
            yield f"listed as equivalent, but killed ({killer}): {name}"
