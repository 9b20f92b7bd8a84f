"""What every Reader promises: committed records of a range, in chunks, and an end that is reached."""

import pytest

from streams.ports import Outgoing
from tests.contract.conftest import Log, values


async def test_partitions_and_ends_of_an_empty_topic(log: Log) -> None:
    topic = await log.topic("empty", 3)

    reader = log.reader(10)

    assert await reader.partitions(topic) == (0, 1, 2)
    assert await reader.end_offsets(topic) == {0: 0, 1: 0, 2: 0}
    assert await log.all(topic) == []


async def test_a_topic_that_does_not_exist_is_refused(log: Log) -> None:
    with pytest.raises(LookupError, match="nowhere does not exist"):
        await log.reader(10).partitions("nowhere")
    with pytest.raises(LookupError, match="nowhere does not exist"):
        await log.reader(10).end_offsets("nowhere")


async def test_a_range_is_read_from_its_start_up_to_its_end(log: Log) -> None:
    topic = await log.topic("range", 1)
    await (await log.writer()).append([Outgoing(topic, None, b"%d" % n, 0) for n in range(10)])
    reader = log.reader(1000)

    async def read(start: int, end: int) -> list[bytes | None]:
        return [record.value async for chunk in reader.read(topic, 0, start, end) for record in chunk]

    assert await read(0, 10) == [b"%d" % n for n in range(10)]
    assert await read(3, 5) == [b"3", b"4"]
    assert await read(9, 10) == [b"9"]
    assert await read(4, 4) == []
    assert await read(7, 2) == []


async def test_chunks_are_bounded_and_never_empty(log: Log) -> None:
    topic = await log.topic("chunks", 1)
    await (await log.writer()).append([Outgoing(topic, None, b"%d" % n, 0) for n in range(25)])

    chunks = [chunk async for chunk in log.reader(10).read(topic, 0, 0, 25)]

    assert all(0 < len(chunk) <= 10 for chunk in chunks)
    assert [value for chunk in chunks for value in values(chunk)] == [b"%d" % n for n in range(25)]


async def test_the_marker_of_a_transaction_takes_an_offset_and_reading_still_ends(log: Log) -> None:
    topic = await log.topic("markers", 1)
    transactions = log.transactions("markers")
    await transactions.open()
    for n in range(3):
        await transactions.commit([Outgoing(topic, b"k", b"%d" % n, 0)], "group", [])
    reader = log.reader(1)  # so that the last marker is read alone

    end = (await reader.end_offsets(topic))[0]
    found = [record async for chunk in reader.read(topic, 0, 0, end) for record in chunk]

    assert [(record.offset, record.value) for record in found] == [(0, b"0"), (2, b"1"), (4, b"2")]
    assert end == 6
