"""The case step: folds a chunk of one partition of the log into rows, and says what must become durable with it.

A tick may judge every case of a partition at once: all due at one instant, or new law. Its work comes in slices, each
durable by itself. Until the last of them the mark stands at the tick, which is read again after a crash: cases that
were judged have a later wake by then. Under new law they are judged again, and their ledger says what was published.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from schemas.codec import decode, encode
from schemas.control import Progress
from schemas.entries import MARK_TYPES
from schemas.topics import CASES_CURRENT, CONTROL, FLAGS, FLAGS_CURRENT, LOG, Topic
from streams.core.case import EMPTY, TOUCHED, Case, pack, unpack
from streams.core.compiling import compile_rules
from streams.core.engine import ENGINE, fold, judge, moved_facts
from streams.core.facts import ID
from streams.core.instants import parse_utc, utc_text
from streams.core.official import UNKNOWN
from streams.core.rules import Rules
from streams.core.sources import NO_MARKS, unpacked
from streams.core.vanished import last_snapshots
from streams.pipeline.control_keys import control_key
from streams.pipeline.due_index import DueIndex
from streams.pipeline.places import OF_NO_CASE
from streams.pipeline.tally import Tally
from streams.ports import Headers, Outgoing, Record

# What an official system shows of a case, with a code.
_REPORTS = frozenset({"official.status_changed", "official.observed"})

# Reserved rows of a partition; no token begins with a zero byte.
RESERVED = b"\x00"
MARK_ROW = b"\x00mark"
RULES_ROW = b"\x00rules"
# The rules that judged last, from the activation of others until the first tick of those is complete; then empty.
BEFORE_ROW = b"\x00before"
# What the log says of sources and snapshots (core.sources), a row for each source and each system: together they may
# grow beyond one message of Kafka.
MARKS_ROWS = b"\x00marks/"

# Cases judged in a slice: 0.1 to 0.3 s of judging, and 5 MB to write, in 0.1 s, where two flags of each change. A
# transaction may stay open for 6 s; and as long as a slice is judged no other partition is, and a rebalance waits.
SLICE = 1000


class LawMissing(RuntimeError):
    """A tick names rules or an engine that this worker does not have: it must not judge."""

    def __init__(self, what: str, named: str, here: str | None) -> None:
        super().__init__(f"tick names {what} {named}, here is {here}: upgrade or restart this worker before it judges")


@dataclass(slots=True)
class Report:
    """What a slice was, for metrics: records done with, entries folded, cases judged, seconds from a wake to its tick,
    changes of flags by class and state, official codes that no rule maps, by system, and facts that their row had no
    room for, by what row it is. Those of a chunk add up."""

    records: int = 0
    folded: int = 0
    judged: int = 0
    lateness: list[int] = field(default_factory=list)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_codes: Counter[str] = field(default_factory=Counter)
    without_room: Counter[str] = field(default_factory=Counter)


class Writes(NamedTuple):
    """What one slice makes durable: rows for the changelog, records for the other topics, the next offset to read."""

    rows: Sequence[tuple[bytes, bytes]]
    records: Sequence[Outgoing]
    next_offset: int
    report: Report


@dataclass(slots=True)
class _Slice:
    """What was folded and judged since the last Writes."""

    work: dict[bytes, Case] = field(default_factory=dict)
    out: list[Outgoing] = field(default_factory=list)
    report: Report = field(default_factory=Report)


class CasePartition:
    """The cases of one partition of the log: rows by token, the due index over them, the time and the law in force.

    `rows` belongs to the caller's store and is updated in place; a caller that could not make a step durable drops
    both and begins again from the store. With a `law` of its own, as a what-if replay has, the partition judges by that
    whatever rules and engine the log names. In `hindsight` facts count from when they happened, whenever they arrived.
    Without `judging` ticks only move the time: enough for who looks at the cases at the end, since what holds then is a
    function of facts, rules and time alone, and asks for no history.
    `before` are the rules that judged last, as long as others wait for their first tick or it is not complete.
    """

    def __init__(
        self,
        partition: int,
        rows: dict[bytes, bytes],
        topic: Callable[[Topic], str],
        *,
        law: Rules | None = None,
        hindsight: bool = False,
        judging: bool = True,
        slice_cases: int = SLICE,
    ) -> None:
        self.partition = partition
        self.rows = rows
        self.now: int | None = None
        self.next_offset = 0
        self.rules = law
        self.before: Rules | None = None
        self._law_is_fixed = law is not None
        self._hindsight, self._judging, self._slice_cases = hindsight, judging, slice_cases
        self._flags, self._flags_current, self._cases_current = map(topic, (FLAGS, FLAGS_CURRENT, CASES_CURRENT))
        self._log, self._control = topic(LOG), topic(CONTROL)
        self.marks = NO_MARKS
        # Whether any case has more codes than one, or is a lot.
        self._linked = False
        # Whether anything was told to other partitions since the last tick.
        self._has_moved = False
        # Of whom something is not claimed because a source is silent; and, by system, who was in which snapshot last.
        self._blind: set[bytes] = set()
        self._observed: dict[str, dict[bytes, str]] = {}
        # Whom marks concern that came since the last tick, and who must wait for what others tell: judged at the next,
        # whatever their wake.
        self._again: set[bytes] = set()
        self._due = DueIndex()
        # What the tick at `next_offset` has still to judge.
        self._left: deque[bytes] = deque()
        self.tally = Tally()
        self._reserved: dict[bytes, bytes] = {}
        # New law has come and no tick since: the next one judges every case, whatever its wake.
        self._law_is_new = False
        self._restore()

    def steps(self, records: Sequence[Record]) -> Iterator[Writes]:
        """Fold the entries of a chunk in order; at a tick, judge what was touched and what is due, slice by slice.

        A slice must be durable before the next is asked for. Who stops asking goes on later by reading again from
        `next_offset`, with this object or with another made from the rows.
        """
        part = _Slice()
        for record in records:
            if record.offset >= self.next_offset:
                self.next_offset = record.offset
                if record.value is not None:
                    entry = decode(record.value)
                    name = entry["type"]
                    if name == "clock.ticked":
                        for _ in self._tick(entry, record, part):
                            yield self._written(part)
                    elif name == "rules.activated":
                        if not self._law_is_fixed:
                            self._activate(entry["content"], part.work)
                        self._reserved[RULES_ROW] = encode(entry["content"])
                    elif name in MARK_TYPES:
                        self._mark(entry)
                    elif name not in OF_NO_CASE and name not in {"clock.started", "engine.activated"}:
                        self._fold(entry, record.offset, part)
                self.next_offset = record.offset + 1
            part.report.records += 1
        yield self._written(part)

    def case(self, token: bytes) -> Case:
        """The case of a token as its row has it."""
        return unpack(self.rows[token])

    def tokens(self) -> list[bytes]:
        """The tokens of all cases, reserved rows left out."""
        return [key for key in self.rows if not key.startswith(RESERVED)]

    def _fold(self, entry: dict[str, Any], offset: int, part: _Slice) -> None:
        token = entry["case"].encode()
        if self._hindsight:
            entry.pop("arrived", None)
        was = self._case(part.work, token)
        case = part.work[token] = fold(was, offset, entry)
        self._due.touch(token)
        part.report.folded += 1
        if case.is_full and not any(known[ID] == int(entry["fact"], 16) for known in case.facts):
            # What names this very token as its lot was told to it by a member.
            is_of_lot = "scheme" in entry or entry["data"].get("lot_case") == entry["case"]
            part.report.without_room["lot" if is_of_lot else "case"] += 1
        if case.own:
            self._linked = True
            for target, moved in moved_facts(was, case):
                self._has_moved = True
                part.out.append(Outgoing(self._log, target.encode(), encode(moved)))
        if entry.get("moved", entry["type"]) == "official.observed":
            self._note_snapshots(token, case)
        if entry["type"] in _REPORTS:
            self._note_code(entry["data"], part.report)

    def _tick(self, entry: Mapping[str, Any], record: Record, part: _Slice) -> Iterator[None]:
        """Judge what was touched and what is due; pauses wherever the slice is full and there is more."""
        at, rules = parse_utc(entry["at"]), self._law(entry)
        linked_to = None if entry.get("linked_to") is None else min(at, parse_utc(entry["linked_to"]))
        if self._judging:
            headers = (
                ("judged_at", entry["at"].encode()),
                ("engine", ENGINE.encode()),
                ("rules", rules.hash.encode()),
                ("log", f"{record.partition}/{record.offset}".encode()),
            )
            self._left.extend(self._due.pop(at))
            while self._left:
                if part.report.judged >= self._slice_cases:
                    yield
                self._judge(self._left.popleft(), at, linked_to, rules, headers, part)
            self._law_is_new = False
            if self.before is not None:
                self.before = None
                self._reserved[BEFORE_ROW] = b""
        self.now = at
        if not self._law_is_fixed:
            part.out.append(self._progress(record, at, entry.get("told_to")))

    def _judge(
        self, token: bytes, at: int, linked_to: int | None, rules: Rules, headers: Headers, part: _Slice
    ) -> None:
        report, was = part.report, self._case(part.work, token)
        if was.wake > at and not self._law_is_new and token not in self._again:
            return
        if was.own:
            # What other partitions have to tell it is here only up to `linked_to`; and time never goes back.
            if linked_to is None or linked_to < was.judged:
                self._again.add(token)
                self._due.touch(token)
                return
            at = linked_to
        report.judged += 1
        if TOUCHED < was.wake <= at:
            report.lateness.append(at - was.wake)
        case, effects = judge(token.decode(), was, at, rules, self.before, self.marks)
        part.work[token] = case
        self._again.discard(token)
        (self._blind.add if case.blind else self._blind.discard)(token)
        self._due.put(token, case.wake)
        self.tally.move(was, case)
        for flag in effects.flags:
            report.changes[flag["class"], flag["state"]] += 1
        part.out += self._outgoing(token, effects.flags, effects.view, headers)

    def _mark(self, entry: Mapping[str, Any]) -> None:
        """A source fell silent or speaks again, or a snapshot ended: judge those again whom that may concern."""
        before, self.marks = self.marks, self.marks.after(entry)
        name, told = self.marks.packed(entry)
        self._reserved[MARKS_ROWS + name.encode()] = encode({"told": told})
        again: Iterable[bytes] = ()
        if entry["type"] == "snapshot.ended":
            observed = self._observed.get(entry["system"], {})
            whole = self.marks.snapshots[entry["system"]]
            if whole == before.snapshots.get(entry["system"], ()):
                return
            is_newest = bool(whole) and whole[-1].name == entry["snapshot"]
            # Whoever was in it has not vanished; of one that is told late, nobody knows who was in those after it.
            again = [token for token, last in observed.items() if last != entry["snapshot"] or not is_newest]
        elif entry["type"] in ("source.heard", "source.resumed"):
            again = sorted(self._blind)
        for token in again:
            self._again.add(token)
            self._due.touch(token)

    def _note_snapshots(self, token: bytes, case: Case) -> None:
        for system, snapshot in last_snapshots(case.facts, case.strings):
            self._observed.setdefault(system, {})[token] = snapshot

    def _progress(self, record: Record, at: int, told_to: str | None) -> Outgoing:
        """How far this partition is in telling others what they must know, for the time of linked cases."""
        progress = Progress(
            topic=LOG.name,
            partition=self.partition,
            offset=record.offset + 1,
            as_of=at * 1000,
            linked=self._linked or None,
            told_to=told_to,
            moved=self._has_moved or None,
        )
        self._has_moved = False
        return Outgoing(self._control, control_key(progress), encode(progress.model_dump(exclude_none=True)), 0)

    def _note_code(self, data: Mapping[str, Any], report: Report) -> None:
        """An official code that no rule maps is kept raw in the case, and alarmed."""
        system, code = data["system"], data["code"]
        if self.rules is not None and self.rules.official_state(system, code) == UNKNOWN:
            report.unknown_codes[system] += 1

    def _outgoing(
        self, token: bytes, flags: Sequence[Mapping[str, Any]], view: Mapping[str, Any] | None, headers: Headers
    ) -> list[Outgoing]:
        out = []
        for flag in flags:
            value = encode(flag)
            out.append(Outgoing(self._flags, token, value, self.partition, headers))
            out.append(Outgoing(self._flags_current, flag["flag_id"].encode(), value, self.partition, headers))
        if view is not None:
            out.append(Outgoing(self._cases_current, token, encode(view), self.partition))
        return out

    def _law(self, entry: Mapping[str, Any]) -> Rules:
        if self.rules is not None and self._law_is_fixed:
            return self.rules
        named, engine = entry["rules"], entry["engine"]
        here = None if self.rules is None else self.rules.hash
        if engine is not None and engine != ENGINE:
            raise LawMissing("engine", engine, ENGINE)
        if self.rules is None or (named is not None and named != here):
            raise LawMissing("rules", named or "none", here)
        return self.rules

    def _activate(self, content: Mapping[str, Any], work: Mapping[bytes, Case]) -> None:
        """New law: every case is judged again at the next tick, those of this chunk too."""
        if self.rules is not None and not self._law_is_new:
            self.before = self.rules
            self._reserved[BEFORE_ROW] = self._reserved.get(RULES_ROW) or self.rows[RULES_ROW]
        self.rules = compile_rules(content)
        self._law_is_new = True
        for token in (*self.tokens(), *work):
            self._due.touch(token)

    def _case(self, work: Mapping[bytes, Case], token: bytes) -> Case:
        case = work.get(token)
        if case is not None:
            return case
        row = self.rows.get(token)
        return EMPTY if row is None else unpack(row)

    def _written(self, part: _Slice) -> Writes:
        """What the slice makes durable; it begins anew."""
        rows = [(token, pack(case)) for token, case in part.work.items()]
        at = None if self.now is None else utc_text(self.now)
        mark = {
            "offset": self.next_offset,
            "now": at,
            "law_is_new": self._law_is_new,
            "moved": self._has_moved,
            "again": sorted(token.decode() for token in self._again),
        }
        self._reserved[MARK_ROW] = encode(mark)
        rows += self._reserved.items()
        self._reserved = {}
        self.rows.update(rows)
        writes = Writes(rows, part.out, self.next_offset, part.report)
        part.work, part.out, part.report = {}, [], Report()
        return writes

    def _restore(self) -> None:
        if RULES_ROW in self.rows and not self._law_is_fixed:
            self.rules = compile_rules(orjson.loads(self.rows[RULES_ROW]))
            if before := self.rows.get(BEFORE_ROW):
                self.before = compile_rules(orjson.loads(before))
        if MARK_ROW in self.rows:
            mark = decode(self.rows[MARK_ROW])
            self.next_offset = mark["offset"]
            self.now = None if mark["now"] is None else parse_utc(mark["now"])
            self._law_is_new = mark["law_is_new"]
            self._has_moved = mark["moved"]
            self._again = {token.encode() for token in mark["again"]}
        marks = {key: row for key, row in self.rows.items() if key.startswith(MARKS_ROWS)}
        self.marks = unpacked({key[len(MARKS_ROWS) :].decode(): decode(row)["told"] for key, row in marks.items()})
        for token in self.tokens():
            case = self.case(token)
            self.tally.add(case)
            self._linked = self._linked or bool(case.own)
            if case.blind:
                self._blind.add(token)
            self._note_snapshots(token, case)
            self._due.put(token, TOUCHED if self._law_is_new or token in self._again else case.wake)
