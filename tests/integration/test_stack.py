"""The stack starts, answers, stands beside another, survives a kill, says why it failed, and leaves nothing running."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tools.stack import Stack, StackError, start_stack
from tools.stack.__main__ import main

pytestmark = pytest.mark.services
GONE_SECONDS_MAX = 20


@pytest.fixture
def kept() -> Iterator[Path]:
    """A data folder that PostgreSQL's user may enter: pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="hoso-kept-"))
    folder.chmod(0o755)
    yield folder
    main(["down", "--data", str(folder)])
    shutil.rmtree(folder)


async def test_a_record_makes_the_round_trip(kafka: str, prefix: str) -> None:
    await create(kafka, f"{prefix}a")
    await write(kafka, f"{prefix}a", b"one")

    assert await read(kafka, f"{prefix}a") == b"one"


async def test_nine_mebibytes_fit(kafka: str, prefix: str) -> None:
    await create(kafka, f"{prefix}a")
    await write(kafka, f"{prefix}a", bytes(9 * 1024 * 1024))

    assert len(await read(kafka, f"{prefix}a")) == 9 * 1024 * 1024


async def test_each_test_has_an_empty_database(database: str, postgres_admin: str) -> None:
    connection = await asyncpg.connect(database)

    assert database != postgres_admin
    assert await connection.fetchval("SELECT 1") == 1
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await connection.close()


async def test_two_stacks_stand_side_by_side(kafka: str, prefix: str) -> None:
    with start_stack(["kafka"]) as other:
        for bootstrap, value in ((kafka, b"here"), (other.kafka.address, b"there")):
            await create(bootstrap, f"{prefix}a")
            await write(bootstrap, f"{prefix}a", value)

        assert [await read(each, f"{prefix}a") for each in (kafka, other.kafka.address)] == [b"here", b"there"]
        assert other.endpoints.postgres == ""


@pytest.mark.kills
async def test_a_killed_service_comes_back_with_its_data() -> None:
    with start_stack() as stack:
        await create(stack.endpoints.kafka, "a")
        await write(stack.endpoints.kafka, "a", b"kept")
        with psycopg.connect(stack.endpoints.postgres) as connection:
            connection.execute("CREATE TABLE a AS SELECT 7 AS n")
        before = (stack.kafka.pid, stack.postgres.pid)

        stack.kafka.kill()
        stack.postgres.kill()
        with pytest.raises(StackError, match="Kafka is not running"):
            _ = stack.kafka.pid
        stack.kafka.restart()
        stack.postgres.restart()

        assert await read(stack.endpoints.kafka, "a") == b"kept"
        with psycopg.connect(stack.endpoints.postgres) as connection:
            assert connection.execute("SELECT n FROM a").fetchone() == (7,)
        assert not set(before) & {stack.kafka.pid, stack.postgres.pid}


def test_a_setting_that_kafka_refuses_is_in_the_error() -> None:
    with pytest.raises(StackError, match=r"(?s)format its storage.*num\.io\.threads"):
        start_stack(["kafka"], kafka_settings={"num.io.threads": "many"})


def test_a_broker_that_ends_while_starting_shows_its_log() -> None:
    with pytest.raises(
        StackError, match=r"(?s)ended with exit code 1.*last lines of .*kafka\.log.*no\.such\.Authorizer"
    ):
        start_stack(["kafka"], kafka_settings={"authorizer.class.name": "no.such.Authorizer"})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_a_folder_that_postgresql_may_not_enter_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with pytest.raises(StackError, match=r"may not enter .* --data"):
        start_stack(["postgres"], tmp_path)


@pytest.mark.kills
def test_services_end_with_a_process_that_was_killed() -> None:
    program = (
        "from tools.stack import start_stack; s = start_stack(['postgres']); print(s.postgres.pid, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        postgres = psutil.Process(int(owner.stdout.readline()))
        folder = Path(postgres.cmdline()[2]).parents[1]

        owner.kill()

        assert psutil.wait_procs([postgres], timeout=GONE_SECONDS_MAX)[1] == [] or is_zombie(postgres)
    with start_stack(["postgres"]):
        assert not folder.exists()


async def test_a_kept_stack_outlives_the_command_and_keeps_its_data(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(kept), "--json"]
    await asyncio.to_thread(subprocess.run, [sys.executable, "-m", "tools.stack", "up", *data], check=True)
    assert main(["status", *data]) == 0
    first = json.loads(capsys.readouterr().out)
    await create(first["kafka"], "a")
    await write(first["kafka"], "a", b"kept")

    assert main(["up", *data]) == 0
    again = capsys.readouterr()
    with pytest.raises(StackError, match="up already"):
        Stack(data=kept).start()
    assert main(["down", *data]) == 0
    assert main(["status", *data]) == 3

    assert (json.loads(again.out), again.err) == (first, "already up\n")
    assert not [pid for pid in first["pids"].values() if psutil.pid_exists(pid) and not is_zombie(psutil.Process(pid))]
    with Stack(data=kept) as stack:
        assert (stack.endpoints.kafka, stack.endpoints.postgres) == (first["kafka"], first["postgres"])
        assert await read(stack.endpoints.kafka, "a") == b"kept"


def test_an_interrupted_start_leaves_nothing_running(kept: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tools.stack", "up", "--data", str(kept)], stderr=subprocess.PIPE, text=True
    ) as command:
        deadline = time.monotonic() + GONE_SECONDS_MAX
        while not services_in(kept) and time.monotonic() < deadline:
            time.sleep(0.02)

        command.send_signal(signal.SIGINT)

        assert command.communicate(timeout=GONE_SECONDS_MAX)[1] == "interrupted\n"
        assert command.returncode == 130
    assert services_in(kept) == []


def services_in(folder: Path) -> list[str]:
    known = [each.info for each in psutil.process_iter(["cmdline", "name"])]
    return [
        each["name"] for each in known if "kafka.Kafka" in (line := each["cmdline"] or []) and str(folder) in line[-1]
    ]


def is_zombie(process: psutil.Process) -> bool:
    """Dead, and its foster parent does not collect it (a container whose first process is no init)."""
    return process.is_running() and process.status() == psutil.STATUS_ZOMBIE


async def create(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()


async def write(bootstrap: str, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=10 * 1024 * 1024) as producer:
        await producer.send_and_wait(topic, value)


async def read(bootstrap: str, topic: str) -> bytes:
    """The first record of the topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    async with consumer:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.seek_to_beginning()
        value: bytes = (await consumer.getone()).value
        return value
