"""The real intake and case step in memory, on a simulated clock: what a district comes to without any service."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from schemas.codec import encode
from schemas.entries import ClockTicked, RulesActivated
from schemas.events import TOPIC_OF_TYPE
from schemas.topics import CODES, FLAGS, LOG
from streams.core.compiling import rules_hash
from streams.core.instants import utc_text
from streams.pipeline.cases import CasePartition
from streams.pipeline.intake import Intake, IntakeLimits
from streams.pipeline.tokens import token_of
from streams.ports import Outgoing, Record
from streams.simulator.steps import Step
from streams.simulator.told import Told
from streams.wiring.confusion import Flag
from streams.wiring.held import HeldFlags

_MESSAGE_BYTES = 1 << 20
_KEY = b"for the tokens of dossiers that never were"


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
        limits = IntakeLimits(0, _MESSAGE_BYTES, simulated=True, until=until)
        self._intake = Intake("", limits, _KEY, _Unsealed(), _Unsealed())
        self._cases = CasePartition(0, {}, lambda topic: topic.name)
        self._offset = self._arrived = 0
        self._codes: dict[str, str] = {}
        self._held = HeldFlags()
        self._step([encode(RulesActivated(hash=rules_hash(content), content=dict(content)).model_dump())])

    def tell(self, step: Step) -> None:
        """What became known by a tick, and the tick."""
        entries = [out.value for out in self._intake.step([self._record(told) for told in step.told]) if _is_entry(out)]
        # All stands in one partition, so linked cases need not wait for others.
        instant = utc_text(step.at)
        ticked = encode(ClockTicked(at=instant, linked_to=instant).model_dump())
        self._step([*(value for value in entries if value is not None), ticked])

    def standing(self) -> list[Flag]:
        return self._held.standing(self._codes)

    def _record(self, told: Told) -> Record:
        subject = told.event["subject"]
        self._codes[token_of(_KEY, subject)] = subject.partition(":")[2]
        self._arrived += 1
        return Record(TOPIC_OF_TYPE[told.event["type"]], 0, self._arrived, 0, None, encode(told.event))

    def _step(self, entries: Iterable[bytes]) -> None:
        records = [Record(LOG.name, 0, number, 0, None, value) for number, value in enumerate(entries, self._offset)]
        self._offset += len(records)
        for writes in self._cases.steps(records):
            for out in writes.records:
                if out.topic == FLAGS.name and out.value is not None:
                    self._held.take(out.value, out.headers)


class _Unsealed:
    """Nothing is kept of what it seals."""

    def seal(self, plain: bytes) -> bytes:
        return plain


def _is_entry(out: Outgoing) -> bool:
    assert out.topic in {LOG.name, CODES.name}, ("intake refused what the simulator told", out.topic, out.headers)
    return out.topic == LOG.name
