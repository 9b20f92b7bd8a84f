"""What every Transactions promises: together or not at all, and only one holder of an id."""

import pytest

from streams.ports import Fenced, Outgoing, Position
from tests.contract.conftest import Log, values


async def test_records_and_positions_become_visible_together(log: Log) -> None:
    flags, rows = await log.topic("flags", 2), await log.topic("rows", 2)
    transactions = log.transactions("cases-1")
    await transactions.open()

    await transactions.commit(
        [Outgoing(flags, b"f", b"raised", 1, (("at", b"5"),)), Outgoing(rows, b"c", b"row", 1)],
        "group",
        [Position(rows, 0, 17), Position(rows, 1, 4)],
    )

    assert [(r.key, r.value, r.headers) for r in await log.all(flags, 1)] == [(b"f", b"raised", (("at", b"5"),))]
    assert values(await log.all(rows, 1)) == [b"row"]
    assert await log.committed("group", rows, 0) == 17
    assert await log.committed("group", rows, 1) == 4
    assert await log.committed("group", flags, 0) is None


async def test_commits_follow_each_other_in_order(log: Log) -> None:
    topic = await log.topic("order", 1)
    transactions = log.transactions("order")
    await transactions.open()

    for n in range(20):
        await transactions.commit([Outgoing(topic, b"k", b"%d" % n, 0)], "group", [Position(topic, 0, n)])

    assert values(await log.all(topic)) == [b"%d" % n for n in range(20)]
    assert await log.committed("group", topic, 0) == 19


async def test_a_commit_may_hold_only_positions_only_records_or_nothing(log: Log) -> None:
    topic = await log.topic("partial", 1)
    transactions = log.transactions("partial")
    await transactions.open()

    await transactions.commit([], "group", [Position(topic, 0, 3)])
    await transactions.commit([Outgoing(topic, b"k", b"v", 0)], "group", [])
    await transactions.commit([], "group", [])

    assert values(await log.all(topic)) == [b"v"]
    assert await log.committed("group", topic, 0) == 3


async def test_an_earlier_holder_of_the_id_is_fenced_and_leaves_no_trace(log: Log) -> None:
    topic = await log.topic("fence", 1)
    first, second = log.transactions("cases-0"), log.transactions("cases-0")
    await first.open()
    await first.commit([Outgoing(topic, b"k", b"of the first", 0)], "group", [Position(topic, 0, 1)])

    await second.open()
    with pytest.raises(Fenced):
        await first.commit([Outgoing(topic, b"k", b"too late", 0)], "group", [Position(topic, 0, 2)])
    await second.commit([Outgoing(topic, b"k", b"of the second", 0)], "group", [Position(topic, 0, 3)])

    assert values(await log.all(topic)) == [b"of the first", b"of the second"]
    assert await log.committed("group", topic, 0) == 3


async def test_an_earlier_holder_is_fenced_for_good(log: Log) -> None:
    topic = await log.topic("for-good", 1)
    first, second = log.transactions("t"), log.transactions("t")
    await first.open()
    await second.open()
    await second.close()

    with pytest.raises(Fenced):
        await first.commit([], "group", [Position(topic, 0, 2)])

    assert await log.committed("group", topic, 0) is None


async def test_other_ids_are_not_fenced(log: Log) -> None:
    topic = await log.topic("others", 2)
    mine, others = log.transactions("cases-0"), log.transactions("cases-1")
    await mine.open()
    await others.open()

    await mine.commit([Outgoing(topic, b"k", b"mine", 0)], "group", [])
    await others.commit([Outgoing(topic, b"k", b"theirs", 1)], "group", [])

    assert values(await log.all(topic, 0)) + values(await log.all(topic, 1)) == [b"mine", b"theirs"]


async def test_opened_again_the_same_object_holds_the_id(log: Log) -> None:
    topic = await log.topic("again", 1)
    transactions = log.transactions("again")
    await transactions.open()
    await transactions.close()

    await transactions.open()
    await transactions.commit([Outgoing(topic, b"k", b"v", 0)], "group", [])

    assert values(await log.all(topic)) == [b"v"]


async def test_a_commit_that_fails_half_way_leaves_no_trace(log: Log) -> None:
    topic = await log.topic("half", 2)
    transactions = log.transactions("half")
    await transactions.open()

    with pytest.raises(AssertionError):
        await transactions.commit(
            [Outgoing(topic, b"k", b"half", 0), Outgoing(topic, b"k", b"no such partition", 9)],
            "group",
            [Position(topic, 0, 1)],
        )

    assert await log.all(topic, 0) == []
    assert await log.committed("group", topic, 0) is None
