"""A `hoso pages` of its own, as a process, and what it answers over a real socket."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from tools.stack.ports import free_port

STARTED_SECONDS_MAX = 30.0
ANSWER_SECONDS_MAX = 30.0


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Pages(NamedTuple):
    """Where it answers, its process, and the file that it speaks to."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, accept: str = "text/html", method: str = "GET", **headers: str) -> Answer:
        """What a path under the address answers, or an address as a whole."""
        url = path if "://" in path else f"{self.address}/{path}"
        asked = urllib.request.Request(url, headers={"accept": accept, **headers}, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=ANSWER_SECONDS_MAX) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.headers, refusal.read())


def command(database: str, *words: str) -> tuple[list[str], dict[str, str]]:
    """The command and its environment, as the role that only reads."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
    role = f"{database}?options=-crole%3Dhoso_reader"
    return [sys.executable, "-m", "streams", "pages", *words], inherited | {"HOSO_DATABASE": role}


@contextmanager
def served(database: str, folder: Path, **settings: str) -> Iterator[Pages]:
    """Answering until the block ends, or until the test ends it before."""
    port, log = free_port(), folder / "pages.log"
    words, environment = command(database, "--port", str(port))
    with log.open("wb") as told:
        process = subprocess.Popen(words, env=environment | settings, stdout=told, stderr=told)
    pages = Pages(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait(pages)
        yield pages
    finally:
        process.kill()
        process.wait()


def _wait(pages: Pages) -> None:
    deadline = time.monotonic() + STARTED_SECONDS_MAX
    while not _answers(pages):
        assert pages.process.poll() is None, pages.log.read_text()
        assert time.monotonic() < deadline, pages.log.read_text()
        time.sleep(0.05)


def _answers(pages: Pages) -> bool:
    try:
        return pages.get("live").status == 200
    except urllib.error.URLError:
        return False
