"""What intake knows of sources that are set aside: by what the controller keeps in hoso.control."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from schemas.control import CONTROL, SourceState
from streams.pipeline.source_watch import ASIDE
from streams.ports import Record

_PARKS = "suspended"
_DRAINS = "draining"


class Aside:
    """Folds hoso.control. `heard` is the next offset to read: whoever waits for all of intake to know looks at it."""

    def __init__(self) -> None:
        self.heard = 0
        # The state of a source, and where it stands.
        self._states: dict[str, tuple[str, int]] = {}

    def fold(self, records: Sequence[Record], heard: int) -> None:
        """Take records in, up to `heard`; what is not of sources is another's."""
        for record in records:
            if record.value is not None and b'"source.state"' in record.value:
                try:
                    control = CONTROL.validate_json(record.value)
                except ValidationError:
                    # Of a newer release: the controller counts what it cannot read.
                    continue
                if isinstance(control, SourceState):
                    self._states[control.source] = control.state, record.offset
        self.heard = max(self.heard, heard)

    @property
    def suspended(self) -> frozenset[str]:
        """The sources whose records are parked."""
        return frozenset(source for source, (state, _) in self._states.items() if state == _PARKS)

    @property
    def draining(self) -> Mapping[str, int]:
        """The sources of which everything parked must be forwarded now, each with the offset at which that is asked."""
        return {source: offset for source, (state, offset) in sorted(self._states.items()) if state == _DRAINS}

    @property
    def names(self) -> frozenset[str]:
        """All that are set aside, or on their way back: what is parked of them is still needed."""
        return frozenset(source for source, (state, _) in self._states.items() if state in ASIDE)
