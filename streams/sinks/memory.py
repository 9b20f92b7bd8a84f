"""The archive in memory: for tests of whatever writes to an archive, held to the same suite as PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from schemas.topics import LOG
from streams.ports import Fenced, Position, Record
from streams.sinks.archive import AnotherDeployment, Offsets, ends_of
from streams.sinks.rows import CASE_COLUMNS, Row, rows_of


@dataclass(slots=True)
class Kept:
    """What outlives an owner of the archive: the database, so to speak."""

    prefix: str | None = None
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)
    entries: dict[tuple[int, int], Record] = field(default_factory=dict)
    cases: dict[str, Row] = field(default_factory=dict)
    flags: dict[tuple[str, int], Row] = field(default_factory=dict)
    flag_changes: dict[tuple[str, int, int], Row] = field(default_factory=dict)
    codes: dict[str, bytes] = field(default_factory=dict)


class MemoryArchive:
    """One owner of what is kept; several may be made over the same `kept`."""

    def __init__(self, prefix: str, kept: Kept | None = None) -> None:
        self._prefix = prefix
        self._kept = kept or Kept()
        self._offsets: dict[tuple[str, int], int] = {}

    async def open(self, starts: Sequence[Position]) -> Offsets:
        self._kept.prefix = self._kept.prefix or self._prefix
        if self._kept.prefix != self._prefix:
            raise AnotherDeployment(self._kept.prefix, self._prefix)
        for topic, partition, start in starts:
            self._offsets[topic, partition] = self._kept.offsets.setdefault((topic, partition), start)
        return dict(self._offsets)

    async def write(self, records: Sequence[Record]) -> None:
        rows = rows_of(records, self._prefix)
        ends = ends_of(records, self._offsets)
        kept = self._kept
        if any(kept.offsets[place] != self._offsets[place] for place in ends):
            raise Fenced("another sink has moved the offsets")
        kept.offsets |= ends
        self._offsets |= ends
        for record in records:
            if record.topic == self._prefix + LOG.name:
                kept.entries.setdefault((record.partition, record.offset), record._replace(key=record.key or None))
        for token, row in rows.cases.items():
            if token not in kept.cases or kept.cases[token][1] < row[1]:
                kept.cases[token] = row
        for row in rows.flag_changes:
            flag_id, cycle, version = row[:3]
            kept.flag_changes.setdefault((flag_id, cycle, version), row)
            if (flag_id, cycle) not in kept.flags or kept.flags[flag_id, cycle][2] < version:
                kept.flags[flag_id, cycle] = row
        for token, (_, sealed) in rows.codes.items():
            kept.codes.pop(token, None)
            if sealed is not None:
                kept.codes[token] = sealed

    async def read_entries(
        self, partition: int, start: int = 0, end: int | None = None
    ) -> AsyncIterator[Sequence[Record]]:
        places = sorted(place for place in self._kept.entries if place[0] == partition and place[1] >= start)
        page = [self._kept.entries[place] for place in places if end is None or place[1] < end]
        if page:
            yield page

    async def read_cases(self) -> AsyncIterator[bytes]:
        for _, row in sorted(self._kept.cases.items()):
            yield row[CASE_COLUMNS.index("body")]

    async def read_flags(self) -> AsyncIterator[bytes]:
        for _, row in sorted(self._kept.flags.items()):
            yield row[-1]

    async def read_flag_changes(self) -> AsyncIterator[bytes]:
        for _, row in sorted(self._kept.flag_changes.items()):
            yield row[-1]

    async def read_codes(self) -> AsyncIterator[tuple[str, bytes]]:
        for pair in sorted(self._kept.codes.items()):
            yield pair

    async def close(self) -> None:
        pass
