"""The archive as a port: what outlives Kafka, kept exactly once and read back byte for byte."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from streams.ports import Position, Record

# (topic, partition) to the next offset to be kept.
Offsets = Mapping[tuple[str, int], int]


class ArchiveUnavailable(RuntimeError):
    """The archive does not answer now.

    Whether the last chunk is kept is not known: `open` again, which says where the archive stands.
    """


class AnotherDeployment(RuntimeError):
    """The archive belongs to another deployment: positions of two logs would collide in it."""

    def __init__(self, found: str, prefix: str) -> None:
        super().__init__(f"archive belongs to the topics {found}*, not to {prefix}*: give each deployment a database")


class Archive(Protocol):
    """Keeps records of the log, the flags, the newest cases and the codes, each chunk with its offsets or not at all.

    `open` comes first, and again after `ArchiveUnavailable`. It returns the next offset of every partition asked for:
    the archive's own, or the given start where the archive has never seen the partition.

    `write` keeps a chunk that goes on where each of its partitions stands. It raises `streams.ports.Fenced` where a
    partition has been moved by another owner since `open`; nothing of the chunk is then kept. A version that is already
    kept is never replaced by a lower one, nor by itself.

    The `read_` functions return what is kept, in an order that is the same everywhere.
    """

    async def open(self, starts: Sequence[Position]) -> Offsets: ...

    async def write(self, records: Sequence[Record]) -> None: ...

    def read_entries(self, partition: int, start: int = 0, end: int | None = None) -> AsyncIterator[Sequence[Record]]:
        """The log from offset `start` up to, not including, `end`, as it was: key, value, headers and timestamp."""
        ...

    def read_cases(self) -> AsyncIterator[bytes]:
        """The newest view of each case, by token."""
        ...

    def read_flags(self) -> AsyncIterator[bytes]:
        """The newest version of each (flag_id, cycle)."""
        ...

    def read_flag_changes(self) -> AsyncIterator[bytes]:
        """Every (flag_id, cycle, version), in the order in which replays are compared."""
        ...

    def read_codes(self) -> AsyncIterator[tuple[str, bytes]]:
        """Each token with its encrypted code."""
        ...

    async def close(self) -> None: ...


def ends_of(records: Sequence[Record], offsets: Offsets) -> dict[tuple[str, int], int]:
    """Where each partition stands after these records, which must go on, in order, from the given offsets."""
    ends: dict[tuple[str, int], int] = {}
    for record in records:
        place = (record.topic, record.partition)
        stands = ends.get(place, offsets[place])
        assert record.offset >= stands, f"{place} stands at {stands} and must not go back to {record.offset}"
        ends[place] = record.offset + 1
    return ends
