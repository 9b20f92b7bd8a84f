"""SIGKILL ten times in the middle of the Boston run: what stands in the end is what an undisturbed run leaves."""

import asyncio
import random
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from schemas.topics import FLAGS, LOG, SOURCES
from streams.adapters.kafka import KafkaReader
from streams.adapters.kafka_groups import committed_offsets
from streams.settings import Settings
from tests.acceptance.boston import FILE, FOLDER, RULES, play, settle, standing, views
from tests.acceptance.deployments import Deploy, archived, read_topic
from tools.deployment import Deployment, Worker

pytestmark = [pytest.mark.services, pytest.mark.kills]

KILLS = ["intake", "cases"] * 3 + ["cases", "intake", "cases", "intake"]
MOMENT_SECONDS_MAX = 0.15


@pytest.mark.timeout(600)
def test_ten_kills_leave_what_an_undisturbed_run_leaves(deployed: Deploy, tmp_path: Path) -> None:
    draw = random.Random(20151122)
    deployment = deployed(RULES, chunk_records_max="8")
    running = {role: deployment.start(role) for role in ("intake", "cases", "sink")}
    plan = list(KILLS)
    draw.shuffle(plan)
    done: list[tuple[str, int]] = []
    held: list[str] = []
    # The sender's own loop stands still meanwhile: what was sent last is what there is to be in the middle of.
    aside = ThreadPoolExecutor(max_workers=1)

    def kill_in_mid_run(_: int) -> None:
        """After each batch of events: the worker held while it was sent goes on for a moment, and is killed in it; then
        the next one is held, so that the next kill too falls while there is lag, on however fast a machine."""
        if held:
            role = held.pop()
            moment = draw.uniform(0, MOMENT_SECONDS_MAX)
            running[role], lag = aside.submit(_kill_and_restart, deployment, running[role], role, moment).result()
            done.append((role, lag))
            if not lag:
                plan.insert(0, role)
        if plan:
            held.append(plan.pop())
            running[held[0]].process.send_signal(signal.SIGSTOP)

    told = play(deployment.settings, kill_in_mid_run)
    for role in held:
        running[role].process.send_signal(signal.SIGCONT)
    fell = [role for role, lag in done if lag]
    assert len(fell) >= 10, f"too few kills fell while there was lag: {done}"
    assert min(fell.count("intake"), fell.count("cases")) >= 3
    settle(deployment.settings, told)

    said = archived(deployment.settings)
    flags = tmp_path / "replay.jsonl"
    deployment.run("replay", f"kafka:{deployment.settings.topic(LOG)}", "--json", "--flags", str(flags))
    assert sorted(set(read_topic(deployment.settings, FLAGS.name))) == said.flag_changes
    assert sorted(set(flags.read_bytes().splitlines())) == said.flag_changes
    undisturbed_flags, undisturbed_cases = _undisturbed(deployment, tmp_path)
    assert standing(said.flag_changes) == standing(undisturbed_flags)
    assert views(said.cases) == views(undisturbed_cases)


def _kill_and_restart(deployment: Deployment, worker: Worker, role: str, moment: float) -> tuple[Worker, int]:
    """Let it go on for a moment; SIGKILL; then what was committed by then, and how much waited.

    Prints the offsets before and after.
    """
    worker.process.send_signal(signal.SIGCONT)
    threading.Event().wait(moment)
    worker.kill()
    before, lag = _offsets(deployment.settings, role)
    restarted = deployment.start(role)
    after, _ = _offsets(deployment.settings, role)
    print(f"killed {role} with {lag} records waiting: committed {_short(before)}, after its restart {_short(after)}")
    assert all(after[place] >= offset for place, offset in before.items()), "offsets went back"
    return restarted, lag


def _short(offsets: Mapping[str, int]) -> str:
    return " ".join(f"{place.split('.')[-1]}:{offset}" for place, offset in sorted(offsets.items()) if offset)


def _offsets(settings: Settings, role: str) -> tuple[Mapping[str, int], int]:
    """The committed offsets of a role's group on what it reads, and how many records wait behind them."""
    topics = [settings.topic(LOG)] if role == "cases" else [settings.topic(topic) for topic in SOURCES]

    async def ask() -> tuple[Mapping[str, int], int]:
        reader = KafkaReader(settings.kafka)
        committed = await committed_offsets(settings.kafka, f"{settings.prefix}hoso-{role}")
        ends = {f"{t}/{p}": end for t in topics for p, end in (await reader.end_offsets(t)).items()}
        found = {place: committed.get(place, 0) for place in ends}
        return found, sum(end - found[place] for place, end in ends.items())

    return asyncio.run(ask())


def _undisturbed(deployment: Deployment, folder: Path) -> tuple[list[bytes], list[bytes]]:
    """Flags and cases of the same log imported to a file and folded once, in one process that nobody kills."""
    log, flags, cases = folder / "boston.jsonl", folder / "calm-flags.jsonl", folder / "calm-cases.jsonl"
    deployment.run(
        "import", str(FILE), "--mapping", str(FOLDER / "mapping.toml"), "--to", str(log), "--tick", "1d", "--json"
    )
    deployment.run("replay", str(log), "--rules", str(RULES), "--json", "--flags", str(flags), "--cases", str(cases))
    found = [orjson.loads(line) for line in cases.read_bytes().splitlines()]
    for case in found:
        del case["token"]
    return flags.read_bytes().splitlines(), [orjson.dumps(case) for case in found]
