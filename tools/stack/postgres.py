"""PostgreSQL as a service: on loopback only, with a random password, never as root."""

import os
import secrets
import shutil
import signal
from pathlib import Path

import psycopg

from tools.stack.errors import StackError
from tools.stack.ports import HOST, kept_port
from tools.stack.postgres_binaries import closed_parent, copy_binaries, find_binaries, unprivileged_user
from tools.stack.process import launched, run_once
from tools.stack.service import Recipe

USER = DATABASE = "hoso"
INIT_SECONDS_MAX = 120
COMMON = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A temporary stack need not survive a power cut. What it acknowledged must survive a kill: synchronous_commit stays on.
HASTY = {"fsync": "off", "full_page_writes": "off"}


def postgres_recipe(folder: Path, *, durable: bool) -> Recipe:
    """Make the cluster at the first start, and say how to run it."""
    folder.mkdir(parents=True, exist_ok=True)
    user = unprivileged_user()
    binaries = find_binaries()
    if user and (closed := closed_parent(folder)):
        raise StackError(
            f"PostgreSQL refuses to run as root, and {user} may not enter {closed}; give it a folder it may enter:"
            f" --data /var/tmp/hoso-stack"
        )
    if user and closed_parent(binaries):
        binaries = copy_binaries(binaries, folder / "server")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
    data, password_file = folder / "data", folder / "password"
    if not (data / "PG_VERSION").exists():
        _init(binaries, data, password_file, user, environment)
    password, port = password_file.read_text().strip(), kept_port(folder / "port")
    settings = COMMON | ({} if durable else HASTY) | {"port": str(port)}
    address = f"postgresql://{USER}:{password}@{HOST}:{port}"
    return Recipe(
        name="PostgreSQL",
        address=f"{address}/{DATABASE}",
        command=(
            str(binaries / "postgres"), "-D", str(data),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ),
        output=folder / "postgres.log",
        logs=(folder / "postgres.log",),
        ask=lambda: ask_postgres(address),
        stop_signal=signal.SIGINT,  # "fast": does not wait for clients to leave
        quick_signal=signal.SIGQUIT,  # "immediate"; SIGKILL would leave its shared memory behind
        user=user,
        environment=environment,
    )  # fmt: skip


def ask_postgres(address: str) -> str | None:
    """Why PostgreSQL does not answer yet, or None: it answers, and our database is there."""
    try:
        with psycopg.connect(f"{address}/postgres", autocommit=True, connect_timeout=5) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError as error:
        return str(error).strip()
    return None


def _init(binaries: Path, data: Path, password_file: Path, user: str, environment: dict[str, str]) -> None:
    shutil.rmtree(data, ignore_errors=True)  # what an interrupted start left
    data.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_hex(12))
    if user:
        shutil.chown(data, user)
        shutil.chown(password_file, user)
    command = [
        str(binaries / "initdb"), "-D", str(data), "-U", USER, "--pwfile", str(password_file),
        "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync",
    ]  # fmt: skip
    run_once(launched(command, user), INIT_SECONDS_MAX, f"initdb could not make {data}", environment=environment)
