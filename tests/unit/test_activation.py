"""What an activation waits for: the law and the first tick after it on every partition, and views that it moved."""

from typing import Any

from schemas.codec import encode
from streams.adapters.memory import MemoryLog, MemoryReader
from streams.ports import Outgoing
from streams.wiring.activation import Activation, Place, Watch, moved_views
from tests.core_builders import activation, at, completed, content_of, deadline_row, tick

NEW = activation(content_of(deadline_row(amount=5)))
OTHER = activation(content_of(deadline_row(amount=6)))
NOON = at("2026-01-12 12:00")


def a_log(*partitions: list[dict[str, Any]]) -> MemoryLog:
    log = MemoryLog({"log": len(partitions), "views": 2})
    for number, entries in enumerate(partitions):
        write(log, number, *entries)
    return log


def write(log: MemoryLog, partition: int, *entries: dict[str, Any]) -> None:
    log.append([Outgoing("log", one.get("case", "").encode(), encode(one), partition) for one in entries])


def watch_of(log: MemoryLog, starts: dict[int, int] | None = None) -> Watch:
    return Watch(MemoryReader(log), "log", starts or dict.fromkeys(range(log.partitions["log"]), 0), NEW["hash"])


async def test_the_first_tick_after_the_law_is_waited_for_on_every_partition() -> None:
    log = a_log([tick(NOON), NEW, completed()], [NEW])
    watch = watch_of(log)

    await watch.look()
    before = watch.count()
    for partition in (0, 1):
        write(log, partition, tick(NOON + 5, rules=NEW["hash"]), tick(NOON + 10, rules=NEW["hash"]))
    await watch.look()

    assert (before, watch.count()) == ((2, 0), (2, 2))
    assert watch.places == {0: Place(1, 3, NEW["hash"]), 1: Place(0, 1, NEW["hash"])}


async def test_a_partition_counts_as_judged_once_the_workers_are_past_its_tick() -> None:
    log = a_log([NEW, tick(NOON)], [NEW, tick(NOON)])
    watch = watch_of(log)
    await watch.look()

    judged = [
        watch.judged(committed) for committed in ({}, {"log/0": 1, "log/1": 1}, {"log/0": 2}, {"log/0": 2, "log/1": 9})
    ]

    assert judged == [0, 0, 1, 2]


async def test_what_is_missing_names_who_should_run() -> None:
    log, told = a_log([NEW], []), []
    watch = watch_of(log)

    for step in ([], [(1, NEW), (0, tick(NOON))], [(1, tick(NOON))]):
        for partition, one in step:
            write(log, partition, one)
        await watch.look()
        told.append(watch.missing(judged=1))

    assert [*told, watch.missing(judged=2)] == [
        "the law stands on 1 of 2 partitions of log: is intake running?",
        "a tick under it stands on 1 of 2 partitions of log: is intake running?",
        "1 of 2 partitions of log are judged by it: are case workers running?",
        None,
    ]


async def test_what_stood_in_the_log_before_is_not_looked_at() -> None:
    watch = watch_of(a_log([NEW, tick(NOON)]), {0: 2})

    await watch.look()

    assert watch.places == {0: Place()}


async def test_markers_of_transactions_and_facts_are_passed_over() -> None:
    log = a_log([completed()])
    log.end_transaction({("log", 0)})
    write(log, 0, NEW)
    watch = watch_of(log)

    await watch.look()
    await watch.look()

    assert watch.places == {0: Place(2)}


async def test_a_law_that_came_before_the_first_tick_is_told() -> None:
    watch = watch_of(a_log([NEW, OTHER, tick(NOON, rules=OTHER["hash"])]))
    await watch.look()

    done = Activation(NEW["hash"], places=watch.places)

    assert done.superseded_by == OTHER["hash"]
    assert done.told()["partitions"] == [{"partition": 0, "activated": 0, "ticked": 2, "tick_rules": OTHER["hash"]}]


async def test_moved_cases_are_those_whose_newest_view_names_the_law() -> None:
    log = a_log([])
    views = [
        ("old", NEW["hash"]), ("a", NEW["hash"]), ("b", OTHER["hash"]), ("c", None), ("a", NEW["hash"])
    ]  # fmt: skip
    for token, law in views:
        moved = None if law is None else {"rules": law}
        log.append([Outgoing("views", token.encode(), encode({"case": token, "moved": moved}), 1)])
    log.append([Outgoing("views", b"d", None, 1)])

    found = await moved_views(MemoryReader(log), "views", {0: 0, 1: 1}, NEW["hash"])

    assert [view["case"] for view in found] == ["a"]
