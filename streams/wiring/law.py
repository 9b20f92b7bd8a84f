"""The law as files: read from a folder, shown rule by rule, looked over, run against its own worked examples."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from streams.core.calendar import Calendar, day_date, day_number
from streams.core.compiling import compile_rules
from streams.core.deadlines import Due, Span
from streams.core.errors import RulesRefused
from streams.core.findings import Finding, Severity, Subject
from streams.core.instants import local_text
from streams.core.lints import lint
from streams.core.question import NoRule, Question, Wait, clock_of, leg_due, leg_of
from streams.core.rules import ANY, Deadline, Rules
from streams.rules_file import VIETNAM, Example, load_declared, load_examples, load_rules
from streams.settings import Settings

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


class Law(NamedTuple):
    """A folder of rules: its content as `rules.activated` carries it, and the same compiled."""

    folder: Path
    content: dict[str, Any]
    rules: Rules


class Tried(NamedTuple):
    """A worked example and what the engine makes of it: the due, or why there is none."""

    example: Example
    expected: str
    found: str

    @property
    def is_right(self) -> bool:
        return self.expected == self.found

    def told(self) -> dict[str, Any]:
        """As plain values."""
        plain = {name: str(value) for name, value in self.example._asdict().items() if value and name != "pauses"}
        pauses = [[str(begins), str(ends)] for begins, ends in self.example.pauses]
        return plain | {"pauses": pauses, "due": self.expected, "found": self.found, "right": self.is_right}


def folder_of(given: Path | None, settings: Settings) -> Path:
    """The rules that a command means: those it names, else the deployment's, else those shipped; raises
    RulesRefused."""
    found = given or settings.rules or VIETNAM
    if not found.is_dir():
        raise RulesRefused(str(found), "there is no such folder")
    return found


def read_law(folder: Path) -> Law:
    """Raises RulesRefused with the row and the reason."""
    content = load_rules(folder)
    return Law(folder, content, compile_rules(content))


def procedures_of(law: Law) -> list[dict[str, Any]]:
    """Which procedures have rules, with the variants and places that these tell apart."""
    return [
        {
            "procedure": name,
            "rules": sorted(rule.id for rule in rows),
            "effective_from": str(day_date(min(rule.from_day for rule in rows))),
            "variants": sorted({variant for rule in rows for variant in rule.variants}),
            "place_kinds": sorted({place for rule in rows for place in rule.place_kinds}),
        }
        for name, rows in sorted(law.rules.by_procedure.items())
    ]


def rows_of(law: Law, procedure: str, on: date | None) -> list[dict[str, Any]]:
    """The rules of a procedure in force on a day, or all that there ever are, each as its row with its cuts."""
    named = law.rules.by_procedure.get(procedure) or law.rules.by_procedure.get(ANY)
    if named is None:
        known = ", ".join(sorted(law.rules.by_procedure))
        raise NoRule(f"procedure {procedure} has no rule in {law.folder}; known are {known}")
    day = None if on is None else day_number(on)
    rows = {row["id"]: row for row in law.content["deadlines"]}
    found = [
        rows[rule.id] | {"cuts": [cut for cut in law.content["cuts"] if cut["deadline"] == rule.id]}
        for rule in sorted(named, key=lambda rule: (rule.from_day, rule.id))
        if day is None or rule.from_day <= day < rule.until_day
    ]
    if not found:
        first = day_date(min(rule.from_day for rule in named))
        raise NoRule(f"no rule of {procedure} is in force on {on}: the first is from {first}; leave --on out for all")
    return found


def try_examples(law: Law) -> Iterator[Tried]:
    """Every worked example of the folder, run by the engine."""
    by_id = {rule.id: rule for rows in law.rules.by_procedure.values() for rule in rows}
    for example in load_examples(law.folder):
        yield _tried(example, by_id[example.rule], law.rules)


def check_law(folder: Path, on: date) -> list[Finding]:
    """Everything that is wrong with a folder of rules, looked at on a day: worst first."""
    try:
        law = read_law(folder)
        tried = list(try_examples(law))
        declared = tuple(load_declared(folder))
    except RulesRefused as error:
        do = "mend this row and check again: what comes after it was not looked at"
        if error.where == str(folder):
            do = "name the folder in which the rule files are, or put them there"
        return [Finding("refused", "error", error.where, error.why, do)]
    subject = Subject(law.rules, law.content, declared, frozenset(one.example.rule for one in tried), day_number(on))
    found = [*(_wrong(one) for one in tried if not one.is_right), *lint(subject)]
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


def count(findings: Iterable[Finding]) -> dict[str, int]:
    """How many errors, warnings and notes."""
    found = [one.severity for one in findings]
    return {f"{severity}s": found.count(severity) for severity in SEVERITIES}


def moment(given: date, calendar: Calendar) -> Span:
    """What a person wrote, in the zone of a calendar where it has no offset; a bare day stands for its end."""
    if not isinstance(given, datetime):
        return Span(calendar.end_of(day_number(given)), True)
    if given.tzinfo is not None:
        return Span(int(given.timestamp()), False)
    second = given.hour * 3600 + given.minute * 60 + given.second
    return Span(calendar.instant(day_number(given.date()), second), False)


def local(calendar: Calendar, at: int) -> str:
    """An instant in the zone of a calendar."""
    return local_text(at, calendar.offset(at))


def due_text(calendar: Calendar, due: Due) -> str:
    """A due as people say it: the day and 24:00, or the instant."""
    if due.at == calendar.end_of(due.day):
        return f"{day_date(due.day)} 24:00"
    return local(calendar, due.at)


def _wrong(tried: Tried) -> Finding:
    example = tried.example
    return Finding(
        "example_wrong",
        "error",
        f"deadline {example.rule}, example of {example.received}",
        f"says due {tried.expected}, the engine finds {tried.found}",
        "count it by hand: mend the example or the rule (hoso due shows every day)",
    )


def _tried(example: Example, rule: Deadline, rules: Rules) -> Tried:
    calendar = rule.calendar
    question = Question(
        rule.procedure,
        moment(example.received, calendar),
        None if example.completed is None else moment(example.completed, calendar),
        example.variant or next(iter(sorted(rule.variants)), None),
        example.place_kind or next(iter(sorted(rule.place_kinds)), None),
        example.unit,
        pauses=[Wait(moment(begins, calendar), moment(ends, calendar)) for begins, ends in example.pauses],
    )
    expected = example.due.isoformat()
    try:
        clock = clock_of(question, rules)
        assert clock.rule is not None
        if clock.rule.id != rule.id:
            return Tried(example, expected, f"rule {clock.rule.id} binds instead")
        found = clock.computed if example.leg is None else leg_due(clock, leg_of(rule, example.leg))
    except NoRule as error:
        return Tried(example, expected, str(error))
    if found is None:
        return Tried(example, expected, "no due")
    if not isinstance(example.due, datetime):
        return Tried(example, expected, day_date(found.day).isoformat())
    wanted = local(clock.calendar, moment(example.due, calendar).at)
    return Tried(example, wanted, local(clock.calendar, found.at))
