"""A deployment of hoso on a stack: its settings, its topics and database, and its workers as real processes."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from streams.adapters.sealing import new_letter_keys
from streams.settings import DEMO_CODES_KEY, DEMO_TOKEN_KEY, Settings
from tools.stack import Endpoints
from tools.stack.ports import free_port

ROLES = ("intake", "cases", "sink")
READY_SECONDS = 60.0
STOP_SECONDS = 20.0
_POLL_SECONDS = 0.1


class NotReady(RuntimeError):
    """A worker did not come up; carries the end of what it said."""

    def __init__(self, role: str, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        super().__init__(f"worker {role} did not become ready; the end of {log}:\n{tail}")


@dataclass
class Worker:
    """One process of `hoso worker ROLE`, the port it answers on, and the file it speaks to."""

    role: str
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise NotReady(self.role, self.log)
            time.sleep(_POLL_SECONDS)

    def stop(self) -> int:
        """SIGTERM, and the exit code; killed if it does not end."""
        self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass
class Deployment:
    """Settings of one prefix on a stack, and the workers started for it; leaving the context ends them all."""

    settings: Settings
    environment: Mapping[str, str]
    folder: Path
    private_key: str
    workers: list[Worker] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.process.terminate()
        for worker in self.workers:
            if worker.process.poll() is None:
                try:
                    worker.process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    worker.kill()

    def run(self, *words: str) -> str:
        """Run a `hoso` command to its end and return what it printed; raises CalledProcessError with its output."""
        done = subprocess.run(
            [sys.executable, "-m", "streams", *words], env=self.environment, capture_output=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"hoso {' '.join(words)} ended with {done.returncode}:\n{done.stderr.decode()}")
        return done.stdout.decode()

    def start(self, role: str, *, instance: int = 0, module: str = "streams", wait: bool = True) -> Worker:
        """Start one worker; `module` may name a variant of the command, as tests of our own faults do."""
        port = free_port()
        log = self.folder / f"{self.settings.prefix}{role}-{instance}-{len(self.workers)}.log"
        command = [sys.executable, "-m", module, "worker", role, "--instance", str(instance)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--metrics-port", str(port)],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        worker = Worker(role, process, port, log)
        self.workers.append(worker)
        if wait:
            worker.wait_ready()
        return worker

    def start_all(self) -> dict[str, Worker]:
        """One worker of each role, all ready."""
        started = {role: self.start(role, wait=False) for role in ROLES}
        for worker in started.values():
            worker.wait_ready()
        return started


def deploy(endpoints: Endpoints, prefix: str, database: str, folder: Path, rules: Path, **options: str) -> Deployment:
    """A deployment on a simulated clock with its topics made; `options` are further settings, by field name."""
    private, public = new_letter_keys()
    fields = {
        "demo": "true",
        "kafka": endpoints.kafka,
        "prefix": prefix,
        "database": database,
        "rules": str(rules),
        "clock": "simulated",
        "log_partitions": "4",
        "source_partitions": "2",
        "replication": "1",
        "min_insync": "1",
        "token_key": DEMO_TOKEN_KEY,
        "codes_key": DEMO_CODES_KEY,
        "dead_letters_public_key": public,
        **options,
    }
    if fields["clock"] == "simulated":
        fields.setdefault("clock_until", "2027-01-01T00:00:00+00:00")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
    environment = inherited | {f"HOSO_{name.upper()}": value for name, value in fields.items()}
    deployment = Deployment(Settings.model_validate(fields, strict=False), environment, folder, private)
    deployment.run("topics", "create")
    return deployment


def create_database(admin: str, name: str) -> str:
    """A new database on the server of an administrator's URL."""
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{admin.rpartition('/')[0]}/{name}"
