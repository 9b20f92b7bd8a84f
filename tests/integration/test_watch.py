"""`hoso watch` on a real PostgreSQL that the sink filled, and on a metrics server: once, JSON, live, with nothing."""

import asyncio
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from streams import metrics as names
from streams.adapters.health import Health
from streams.adapters.metrics_server import start_metrics_server
from streams.core.screen_words import LABELS
from streams.exposition import Metrics
from tests.played import AT

pytestmark = pytest.mark.services

NOWHERE = "postgresql://hoso@127.0.0.1:9/hoso"


@pytest.fixture
def watched(played: str) -> str:
    return f"{played}?options=-crole%3Dhoso_grafana"


def environment(database: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
    return inherited | {"HOSO_DATABASE": database, "COLUMNS": "160"}


def watch(database: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streams", "watch", *words], env=environment(database), capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def test_once_shows_the_overview_in_both_languages(watched: str) -> None:
    for language in ("vi", "en"):
        done = watch(watched, "--once", "--lang", language)

        assert done.returncode == 0, done.stderr
        for name in ("judged_up_to", "rate_evidence", "points", "open_reported", "taken"):
            assert LABELS[name].of(language) in done.stdout
        assert "{" not in done.stdout


def test_json_tells_the_same_by_names_that_no_language_changes(watched: str) -> None:
    done = watch(watched, "--json", "--period", "ever")

    told = json.loads(done.stdout)
    assert told["judged_up_to"] == [{"judged_up_to": AT.timestamp() * 1000}]
    [rates], [reported] = told["rate_evidence"], told["rate_reported"]
    assert 0 < reported["rate_reported"] < rates["rate_least"] <= rates["rate_most"] <= 1
    shares = sum(row["share_least"] for row in told["causes"])
    assert abs(shares - (reported["rate_reported"] - rates["rate_least"])) < 1e-9
    assert (told["complete_up_to"], told["sources_silent"], told["troubles"]) == (None, None, [])


def test_one_unit_alone(watched: str) -> None:
    everybody = json.loads(watch(watched, "--json").stdout)
    alone = json.loads(watch(watched, "--json", "--unit", "G01.801.002").stdout)

    assert 0 < alone["steps"][0]["taken"] < everybody["steps"][0]["taken"]
    assert json.loads(watch(watched, "--json", "--unit", "no'body").stdout)["steps"][0]["taken"] == 0


@asynccontextmanager
async def serving(metrics: Metrics) -> AsyncIterator[str]:
    """The address of a worker that answers so."""
    server = await start_metrics_server("127.0.0.1", 0, metrics, lambda: Health(False, False, 0, 0))
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        await server.close()


@pytest.fixture
def worker() -> Metrics:
    metrics = Metrics("intake")
    metrics.replace(names.SOURCES, {("heard",): 4, ("silent",): 1, ("suspended",): 1})
    metrics.replace(names.SOURCES_COMPLETE, {("a",): 1_770_000_000, ("b",): 1_769_000_000})
    return metrics


async def test_workers_tell_of_sources(watched: str, worker: Metrics) -> None:
    async with serving(worker) as address:
        done = await asyncio.to_thread(watch, watched, "--json", "--metrics", address)

    told = json.loads(done.stdout)
    assert (told["complete_up_to"], told["sources_silent"]) == (1_769_000_000, 2)


async def test_without_the_database_what_workers_tell_is_shown_and_why_there_is_no_more(worker: Metrics) -> None:
    async with serving(worker) as address:
        done = await asyncio.to_thread(watch, NOWHERE, "--once", "--lang", "en", "--metrics", address)

    assert done.returncode == 0
    assert "Sources silent" in done.stdout
    assert "the database does not answer" in done.stdout


def test_where_nothing_answers_it_says_what_was_asked() -> None:
    done = watch(NOWHERE, "--once", "--metrics", "127.0.0.1:9")

    assert done.returncode == 2
    assert "the database does not answer" in done.stderr
    assert "no metrics at 127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_was_not_migrated_is_told(database: str) -> None:
    done = watch(database, "--once")

    assert done.returncode == 2
    assert "migrate it first" in done.stderr


@pytest.mark.parametrize("words", [("--period", "week"), ("--lang", "fr")])
def test_what_it_does_not_know_is_refused(words: tuple[str, ...]) -> None:
    done = watch(NOWHERE, *words)

    assert done.returncode == 2
    assert f"{words[0]} {words[1]}: expected" in done.stderr


def test_live_it_draws_until_it_is_stopped(watched: str, tmp_path: Path) -> None:
    """On a terminal of its own."""
    leader, follower = pty.openpty()
    errors = tmp_path / "errors"
    with errors.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams", "watch", "--lang", "en", "--seconds", "1"],
            env=environment(watched) | {"TERM": "xterm", "LINES": "60"}, stdin=follower, stdout=follower, stderr=told,
            start_new_session=True,
        )  # fmt: skip
    os.close(follower)
    try:
        said = read_until(leader, b"Judged up to", 30)
        process.send_signal(signal.SIGINT)
        # It may stand in the midst of a picture: somebody has to read on. The screen that was there before comes back.
        said += read_until(leader, b"\x1b[?1049l", 30)
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    assert b"\x1b[?25h" in said
    assert errors.read_text().strip() == "hoso: stopped"


def read_until(leader: int, wanted: bytes, seconds: float) -> bytes:
    said, deadline = b"", time.monotonic() + seconds
    while wanted not in said:
        assert time.monotonic() < deadline, said.decode(errors="replace")
        if select.select([leader], [], [], 0.2)[0]:
            said += os.read(leader, 65_536)
    return said
