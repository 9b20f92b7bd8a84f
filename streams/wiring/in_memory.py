"""The real intake and case step in memory, on a simulated clock: what a district comes to without any service."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from schemas.codec import encode
from schemas.entries import ClockTicked, RulesActivated
from schemas.topics import FLAGS, LOG
from streams.core.compiling import rules_hash
from streams.core.instants import utc_text
from streams.pipeline.cases import CasePartition
from streams.ports import Record
from streams.simulator.steps import Step
from streams.wiring.confusion import Flag
from streams.wiring.held import HeldFlags
from streams.wiring.simulated_intake import SimulatedIntake


def flags_of(
    steps: Iterable[Step], until: datetime, content: Mapping[str, Any], told: Callable[[int], object]
) -> list[Flag]:
    """The flags of whole cases that stand after the last tick; `told` is called with how many more events are in."""
    desk = _Desk(content, until)
    for step in steps:
        desk.tell(step)
        told(len(step.told))
    return desk.standing()


class _Desk:
    """Intake and one partition of cases, one after the other."""

    def __init__(self, content: Mapping[str, Any], until: datetime) -> None:
        self._intake = SimulatedIntake(until)
        self._cases = CasePartition(0, {}, lambda topic: topic.name)
        self._offset = 0
        self._held = HeldFlags()
        self._step([encode(RulesActivated(hash=rules_hash(content), content=dict(content)).model_dump())])

    def tell(self, step: Step) -> None:
        """What became known by a tick, and the tick."""
        # All stands in one partition, so linked cases need not wait for others.
        instant = utc_text(step.at)
        ticked = encode(ClockTicked(at=instant, linked_to=instant).model_dump())
        self._step([*self._intake.entries(step.told), ticked])

    def standing(self) -> list[Flag]:
        return self._held.standing(self._intake.codes)

    def _step(self, entries: Iterable[bytes]) -> None:
        records = [Record(LOG.name, 0, number, 0, None, value) for number, value in enumerate(entries, self._offset)]
        self._offset += len(records)
        for writes in self._cases.steps(records):
            for out in writes.records:
                if out.topic == FLAGS.name and out.value is not None:
                    self._held.take(out.value, out.headers)
