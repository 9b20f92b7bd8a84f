"""Serves the site until it is told to stop."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Collection
from contextlib import closing

import uvicorn

from streams.adapters.database import DatabaseAway
from streams.pages.archive import Archive
from streams.pages.site import build

STOP_SECONDS = 5
# Reports are asked for by people: more at once are refused, not queued.
CONNECTIONS_MAX = 200

logger = logging.getLogger(__name__)


def serve(database: str, host: str, port: int, hosts: Collection[str]) -> None:
    """Answers at an address, to who calls it by one of `hosts`, until SIGTERM or Ctrl-C; raises SchemaBehind, and
    OSError where it cannot listen there. A database that is away is waited for: until then pages say so."""
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as trouble:
        raise OSError(f"cannot listen on {host}:{port}: {trouble.strerror or trouble}") from trouble
    with closing(listening):
        _stop_in_order()
        asyncio.run(_check(database))
        # Its own log would tell what was asked for, and by whom.
        config = uvicorn.Config(
            build(Archive(database), hosts), access_log=False, log_config=None, server_header=False,
            proxy_headers=False, ws="none", timeout_graceful_shutdown=STOP_SECONDS, limit_concurrency=CONNECTIONS_MAX,
        )  # fmt: skip
        logger.info("pages answer on http://%s:%d/", host, listening.getsockname()[1])
        uvicorn.Server(config).run([listening])


async def _check(database: str) -> None:
    try:
        await Archive(database).check()
    except DatabaseAway as trouble:
        logger.warning("%s", trouble)


def _stop_in_order() -> None:
    """To be told to stop is no fault. The server takes these signals while it runs, and raises them at its end."""
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: sys.exit(0))
