"""A simulated district in an archive: played in memory by the real intake and case step on a simulated clock, and
written to PostgreSQL by the sink, with names for its units. What dashboards show is tried on it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from schemas.codec import encode
from schemas.entries import ClockTicked, RulesActivated
from schemas.events import TOPIC_OF_TYPE
from schemas.topics import CASES_CURRENT, CODES, FLAGS, LOG
from streams.core.compiling import rules_hash
from streams.core.instants import utc_text
from streams.pipeline.cases import CasePartition
from streams.pipeline.intake import Intake, IntakeLimits
from streams.ports import Outgoing, Position, Record
from streams.rules_file import VIETNAM, load_rules
from streams.simulator.district import District, load_district
from streams.simulator.plan import in_order, plan
from streams.simulator.told import Told
from streams.sinks.postgres import PostgresArchive

PREFIX = "played."
CHUNK = 5000
PROVINCES: Mapping[str, Sequence[str]] = {"Thành phố Hà Nội": ["G01.801"], "Thành phố Huế": ["G01.839"]}
_KEY = b"for the tokens of dossiers that never were"
_MESSAGE_BYTES = 1 << 20


def law_with_names(district: District) -> dict[str, Any]:
    """The shipped law, and names of the district's units and of two provinces."""
    units = [
        {"id": unit.code, "name": f"Đơn vị {number}", "source": "a district that is played"}
        for number, unit in enumerate(district.units, 1)
    ]
    provinces = [
        {"id": codes[0], "name": name, "units": list(codes), "source": "a district that is played"}
        for name, codes in PROVINCES.items()
    ]
    return load_rules(VIETNAM) | {"units": units, "provinces": provinces}


async def fill(
    database: str, name: str, seed: int, at: datetime, *, days: int | None = None, every: timedelta = timedelta(hours=6)
) -> CasePartition:
    """Write a district as it stands at an instant to a migrated database; returns the cases for comparison."""
    district = load_district(name)
    history = in_order(list(plan(district, seed, days)))
    desk = _Desk(law_with_names(district), at)
    archive = PostgresArchive(database, PREFIX)
    starts = [Position(PREFIX + topic.name, 0, 0) for topic in (LOG, FLAGS, CASES_CURRENT, CODES)]
    await archive.open(starts)
    try:
        waiting: list[Record] = []
        for records in desk.records(history, every):
            waiting += records
            if len(waiting) >= CHUNK:
                await archive.write(waiting)
                waiting = []
        await archive.write(waiting)
    finally:
        await archive.close()
    return desk.cases


class _Desk:
    """Intake and one partition of cases, one after the other; yields what the sink reads."""

    def __init__(self, content: Mapping[str, Any], until: datetime) -> None:
        self._content, self._until = content, until
        limits = IntakeLimits(0, _MESSAGE_BYTES, simulated=True, until=until)
        self._intake = Intake(PREFIX, limits, _KEY, _Unsealed(), _Unsealed())
        self.cases = CasePartition(0, {}, lambda topic: PREFIX + topic.name)
        self._ends: dict[str, int] = {}
        self._arrived = 0

    def records(self, history: Sequence[Told], every: timedelta) -> Iterator[list[Record]]:
        """What is in the topics after each tick, up to the last."""
        law = RulesActivated(hash=rules_hash(self._content), content=dict(self._content))
        yield self._step([Outgoing(PREFIX + LOG.name, None, encode(law.model_dump()))])
        tick = history[0].delivered.replace(hour=0, minute=0, second=0, microsecond=0)
        place = 0
        while tick < self._until:
            tick = min(tick + every, self._until)
            first = place
            while place < len(history) and history[place].delivered <= tick:
                place += 1
            told = self._intake.step([self._record(told.event) for told in history[first:place]])
            instant = utc_text(int(tick.timestamp()))
            ticked = encode(ClockTicked(at=instant, linked_to=instant).model_dump())
            yield self._step([*told, Outgoing(PREFIX + LOG.name, None, ticked)])

    def _step(self, told: Sequence[Outgoing]) -> list[Record]:
        entries = [self._placed(out) for out in told if out.topic == PREFIX + LOG.name]
        codes = [self._placed(out) for out in told if out.topic == PREFIX + CODES.name]
        kept = {PREFIX + FLAGS.name, PREFIX + CASES_CURRENT.name}
        said = [out for writes in self.cases.steps(entries) for out in writes.records if out.topic in kept]
        return [*entries, *codes, *map(self._placed, said)]

    def _record(self, event: Mapping[str, Any]) -> Record:
        self._arrived += 1
        return Record(PREFIX + TOPIC_OF_TYPE[event["type"]], 0, self._arrived, 0, None, encode(event))

    def _placed(self, out: Outgoing) -> Record:
        offset = self._ends.get(out.topic, 0)
        self._ends[out.topic] = offset + 1
        return Record(out.topic, 0, offset, 0, out.key, out.value, out.headers)


class _Unsealed:
    """Nothing is kept of what it seals."""

    def seal(self, plain: bytes) -> bytes:
        return plain
