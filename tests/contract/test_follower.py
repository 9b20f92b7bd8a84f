"""What every Follower promises: each committed record once, in order, up to an end; and every Trimmer, what is left."""

import asyncio

from streams.ports import Outgoing
from tests.contract.conftest import Log, values


async def end_of(log: Log, topic: str, partition: int = 0) -> int:
    return (await log.reader(10).end_offsets(topic))[partition]


async def test_it_begins_at_the_beginning_and_returns_each_record_once(log: Log) -> None:
    topic = await log.topic("followed", 2)
    writer, follower = await log.writer(), await log.follower(topic, 1)
    await writer.append([Outgoing(topic, b"k", b"%d" % n, 1, (("h", b"x"),)) for n in range(3)])
    await writer.append([Outgoing(topic, b"k", b"elsewhere", 0)])

    first = await follower.upto(await end_of(log, topic, 1))
    await writer.append([Outgoing(topic, None, None, 1)])
    second = await follower.upto(await end_of(log, topic, 1))

    assert values(first) == [b"0", b"1", b"2"]
    assert [(one.offset, one.key, one.value) for one in second] == [(3, None, None)]
    assert (first[0].topic, first[0].partition, first[0].headers) == (topic, 1, (("h", b"x"),))


async def test_nothing_new_is_nothing_returned(log: Log) -> None:
    topic = await log.topic("followed", 1)
    follower = await log.follower(topic, 0)

    assert await follower.upto(0) == []
    await (await log.writer()).append([Outgoing(topic, b"k", b"1", 0)])
    assert values(await follower.upto(1)) == [b"1"]
    assert await follower.upto(1) == []


async def test_markers_of_transactions_are_passed_and_what_was_aborted_never_returned(log: Log) -> None:
    topic = await log.topic("followed", 1)
    follower, transactions = await log.follower(topic, 0), log.transactions("id")
    await transactions.open()
    for value in (b"1", b"2"):
        await transactions.commit([Outgoing(topic, b"k", value, 0)], "group", [])

    # Each transaction ends with a marker: the end is behind it.
    assert await end_of(log, topic) == 4
    assert values(await follower.upto(4)) == [b"1", b"2"]
    assert await follower.upto(4) == []


async def test_a_call_that_is_cancelled_loses_no_record(log: Log) -> None:
    topic = await log.topic("followed", 1)
    writer, follower = await log.writer(), await log.follower(topic, 0)
    await writer.append([Outgoing(topic, b"k", b"%d" % n, 0) for n in range(50)])

    # The first waits for what does not come; it has read the rest by then.
    waiting = asyncio.create_task(follower.upto(51))
    await asyncio.wait({waiting}, timeout=0.5)
    waiting.cancel()
    await asyncio.wait({waiting})
    found = [] if waiting.cancelled() else waiting.result()

    assert values([*found, *await follower.upto(50)]) == [b"%d" % n for n in range(50)]


async def test_what_is_trimmed_is_gone_and_what_is_left_keeps_its_offsets(log: Log) -> None:
    topic = await log.topic("trimmed", 2)
    writer = await log.writer()
    await writer.append([Outgoing(topic, b"k", b"%d" % n, n % 2) for n in range(8)])

    await log.trimmer.trim(topic, {0: 3, 1: 4})
    await log.trimmer.trim(topic, {0: 1})
    await log.trimmer.trim(topic, {})

    assert [(one.offset, one.value) for one in await log.all(topic, 0)] == [(3, b"6")]
    assert await log.all(topic, 1) == []
    assert await log.reader(10).end_offsets(topic) == {0: 4, 1: 4}
    await writer.append([Outgoing(topic, b"k", b"new", 1)])
    assert [(one.offset, one.value) for one in await log.all(topic, 1)] == [(4, b"new")]
