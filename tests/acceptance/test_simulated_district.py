"""A simulated district through real Kafka: its flags are those of the same core in memory, and the oracle's."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.topics import SOURCES
from streams.rules_file import VIETNAM
from streams.settings import Settings
from streams.simulator.district import load_district
from streams.simulator.oracle.expected import CLASSES
from streams.wiring.confusion import count
from streams.wiring.evaluation import Played, play
from streams.wiring.live import LiveRun, judge_live
from tests.acceptance.deployments import Deploy, check_replay, ends_of, until
from tools.live_evaluation import SETTLE_SECONDS, TICK_SECONDS, sized

pytestmark = pytest.mark.services

NOISY = "noisy"
HOUR = 3600


def of_size(cases: int, seed: int, days: int | None = None) -> Played:
    return play(sized(load_district(NOISY), seed, days, cases), seed, days)


def judged(deployed: Deploy, played: Played, tick_seconds: int, folder: Path) -> LiveRun:
    """Through intake, case worker and sink; topic, archive and a replay of the log say the same."""
    deployment = deployed(VIETNAM, tick_seconds=TICK_SECONDS)
    deployment.start_all()
    run = judge_live(played, tick_seconds, deployment.settings, SETTLE_SECONDS, lambda *_: None)
    check_replay(deployment, folder)
    return run


def test_live_flags_are_those_of_memory_and_differ_from_the_oracle_in_nothing_else(
    deployed: Deploy, tmp_path: Path
) -> None:
    run = judged(deployed, of_size(300, seed=1, days=5), 12 * HOUR, tmp_path)

    assert (run.live.cases, run.flags) > (250, 200)
    assert (run.dead_letters, run.unlike_archive) == (0, 0)
    # Flags as they stand and when each was first told: a tick saw just what had become known by then.
    assert (run.only_live, run.only_in_memory) == ([], [])
    assert run.is_same
    assert run.live.told == run.in_memory.told
    assert all(line["in_memory"] for line in run.differences())


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_of_20_000_cases_live_flags_are_those_of_memory(deployed: Deploy, tmp_path: Path) -> None:
    run = judged(deployed, of_size(20_000, seed=1), HOUR, tmp_path)

    assert run.live.cases > 19_500
    assert run.is_same
    assert run.live.told == run.in_memory.told
    assert set(count(run.live.told)) == set(CLASSES)


def test_a_run_that_is_stopped_says_how_far_it_came(deployed: Deploy) -> None:
    deployment = deployed(VIETNAM, tick_seconds=TICK_SECONDS)
    deployment.start("intake")
    words = ("simulate", "--district", "honest", "--to", "topics", "--speed", "3600")
    command = [sys.executable, "-m", "streams", *words]
    playing = subprocess.Popen(
        command, env=deployment.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0
    )
    try:
        until(lambda: sent(deployment.settings) > 0, "the first events")
        playing.send_signal(signal.SIGINT)
        said = " ".join(playing.communicate(timeout=30)[0].decode().split())
    finally:
        playing.kill()
        playing.wait()

    assert playing.returncode == 130
    assert "events and" in said
    assert "to play it whole, begin under another HOSO_PREFIX" in said
    assert "Traceback" not in said


def sent(settings: Settings) -> int:
    """How many records the source topics have."""
    return sum(ends_of(settings, topic) for topic in SOURCES)
