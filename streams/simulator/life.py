"""The true life of a case as a value: what really happens to it, step by step, whatever is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from streams.simulator.district import Unit
from streams.simulator.law import Rule
from streams.simulator.terms import Pause, due_of, moved_on

# The steps from a complete dossier to its result, and who says so.
STEPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "card": (
        ("case.transmitted", "unit"), ("card.printed", "ministry"), ("card.dispatched", "ministry"),
        ("card.received_at_unit", "post"),
    ),
    "old_number_confirmation": (("letter.printed", "unit"),),
    "personal_number": (("case.transmitted", "unit"), ("pid.proposed", "unit"), ("pid.decided", "ministry")),
    "eid": (("eid.granted", "ministry"),),
    "interlinked_birth": (("leg.ended", "unit"), ("result.published", "operator")),
}  # fmt: skip
# The legs of an interlinked group, by the step that ends each.
LEGS = {"interlinked_birth": {"leg.ended": "birth_registration", "result.published": "health_insurance_card"}}
PUBLISHED = (("result.published", "operator"),)
POSTED = (("parcel.handed_to_post", "unit"), ("result.delivered", "post"))
HAND_OVER = {"card": "card.returned", "old_number_confirmation": "letter.collected"}


@dataclass(frozen=True)
class Step:
    """Something that happens, as its source tells it: with `recorded`, it wrote it down only then; with *day*, it tells
    no more than the day."""

    type: str
    at: datetime
    data: Mapping[str, Any]
    recorded: datetime | None = None
    precision: str = "second"


@dataclass
class Life:
    """What really happens to a case, filled in as it is drawn; `faults` names what goes wrong."""

    unit: Unit
    procedure: str
    variant: str | None
    rule: Rule
    received: datetime
    completed: datetime
    channel: str = "counter"
    registered: datetime | None = None
    due: datetime | None = None
    appointment: datetime | None = None
    ready: datetime | None = None
    handed_over: datetime | None = None
    ended: datetime | None = None
    ended_by: str | None = None
    extended: datetime | None = None
    extended_on: datetime | None = None
    is_posted: bool = False
    pauses: list[Pause] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)

    def add(self, kind: str, at: datetime, **data: Any) -> None:
        self.steps.append(Step(kind, at, data))

    @property
    def ends(self) -> tuple[str, ...]:
        """What the duty ends with."""
        return ("result.delivered",) if self.is_posted else self.rule.ends

    @property
    def term_ends(self) -> datetime:
        """When it is due by what happened so far."""
        if self.extended is None or self.extended_on is None:
            return due_of(self.rule, self.rule["amount"], self.completed, self.pauses)
        return moved_on(self.rule, self.extended, [pause for pause in self.pauses if pause[0] > self.extended_on])
