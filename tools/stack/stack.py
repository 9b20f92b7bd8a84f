"""Kafka and PostgreSQL together: started side by side, in one folder, as long as the `with` block lasts."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TextIO

from tools.stack.errors import StackError
from tools.stack.kafka import kafka_recipe
from tools.stack.postgres import postgres_recipe
from tools.stack.record import Record, read_record, record_file, write_record
from tools.stack.service import Service

ServiceName = Literal["kafka", "postgres"]
SERVICES: tuple[ServiceName, ...] = ("kafka", "postgres")
TEMPORARY = "hoso-stack-"


@dataclass(frozen=True)
class Endpoints:
    """What a client connects to; "" for a service that was not asked for."""

    kafka: str  # host:port
    postgres: str  # postgresql://user:password@host:port/database


class Stack:
    """Services in a temporary folder, or in `data`, which is kept; several stacks may run side by side.

    They end with `close`, or else with our process, unless `detached`: then `python -m tools.stack down` ends them.
    """

    def __init__(
        self,
        services: Iterable[ServiceName] = SERVICES,
        data: Path | None = None,
        *,
        detached: bool = False,
        kafka_settings: Mapping[str, str] | None = None,
    ) -> None:
        self._names, self._kept, self._detached = tuple(services), data, detached
        self._kafka_settings = kafka_settings or {}
        self._running: dict[ServiceName, Service] = {}
        self._undo = ExitStack()

    def start(self) -> Self:
        """Start what was asked for and return when it answers; raises StackError, and then nothing runs."""
        with ExitStack() as undo:
            undo.callback(self.close)
            folder = self._open_folder()
            for name in self._names:
                self._running[name] = self._make(name, folder)
                self._running[name].start()
            for service in self._running.values():
                service.wait_until_ready()
            if self._kept:
                write_record(folder, Record(folder, self.endpoints.kafka, self.endpoints.postgres, self._pids()))
            if self._detached:
                self._undo.close()
            undo.pop_all()
        return self

    @property
    def endpoints(self) -> Endpoints:
        return Endpoints(**{name: self._running[name].address if name in self._running else "" for name in SERVICES})

    @property
    def kafka(self) -> Service:
        return self._service("kafka")

    @property
    def postgres(self) -> Service:
        return self._service("postgres")

    def close(self) -> None:
        """End the services and remove the temporary folder; a second call does nothing."""
        for service in self._running.values():
            service.stop() if self._kept else service.drop()
        self._running.clear()
        self._undo.close()

    def __enter__(self) -> Self:
        return self.start() if not self._running else self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _service(self, name: ServiceName) -> Service:
        if name not in self._running:
            raise StackError(f"this stack has no {name}: it was asked for {', '.join(self._names)}, or is closed")
        return self._running[name]

    def _make(self, name: ServiceName, folder: Path) -> Service:
        match name:
            case "kafka":
                recipe = kafka_recipe(folder / "kafka", self._kafka_settings)
            case "postgres":
                recipe = postgres_recipe(folder / "postgres", durable=self._kept is not None)
        return Service(recipe, detached=self._detached)

    def _pids(self) -> dict[str, int]:
        return {name: service.pid for name, service in self._running.items()}

    def _open_folder(self) -> Path:
        if self._kept is None:
            _sweep()
            folder = Path(tempfile.mkdtemp(prefix=TEMPORARY))
            self._undo.callback(shutil.rmtree, folder, ignore_errors=True)
            folder.chmod(0o711)  # another user's PostgreSQL has its own folder below
        else:
            folder = self._kept.absolute()
            folder.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder)
        if lock is None:
            raise StackError(f"another process is starting or using the stack in {folder}; give another --data")
        self._undo.enter_context(lock)
        if (record := read_record(folder)) and record.living():
            raise StackError(
                f"the stack in {folder} is up already; stop it: python -m tools.stack down --data {folder}"
            )
        if self._kept and not self._detached:
            self._undo.callback(record_file(folder).unlink, missing_ok=True)
        return folder


def start_stack(
    services: Iterable[ServiceName] = SERVICES,
    data: Path | None = None,
    *,
    kafka_settings: Mapping[str, str] | None = None,
) -> Stack:
    """A started stack; close it, or use it in a `with` block."""
    return Stack(services, data, kafka_settings=kafka_settings).start()


def _lock(folder: Path) -> TextIO | None:
    """Held for as long as the file is open, so until our death at the latest; None if another process holds it."""
    file = (folder / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _sweep() -> None:
    """Remove the temporary folders of processes that were killed and could not."""
    for held in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*/lock"):
        try:
            lock = _lock(held.parent)
        except OSError:  # another user's, or gone meanwhile
            continue
        if lock is not None:
            with lock:
                shutil.rmtree(held.parent, ignore_errors=True)
