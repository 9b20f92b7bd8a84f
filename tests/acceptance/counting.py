"""A case worker with a job small enough to be checked by hand: it counts records a key, and flags every third.

`python -m tests.acceptance.counting` runs it from the environment, like a real worker.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from schemas.topics import FLAGS, Topic
from streams.agents.worker import run_cases
from streams.ports import Outgoing, Record
from streams.settings import load_settings

MARK = b"\x00mark"
POISON = b"poison"


class Poisoned(RuntimeError):
    """Stands for any fault of our own."""


class Row(NamedTuple):
    """How many records of a key came, and the log offset of the last: a repeated or a lost one would show."""

    seen: int
    at: int

    def pack(self) -> bytes:
        return b"%d %d" % self


def unpack(row: bytes) -> Row:
    return Row(*map(int, row.split()))


class Writes(NamedTuple):
    rows: Sequence[tuple[bytes, bytes]]
    records: Sequence[Outgoing]
    next_offset: int


class Counting:
    """One partition of it."""

    def __init__(self, partition: int, rows: dict[bytes, bytes], topic: Callable[[Topic], str]) -> None:
        self._partition, self._rows, self._flags = partition, rows, topic(FLAGS)
        self.next_offset = int(rows.get(MARK, b"0"))

    def steps(self, records: Sequence[Record]) -> Iterator[Writes]:
        threading.Event().wait(float(os.environ.get("SECONDS_A_CHUNK", "0")))  # stands for slow work
        changed: dict[bytes, bytes] = {}
        flags = []
        for record in records:
            if record.offset < self.next_offset:
                continue
            if record.value == POISON and "POISON_IS_FATAL" in os.environ:
                raise Poisoned(f"at {record.offset}")
            assert record.key is not None
            count = unpack(self._rows[record.key]).seen + 1 if record.key in self._rows else 1
            changed[record.key] = self._rows[record.key] = Row(count, record.offset).pack()
            if count % 3 == 0:
                flags.append(Outgoing(self._flags, record.key, b"%d" % count, self._partition))
            self.next_offset = record.offset + 1
        changed[MARK] = self._rows[MARK] = b"%d" % self.next_offset
        yield Writes(list(changed.items()), flags, self.next_offset)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stderr, level=os.environ.get("LOG_LEVEL", "INFO"), format="%(asctime)s %(message)s")
    sys.exit(run_cases(load_settings(), Counting))
