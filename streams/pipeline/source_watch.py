"""Sources as the controller sees them: who speaks, who is silent for longer than its rhythm, who was set aside.

A heartbeat counts from the tick by which everything is in that was sent before it. A source that is set aside is parked
by intake; to take it back goes in steps, for nothing may be left behind: all of intake must have heard that nothing is
parked any more (*resuming*), then what was parked is forwarded (*draining*), and only then it is judged by again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.codec import encode
from schemas.control import Control, Heartbeat, SourceDrained, SourceRequested, SourcesExpected, SourceState
from streams.core.compiling import expected_of
from streams.core.instants import parse_utc, utc_text
from streams.core.sources import is_named
from streams.pipeline.control_keys import control_key

ASIDE = frozenset({"suspended", "resuming", "draining"})
STANDINGS = ("heard", "silent", "suspended", "resuming", "draining", "not_expected")


class Said(NamedTuple):
    """What to write: entries of the log, records of hoso.control to keep, and keys that are done with."""

    entries: list[dict[str, Any]]
    kept: list[tuple[bytes, bytes]]
    done: list[bytes]


class SourceWatch:
    """Folds what hoso.control says of sources; says with each tick, and between them, what has changed."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = [expected_of(row) for row in rows]
        self._up_to: dict[str, int] = {}
        self._beats: dict[str, list[tuple[int, int]]] = {}
        self._states: dict[str, SourceState] = {}
        # Where the state of a source stands in hoso.control; what was written is not known before it is read back.
        self._offsets: dict[str, int] = {}
        self._written: set[str] = set()
        self._requests: dict[bytes, SourceRequested] = {}
        self._drained: dict[bytes, SourceDrained] = {}

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
            self._read_back(control, offset)
        elif isinstance(control, SourceRequested):
            self._requests[key] = control
        elif isinstance(control, SourceDrained):
            self._drained[key] = control

    def drop(self, key: bytes) -> None:
        """A tombstone: what it asked for was done."""
        self._requests.pop(key, None)
        self._drained.pop(key, None)

    def between(self, heard: int) -> Said:
        """What needs no tick, when all of intake has read hoso.control up to `heard`: the steps by which a source is
        taken back, and to set one aside again that was on its way."""
        said = Said([], [], [])
        waits = set[str]()
        for key, request in list(self._requests.items()):
            if request.source in waits or (request.ask == "suspend" and self._state(request.source) not in ASIDE):
                waits.add(request.source)
            else:
                self._turn(said, request)
                said.done.append(key)
                del self._requests[key]
        for source, state in sorted(self._states.items()):
            if state.state == "resuming" and heard > self._offsets.get(source, heard):
                self._keep(said, state.model_copy(update={"state": "draining"}))
        return said

    def before(self, at: int) -> Said:
        """What to say before a tick at `at`."""
        said = Said([], [], [])
        self._count(at)
        self._resume(said, at)
        for key, request in self._requests.items():
            if request.ask == "suspend" and self._state(request.source) not in ASIDE:
                self._suspend(said, request, at)
            else:
                self._turn(said, request)
            said.done.append(key)
        self._requests.clear()
        self._listen(said, at)
        return said

    def standing(self) -> Counter[str]:
        """How many sources stand how: *not_expected* is one that tells, and that no row of the rules names."""
        found = Counter(dict.fromkeys(STANDINGS, 0))
        found.update(
            self._state(name) or ("not_expected" if self._rhythm(name) is None else "heard")
            for name in {*self._up_to, *self._states}
        )
        return found

    def complete(self) -> dict[str, int]:
        """By row of the rules, up to when all that its sources sent is in; those that are set aside are left out."""
        found: dict[str, int] = {}
        for name, up_to in self._up_to.items():
            if self._state(name) not in ASIDE:
                for row in self._rows:
                    if is_named(name, (row.name,)):
                        found[row.name] = min(up_to, found.get(row.name, up_to))
        return found

    def _read_back(self, state: SourceState, offset: int) -> None:
        source = state.source
        if source in self._written and state != self._states[source]:
            # Only the controller writes states: what is read back of this one and differs is older than what it knows.
            return
        self._states[source], self._offsets[source] = state, offset
        if state.up_to is not None and state.state not in ASIDE:
            self._up_to[source] = max(self._up_to.get(source, 0), parse_utc(state.up_to))

    def _count(self, at: int) -> None:
        for source, beats in self._beats.items():
            counted = [up_to for counts_from, up_to in beats if counts_from <= at]
            if counted:
                beats[:] = [beat for beat in beats if beat[0] > at]
                self._up_to[source] = max(self._up_to.get(source, 0), *counted)

    def _resume(self, said: Said, at: int) -> None:
        for key, drained in self._drained.items():
            source = drained.source
            # One that was set aside again meanwhile is asked for anew, at another offset.
            if self._state(source) == "draining" and self._offsets.get(source) == drained.asked:
                said.entries.append({"type": "source.resumed", "source": source, "at": utc_text(at)})
                self._keep(said, self._known(source, "heard"))
            said.done.append(key)
        self._drained.clear()

    def _suspend(self, said: Said, request: SourceRequested, at: int) -> None:
        source, since = request.source, utc_text(self._complete(request.source, at))
        entry = {"type": "source.suspended", "source": source, "since": since, "reason": request.reason}
        said.entries.append(entry)
        self._keep(said, SourceState(source=source, state="suspended", reason=request.reason, up_to=since))

    def _turn(self, said: Said, request: SourceRequested) -> None:
        """Go a step back or forth with a source that is aside: the log says already that it is."""
        state = self._states.get(request.source)
        if state is None or state.state not in ASIDE:
            return
        if request.ask == "suspend" and state.state != "suspended":
            self._keep(said, state.model_copy(update={"state": "suspended", "reason": request.reason}))
        elif request.ask == "resume" and state.state == "suspended":
            self._keep(said, state.model_copy(update={"state": "resuming", "reason": request.reason}))

    def _listen(self, said: Said, at: int) -> None:
        for source, rhythm in self._watched():
            state, up_to = self._states.get(source), self._up_to[source]
            was = None if state is None else state.state
            is_silent = rhythm is not None and at > up_to + rhythm
            if is_silent and was != "silent":
                said.entries.append({"type": "source.silent", "source": source, "since": utc_text(up_to)})
                self._keep(said, self._known(source, "silent"))
            elif not is_silent and was != "heard" and (rhythm is not None or was == "silent"):
                said.entries.append({"type": "source.heard", "source": source, "at": utc_text(at)})
                self._keep(said, self._known(source, "heard"))
            elif state is not None and rhythm is not None and up_to >= _noted(state) + rhythm // 2:
                # Of heartbeats hoso.control keeps the newest, and a later controller may find that it does not count
                # yet: it goes on from what is noted here.
                self._keep(said, self._known(source, state.state))

    def _watched(self) -> Iterator[tuple[str, int | None]]:
        """Sources that have spoken by now and are not set aside, each with the rhythm expected of it, if one is."""
        aside = [source for source, state in self._states.items() if state.state in ASIDE]
        for source in sorted(self._up_to):
            if not is_named(source, aside):
                yield source, self._rhythm(source)

    def _rhythm(self, source: str) -> int | None:
        """Of several rows the shortest: whoever waits for a longer one then knows of the silence as well."""
        return min((row.rhythm for row in self._rows if is_named(source, (row.name,))), default=None)

    def _complete(self, source: str, at: int) -> int:
        """Up to when what a source sent is in: what it, and those above and beneath it, say of themselves."""
        told = [
            up_to
            for other, up_to in self._up_to.items()
            if (is_named(other, (source,)) or is_named(source, (other,)))
            and self._state(other) in (None, "heard")
            and self._rhythm(other) is not None
        ]
        return min([at, *told])

    def _state(self, source: str) -> str | None:
        found = self._states.get(source)
        return None if found is None else found.state

    def _known(self, source: str, state: str) -> SourceState:
        up_to = self._up_to.get(source)
        return SourceState.model_validate(
            {"source": source, "state": state, "up_to": None if up_to is None else utc_text(up_to)}
        )

    def _keep(self, said: Said, state: SourceState) -> None:
        self._states[state.source] = state
        self._offsets.pop(state.source, None)
        self._written.add(state.source)
        said.kept.append(_kept(state))


def _noted(state: SourceState) -> int:
    return 0 if state.up_to is None else parse_utc(state.up_to)


def _kept(control: Control) -> tuple[bytes, bytes]:
    return control_key(control), encode(control.model_dump(exclude_none=True))
