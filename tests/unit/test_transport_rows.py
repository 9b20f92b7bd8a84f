"""Rows a partition: applied from the changelog, read as one, dropped whole, and not to be written through Faust."""

import pytest

from streams.agents.app import build_app
from streams.agents.rows import PartitionedRows
from streams.agents.store import ChunkTable
from streams.ports import Record
from streams.settings import Settings


def row(offset: int, key: bytes | None, value: bytes | None, partition: int = 0) -> Record:
    return Record("changelog", partition, offset, 0, key, value)


def test_the_newest_row_of_a_key_counts_and_none_removes_it() -> None:
    rows = PartitionedRows()
    taken = rows.take(0)

    rows.apply(0, [row(0, b"a", b"1"), row(1, b"b", b"1"), row(3, b"a", b"2")])
    rows.apply(0, [row(7, b"b", None), row(8, b"never there", None)])

    assert taken == {b"a": b"2"}
    assert rows.applied(0) == 8


def test_partitions_are_read_as_one_and_dropped_whole() -> None:
    rows = PartitionedRows()
    for partition, key in enumerate((b"a", b"b")):
        rows.take(partition)
        rows.apply(partition, [row(0, key, b"1", partition)])
    assert dict(rows) == {b"a": b"1", b"b": b"1"}

    rows.drop(0)

    assert dict(rows) == {b"b": b"1"}
    assert len(rows) == 1
    assert rows.applied(0) is None
    with pytest.raises(KeyError):
        rows[b"a"]


def test_a_partition_taken_again_begins_empty() -> None:
    rows = PartitionedRows()
    rows.take(0)
    rows.apply(0, [row(4, b"a", b"1")])

    assert rows.take(0) == {}
    assert rows.applied(0) is None


def test_a_row_without_a_key_is_refused() -> None:
    rows = PartitionedRows()
    rows.take(0)

    with pytest.raises(AssertionError, match="changelog/0: no key at 5"):
        rows.apply(0, [row(5, None, b"1")])


async def test_the_faust_table_shows_the_rows_and_refuses_to_be_written() -> None:
    rows = PartitionedRows()
    rows.take(0)[b"a"] = b"1"
    table = ChunkTable(build_app(Settings(), "cases"), rows, name="cases", key_type=bytes, value_type=bytes)

    assert table[b"a"] == b"1"
    assert list(table) == [b"a"]
    with pytest.raises(TypeError, match="durable step"):
        table[b"a"] = b"2"
    with pytest.raises(TypeError, match="durable step"):
        del table[b"a"]
    assert rows[b"a"] == b"1"
