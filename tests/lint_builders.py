"""Builders for tests of lints: rules of few rows, and what all lints find in them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from streams.core.compiling import compile_rules
from streams.core.findings import Declared, Finding, Subject
from streams.core.lints import LINTS, lint
from tests.core_builders import calendar_row, content_of, day, deadline_row

TODAY = day("2026-06-01")
CHAIN = ("case.completed", "case.transmitted", "card.dispatched", "card.received_at_unit")


def found(
    content: Mapping[str, Any], *declared: Declared, on: int = TODAY, without: frozenset[str] = frozenset()
) -> list[Finding]:
    ids = frozenset(row["id"] for row in content["deadlines"]) - without
    return list(lint(Subject(compile_rules(content), content, declared, ids, on)))


def rule(name: str = "rule", **fields: Any) -> dict[str, Any]:
    return deadline_row(id=name, **fields)


def cut(**fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": "cut",
        "deadline": "rule",
        "units": ["H26"],
        "amount": 5,
        "effective_from": "2025-01-01",
        "decision": "12/QD-UBND",
        "source": "a decision",
    }
    return row | fields


def stages(*amounts: int | None, chain: tuple[str, ...] = CHAIN) -> list[dict[str, Any]]:
    rows = zip(chain, chain[1:], amounts, strict=False)
    return [
        {"id": f"s{number}", "owner": "unit", "from": begins, "to": ends}
        | ({} if amount is None else {"amount": amount, "unit": "working_day"})
        for number, (begins, ends, amount) in enumerate(rows)
    ]


def leg(amount: int, unit: str = "working_day") -> dict[str, Any]:
    return {"id": "birth", "agency": "justice", "amount": amount, "unit": unit, "source": "a decision"}


def swap(off: str = "", worked: str = "", **fields: Any) -> Declared:
    days = {name: tuple(map(day, text.split())) for name, text in (("off", off), ("worked", worked))}
    return Declared("plain", "swap", days["off"], days["worked"], {}, {})._replace(**fields)


def closure(**days: int) -> list[dict[str, Any]]:
    named = {name.removeprefix("on_").replace("_", "-"): worked for name, worked in days.items()}
    return [{"id": "storm", "calendar": "plain", "units": ["H26"], "days": named, "source": "a decision"}]


def one(**fields: Any) -> dict[str, Any]:
    """The content of one rule."""
    return content_of(rule(**fields))


def with_cut(row: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return content_of(rule(**fields), cuts=[row])


def calendar(**fields: Any) -> dict[str, Any]:
    return content_of(calendars=[calendar_row(**fields)])


def a(*parts: Any) -> tuple[Any, ...]:
    """What `found` is given: content, and the days that rows of calendars declare."""
    return parts


class Pair(NamedTuple):
    """Rows that raise a lint, where it says it lies and a part of what it says; rows near to them that do not."""

    bad: tuple[Any, ...]
    where: str
    what: str
    good: tuple[Any, ...]


def assert_found(name: str, pair: Pair) -> None:
    """The bad rows raise the lint once, with where, what and what to do."""
    [finding] = [each for each in found(*pair.bad) if each.lint == name]
    assert finding.where == pair.where
    assert pair.what in finding.what
    assert finding.do
    assert finding.severity == {each.name: each.severity for each in LINTS}[name]


def assert_silent(name: str, pair: Pair) -> None:
    assert [each for each in found(*pair.good) if each.lint == name] == []
