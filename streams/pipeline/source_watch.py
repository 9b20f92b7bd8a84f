"""Sources as the controller sees them: who speaks, who is silent for longer than its rhythm, who was set aside.

A heartbeat counts from the tick by which everything is in that was sent before it. A source that is set aside is parked
by intake; to take it back goes in steps, for nothing may be left behind: all of intake must have heard that nothing is
parked any more (*resuming*), then what was parked is forwarded (*draining*), and only then it is judged by again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.codec import encode
from schemas.control import Control, Heartbeat, SourceDrained, SourceRequested, SourcesExpected, SourceState
from streams.core.compiling import expected_of
from streams.core.instants import parse_utc, utc_text
from streams.core.sources import is_named
from streams.pipeline.control_keys import control_key

_ASIDE = frozenset({"suspended", "resuming", "draining"})


class Said(NamedTuple):
    """What to write with a tick: entries of the log, records of hoso.control to keep, and keys that are done with."""

    entries: list[dict[str, Any]]
    kept: list[tuple[bytes, bytes]]
    done: list[bytes]


class SourceWatch:
    """Folds what hoso.control says of sources; says with each tick what has changed."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = [expected_of(row) for row in rows]
        self._up_to: dict[str, int] = {}
        self._beats: dict[str, list[tuple[int, int]]] = {}
        self._states: dict[str, tuple[SourceState, int]] = {}
        self._requests: dict[bytes, SourceRequested] = {}
        self._drained: dict[bytes, str] = {}

    def expect(self, rules: str, rows: Sequence[Mapping[str, Any]]) -> tuple[bytes, bytes]:
        """Watch by the rhythms of other rules; the record that tells a later controller of it."""
        self._rows = [expected_of(row) for row in rows]
        return _kept(SourcesExpected(rules=rules, sources=[dict(row) for row in rows]))

    def take(self, control: Control, key: bytes, offset: int) -> None:
        """Take a message of hoso.control in; those that say nothing of sources are left alone."""
        if isinstance(control, Heartbeat):
            beat = parse_utc(control.at), parse_utc(control.sent_up_to)
            self._beats.setdefault(control.source, []).append(beat)
        elif isinstance(control, SourceState):
            self._states[control.source] = control, offset
        elif isinstance(control, SourceRequested):
            self._requests[key] = control
        elif isinstance(control, SourceDrained):
            self._drained[key] = control.source

    def drop(self, key: bytes) -> None:
        """A tombstone: what it asked for was done."""
        self._requests.pop(key, None)
        self._drained.pop(key, None)

    def before(self, at: int, heard: int) -> Said:
        """What to say before a tick at `at`, when all of intake has read hoso.control up to `heard`."""
        said = Said([], [], [])
        self._resume(said, at)
        for _, (state, offset) in sorted(self._states.items()):
            if state.state == "resuming" and heard > offset:
                self._keep(said, state.model_copy(update={"state": "draining"}))
        for key, request in sorted(self._requests.items()):
            self._answer(said, request, at)
            said.done.append(key)
        self._requests.clear()
        self._listen(said, at)
        return said

    def _resume(self, said: Said, at: int) -> None:
        for key, source in sorted(self._drained.items()):
            if self._state(source) == "draining":
                said.entries.append({"type": "source.resumed", "source": source, "at": utc_text(at)})
                self._keep(said, SourceState(source=source, state="heard"))
            said.done.append(key)
        self._drained.clear()

    def _answer(self, said: Said, request: SourceRequested, at: int) -> None:
        state, source = self._state(request.source), request.source
        if request.ask == "suspend" and state not in _ASIDE:
            entry = {"type": "source.suspended", "source": source, "since": utc_text(at), "reason": request.reason}
            said.entries.append(entry)
            self._keep(said, SourceState(source=source, state="suspended", reason=request.reason))
        elif request.ask == "resume" and state == "suspended":
            self._keep(said, SourceState(source=source, state="resuming", reason=request.reason))

    def _listen(self, said: Said, at: int) -> None:
        for source, rhythm in self._watched(at):
            is_silent = at > self._up_to[source] + rhythm
            if is_silent and self._state(source) != "silent":
                since = utc_text(self._up_to[source])
                said.entries.append({"type": "source.silent", "source": source, "since": since})
                self._keep(said, SourceState(source=source, state="silent"))
            elif not is_silent and self._state(source) != "heard":
                said.entries.append({"type": "source.heard", "source": source, "at": utc_text(at)})
                self._keep(said, SourceState(source=source, state="heard"))

    def _watched(self, at: int) -> Iterator[tuple[str, int]]:
        """Sources that have spoken by now and are not set aside, with the rhythm that is expected of them."""
        aside = [source for source, (state, _) in self._states.items() if state.state in _ASIDE]
        for source, beats in sorted(self._beats.items()):
            counted = [up_to for counts_from, up_to in beats if counts_from <= at]
            beats[:] = [beat for beat in beats if beat[0] > at]
            if counted:
                self._up_to[source] = max(self._up_to.get(source, 0), *counted)
            rhythm = next((row.rhythm for row in self._rows if is_named(source, (row.name,))), None)
            if rhythm is not None and source in self._up_to and not is_named(source, aside):
                yield source, rhythm

    def _state(self, source: str) -> str | None:
        found = self._states.get(source)
        return None if found is None else found[0].state

    def _keep(self, said: Said, state: SourceState) -> None:
        # Its offset is known when it is read back; until then no worker can have heard of it.
        self._states[state.source] = state, 1 << 62
        said.kept.append(_kept(state))


def _kept(control: Control) -> tuple[bytes, bytes]:
    return control_key(control), encode(control.model_dump(exclude_none=True))
