"""The case step: folds a chunk of one partition of the log into rows, and says what must become durable with it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from schemas.codec import decode, encode
from schemas.topics import CASES_CURRENT, FLAGS, FLAGS_CURRENT, Topic
from streams.core.case import EMPTY, TOUCHED, Case, pack, unpack
from streams.core.engine import ENGINE, fold, judge
from streams.core.instants import parse_utc, utc_text
from streams.core.official import UNKNOWN
from streams.core.rules import Rules, compile_rules
from streams.pipeline.due_index import DueIndex
from streams.pipeline.tally import Tally
from streams.ports import Headers, Outgoing, Record

# Reserved rows of a partition; no token begins with a zero byte.
RESERVED = b"\x00"
MARK_ROW = b"\x00mark"
RULES_ROW = b"\x00rules"


class LawMissing(RuntimeError):
    """A tick names rules or an engine that this worker does not have: it must not judge."""

    def __init__(self, what: str, named: str, here: str | None) -> None:
        super().__init__(f"tick names {what} {named}, here is {here}: upgrade or restart this worker before it judges")


@dataclass(slots=True)
class Report:
    """What a chunk was, for metrics: its records, entries folded, cases judged, seconds from a wake to its tick,
    changes of flags by class and state, and official codes that no rule maps, by system."""

    records: int = 0
    folded: int = 0
    judged: int = 0
    lateness: list[int] = field(default_factory=list)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_codes: Counter[str] = field(default_factory=Counter)


class Writes(NamedTuple):
    """What one chunk makes durable: rows for the changelog, records for the other topics, the next offset to read."""

    rows: Sequence[tuple[bytes, bytes]]
    records: Sequence[Outgoing]
    next_offset: int
    report: Report


class CasePartition:
    """The cases of one partition of the log: rows by token, the due index over them, the time and the law in force.

    `rows` belongs to the caller's store and is updated in place; a caller that could not make a step durable drops
    both and begins again from the store. With a `law` of its own, as a what-if replay has, the partition judges by that
    whatever rules and engine the log names. In `hindsight` facts count from when they happened, whenever they arrived.
    Without `judging` ticks only move the time: enough for who looks at the cases at the end, since what holds then is a
    function of facts, rules and time alone, and asks for no history.
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
    ) -> None:
        self.partition = partition
        self.rows = rows
        self.now: int | None = None
        self.next_offset = 0
        self.rules = law
        self._law_is_fixed = law is not None
        self._hindsight, self._judging = hindsight, judging
        self._flags, self._flags_current, self._cases_current = map(topic, (FLAGS, FLAGS_CURRENT, CASES_CURRENT))
        self._due = DueIndex()
        self.tally = Tally()
        self._reserved: dict[bytes, bytes] = {}
        # New law has come and no tick since: the next one judges every case, whatever its wake.
        self._law_is_new = False
        self._restore()

    def step(self, records: Sequence[Record]) -> Writes:
        """Fold the entries of a chunk in order; at a tick, judge what was touched and what is due."""
        work: dict[bytes, Case] = {}
        out: list[Outgoing] = []
        report = Report(records=len(records))
        for record in records:
            if record.offset < self.next_offset or record.value is None:
                continue
            entry = decode(record.value)
            name = entry["type"]
            if name == "clock.ticked":
                self._tick(entry, record, work, out, report)
            elif name == "rules.activated":
                if not self._law_is_fixed:
                    self._activate(entry["content"], work)
                self._reserved[RULES_ROW] = encode(entry["content"])
            elif name not in {"clock.started", "engine.activated"}:
                token = entry["case"].encode()
                if self._hindsight:
                    entry.pop("arrived", None)
                work[token] = fold(self._case(work, token), record.offset, entry)
                self._due.touch(token)
                report.folded += 1
                if name == "official.status_changed":
                    self._note_code(entry["data"], report)
            self.next_offset = record.offset + 1
        return Writes(self._pack(work), out, self.next_offset, report)

    def case(self, token: bytes) -> Case:
        """The case of a token as its row has it."""
        return unpack(self.rows[token])

    def tokens(self) -> list[bytes]:
        """The tokens of all cases, reserved rows left out."""
        return [key for key in self.rows if not key.startswith(RESERVED)]

    def _tick(
        self, entry: Mapping[str, Any], record: Record, work: dict[bytes, Case], out: list[Outgoing], report: Report
    ) -> None:
        at = parse_utc(entry["at"])
        rules = self._law(entry)
        self.now = at
        if not self._judging:
            return
        headers = (
            ("judged_at", entry["at"].encode()),
            ("engine", ENGINE.encode()),
            ("rules", rules.hash.encode()),
            ("log", f"{record.partition}/{record.offset}".encode()),
        )
        for token in self._due.pop(at):
            before = self._case(work, token)
            if before.wake > at and not self._law_is_new:
                continue
            report.judged += 1
            if TOUCHED < before.wake <= at:
                report.lateness.append(at - before.wake)
            case, effects = judge(token.decode(), before, at, rules)
            work[token] = case
            self._due.put(token, case.wake)
            self.tally.move(before, case)
            for flag in effects.flags:
                report.changes[flag["class"], flag["state"]] += 1
            out += self._outgoing(token, effects.flags, effects.view, headers)
        self._law_is_new = False

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

    def _pack(self, work: Mapping[bytes, Case]) -> list[tuple[bytes, bytes]]:
        rows = [(token, pack(case)) for token, case in work.items()]
        now = None if self.now is None else utc_text(self.now)
        mark = {"offset": self.next_offset, "now": now, "law_is_new": self._law_is_new}
        self._reserved[MARK_ROW] = encode(mark)
        rows += self._reserved.items()
        self._reserved = {}
        self.rows.update(rows)
        return rows

    def _restore(self) -> None:
        if RULES_ROW in self.rows and not self._law_is_fixed:
            self.rules = compile_rules(orjson.loads(self.rows[RULES_ROW]))
        if MARK_ROW in self.rows:
            mark = decode(self.rows[MARK_ROW])
            self.next_offset = mark["offset"]
            self.now = None if mark["now"] is None else parse_utc(mark["now"])
            self._law_is_new = mark["law_is_new"]
        for token in self.tokens():
            case = self.case(token)
            self.tally.add(case)
            self._due.put(token, TOUCHED if self._law_is_new else case.wake)
