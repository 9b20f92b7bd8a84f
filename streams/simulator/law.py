"""A reader of the rule files of the simulator's own: terms, graces, thresholds, codes, calendars; it checks nothing."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from streams.simulator.days import Days, Span, span

VIETNAM = Path(__file__).parents[1] / "rules" / "vn"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PAUSES = {
    "supplement.requested": "supplement.received",
    "payment.requested": "payment.received",
    "force_majeure.begun": "force_majeure.ended",
}
# What a rule has where its row says nothing else.
USUAL = {
    "law_of": "received", "duty_bearer": "unit", "grace_working_days": 1, "urgent_working_hours": 4,
    "returned_means": "ready", "ends_when_posted": "result.delivered",
    "cancels": ["case.refused", "case.withdrawn", "case.stopped"],
}  # fmt: skip
# What makes a term.
TERM = ("amount", "unit", "calendar", "starts", "cut_off", "ends_at", "next_ends_at")
THRESHOLDS = {
    "done_without_evidence_days": 5, "no_movement_extra_days": 3, "no_movement_least_days": 5,
    "uncollected_days": 10, "failed_updates": 2, "accept_days": None,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Rule:
    """One row of the law with what it leaves unsaid filled in."""

    row: Mapping[str, Any]
    days: Days

    def __getitem__(self, name: str) -> Any:
        return self.row.get(name, USUAL.get(name))

    @property
    def ends(self) -> tuple[str, ...]:
        told = self.row["duty_ends_at"]
        return (told,) if isinstance(told, str) else tuple(told)

    @property
    def pauses(self) -> dict[str, str]:
        if "pause" in self.row:
            return {pause["from"]: pause["to"] for pause in self.row["pause"]}
        return PAUSES

    @property
    def at_risk(self) -> Mapping[str, Any]:
        """The earliest of its levels; one working day where none is told, two office hours for a day or less."""
        levels = self.row.get("at_risk")
        if levels is not None:
            return levels if isinstance(levels, dict) else max(levels, key=lambda level: level.get("amount", 0))
        whole_days = self.row["unit"] in {"working_day", "calendar_day"} and self.row["amount"] > 1
        return {"amount": 1, "unit": self.row["unit"]} if whole_days else {"amount": 2, "unit": "working_hour"}

    def threshold(self, name: str) -> int | None:
        found: int | None = self.row.get("thresholds", {}).get(name, THRESHOLDS[name])
        return found


@dataclass(frozen=True, eq=False)
class Law:
    rules: tuple[Rule, ...]
    states: Mapping[tuple[str, str], str]
    scoring: str
    local: str
    cuts: tuple[Mapping[str, Any], ...]
    coverage: tuple[Mapping[str, Any], ...]

    def rule_of(self, procedure: str | None, variant: str | None, place: str | None, day: date) -> Rule | None:
        """The rule in force on a day that names the most of variant and place; of a kind that nobody told, the one term
        that the law gives all kinds, if it does."""
        in_force = [
            rule
            for rule in self.rules
            if rule["procedure"] in {procedure, "*"}
            and rule["effective_from"] <= day
            and (rule["effective_until"] is None or day < rule["effective_until"])
            and (not rule["place_kinds"] or place in rule["place_kinds"])
        ]
        found = [rule for rule in in_force if not rule["variants"] or variant in rule["variants"]]
        if not found and variant is None:
            terms = {tuple(rule[name] for name in TERM) for rule in in_force}
            found = in_force if len(terms) == 1 else []
        return max(found, key=lambda rule: (bool(rule["place_kinds"]), bool(rule["variants"])), default=None)

    def amount(self, rule: Rule, unit: str | None, day: date) -> int:
        """The term of a rule, or the shorter one that a decision gives a unit."""
        amounts: list[int] = [rule["amount"]]
        for cut in self.cuts:
            in_force = cut["effective_from"] <= day and ("effective_until" not in cut or day < cut["effective_until"])
            if cut["deadline"] == rule["id"] and in_force and any(is_under(unit, code) for code in cut["units"]):
                amounts.append(cut["amount"])
        return min(amounts)


def is_under(unit: str | None, code: str) -> bool:
    """Whether a unit is another one or stands beneath it."""
    return unit is not None and (unit == code or unit.startswith(f"{code}."))


def load_law(folder: Path = VIETNAM) -> Law:
    """All rule files under a folder."""
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.toml"))]
    calendars = _calendars(_rows(files, "calendar"))
    scoring: Mapping[str, str] = next((file["scoring"] for file in files if "scoring" in file), {})
    return Law(
        tuple(Rule(row, calendars[row["calendar"]]) for row in _rows(files, "deadline")),
        {(row["system"], str(row["code"])): row["state"] for row in _rows(files, "official")},
        scoring.get("system", "portal"),
        scoring.get("local", "onestop"),
        tuple(_rows(files, "cut")),
        tuple(_rows(files, "coverage")),
    )


def _rows(files: Iterable[Mapping[str, Any]], table: str) -> list[Mapping[str, Any]]:
    return [row for file in files for row in file.get(table, ())]


def _calendars(rows: list[Mapping[str, Any]]) -> dict[str, Days]:
    by_id = {row["id"]: row for row in rows}
    return {name: _days(_whole(row, by_id)) for name, row in by_id.items()}


def _whole(row: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """A calendar with what it takes over from the one that it extends."""
    return {**_whole(by_id[row["extends"]], by_id), **row} if "extends" in row else row


def _days(row: Mapping[str, Any]) -> Days:
    moved = [*row.get("swap", ()), *row.get("holiday", ()), row]
    hours: tuple[Span, ...] = tuple(span(text) for text in row.get("hours", ()))
    return Days(
        frozenset(WEEK.index(day) for day in row.get("week", WEEK[:5])),
        hours,
        row.get("country"),
        frozenset(day for each in moved for day in each.get("off", ())),
        frozenset(day for each in moved for day in each.get("worked", ())),
    )
