"""Replay: the same fold and the same judgement over a log again. It never acts: it only tells what it found."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from schemas.codec import decode, encode
from schemas.entries import CONTROL_TYPES
from schemas.topics import FLAGS
from streams.core.calendar import day_number
from streams.core.case import Case
from streams.core.compiling import compile_rules
from streams.core.errors import CoreError
from streams.core.instants import parse_utc, utc_text
from streams.core.kinds import KIND_OF_TYPE
from streams.core.rules import Rules
from streams.core.sources import NO_MARKS, Marks
from streams.pipeline.cases import CasePartition, LawMissing
from streams.ports import Record


class NothingJudged(RuntimeError):
    """The log holds no tick that may count."""

    def __init__(self, limit: str | None) -> None:
        up_to = f" at or before {limit}" if limit else ""
        super().__init__(f"no clock.ticked entry{up_to} in this log, so nothing was judged: use --until T instead")


class BadEntry(ValueError):
    """An entry of the log that this engine cannot read; `offset` is its place."""

    def __init__(self, topic: str, partition: int, offset: int, why: str) -> None:
        self.topic, self.partition, self.offset = topic, partition, offset
        super().__init__(f"{topic}/{partition}, entry {offset}: {why}")


class NoLaw(RuntimeError):
    def __init__(self) -> None:
        super().__init__("the log activates no rules: name some with --rules DIR")


class Limit(NamedTuple):
    """Where a replay stops.

    With `as_of` the log is cut at its last tick at or before `at`: what was said then. Otherwise all facts count and
    are judged once, at `at`: what held then by all that is known now. A naive `at` is read in the zone of the rules.
    """

    at: datetime
    as_of: bool


class Replay:
    """One replay: feed it the chunks of each partition in order, then `finish` it and look at its cases.

    Without `judging` it yields no flag changes; what the cases are in the end is the same, and takes a fraction.
    """

    def __init__(self, limit: Limit | None = None, law: Rules | None = None, *, judging: bool = True) -> None:
        self._limit = limit
        self._law = law
        self._judging = judging
        self._partitions: dict[int, CasePartition] = {}
        self._waiting: dict[int, list[Record]] = {}
        self._stopped: set[int] = set()
        self._limit_instant: int | None = None

    def feed(self, partition: int, records: Sequence[Record]) -> Iterator[bytes]:
        """Fold a chunk; yields the canonical bytes of flag changes."""
        if partition in self._stopped:
            return
        waiting = self._waiting.setdefault(partition, [])
        ready = 0
        for record in records:
            if record.value is None:
                continue
            is_tick = b"clock.ticked" in record.value and _type_of(record) == "clock.ticked"
            if is_tick and self._only_facts:
                continue
            waiting.append(record)
            if not is_tick:
                continue
            if self._is_beyond(partition, waiting):
                self._stopped.add(partition)
                waiting[ready:] = []
                break
            ready = len(waiting)
        if self._only_facts:
            ready = len(waiting)
        yield from self._step(partition, waiting[:ready])
        del waiting[:ready]

    def finish(self) -> Iterator[bytes]:
        """Judge once more where the limit asks for it; yields flag changes as `feed` does."""
        if self._only_facts and self._limit is not None:
            for partition, cases in sorted(self._partitions.items()):
                at = self._limit_at(cases.rules)
                tick = {
                    "type": "clock.ticked",
                    "at": utc_text(at),
                    "linked_to": utc_text(at),
                    "rules": None,
                    "engine": None,
                }
                record = Record("", partition, cases.next_offset, 0, None, encode(tick))
                yield from self._step(partition, [record])
        for waiting in self._waiting.values():
            # Behind the last tick nothing counts, but a log that is cut off or no log is told all the same.
            _check(waiting)
        if not any(cases.now is not None for cases in self._partitions.values()):
            raise NothingJudged(None if self._limit is None else self._limit.at.isoformat())

    @property
    def now(self) -> int:
        """The instant of the last judgement."""
        return max(cases.now for cases in self._partitions.values() if cases.now is not None)

    @property
    def rules(self) -> Rules:
        """The rules in force at the end."""
        for _, cases in sorted(self._partitions.items()):
            if cases.rules is not None:
                return cases.rules
        raise NoLaw

    @property
    def marks(self) -> Marks:
        """What the log says of sources and snapshots: the same on every partition."""
        return next((cases.marks for _, cases in sorted(self._partitions.items())), NO_MARKS)

    def cases(self) -> Iterator[tuple[str, Case]]:
        """All cases with their tokens, in order of token."""
        found = [(token, cases) for cases in self._partitions.values() for token in cases.tokens()]
        for token, cases in sorted(found, key=lambda item: item[0]):
            yield token.decode(), cases.case(token)

    @property
    def _only_facts(self) -> bool:
        return self._limit is not None and not self._limit.as_of

    def _step(self, partition: int, records: Sequence[Record]) -> Iterator[bytes]:
        cases = self._partitions.get(partition)
        if cases is None:
            cases = self._partitions[partition] = CasePartition(
                partition,
                {},
                lambda topic: topic.name,
                law=self._law,
                hindsight=self._only_facts,
                judging=self._judging,
            )
        if not records:
            return
        try:
            for written in cases.steps(records):
                for out in written.records:
                    if out.topic == FLAGS.name and out.value is not None:
                        yield out.value
        except LawMissing:
            if cases.rules is None:
                raise NoLaw from None
            raise
        except (ValueError, LookupError, TypeError, CoreError):
            # Which of them it was is asked only now: each entry is decoded once, by the step.
            _check(records)
            raise

    def _is_beyond(self, partition: int, waiting: Sequence[Record]) -> bool:
        if self._limit is None:
            return False
        at = parse_utc(_decoded(waiting[-1])["at"])
        cases = self._partitions.get(partition)
        return at > self._limit_at(cases.rules if cases else None, waiting)

    def _limit_at(self, rules: Rules | None, waiting: Sequence[Record] = ()) -> int:
        """The limit as an instant; a naive one is read in the zone of the rules, which may still wait to be folded."""
        if self._limit_instant is None:
            assert self._limit is not None, "a replay without a limit has no end to compute"
            at, rules = self._limit.at, rules or self._law or _law_in(waiting)
            if at.tzinfo is not None:
                self._limit_instant = int(at.timestamp())
            elif rules is None:
                raise NoLaw
            else:
                second = at.hour * 3600 + at.minute * 60 + at.second
                self._limit_instant = rules.calendar.instant(day_number(at.date()), second)
        return self._limit_instant


def _type_of(record: Record) -> str:
    """The type of an entry; raises BadEntry for bytes that are none."""
    try:
        name = _decoded(record)["type"]
    except orjson.JSONDecodeError as error:
        raise BadEntry(record.topic, record.partition, record.offset, f"not JSON: {error}") from error
    except (KeyError, TypeError) as error:
        raise BadEntry(record.topic, record.partition, record.offset, "not an entry of a log: no type") from error
    if name not in CONTROL_TYPES and name not in KIND_OF_TYPE:
        raise BadEntry(record.topic, record.partition, record.offset, f"type {name} is not known to this engine")
    return str(name)


def _check(records: Sequence[Record]) -> None:
    """Raises BadEntry for the first record that is no entry."""
    for record in records:
        _type_of(record)


def _law_in(waiting: Sequence[Record]) -> Rules | None:
    for record in waiting:
        if record.value is not None and b"rules.activated" in record.value:
            return compile_rules(_decoded(record)["content"])
    return None


def _decoded(record: Record) -> Any:
    assert record.value is not None
    return decode(record.value)
