"""What every Writer promises."""

from streams.adapters.partitioner import partition_of_key
from streams.ports import Outgoing, Record
from tests.contract.conftest import Log, values


async def test_appended_records_are_read_back_whole_and_in_order(log: Log) -> None:
    topic = await log.topic("whole", 2)
    headers = (("engine", b"0.1"), ("engine", b"again"))

    await (await log.writer()).append(
        [
            Outgoing(topic, b"k", b"first", 1, headers),
            Outgoing(topic, None, b"no key", 1),
            Outgoing(topic, b"k", None, 1),
        ]
    )

    found = await log.all(topic, 1)
    assert [(r.topic, r.partition, r.offset, r.key, r.value, r.headers) for r in found] == [
        (topic, 1, 0, b"k", b"first", headers),
        (topic, 1, 1, None, b"no key", ()),
        (topic, 1, 2, b"k", None, ()),
    ]
    assert all(isinstance(record, Record) for record in found)
    assert await log.all(topic, 0) == []


async def test_without_a_partition_the_key_decides_as_in_kafkas_own_clients(log: Log) -> None:
    topic = await log.topic("keyed", 7)
    keys = [b"21", b"foobar", b"a-little-bit-long-string", b"abc", b"", *(f"case-{n}".encode() for n in range(50))]

    await (await log.writer()).append([Outgoing(topic, key, key) for key in keys])

    for partition in range(7):
        assert values(await log.all(topic, partition)) == [k for k in keys if partition_of_key(k, 7) == partition]


async def test_records_without_key_and_partition_arrive_somewhere_in_order(log: Log) -> None:
    topic = await log.topic("keyless", 3)
    writer = await log.writer()

    for first in range(0, 30, 10):
        await writer.append([Outgoing(topic, None, b"%d" % n) for n in range(first, first + 10)])

    by_partition = [values(await log.all(topic, partition)) for partition in range(3)]
    assert sorted(n for found in by_partition for n in found if n) == sorted(b"%d" % n for n in range(30))
    assert all(found == sorted(found, key=lambda n: int(n or 0)) for found in by_partition)


async def test_order_holds_over_many_batches_and_a_record_larger_than_a_batch(log: Log) -> None:
    topic = await log.topic("large", 1)
    sent = [b"%06d" % n + b"x" * (700_000 if n == 1234 else 900) for n in range(3000)]

    await (await log.writer()).append([Outgoing(topic, b"k", value, 0) for value in sent])

    assert values(await log.all(topic)) == sent


async def test_nothing_to_append_is_no_error(log: Log) -> None:
    topic = await log.topic("nothing", 1)

    await (await log.writer()).append([])

    assert await log.all(topic) == []
