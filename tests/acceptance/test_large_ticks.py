"""A tick that judges many cases at once comes in slices: whoever ends in the midst of it, every flag is said once."""

import asyncio
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import FLAGS, LOG
from streams.adapters.kafka import KafkaReader
from streams.pipeline.cases import SLICE
from streams.rules_file import VIETNAM, load_rules
from streams.settings import Settings
from tests.acceptance.deployments import Deploy, read_topic, until
from tests.acceptance.told_log import activation, begin, left, tick, wait_durable, write_everywhere
from tools.deployment import Deployment, Worker

pytestmark = [pytest.mark.services, pytest.mark.kills]

PARTITIONS, SLICES = 2, 10
CASES = PARTITIONS * SLICES * SLICE
ALL_IN_TIME, ALL_OVERDUE, A_DAY_LATER = "2026-01-06T00:00:00Z", "2026-01-20T00:00:00Z", "2026-01-21T00:00:00Z"
_JUDGED = re.compile(rb"^hoso_judgements_total (\S+)", re.MULTILINE)


@pytest.mark.timeout(200)
def test_a_worker_that_ends_in_the_midst_of_large_ticks_says_every_flag_once(deployed: Deploy, tmp_path: Path) -> None:
    deployment = deployed(VIETNAM, log_partitions=str(PARTITIONS))
    settings, law = deployment.settings, load_rules(VIETNAM)
    worker = deployment.start("cases")
    _judge_all_once(settings, CASES)

    # First all are due at one instant; then other rules judge every case again.
    for entries in ([tick(ALL_OVERDUE)], [activation(_longer(law)), tick(A_DAY_LATER)]):
        asyncio.run(write_everywhere(settings, entries))
        worker = _restarted_in_mid_tick(deployment, worker, Worker.kill)
        worker = _restarted_in_mid_tick(deployment, worker, _stopped_cleanly)
        asyncio.run(wait_durable(settings))

    assert _as_replayed(deployment, tmp_path) > 2 * CASES


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_worker_that_joins_in_the_midst_of_a_large_tick_goes_on_with_what_is_left(
    deployed: Deploy, tmp_path: Path
) -> None:
    deployment, cases = deployed(VIETNAM), 100_000
    settings = deployment.settings
    first = deployment.start("cases")
    _judge_all_once(settings, cases)

    asyncio.run(write_everywhere(settings, [tick(ALL_OVERDUE)]))
    until(lambda: asyncio.run(_flags(settings)) > 0, "the first flags")
    second = deployment.start("cases", instance=1)
    waiting = asyncio.run(left(settings))
    asyncio.run(wait_durable(settings))

    assert any(waiting.values()), "the tick was done before the second worker came: take more cases"
    judged = [_judged(first), _judged(second)]
    print(f"judged by each: {judged}")
    assert sum(judged) == 2 * cases
    assert judged[1] > 0
    assert _as_replayed(deployment, tmp_path) > 2 * cases


def _judge_all_once(settings: Settings, cases: int) -> None:
    """So many cases, judged when nothing is wrong yet."""
    asyncio.run(begin(settings, load_rules(VIETNAM), cases))
    asyncio.run(write_everywhere(settings, [tick(ALL_IN_TIME)]))
    asyncio.run(wait_durable(settings))


def _longer(law: dict[str, Any]) -> dict[str, Any]:
    """The same rules with longer terms: what was overdue is not."""
    return law | {"deadlines": [row | {"amount": row["amount"] + 20} for row in law["deadlines"]]}


def _restarted_in_mid_tick(deployment: Deployment, worker: Worker, end: Callable[[Worker], object]) -> Worker:
    """Ended as soon as more flags are durable; then, with the tick still to be done, another one."""
    settings = deployment.settings
    before = asyncio.run(_flags(settings))
    until(lambda: asyncio.run(_flags(settings)) > before, "more flags")
    end(worker)
    waiting = asyncio.run(left(settings))
    print(f"ended with {asyncio.run(_flags(settings)):,} offsets in the flags topic, entries left: {waiting}")
    assert any(waiting.values()), "the tick was done before the end: take more cases"
    return deployment.start("cases")


def _stopped_cleanly(worker: Worker) -> None:
    assert worker.stop() == 0


def _as_replayed(deployment: Deployment, folder: Path) -> int:
    """How many versions of flags there are: the flags topic holds each once, as a fresh replay of the log has it."""
    settings, flags = deployment.settings, folder / "replay.jsonl"
    deployment.run("replay", f"kafka:{settings.topic(LOG)}", "--json", "--flags", str(flags))
    replayed = sorted(flags.read_bytes().splitlines())
    assert sorted(read_topic(settings, FLAGS.name)) == replayed
    return len(replayed)


async def _flags(settings: Settings) -> int:
    return sum((await KafkaReader(settings.kafka).end_offsets(settings.topic(FLAGS))).values())


def _judged(worker: Worker) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{worker.port}/metrics", timeout=10) as answer:
        found = _JUDGED.search(answer.read())
    assert found is not None
    return int(float(found[1]))
