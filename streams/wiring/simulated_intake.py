"""What a simulated district tells, taken in by the real intake: entries of a log, on a simulated clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from schemas.codec import encode
from schemas.events import TOPIC_OF_TYPE
from schemas.topics import CODES, LOG
from streams.pipeline.intake import Intake, IntakeLimits
from streams.pipeline.tokens import token_of
from streams.ports import Outgoing, Record
from streams.simulator.told import Told

_MESSAGE_BYTES = 1 << 20
_KEY = b"for the tokens of dossiers that never were"


class SimulatedIntake:
    """`codes` are the dossiers' own codes by token."""

    def __init__(self, until: datetime) -> None:
        limits = IntakeLimits(0, _MESSAGE_BYTES, simulated=True, until=until)
        self._intake = Intake("", limits, _KEY, _Unsealed(), _Unsealed())
        self._arrived = 0
        self.codes: dict[str, str] = {}

    def entries(self, history: Iterable[Told]) -> list[bytes]:
        """The entries of the log that come of it."""
        records = [self._record(told.event) for told in history]
        return [out.value for out in self._intake.step(records) if _is_entry(out) and out.value is not None]

    def _record(self, event: Mapping[str, Any]) -> Record:
        subject = event["subject"]
        self.codes[token_of(_KEY, subject)] = subject.partition(":")[2]
        self._arrived += 1
        return Record(TOPIC_OF_TYPE[event["type"]], 0, self._arrived, 0, None, encode(event))


class _Unsealed:
    """Nothing is kept of what it seals."""

    def seal(self, plain: bytes) -> bytes:
        return plain


def _is_entry(out: Outgoing) -> bool:
    assert out.topic in {LOG.name, CODES.name}, ("intake refused what the simulator told", out.topic, out.headers)
    return out.topic == LOG.name
