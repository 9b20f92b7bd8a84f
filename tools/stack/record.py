"""The note a kept stack leaves in its folder: where it answers, and which processes are its own."""

import json
import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tools.stack.process import end

STOP_SIGNALS = {"kafka": signal.SIGTERM, "postgres": signal.SIGINT}


@dataclass(frozen=True)
class Record:
    data: Path
    kafka: str
    postgres: str
    pids: dict[str, int]

    def living(self) -> dict[str, psutil.Process]:
        """The processes that still run and are still ours: a pid may have been given to somebody else since."""
        processes = {name: _process(pid) for name, pid in self.pids.items()}
        return {name: each for name, each in processes.items() if each is not None and self._owns(each)}

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"data": str(self.data)}

    def _owns(self, process: psutil.Process) -> bool:
        try:
            return any(str(self.data) in part for part in process.cmdline())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False


def record_file(folder: Path) -> Path:
    return folder / "stack.json"


def write_record(folder: Path, record: Record) -> None:
    file = record_file(folder)
    file.touch(mode=0o600)  # it has the password in it
    file.write_text(json.dumps(record.as_json(), indent=2) + "\n")


def read_record(folder: Path) -> Record | None:
    """None: no stack was left running here."""
    file = record_file(folder)
    if not file.exists():
        return None
    noted = json.loads(file.read_text())
    return Record(Path(noted["data"]), noted["kafka"], noted["postgres"], noted["pids"])


def stop_recorded(record: Record) -> list[str]:
    """End the processes that are still ours, and the note with them; returns the names of those it ended."""
    living = record.living()
    for name, process in living.items():
        end(process, STOP_SIGNALS[name])
    record_file(record.data).unlink(missing_ok=True)
    return list(living)


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
