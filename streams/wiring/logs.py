"""Logs in and out: importing, replaying."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import orjson

from schemas.topics import SOURCES
from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.adapters.kafka_ends import KafkaEnds
from streams.core.compiling import compile_rules
from streams.core.rules import Rules
from streams.importer.csv_log import NoFact, Row, ended_row, read_csv
from streams.importer.mapping import LogMapping, load_mapping
from streams.importer.order import End, Fact, arranged, interleaved, out_of_range, with_ends
from streams.importer.snapshots import Taken, snapshots_of
from streams.importer.to_file import as_entry, key_of_file, lines
from streams.importer.to_topics import as_event, send
from streams.pipeline.telling import ticks
from streams.ports import Record
from streams.replay.driver import Limit, Replay
from streams.replay.sources import read_file
from streams.replay.summary import summarise, views
from streams.rules_file import load_rules
from streams.settings import Settings

Tick = Callable[[int], object]


class Refusal(NamedTuple):
    """A row of a log that gave no event, and the column at fault, empty where it is not one."""

    line: int
    why: str
    column: str = ""


class Snapshot(NamedTuple):
    """A snapshot of which an import told the end: how many lines it had, and how many of them were refused."""

    name: str
    lines: int
    refused: int


class Imported(NamedTuple):
    """What an import told: facts, ticks, the ends of snapshots, and the rows it refused."""

    facts: int
    ticks: int
    refused: list[Refusal]
    last: int
    snapshots: tuple[Snapshot, ...] = ()


class ImportOptions(NamedTuple):
    """How a log is told; without `tick_seconds` no ticks are, and the deployment's own clock goes on. `snapshot_at` is
    when the snapshot was taken that the file is."""

    order: str
    twice: bool
    tick_seconds: int | None
    plain_ids: bool = False
    snapshot_at: str | None = None


def import_to_file(
    file: Path, mapping_file: Path, out: Path, options: ImportOptions, settings: Settings, advance: Tick
) -> Imported:
    """Write the entries of a log to a JSON Lines file, with ticks between them."""
    return mapped_to_file(file, load_mapping(mapping_file), out, options, settings, advance)


def import_to_topics(
    file: Path, mapping_file: Path, options: ImportOptions, settings: Settings, sent: Tick
) -> Imported:
    """Write the events of a log to their source topics, and ask the controller for the ticks between them."""
    return mapped_to_topics(file, load_mapping(mapping_file), options, settings, sent)


def mapped_to_file(
    file: Path, mapping: LogMapping, out: Path, options: ImportOptions, settings: Settings, advance: Tick
) -> Imported:
    """The same, of a mapping that is at hand."""
    key = settings.token_key.get_secret_value().encode() if settings.token_key else key_of_file(file)
    build = partial(as_entry, key=key, plain_ids=options.plain_ids)
    log = read_foreign(file, mapping, build, advance, options.snapshot_at)
    told, instants = log.told(options)
    with out.open("wb") as target:
        target.writelines(line + b"\n" for line in lines(told, instants[-1] if instants else 0))
    return log.imported(options, instants)


def mapped_to_topics(
    file: Path, mapping: LogMapping, options: ImportOptions, settings: Settings, sent: Tick
) -> Imported:
    """The same, of a mapping that is at hand."""
    log = read_foreign(file, mapping, as_event, lambda _: None, options.snapshot_at)
    told, instants = log.told(options)
    asyncio.run(_send(told, settings, sent))
    return log.imported(options, instants)


async def _send(told: Iterable[Fact | int], settings: Settings, advance: Tick) -> None:
    topics = [settings.topic(topic) for topic in SOURCES]
    async with KafkaWriter(settings.kafka) as writer, KafkaEnds(settings.kafka, topics) as ends:
        await send(told, writer, settings.prefix, ends, advance)


class Foreign(NamedTuple):
    """A foreign log as it was read: its facts in file order, the rows that gave none, and the snapshots it holds."""

    facts: list[Fact]
    refused: list[Refusal]
    zone: ZoneInfo
    ends: Sequence[End] = ()
    snapshots: tuple[Snapshot, ...] = ()

    def told(self, options: ImportOptions, until: int = 0) -> tuple[Iterator[Fact | int], list[int]]:
        """The facts in the order asked for with ticks between them, and the instants of the ticks, the last of which
        is not before `until`."""
        facts = with_ends(arranged(self.facts, options.order, twice=options.twice), self.ends)
        if not facts or options.tick_seconds is None:
            return iter(facts), []
        # Who is not in a snapshot is missed from its end on, so the last tick comes after it.
        first = min(fact.at for fact in facts)
        last = max(until, *(fact.at for fact in facts), *(end.fact.at + 1 for end in self.ends))
        instants = list(ticks(first, last, options.tick_seconds, self.zone))
        return interleaved(facts, instants, options.order), instants

    def imported(self, options: ImportOptions, instants: Sequence[int]) -> Imported:
        """What is said of it once it has been told with these ticks."""
        last = instants[-1] if instants else 0
        facts = len(self.facts) * (2 if options.twice else 1)
        return Imported(facts, len(instants), self.refused, last, self.snapshots)


def read_foreign(
    file: Path, mapping: LogMapping, build: Callable[[Row], Fact], advance: Tick, snapshot_at: str | None = None
) -> Foreign:
    """All rows of a foreign log, each as what `build` makes of it; raises MappingRefused where it cannot be read."""
    facts: list[Fact] = []
    refused: list[Refusal] = []
    # The lines of each snapshot, and those refused; of some rows nobody knows in which snapshot they are.
    lines: dict[Taken, set[int]] = {}
    lost: dict[Taken | None, set[int]] = {}
    for row in read_csv(file, mapping, snapshots_of(file, mapping, snapshot_at)):
        if row.taken is not None:
            lines.setdefault(row.taken, set()).add(row.line)
        try:
            fact = build(row)
            why = out_of_range(fact.at)
            if why is not None:
                raise NoFact(why)
        except NoFact as error:
            refused.append(Refusal(row.line, str(error), row.column))
            lost.setdefault(row.taken, set()).add(row.line)
        else:
            facts.append(fact)
        advance(row.line)
    ends, snapshots = [], []
    for taken, held in sorted(lines.items()):
        missing = len(lost.get(taken, ())) + len(lost.get(None, ()))
        end = ended_row(max(held), taken, mapping, complete=not missing, count=len(held))
        if held - lost.get(taken, set()):
            ends.append(End(frozenset(held), build(end)))
            snapshots.append(Snapshot(taken.name, len(held), missing))
    return Foreign(facts, refused, mapping.zone, ends, tuple(snapshots))


class ReplayOptions(NamedTuple):
    rules: Path | None
    as_of: datetime | None
    until: datetime | None
    flags: Path | None
    cases: Path | None


def law_of(folder: Path | None) -> Rules | None:
    return None if folder is None else compile_rules(load_rules(folder))


def replay_file(file: Path, options: ReplayOptions, advance: Tick) -> dict[str, Any]:
    """Fold a file of entries again and count what stands at the end; writes flags and cases where asked to."""
    return _counted(options, lambda replay: feed_file(replay, file, advance))


def _counted(options: ReplayOptions, feed: Callable[[Replay], Iterable[bytes]]) -> dict[str, Any]:
    limit = None
    if options.as_of is not None:
        limit = Limit(options.as_of, as_of=True)
    elif options.until is not None:
        limit = Limit(options.until, as_of=False)
    replay = Replay(limit, law_of(options.rules), judging=options.flags is not None)
    with ExitStack() as stack:
        flags = stack.enter_context(options.flags.open("wb")) if options.flags else None
        for value in chain(feed(replay), replay.finish()):
            if flags is not None:
                flags.write(value + b"\n")
        cases = stack.enter_context(options.cases.open("wb")) if options.cases else None
        at, rules = replay.now, replay.rules

        def written() -> Iterator[tuple[dict[str, Any], bool]]:
            for view, before in views(replay.cases(), at, rules, replay.marks):
                if cases is not None:
                    cases.write(orjson.dumps({"token": view["case"], **view}) + b"\n")
                yield view, before

        return summarise(written(), at, rules)


def replay_topic(topic: str, options: ReplayOptions, settings: Settings, advance: Tick) -> dict[str, Any]:
    """The same over all partitions of a log topic, read up to its present end."""
    return _counted(options, lambda replay: asyncio.run(feed_topic(replay, topic, settings, advance)))


def read_log(
    source: str, law: Rules | None, settings: Settings, advance: Tick, as_of: datetime | None = None
) -> Replay:
    """A log read to its last tick, or the last one up to an instant, from a file or from kafka:TOPIC, without a history
    of what was said."""
    replay = Replay(None if as_of is None else Limit(as_of, as_of=True), law, judging=False)
    if source.startswith("kafka:"):
        asyncio.run(feed_topic(replay, source.removeprefix("kafka:"), settings, advance))
    else:
        for _ in feed_file(replay, Path(source), advance):
            pass
    for _ in replay.finish():
        pass
    return replay


class Feeds(Protocol):
    """What takes a log in: a replay, or what looks on beside one."""

    def feed(self, partition: int, records: Sequence[Record]) -> Iterator[bytes]: ...


async def feed_topic(replay: Feeds, topic: str, settings: Settings, advance: Tick) -> list[bytes]:
    """All partitions of a topic, up to their present ends."""
    reader = KafkaReader(settings.kafka)
    found: list[bytes] = []
    for partition, end in sorted((await reader.end_offsets(topic)).items()):
        async for records in reader.read(topic, partition, 0, end):
            found += replay.feed(partition, records)
            advance(len(records))
    return found


def feed_file(replay: Feeds, file: Path, advance: Tick) -> Iterator[bytes]:
    """All entries of a file, as one partition."""
    for chunk in read_file(file):
        yield from replay.feed(0, chunk)
        advance(len(chunk))
