"""What the pipeline needs of the outside: each protocol has an in-memory and a real form, and one contract suite."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple, Protocol

Headers = tuple[tuple[str, bytes], ...]


class Record(NamedTuple):
    """One record as read from a topic. `timestamp` is the broker's, in milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Outgoing(NamedTuple):
    """One record to be written. `partition` None leaves the choice to the key, as every Kafka client makes it."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None
    headers: Headers = ()


class Position(NamedTuple):
    """The next offset a reader of (topic, partition) will need."""

    topic: str
    partition: int
    offset: int


class Fenced(RuntimeError):
    """Another process has taken over: whoever meets this must exit without writing anything more."""


class Writer(Protocol):
    """Appends records in order; when `append` returns, all of them are acknowledged by every in-sync replica."""

    async def append(self, records: Sequence[Outgoing]) -> None: ...


class Transactions(Protocol):
    """Writes records and positions together or not at all, fenced by an id that only one process can hold.

    `open` takes the id over: it ends what an earlier holder left unfinished. `commit` raises `Fenced` once another
    process has opened the same id; nothing of that commit is then visible to a committed reader.
    """

    async def open(self) -> None: ...

    async def commit(self, records: Sequence[Outgoing], group: str, positions: Sequence[Position]) -> None: ...

    async def close(self) -> None: ...


class Reader(Protocol):
    """Reads committed records of one topic."""

    async def partitions(self, topic: str) -> tuple[int, ...]: ...

    async def end_offsets(self, topic: str) -> Mapping[int, int]:
        """The offset after the last committed record of each partition (where a committed reader would stop)."""
        ...

    def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """Chunks of records from `start` up to, not including, offset `end`."""
        ...
