"""What is known of each case: every event once, in the order in which things happened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from streams.simulator.days import ZONE
from streams.simulator.told import Told

OFFICIAL = frozenset({"official.status_changed", "official.observed", "official.sync_failed", "update.failed_reported"})
REVIEW = frozenset(
    {"flag.acknowledged", "flag.unacknowledged", "flag.snoozed", "flag.disputed", "dispute.decided"}
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """Something that happened. `recorded` is when its source wrote it down: when it happened, where none is told."""

    type: str
    time: datetime
    recorded: datetime
    data: Mapping[str, Any]

    @property
    def by_unit(self) -> bool:
        """Whether the unit itself says so: it does where nobody else is named."""
        return self.data.get("origin") in {None, "unit"}

    @property
    def is_of_the_case(self) -> bool:
        """A step of the case itself, neither a report of an official system nor a word about a flag."""
        return self.type not in OFFICIAL | REVIEW


def known(history: Iterable[Told], at: datetime) -> dict[str, tuple[Fact, ...]]:
    """The facts of each case that had been told by an instant and had happened by then; doubles count once."""
    seen: set[tuple[str, str]] = set()
    cases: dict[str, list[Fact]] = {}
    for told in history:
        event = told.event
        name = (event["source"], event["id"])
        scheme, _, case = event["subject"].partition(":")
        if told.delivered > at or name in seen or scheme != "dossier":
            continue
        seen.add(name)
        fact = _fact(event)
        if fact.time <= at:
            cases.setdefault(case, []).append(fact)
    return {case: tuple(sorted(facts, key=_order)) for case, facts in cases.items()}


def _fact(event: Mapping[str, Any]) -> Fact:
    happened = datetime.fromisoformat(event["time"])
    if event.get("timeprecision") == "day":
        # A line of a register has only a date, and stands for the end of that day.
        happened = datetime.combine(happened.date(), time(23, 59, 59), happened.tzinfo)
    recorded = event.get("recordedtime")
    happened = happened.astimezone(ZONE)
    return Fact(event["type"], happened, _instant(recorded) if recorded else happened, event["data"])


def _order(fact: Fact) -> tuple[datetime, int, str]:
    """At one instant a lower code comes before a higher one."""
    code = str(fact.data.get("code", ""))
    return fact.time, int(code) if code.isdecimal() else 0, fact.type


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZONE)


def instant_of(fact: Fact, name: str) -> datetime | None:
    """A time that a fact tells in its data."""
    text = fact.data.get(name)
    return None if text is None else _instant(text)
