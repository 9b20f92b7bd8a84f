"""Stock Faust on our work, the way its manual shows it: agents, a Table, one table write an event.

A process of its own: `python -m benchmarks.stock_app FORM BOOTSTRAP PREFIX EVENTS TICKS`. It validates with the same
union, makes the same tokens, folds and judges with the same core functions, and sends each change of a flag to a topic.
Two forms of it:

- *full*: the full path. Source topics are keyed as their producers like, so one agent forwards each event to a topic
  keyed by case, and another keeps the table.
- *direct*: one agent does all of it, on events that happen to be keyed by case: less than the full path.

Both are spared what hoso does beside: views of cases, the newest state of flags, codes, dead letters, transactions.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import faust
import orjson

from benchmarks.broker import PARTITIONS
from benchmarks.hoso import CODES_KEY, TOKEN_KEY
from schemas.codec import decode, encode
from schemas.topics import LOG
from streams.adapters.sealing import CodesBox, LetterSealer, new_letter_keys
from streams.core.case import EMPTY, pack, unpack
from streams.core.compiling import compile_rules
from streams.core.engine import fold, judge
from streams.core.instants import parse_utc
from streams.core.rules import Rules
from streams.pipeline.due_index import DueIndex
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Record
from streams.rules_file import VIETNAM, load_rules
from streams.settings import Settings

DIRECT, FULL = "direct", "full"
EVENTS_TOPIC, LOG_TOPIC, FLAGS_TOPIC, TABLE = "stock", "stock-log", "stock-flags", "stock-cases"
# Headers of the events: the source topic an event belongs to; the instant, on a record that is a tick.
TOPIC, TICK = "topic", "tick"


def changelog_of(prefix: str) -> str:
    """The topic that Faust writes the table to: it derives the name from those of the app and the table."""
    return f"{_app_id(prefix)}-{TABLE}-changelog"


class Work(NamedTuple):
    """What the app will be given; a tick comes once a partition."""

    events: int
    ticks: int


class Cases:
    """What the agents do with one event, and with one tick on one partition, over a table of packed rows."""

    def __init__(self, table: Any, rules: Rules) -> None:
        settings = Settings()
        limits = IntakeLimits(settings.future_tolerance_seconds, settings.message_bytes_max, simulated=True)
        letters = LetterSealer(new_letter_keys()[1])
        self._intake = Intake("", limits, TOKEN_KEY.encode(), CodesBox(CODES_KEY), letters)
        self._table, self._rules = table, rules
        self._due = [DueIndex() for _ in range(PARTITIONS)]
        self.writes = 0

    def read(self, topic: str, value: bytes) -> tuple[bytes, bytes]:
        """Validate an event, make its token: the key and the bytes of its entry."""
        written = self._intake.step([Record(topic, 0, 0, 0, None, value)])
        # A card that names its lot is told to the lot too: no case of stock Faust.
        ((key, entry), *_) = ((record.key, record.value) for record in written if record.topic == LOG.name)
        assert key is not None
        assert entry is not None
        return key, entry

    def fold(self, partition: int, offset: int, token: bytes, entry: bytes) -> None:
        """Fold an entry and write the row."""
        row = self._table.get(token)
        self._table[token] = pack(fold(EMPTY if row is None else unpack(row), offset, decode(entry)))
        self._due[partition].touch(token)
        self.writes += 1

    def tick(self, partition: int, at: int) -> Iterator[tuple[bytes, bytes]]:
        """Judge what was touched and what is due, write the rows; the flags to send, with their tokens."""
        due = self._due[partition]
        for token in due.pop(at):
            before = unpack(self._table[token])
            if before.wake > at:
                continue
            case, effects = judge(token.decode(), before, at, self._rules)
            self._table[token] = pack(case)
            self.writes += 1
            due.put(token, case.wake)
            for flag in effects.flags:
                yield token, encode(flag)


def build(form: str, bootstrap: str, prefix: str, work: Work, folder: str) -> Any:
    """The app; it prints how much it wrote once it has handled everything."""
    app = faust.App(
        _app_id(prefix),
        broker=f"kafka://{bootstrap}",
        store="memory://",
        topic_partitions=PARTITIONS,
        web_enabled=False,
        datadir=folder,
        key_serializer="raw",
        value_serializer="raw",
        topic_replication_factor=1,
        consumer_auto_offset_reset="earliest",
        worker_redirect_stdouts=False,
    )
    source, log, flags = (
        app.topic(prefix + name, key_type=bytes, value_type=bytes) for name in (EVENTS_TOPIC, LOG_TOPIC, FLAGS_TOPIC)
    )
    table = app.Table(TABLE, key_type=bytes, value_type=bytes, partitions=PARTITIONS)
    cases = Cases(table, compile_rules(load_rules(VIETNAM)))

    async def forward(stream: Any) -> None:
        ticks: Counter[bytes] = Counter()
        async for event in stream.events():
            at = event.headers.get(TICK)
            if at is None:
                key, entry = cases.read(event.headers[TOPIC].decode(), event.value)
                await log.send(key=key, value=entry)
                continue
            ticks[at] += 1
            if ticks[at] == PARTITIONS:
                for partition in range(PARTITIONS):
                    await log.send(key=at, value=at, partition=partition, headers={TICK: at})

    async def judge_cases(stream: Any) -> None:
        handled, sent, ticked = 0, 0, 0
        async for event in stream.events():
            partition, at = event.message.partition, event.headers.get(TICK)
            if at is None:
                key, entry = event.key, event.value
                if form == DIRECT:
                    key, entry = cases.read(event.headers[TOPIC].decode(), event.value)
                cases.fold(partition, event.message.offset, key, entry)
                handled += 1
            else:
                for token, flag in cases.tick(partition, parse_utc(at.decode())):
                    await flags.send(key=token, value=flag)
                    sent += 1
                ticked += 1
            if (handled, ticked) == (work.events, work.ticks * PARTITIONS):
                told = orjson.dumps({"writes": cases.writes, "flags": sent}).decode()
                print(f"\n{told}", flush=True)  # a line of its own, whatever Faust has drawn on this one

    if form == FULL:
        app.agent(source)(forward)
    app.agent(source if form == DIRECT else log)(judge_cases)
    return app


def _app_id(prefix: str) -> str:
    return f"{prefix}stock"


def main() -> None:
    form, bootstrap, prefix, events, ticks = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        app = build(form, bootstrap, prefix, Work(int(events), int(ticks)), folder)
        faust.Worker(app, loglevel="ERROR", quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main()
