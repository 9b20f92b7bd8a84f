"""Case workers as processes, killed, stopped, doubled and moved: what they leave behind equals an undisturbed run."""

import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from schemas.topics import FLAGS, LOG, TABLE
from streams.adapters.kafka import KafkaTransactions
from streams.agents.ending import FAULT_CODE, FENCED_CODE
from streams.ports import Outgoing, Position
from streams.settings import Settings
from tests.acceptance.case_worker import GROUP, Cases, until
from tests.acceptance.counting import MARK, POISON, Row, unpack

pytestmark = [pytest.mark.services, pytest.mark.kills]


@pytest.fixture
async def cases(kafka: str, prefix: str, tmp_path: Path) -> AsyncIterator[Cases]:
    """A deployment of four partitions; small chunks, so that a few thousand records are many. Failing, it says why."""
    deployment = Cases(
        Settings(demo=True, kafka=kafka, prefix=prefix, log_partitions=4, chunk_records_max=100), tmp_path
    )
    await deployment.create_topics()
    yield deployment
    deployment.stop_all()
    print(deployment.said())


def keys(count: int, different: int = 500) -> list[bytes]:
    return [b"case-%d" % (n * 7919 % different) for n in range(count)]


async def assert_as_undisturbed(cases: Cases) -> None:
    """Each record counted once, each flag published once, in the order of the log."""
    table, flags = await cases.undisturbed()

    assert await cases.flags() == flags
    assert await cases.table() == table


async def test_a_worker_killed_in_mid_run_leaves_no_trace_of_it(cases: Cases) -> None:
    await cases.feed(keys(20_000))
    seen = 0

    for _ in range(3):
        worker = cases.start()
        seen = await cases.until_begun(more_than=seen)
        worker.kill()
    cases.start()
    await cases.until_done()

    await assert_as_undisturbed(cases)


async def test_the_first_record_after_a_restart_is_neither_lost_nor_doubled(cases: Cases) -> None:
    for round_ in range(4):
        worker = cases.start()
        await cases.feed([b"a", b"b", b"c", b"d"] * (1 + round_ % 2))  # each in a partition of its own, or shared
        await cases.until_done()
        if round_ % 2:
            worker.kill()
        else:
            worker.signal(signal.SIGTERM)
            assert await worker.exit_code() == 0

    await assert_as_undisturbed(cases)


async def test_records_that_came_while_no_worker_ran_are_handled_once(cases: Cases) -> None:
    await cases.feed(keys(1000))
    first = cases.start()
    await cases.until_done()
    first.kill()

    await cases.feed(keys(1000))
    cases.start()
    await cases.until_done()

    await assert_as_undisturbed(cases)


async def test_where_reading_begins_is_in_the_table_whatever_the_group_has_committed(cases: Cases) -> None:
    await cases.feed(keys(1000))
    first = cases.start()
    await cases.until_done()
    first.kill()

    # Group offsets expire, and may be moved by hand: here once to the beginning, and once beyond records to come.
    settings, log = cases.settings, cases.settings.topic(LOG)
    ends = {partition: len(records) for partition, records in (await cases.records(LOG)).items()}
    await cases.feed(keys(1000))
    stranger = KafkaTransactions(settings.kafka, f"{settings.prefix}stranger", settings.session_timeout_seconds)
    await stranger.open()
    await stranger.commit([], settings.prefix + GROUP, [Position(log, 0, 0), Position(log, 1, ends[1] + 10)])
    await stranger.close()
    cases.start()
    await cases.until_done()

    await assert_as_undisturbed(cases)


async def test_nothing_is_read_back_from_the_own_changelog(cases: Cases) -> None:
    """Faust subscribes to a table's changelog, and does not pause it where there was nothing to recover."""
    worker = cases.start()
    await cases.feed(keys(2000))
    await cases.until_done()

    held = await cases.assignment()

    assert held == {"hoso-cases-0": {(cases.settings.topic(LOG), partition) for partition in range(4)}}
    assert worker.is_running
    await assert_as_undisturbed(cases)


async def test_an_own_fault_ends_the_process_before_anything_of_its_chunk_is_committed(cases: Cases) -> None:
    await cases.feed([b"k"] * 10)
    worker = cases.start(POISON_IS_FATAL="1")
    await cases.until_done()

    await cases.feed([b"k"], POISON)
    await cases.feed([b"k"] * 5)

    assert await worker.exit_code() == FAULT_CODE
    assert "Poisoned: at 10" in worker.said()
    [rows] = [rows for rows in (await cases.table()).values() if b"k" in rows]
    assert unpack(rows[b"k"]) == Row(10, 9)
    again = cases.start(POISON_IS_FATAL="1")
    assert await again.exit_code() == FAULT_CODE  # the event is there again
    assert "Poisoned: at 10" in again.said()

    cases.start()
    await cases.until_done()

    await assert_as_undisturbed(cases)


@pytest.mark.parametrize("busy", [True, False], ids=["in mid-run", "at rest"])
async def test_a_zombie_is_fenced_and_writes_no_old_row_over_a_new_one(cases: Cases, busy: bool) -> None:
    await cases.feed(keys(20_000 if busy else 500))
    zombie = cases.start()
    await (cases.until_begun() if busy else cases.until_done())
    zombie.signal(signal.SIGSTOP)

    successor = cases.start()  # the same static member, at once
    await cases.until_done()
    await cases.feed(keys(500))
    await cases.until_done()
    zombie.signal(signal.SIGCONT)

    assert await zombie.exit_code() == FENCED_CODE
    await cases.feed(keys(500))
    await cases.until_done()
    assert successor.is_running
    await assert_as_undisturbed(cases)


async def test_a_zombie_whose_session_has_expired_is_gone_when_another_member_has_its_partitions(cases: Cases) -> None:
    await cases.feed(keys(20_000))
    zombie = cases.start(instance=0)
    await cases.until_begun()
    zombie.signal(signal.SIGSTOP)

    cases.start(instance=1)
    await cases.until_done()
    zombie.signal(signal.SIGCONT)

    assert await zombie.exit_code() == FENCED_CODE
    await cases.feed(keys(500))
    await cases.until_done()
    await assert_as_undisturbed(cases)


async def test_a_rebalance_moves_partitions_with_their_rows(cases: Cases) -> None:
    await cases.feed(keys(5000))
    first = cases.start(instance=0)
    await cases.until_begun()

    second = cases.start(instance=1)
    await until(lambda: _shares(cases, [2, 2]), "two workers hold two partitions each")
    await cases.feed(keys(5000))
    await cases.until_done()
    assert first.is_running
    assert second.is_running
    await assert_as_undisturbed(cases)

    first.kill()
    await cases.feed(keys(5000))
    await cases.until_done()  # after the session of the first has expired
    await assert_as_undisturbed(cases)
    assert second.is_running


async def _shares(cases: Cases, wanted: list[int]) -> bool:
    return sorted(len(places) for places in (await cases.assignment()).values()) == wanted


async def test_a_clean_stop_is_quick_and_quiet(cases: Cases) -> None:
    await cases.feed(keys(5000))
    worker = cases.start()
    await cases.until_begun()

    worker.signal(signal.SIGTERM)

    assert await worker.exit_code(seconds=5) == 0
    said = worker.said()
    assert not [word for word in ("Traceback", "never retrieved", "was destroyed", "Unclosed") if word in said]
    cases.start()
    await cases.until_done()
    await assert_as_undisturbed(cases)


async def test_a_backlog_does_not_fill_the_memory_of_a_slow_worker(cases: Cases) -> None:
    """100 MB wait; a worker has four chunks in its queue, and of each partition what one fetch brings."""
    worker = cases.start(HOSO_CHUNK_BYTES_MAX=str(1024 * 1024), SECONDS_A_CHUNK="0.05")
    await cases.feed(keys(10))
    await cases.until_done()
    process = psutil.Process(worker.pid)
    before = process.memory_info().rss

    handled = await cases.until_begun()
    await cases.feed(keys(20_000, different=50), b"x" * 5000)
    await cases.until_begun(more_than=handled + 1000)

    assert worker.is_running
    assert process.memory_info().rss - before < 50_000_000


async def test_a_worker_listens_on_no_port(cases: Cases) -> None:
    worker = cases.start()
    await cases.feed(keys(10))
    await cases.until_done()

    listening = [at for at in psutil.Process(worker.pid).net_connections("inet") if at.status == psutil.CONN_LISTEN]

    assert listening == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 6066), timeout=1)


async def test_a_worker_without_its_topic_says_so_and_ends(cases: Cases) -> None:
    nowhere = Cases(cases.settings.model_copy(update={"prefix": cases.settings.prefix + "other."}), cases.folder)

    worker = nowhere.start()

    assert await worker.exit_code() == FAULT_CODE
    assert f"no such topic: {nowhere.settings.topic(LOG)}" in worker.said()


async def test_a_changelog_that_cannot_be_applied_ends_the_process(cases: Cases) -> None:
    await _write_table(cases, [Outgoing(cases.settings.topic(TABLE), None, b"no key", 2)])

    worker = cases.start()

    assert await worker.exit_code() == FAULT_CODE
    assert "no key at 0" in worker.said()


async def test_a_table_that_is_ahead_of_the_log_ends_the_process(cases: Cases) -> None:
    """As after the log was made anew, or cut above what the table has seen: going on would skip entries silently."""
    await _write_table(cases, [Outgoing(cases.settings.topic(TABLE), MARK, b"17", 2)])

    worker = cases.start()

    assert await worker.exit_code() == FAULT_CODE
    assert "needed from 17 on" in worker.said()
    assert not any((await cases.records(FLAGS)).values())


async def _write_table(cases: Cases, rows: list[Outgoing]) -> None:
    settings = cases.settings
    transactions = KafkaTransactions(settings.kafka, f"{settings.prefix}{GROUP}-2", settings.session_timeout_seconds)
    await transactions.open()
    await transactions.commit(rows, "nobody", [])
    await transactions.close()
