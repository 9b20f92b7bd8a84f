"""What the lints of rules look at, and what they find."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from streams.core.calendar import day_date
from streams.core.deadlines import Span
from streams.core.rules import FOR_EVER, Deadline, Rules

Severity = Literal["error", "warning", "note"]
DeclaredBy = Literal["swap", "holiday", "lists"]


class Declared(NamedTuple):
    """The days that one row of a calendar names: a swap, a holiday, or the calendar's own lists.

    `others` are the exceptions that the other rows of the calendar name, `package` what a package knows of a country.
    """

    calendar: str
    row: DeclaredBy
    off: tuple[int, ...]
    worked: tuple[int, ...]
    others: Mapping[int, int]
    package: Mapping[int, int]


class Subject(NamedTuple):
    """Rules to be looked at on a day, with what of their files does not go into the content."""

    rules: Rules
    content: Mapping[str, Any]
    declared: tuple[Declared, ...]
    # The ids of the rules that have a worked example.
    with_example: frozenset[str]
    on: int

    def deadlines(self) -> Iterator[Deadline]:
        for _, rows in sorted(self.rules.by_procedure.items()):
            yield from sorted(rows, key=lambda rule: (rule.from_day, rule.id))

    def starts(self, rule: Deadline) -> list[Span]:
        """Starts to try a rule with: the opening of ten working days in its time."""
        calendar = rule.calendar
        first = calendar.roll_on(max(rule.from_day, min(self.on, rule.until_day - 1)))
        days = [first, *(calendar.add_working_days(first, number) for number in range(1, 10))]
        return [Span(calendar.instant(day, calendar.hours_of(day)[0][0]), False) for day in days]


class Found(NamedTuple):
    """Where something is wrong, what, and what to do."""

    where: str
    what: str
    do: str


class Finding(NamedTuple):
    """One finding of a named lint."""

    lint: str
    severity: Severity
    where: str
    what: str
    do: str


class Lint(NamedTuple):
    """A check of rules: a pure function that yields what it finds."""

    name: str
    severity: Severity
    look: Callable[[Subject], Iterator[Found]]


def day_text(day: int) -> str:
    """A day as messages write it; the end of what has none is *for ever*."""
    return "for ever" if day >= FOR_EVER else str(day_date(day))


def range_text(first: int, until: int) -> str:
    """The days from `first` on, up to the last one before `until`."""
    return f"from {day_text(first)}" + ("" if until >= FOR_EVER else f" to {day_text(until - 1)}")
