"""The controller: from hoso.control to the entries of time and law that stand on every partition of the log."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from schemas.codec import encode
from schemas.control import (
    CONTROL,
    ClockRequested,
    Control,
    Progress,
    RulesRequested,
    SnapshotTold,
    SourcesExpected,
)
from schemas.topics import CONTROL as CONTROL_TOPIC
from schemas.topics import LOG
from streams.core.instants import parse_utc, utc_text
from streams.pipeline.progress import Place
from streams.pipeline.source_watch import Said, SourceWatch
from streams.pipeline.standing import Standing
from streams.ports import Outgoing, Record

# Bounds one transaction: a long import may have asked for tens of thousands of ticks at once.
TICKS_MAX = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deployment asks of its controller. `expected` holds every source partition, by topics' short names;
    `log_partitions` is how many partitions the log has.

    `rules_hash` and `rules` are put in force if the log has no rules yet; later ones come by rules.requested.
    """

    prefix: str
    clock: Literal["wall", "simulated"]
    expected: frozenset[Place]
    log_partitions: int
    engine: str
    rules_hash: str
    rules: dict[str, Any] = field(repr=False)
    tick_seconds: float = 5.0
    until: str | None = None


class Broadcast(NamedTuple):
    """Entries for every partition of the log, in order; records of hoso.control that a later controller must find, and
    keys of it that are done with."""

    entries: tuple[bytes, ...]
    kept: tuple[tuple[bytes, bytes], ...]
    done: tuple[bytes, ...]


class ClockMixed(RuntimeError):
    """One log has one clock: time of one kind cannot follow time of the other."""

    def __init__(self, standing: str, asked: str) -> None:
        self.standing, self.asked = standing, asked
        super().__init__(
            f"the log runs on a {standing} clock and a {asked} one is asked for: "
            f"set HOSO_CLOCK={standing}, or start a new log under another HOSO_PREFIX"
        )


class _Request(NamedTuple):
    """A pending tick: ordered by instant, then by arrival."""

    at: int
    offset: int
    key: bytes
    awaited: tuple[tuple[Place, int], ...]


class Controller:
    """Folds hoso.control and says what to broadcast. It reads no clock: the only time is the broker's, in records."""

    def __init__(self, plan: Plan, standing: Standing) -> None:
        if standing.clock is not None and standing.clock != plan.clock:
            raise ClockMixed(standing.clock, plan.clock)
        assert plan.expected, "a deployment has source partitions"
        self._plan, self._standing = plan, standing
        self._last_at = None if standing.at is None else parse_utc(standing.at)
        self._as_of: dict[Place, int] = {}
        self._offsets: dict[Place, int] = {}
        # The heap may hold requests that are no longer pending: what counts is the map.
        self._requests: list[_Request] = []
        self._pending: dict[bytes, _Request] = {}
        self._rules: dict[bytes, RulesRequested] = {}
        self._snapshots: dict[bytes, SnapshotTold] = {}
        # Up to which offset of hoso.control each source partition has heard, and each partition of the log has told.
        self._heard: dict[Place, int] = {}
        self._told: dict[int, int] = {}
        # What the tick had said that all had told, when each partition of the log answered it; which of them told more
        # since; and which have answered the last tick.
        self._settled: dict[int, int] = {}
        self._moving: set[int] = set()
        self._answered = set(range(plan.log_partitions))
        self._has_linked = False
        self._linked_said: int | None = None
        # Of a log under other rules than the plan's, the rhythms are told by whoever put those in force.
        is_ours = standing.rules is None or standing.rules == plan.rules_hash
        self._watch = SourceWatch(plan.rules.get("sources", ()) if is_ours else ())
        self.position = 0
        self.refused = 0

    @property
    def standing(self) -> Standing:
        """What stands in the log once every broadcast so far has been written."""
        return self._standing

    def waits_for(self) -> tuple[Place, ...]:
        """The source partitions that hold time back, because nobody has announced an instant for them yet."""
        return tuple(sorted(self._plan.expected - self._as_of.keys()))

    @property
    def watch(self) -> SourceWatch:
        """The sources as they are known here, to be looked at only."""
        return self._watch

    def complete(self) -> dict[str, int]:
        """By topic up to when, in milliseconds, all that was appended is forwarded; none that nobody has announced."""
        found: dict[str, list[int]] = {}
        for topic, number in self._plan.expected:
            found.setdefault(topic, []).append(self._as_of.get((topic, number), 0))
        return {topic: least for topic, instants in found.items() if (least := min(instants))}

    def fold(self, records: Sequence[Record]) -> None:
        """Take records of hoso.control in; those read before are skipped, so reading again changes nothing."""
        for record in records:
            if record.offset >= self.position:
                self.position = record.offset + 1
                self._take(record)

    def broadcast(self) -> Broadcast | None:
        """What must be written now, in one transaction; None if nothing. It counts as written from here on."""
        said = Said([], [], [])
        self._activate(said)
        _add(said, self._watch.between(self._all_heard()))
        if self._plan.clock == "wall":
            self._tick_wall(said)
        else:
            self._tick_requested(said)
        entries, kept, done = said
        return Broadcast(tuple(map(encode, entries)), tuple(kept), tuple(done)) if entries or kept or done else None

    def _take(self, record: Record) -> None:
        key, value = record.key, record.value
        if key is None:
            self.refused += 1
        elif value is None:
            self._pending.pop(key, None)
            self._rules.pop(key, None)
            self._snapshots.pop(key, None)
            self._watch.drop(key)
        else:
            try:
                control = CONTROL.validate_json(value)
                request = _request(control, key, record.offset, self._plan.prefix)
            except ValueError:
                # Pydantic's error is one as well. A newer release may announce what this one does not know, and a
                # command may err: count it, and go on ticking.
                self.refused += 1
                return
            if isinstance(control, Progress):
                self._advance(control)
            elif isinstance(control, RulesRequested):
                self._rules[key] = control
            elif isinstance(control, SnapshotTold):
                self._snapshots[key] = control
            elif isinstance(control, SourcesExpected):
                # What a controller put in force; the rules of this one's own plan may be others.
                if control.rules == self._standing.rules:
                    self._watch.expect(control.rules, control.sources)
            elif request is not None:
                self._pending[key] = request
                heapq.heappush(self._requests, request)
            else:
                self._watch.take(control, key, record.offset)

    def _advance(self, progress: Progress) -> None:
        """A new owner of a partition may read again what another has forwarded: progress once made stays made."""
        place = (progress.topic.removeprefix(self._plan.prefix), progress.partition)
        if place[0] == LOG.name:
            self._told[progress.partition] = (progress.as_of or 0) // 1000
            if progress.told_to is not None:
                self._settled[progress.partition] = parse_utc(progress.told_to)
            (self._moving.add if progress.moved else self._moving.discard)(progress.partition)
            self._answered.add(progress.partition)
            self._has_linked = self._has_linked or bool(progress.linked)
            return
        # Of a new owner, too: it may not have heard yet what the one before had.
        self._heard[place] = progress.heard or 0
        self._offsets[place] = max(self._offsets.get(place, 0), progress.offset)
        if progress.as_of is not None:
            self._as_of[place] = max(self._as_of.get(place, 0), progress.as_of)

    def _activate(self, said: Said) -> None:
        plan = self._plan
        if self._standing.clock is None:
            until = {} if plan.until is None else {"until": plan.until}
            self._say(said, {"type": "clock.started", "kind": plan.clock, **until})
        if self._standing.engine != plan.engine:
            self._say(said, {"type": "engine.activated", "version": plan.engine})
        if self._standing.rules is None:
            self._say(said, {"type": "rules.activated", "hash": plan.rules_hash, "content": plan.rules})
            said.kept.append(self._watch.expect(plan.rules_hash, plan.rules.get("sources", ())))
        for key, asked in self._rules.items():
            if asked.hash != self._standing.rules:
                self._say(said, {"type": "rules.activated", "hash": asked.hash, "content": asked.content})
                said.kept.append(self._watch.expect(asked.hash, asked.content.get("sources", ())))
            said.done.append(key)
        self._rules.clear()

    def _tick_wall(self, said: Said) -> None:
        if self.waits_for():
            return
        at = min(self._as_of[place] for place in self._plan.expected) // 1000
        if self._last_at is None or at - self._last_at >= self._plan.tick_seconds:
            self._tick(said, at)

    def _tick_requested(self, said: Said) -> None:
        """Requests in the order of their instants; one whose facts are still on their way holds the later ones. The
        last instant is said again once all partitions have told each other what linked cases must know by then."""
        ticks = 0
        while self._requests and ticks < TICKS_MAX:
            request = self._requests[0]
            if self._pending.get(request.key) is request:
                if any(self._offsets.get(place, 0) < offset for place, offset in request.awaited):
                    return
                # A request for an instant that is past cannot turn time back, but its facts wait to be judged: so the
                # last instant is repeated, once for all such requests.
                at = request.at if self._last_at is None else max(request.at, self._last_at)
                if ticks == 0 or at != self._last_at:
                    self._tick(said, at)
                    ticks += 1
                said.done.append(request.key)
                del self._pending[request.key]
            heapq.heappop(self._requests)

        if not ticks and not self._pending and self._must_repeat():
            assert self._last_at is not None
            self._tick(said, self._last_at)

    def _must_repeat(self) -> bool:
        """Whether linked cases wait for another tick at the last instant: not all was told, and all have answered."""
        is_answered = len(self._answered) == self._plan.log_partitions and self._least(self._told) == self._last_at
        return self._has_linked and is_answered and (self._linked_said != self._last_at or bool(self._moving))

    def _tick(self, said: Said, at: int) -> None:
        assert self._last_at is None or at >= self._last_at, (at, self._last_at)
        self._last_at = at
        # In the order in which they came: of two words on one snapshot the later counts.
        for key, one in list(self._snapshots.items()):
            if parse_utc(one.at) <= at:
                ended = {"system": one.system, "snapshot": one.snapshot, "ended": one.ended, "complete": one.complete}
                self._say(said, {"type": "snapshot.ended", **ended})
                said.done.append(key)
                del self._snapshots[key]
        _add(said, self._watch.before(at))
        standing = self._standing
        tick = {"type": "clock.ticked", "at": utc_text(at), "rules": standing.rules, "engine": standing.engine}
        told_to, linked_to = self._least(self._told), self._least(self._settled)
        if self._has_linked and told_to is not None:
            tick["told_to"] = utc_text(min(told_to, at))
        if self._has_linked and linked_to is not None:
            self._linked_said = min(linked_to, at)
            tick["linked_to"] = utc_text(self._linked_said)
        self._answered.clear()
        self._say(said, tick)

    def _least(self, said: Mapping[int, int]) -> int | None:
        """The least that the partitions of the log have said, once all have."""
        return min(said.values()) if len(said) == self._plan.log_partitions else None

    def _all_heard(self) -> int:
        """Up to which offset of hoso.control every source partition has heard."""
        return min(self._heard.get(place, 0) for place in self._plan.expected)

    def _say(self, said: Said, entry: dict[str, Any]) -> None:
        said.entries.append(entry)
        self._standing = self._standing.after(entry)


def _add(said: Said, more: Said) -> None:
    """Take in what is said of sources: marks change nothing of what stands."""
    said.entries.extend(more.entries)
    said.kept.extend(more.kept)
    said.done.extend(more.done)


def outgoing(broadcast: Broadcast, prefix: str, log_partitions: int) -> list[Outgoing]:
    """The records of one broadcast: every entry on every partition of the log, what is kept for a later controller, and
    a tombstone for each request."""
    log, control = prefix + LOG.name, prefix + CONTROL_TOPIC.name
    return [
        *(Outgoing(log, None, entry, number) for number in range(log_partitions) for entry in broadcast.entries),
        *(Outgoing(control, key, value, 0) for key, value in broadcast.kept),
        *(Outgoing(control, key, None, 0) for key in broadcast.done),
    ]


def _request(control: Control, key: bytes, offset: int, prefix: str) -> _Request | None:
    """The tick that is asked for, if one is; topics may be named in full or without the deployment's prefix.

    Raises ValueError for a day that no calendar has, and for a place without a partition.
    """
    if not isinstance(control, ClockRequested):
        return None
    places = ((name.removeprefix(prefix).rpartition("/"), needed) for name, needed in control.offsets.items())
    awaited = tuple(((topic, int(number)), needed) for (topic, _, number), needed in places)
    return _Request(parse_utc(control.at), offset, key, awaited)
