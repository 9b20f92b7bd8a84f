"""What a report is made from: a log, the events of a simulated district, or a district that is played for it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from schemas.codec import decode
from streams.core.calendar import day_number
from streams.core.case import Case
from streams.core.engine import assess
from streams.core.instants import local_text, parse_utc
from streams.core.rules import Rules
from streams.core.score import Period
from streams.core.sources import Marks
from streams.ports import Record
from streams.replay.driver import Limit, Replay
from streams.report.gather import Gathered, kept, of_period
from streams.report.period import Days
from streams.report.published import Figure, newest
from streams.report.targets import Target
from streams.report.told import Frame, told
from streams.rules_file import VIETNAM
from streams.settings import Settings
from streams.simulator.days import end_of
from streams.simulator.district import District, last_day, load_district
from streams.simulator.plan import in_order
from streams.simulator.told import Told
from streams.wiring import simulation
from streams.wiring.logs import feed_file, feed_topic, law_of
from streams.wiring.simulated_intake import SimulatedIntake

Tick = Callable[[int], object]
# A chunk that is simulated, taken in and folded at a time.
CHUNK = 5000
_DAY = timedelta(days=1)


class NothingKnown(ValueError):
    def __init__(self, days: Days, until: str) -> None:
        super().__init__(f"period {days.text}: nothing is known of it yet, the source tells up to {until}")


class Facts(NamedTuple):
    """All cases that a source tells of, with the law; `until` is how far it tells, None where that is not said.

    `complaints` are (fact, instant, unit), None where the source carries none; one case stands for `scale`.
    """

    cases: Iterable[tuple[str, Case]]
    rules: Rules
    marks: Marks
    ends: int
    until: int | None
    complaints: Sequence[tuple[str, int, str]] | None = None
    scale: int = 1
    targets: Sequence[Target] = ()


class Asked(NamedTuple):
    """What a report is asked for."""

    days: Days
    by: str
    rules: Path | None = None
    targets: Sequence[Target] = ()
    published: Sequence[Figure] = ()


def from_log(source: str, asked: Asked, settings: Settings, advance: Tick) -> Facts:
    """The facts of a file of entries, or of kafka:TOPIC, or of a file that `hoso simulate` wrote."""
    if not source.startswith("kafka:") and _is_simulated(Path(source)):
        history = list(simulation.read(Path(source)))
        return _of_history(history, max(each.delivered for each in history), asked, advance)
    watched = _Watched(Replay(_limit(asked.days), law_of(asked.rules), judging=False))
    if source.startswith("kafka:"):
        asyncio.run(feed_topic(watched, source.removeprefix("kafka:"), settings, advance))
    else:
        for _ in feed_file(watched, Path(source), advance):
            pass
    return watched.facts()


def from_district(name: str, seed: int, days: int | None, asked: Asked, advance: Tick) -> Facts:
    """The facts of a district that is played; raises DistrictRefused."""
    run = simulation.play(name, seed, days, lambda _: None)
    span = _span(run.district, days)
    facts = _of_history(in_order(run.cases), end_of(span.last), asked, advance)
    targets = [
        Target(group, count, span.first, span.last, "taken", group) for group, count in run.district.targets.items()
    ]
    return facts._replace(scale=run.district.scale, targets=targets)


def days_of(name: str, days: int | None) -> Days:
    """All days that a district tells of."""
    return _span(load_district(name), days)


def _span(district: District, days: int | None) -> Days:
    last = last_day(district, district.days if days is None else days)
    return Days(district.first, last, f"{district.first}..{last}")


def report(facts: Facts, asked: Asked, advance: Tick) -> dict[str, Any]:
    """The report; raises NothingKnown where the source ends before the period begins."""
    calendar = facts.rules.calendar
    first_day = day_number(asked.days.first)
    first = calendar.instant(first_day)
    at = facts.ends if facts.until is None else min(facts.ends, facts.until)
    if at <= first:
        raise NothingKnown(asked.days, local_text(at, calendar.offset(at)))
    found = Gathered(facts.rules, Period(first_day, at), first, asked.by, [*facts.targets, *asked.targets])
    for number, (_, case) in enumerate(facts.cases, 1):
        assessed = assess(of_period(case, at), at, facts.rules, facts.marks)
        if assessed is not None:
            found.add(assessed)
        if not number % 100:
            advance(100)
    complaints = None if facts.complaints is None else kept(facts.complaints, first, at)
    frame = Frame(asked.days, at == facts.ends, facts.scale, newest(asked.published, asked.days), complaints)
    return told(found, frame)


class _Watched:
    """A replay, and beside it what no case tells: how far the ticks go, and complaints about units."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._ticks: dict[int, int] = {}
        self._complaints: list[tuple[str, int, str]] = []

    def feed(self, partition: int, records: Sequence[Record]) -> Iterator[bytes]:
        for record in records:
            if record.value is not None and b"clock.ticked" in record.value:
                entry = decode(record.value)
                if entry["type"] == "clock.ticked":
                    self._ticks[partition] = parse_utc(entry["at"])
            elif record.value is not None and b"complaint.filed" in record.value:
                entry = decode(record.value)
                if entry["type"] == "complaint.filed":
                    self._complaints.append((entry["fact"], parse_utc(entry["time"]), entry["data"]["unit"]))
        yield from self._replay.feed(partition, records)

    def facts(self) -> Facts:
        """What was told, once all is fed. Each partition tells up to its last tick."""
        for _ in self._replay.finish():
            pass
        until = min(self._ticks.values(), default=None)
        replay = self._replay
        return Facts(replay.cases(), replay.rules, replay.marks, replay.now, until, self._complaints)


def _of_history(history: Sequence[Told], until: datetime, asked: Asked, advance: Tick) -> Facts:
    watched = _Watched(Replay(_limit(asked.days), law_of(asked.rules or VIETNAM), judging=False))
    intake = SimulatedIntake(until)
    offset = 0
    for start in range(0, len(history), CHUNK):
        entries = intake.entries(history[start : start + CHUNK])
        for _ in watched.feed(0, [Record("", 0, offset + n, 0, None, value) for n, value in enumerate(entries)]):
            pass
        offset += len(entries)
        advance(len(entries))
    return watched.facts()._replace(until=int(until.timestamp()))


def _limit(days: Days) -> Limit:
    """24:00 of the last day, in the zone of the rules."""
    return Limit(datetime.combine(days.last + _DAY, time()), as_of=False)


def _is_simulated(path: Path) -> bool:
    """Whether the file is one that `hoso simulate` wrote."""
    with path.open("rb") as file:
        return file.readline(1 << 20).startswith(b'{"delivered"')
