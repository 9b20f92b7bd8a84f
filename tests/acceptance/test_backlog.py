"""A backlog on one source topic raises no flag that the drained run does not raise (wall clock, real time)."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from schemas.topics import FLAGS, LOG
from streams.adapters.kafka import KafkaWriter
from streams.core.instants import utc_text
from streams.ports import Outgoing
from streams.rules_file import VIETNAM
from streams.settings import Settings
from streams.wiring.deployment import latest_tick, wait_settled
from tests.acceptance.deployments import Deploy, read_topic, until
from tests.intake_builders import message

pytestmark = pytest.mark.services

BACKLOG, CASES = 100_000, 300
PATIENCE_SECONDS = 120.0


@pytest.mark.timeout(400)
def test_a_backlog_raises_no_flag_that_the_drained_run_does_not_raise(deployed: Deploy, tmp_path: Path) -> None:
    deployment = deployed(VIETNAM, clock="wall", tick_seconds="1")
    asyncio.run(_send(deployment.settings))
    all_sent = int(datetime.now(UTC).timestamp())

    deployment.start_all()
    until(
        lambda: (asyncio.run(latest_tick(deployment.settings)) or 0) >= all_sent + 2,
        f"a tick two seconds after {utc_text(all_sent)}",
        PATIENCE_SECONDS,
    )
    asyncio.run(wait_settled(deployment.settings, utc_text(all_sent), PATIENCE_SECONDS))

    drained = tmp_path / "drained.jsonl"
    now = datetime.now(UTC).isoformat()
    log = f"kafka:{deployment.settings.topic(LOG)}"
    counted = orjson.loads(deployment.run("replay", log, "--until", now, "--flags", str(drained), "--json"))
    assert counted["cases"] == BACKLOG + 2 * CASES
    assert counted["flags"]["overdue"] == CASES
    assert _raised(read_topic(deployment.settings, FLAGS.name)) == _raised(drained.read_bytes().splitlines())


async def _send(settings: Settings) -> None:
    """Cases long past their due: of half of them the card is ready in time, which is told behind the whole backlog,
    yet before the dossiers are told on the topic that has none."""
    long_ago = datetime.now(UTC) - timedelta(days=60)
    ready = (long_ago + timedelta(days=3)).isoformat()
    completed, told, backlog = [], [], []
    for n in range(2 * CASES):
        about = {"id": f"c{n}", "subject": f"dossier:C-{n}", "time": long_ago.isoformat()}
        about["data"] = {"unit": "U1", "procedure": "card", "variant": "new"}  # type: ignore[assignment]
        completed.append(Outgoing(settings.topic("submission"), b"%d" % n, message(**about)))
        if n % 2 == 0:
            event = message(type="card.received_at_unit", id=f"r{n}", subject=f"dossier:C-{n}", time=ready)
            told.append(Outgoing(settings.topic("card-dispatch"), b"%d" % n, event))
    for n in range(BACKLOG):
        event = message(type="card.dispatched", id=f"b{n}", subject=f"dossier:B-{n}", time=ready)
        backlog.append(Outgoing(settings.topic("card-dispatch"), b"%d" % n, event))
    async with KafkaWriter(settings.kafka) as writer:
        for start in range(0, BACKLOG, 5000):
            await writer.append(backlog[start : start + 5000])
        await writer.append(told)
        await writer.append(completed)


def _raised(flags: list[bytes]) -> set[str]:
    """The ids of all overdue flags that were ever raised."""
    found = (orjson.loads(flag) for flag in flags)
    return {flag["flag_id"] for flag in found if flag["class"] == "overdue" and flag["state"] == "raised"}
