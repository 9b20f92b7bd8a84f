"""The rows of a worker's table: one plain dict a partition, filled from the changelog in chunks, dropped whole."""

from collections.abc import Iterator, Mapping, Sequence

from streams.ports import Record

Rows = dict[bytes, bytes]


class PartitionedRows(Mapping[bytes, bytes]):
    """Kept a partition each, read as one mapping. Keys of different partitions differ, as a key has its partition."""

    def __init__(self) -> None:
        self._partitions: dict[int, Rows] = {}
        self._applied: dict[int, int] = {}

    def take(self, partition: int) -> Rows:
        """A partition with no rows yet; whoever takes it may change them in place."""
        self._applied.pop(partition, None)
        self._partitions[partition] = rows = Rows()
        return rows

    def drop(self, partition: int) -> None:
        self._partitions.pop(partition, None)
        self._applied.pop(partition, None)

    def clear(self) -> None:
        self._partitions.clear()
        self._applied.clear()

    def apply(self, partition: int, records: Sequence[Record]) -> None:
        """A chunk of the changelog, in order; a row of None is gone."""
        rows = self._partitions[partition]
        for record in records:
            assert record.key is not None, f"changelog {record.topic}/{partition}: no key at {record.offset}"
            if record.value is None:
                rows.pop(record.key, None)
            else:
                rows[record.key] = record.value
            self._applied[partition] = record.offset

    def applied(self, partition: int) -> int | None:
        """The last changelog offset that came in by `apply`."""
        return self._applied.get(partition)

    def partitions(self) -> Mapping[int, Rows]:
        return self._partitions

    def __getitem__(self, key: bytes) -> bytes:
        for rows in self._partitions.values():
            if key in rows:
                return rows[key]
        raise KeyError(key)

    def __iter__(self) -> Iterator[bytes]:
        for rows in self._partitions.values():
            yield from rows

    def __len__(self) -> int:
        return sum(map(len, self._partitions.values()))
