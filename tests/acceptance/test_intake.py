"""Intake and controller as real processes: bad input, kills while there is lag, a stopped and resumed controller."""

import asyncio
import signal
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from schemas.codec import decode, encode
from schemas.events import TOPIC_OF_TYPE
from schemas.topics import CONTROL, DEAD_LETTERS, LOG, SOURCES, Topic
from streams.adapters.kafka import KafkaReader, KafkaTransactions, KafkaWriter
from streams.adapters.sealing import LetterOpener
from streams.agents.ending import FENCED_CODE
from streams.core.instants import parse_utc
from streams.pipeline.control_keys import control_key
from streams.pipeline.dead_letters import Original, parse, restore
from streams.pipeline.tokens import fact_id_of
from streams.ports import Outgoing, Record
from streams.rules_file import VIETNAM
from streams.settings import DEMO_TOKEN_KEY
from tests.acceptance.deployments import PATIENCE_SECONDS, Deploy, ends_of, until
from tests.bad_inputs import BAD, ODD
from tests.intake_builders import NEEDED, clock_request, message, subject_of
from tools.deployment import Deployment

pytestmark = pytest.mark.services

# Events that have no case leave no fact.
KINDS = [kind for kind in TOPIC_OF_TYPE if not subject_of(kind)]
SOURCE_ID = "urn:hoso:onestop:H26-01"


class Tick(NamedTuple):
    offset: int
    at: int


def read(deployment: Deployment, topic: Topic) -> dict[int, list[Record]]:
    """All committed records of a topic, by partition."""

    async def all_records() -> dict[int, list[Record]]:
        reader, name = KafkaReader(deployment.settings.kafka), deployment.settings.topic(topic)
        return {
            partition: [record async for chunk in reader.read(name, partition, 0, end) for record in chunk]
            for partition, end in (await reader.end_offsets(name)).items()
        }

    return asyncio.run(all_records())


def count(deployment: Deployment, topic: Topic) -> int:
    return ends_of(deployment.settings, topic)


def write(deployment: Deployment, records: list[Outgoing]) -> None:
    async def append() -> None:
        async with KafkaWriter(deployment.settings.kafka) as writer:
            await writer.append(records)

    asyncio.run(append())


def event(deployment: Deployment, number: int) -> Outgoing:
    """One of many events, of all types and on all source topics."""
    kind = KINDS[number % len(KINDS)]
    about = {"subject": f"dossier:{number // 4}", "time": "2020-01-05T10:00:00+07:00", "data": NEEDED.get(kind, {})}
    value = message(type=kind, id=str(number), **about)
    return Outgoing(deployment.settings.prefix + TOPIC_OF_TYPE[kind], b"%d" % number, value)


def fact_of(number: int) -> str:
    return fact_id_of(DEMO_TOKEN_KEY.encode(), SOURCE_ID, str(number))


def entries(deployment: Deployment) -> dict[int, list[tuple[Record, dict[str, Any]]]]:
    return {
        partition: [(record, decode(record.value or b"")) for record in records]
        for partition, records in read(deployment, LOG).items()
    }


def facts(deployment: Deployment) -> set[str]:
    return {entry["fact"] for told in entries(deployment).values() for _, entry in told if "fact" in entry}


def ticks(deployment: Deployment) -> dict[int, list[Tick]]:
    return {
        partition: [Tick(record.offset, parse_utc(entry["at"])) for record, entry in told if "at" in entry]
        for partition, told in entries(deployment).items()
    }


def _until_more(deployment: Deployment, than: int) -> None:
    until(lambda: count(deployment, LOG) > than, f"more than {than} offsets in the log")


def test_the_table_of_bad_inputs_through_a_worker(deployed: Deploy) -> None:
    deployment = deployed(VIETNAM)
    source = deployment.settings.prefix + "submission"
    sent = []
    for number, (value, _, _) in enumerate(BAD.values()):
        sent.append(Outgoing(source, b"", message(id=f"good-{number}"), 0))
        sent.append(Outgoing(source, b"some key", value, 0, (("trace", b"\x00"),)))
    odd = [Outgoing(deployment.settings.prefix + topic, None, value) for topic, value in ODD.values()]
    write(deployment, sent + odd)

    deployment.start("intake")
    until(lambda: count(deployment, DEAD_LETTERS) >= len(BAD), "a dead letter for each bad input")
    good = {fact_id_of(DEMO_TOKEN_KEY.encode(), SOURCE_ID, f"good-{number}") for number in range(len(BAD))}
    until(lambda: good <= facts(deployment), "an entry for each good one")

    letters = sorted(
        (parse(one) for told in read(deployment, DEAD_LETTERS).values() for one in told), key=lambda x: x.offset
    )
    assert [(one.path, one.reason) for one in letters] == [(path, reason) for _, path, reason in BAD.values()]
    opener = LetterOpener(deployment.private_key)
    for letter in letters:
        bad = sent[letter.offset]
        assert restore(letter, opener) == Original(bad.key, bad.value, bad.headers)


@pytest.mark.kills
def test_killed_while_there_is_lag_intake_loses_nothing_and_time_never_runs_ahead(deployed: Deploy) -> None:
    deployment = deployed(VIETNAM, clock="wall", tick_seconds="1")
    number = 60_000
    write(deployment, [event(deployment, one) for one in range(number)])

    for kill in range(3):
        worker, before = deployment.start("intake"), count(deployment, LOG)
        _until_more(deployment, before + 3_000)
        worker.kill()
        print(f"kill {kill}: log offsets {before} when started, {count(deployment, LOG)} when killed")
    deployment.start("intake")
    wanted = {fact_of(one) for one in range(number)}
    until(lambda: count(deployment, LOG) > number, "the backlog is forwarded")
    until(lambda: facts(deployment) == wanted, "every event is in the log")
    # Time goes on once the backlog is through.
    until(lambda: _last_tick(deployment) >= _last_append(deployment), "a tick after the last of the backlog")

    _holds_time(deployment)


@pytest.mark.kills
def test_a_stopped_controller_is_replaced_and_leaves_when_it_is_resumed(deployed: Deploy) -> None:
    deployment = deployed(VIETNAM, clock="wall", tick_seconds="1")
    old = deployment.start("intake", instance=0)
    until(lambda: len(ticks(deployment)[0]) >= 2, "the first controller ticks")
    old.process.send_signal(signal.SIGSTOP)
    before = len(ticks(deployment)[0])

    deployment.start("intake", instance=1)
    until(lambda: len(ticks(deployment)[0]) >= before + 2, "the second controller ticks")
    old.process.send_signal(signal.SIGCONT)
    assert old.process.wait(PATIENCE_SECONDS) == FENCED_CODE
    seen = len(ticks(deployment)[0])
    until(lambda: len(ticks(deployment)[0]) >= seen + 2, "the second goes on")

    _holds_time(deployment)


def test_a_finished_transaction_of_a_producer_does_not_hold_time(deployed: Deploy) -> None:
    deployment = deployed(VIETNAM, clock="wall", tick_seconds="1")

    async def commit() -> None:
        producer = KafkaTransactions(deployment.settings.kafka, f"{deployment.settings.prefix}producer", 6)
        await producer.open()
        await producer.commit([event(deployment, one) for one in range(100)], "nobody", [])
        await producer.close()

    asyncio.run(commit())
    deployment.start("intake")

    # Its markers are the last offsets of their partitions; time goes on all the same.
    until(lambda: _last_tick(deployment) >= _last_append(deployment) + 3, "ticks well after the transaction")
    _holds_time(deployment)


def test_requested_ticks_come_once_and_in_order_over_a_restart(deployed: Deploy) -> None:
    deployment = deployed(VIETNAM)
    control = deployment.settings.topic(CONTROL)
    write(deployment, [event(deployment, one) for one in range(200)])
    ends = {
        f"{deployment.settings.topic(topic)}/{partition}": (told[-1].offset + 1 if told else 0)
        for topic in SOURCES
        for partition, told in read(deployment, topic).items()
    }

    def ask(*days: int) -> None:
        requests = [clock_request(f"2026-01-{day:02}T00:00:00Z", ends) for day in days]
        write(deployment, [Outgoing(control, control_key(one), encode(one.model_dump()), 0) for one in requests])

    ask(3, 1, 2)
    first = deployment.start("intake")
    until(lambda: len(ticks(deployment)[0]) == 3, "three ticks")
    assert first.stop() == 0
    deployment.start("intake")
    ask(4)
    until(lambda: len(ticks(deployment)[0]) == 4, "the fourth tick")

    days = [parse_utc(f"2026-01-{day:02}T00:00:00Z") for day in (1, 2, 3, 4)]
    for kept in ticks(deployment).values():
        assert [tick.at for tick in kept] == days
    for told in entries(deployment).values():
        # All that the ticks waited for stands above the first of them.
        kinds = [entry["type"] for _, entry in told]
        assert kinds[0] == "clock.started"
        assert [kind for kind in kinds[kinds.index("clock.ticked") :] if kind != "clock.ticked"] == []
    newest = {record.key: record.value for record in read(deployment, CONTROL)[0]}
    left = [key or b"" for key, value in newest.items() if value is not None]
    assert [key for key in left if not key.startswith(b"progress/")] == [b"sources.expected"]


def _last_tick(deployment: Deployment) -> int:
    return min((kept[-1].at if kept else 0) for kept in ticks(deployment).values())


def _last_append(deployment: Deployment) -> int:
    """The second in which the broker appended the newest source record."""
    return max(told[-1].timestamp // 1000 for topic in SOURCES for told in read(deployment, topic).values() if told)


def _holds_time(deployment: Deployment) -> None:
    """All partitions have the same ticks, later and later; what arrived before a tick's instant stands above it."""
    arrived: dict[str, int] = {}
    for topic in SOURCES:
        for records in read(deployment, topic).values():
            for record in records:
                sent = decode(record.value or b"")
                arrived[fact_id_of(DEMO_TOKEN_KEY.encode(), sent["source"], sent["id"])] = record.timestamp
    instants = [[tick.at for tick in kept] for kept in ticks(deployment).values()]
    assert all(one == instants[0] for one in instants)
    assert all(earlier < later for earlier, later in pairwise(instants[0]))
    for told in entries(deployment).values():
        assert told[0][1]["type"] == "clock.started"
        now, seen = 0, set[str]()
        for _, entry in told:
            if entry["type"] == "clock.ticked":
                now = parse_utc(entry["at"])
            elif "fact" in entry and entry["fact"] not in seen:
                seen.add(entry["fact"])
                assert arrived[entry["fact"]] >= now * 1000, "a fact that arrived before a tick stands below it"
