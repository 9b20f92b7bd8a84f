"""The only HTTP a worker speaks: GET /metrics, /live and /ready.

It runs in the worker's own loop, so that a frozen loop answers nothing, which a probe takes for dead.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from streams.adapters.health import STUCK_SECONDS, Health, live, ready
from streams.exposition import CONTENT_TYPE, Metrics

REQUEST_BYTES_MAX = 8192
REQUEST_SECONDS_MAX = 5.0
# A scraper and a few probes; whoever opens more is not one of them.
CONNECTIONS_MAX = 32

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    status: HTTPStatus
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        head = {
            "Content-Type": self.content_type,
            "Content-Length": str(len(self.body)),
            "Cache-Control": "no-store",
            "Connection": "close",
            **self.headers,
        }
        lines = [f"HTTP/1.1 {self.status.value} {self.status.phrase}", *(f"{name}: {head[name]}" for name in head)]
        return "\r\n".join([*lines, "", ""]).encode("ascii") + self.body


Page = Callable[[], Answer]


class MetricsServer:
    """Serves until closed; `port` is the one it listens on, also where any free one was asked for."""

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self._pages = pages
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, host, port, limit=REQUEST_BYTES_MAX)

    @property
    def port(self) -> int:
        assert self._server is not None, "the server is not started"
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            if len(self._open) <= CONNECTIONS_MAX:
                async with asyncio.timeout(REQUEST_SECONDS_MAX):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(answer(head, self._pages).to_bytes())
                    await writer.drain()
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # A scraper that left, was too slow, or talks something else: nobody waits for an answer.
            pass
        finally:
            self._open.discard(task)
            writer.close()


def answer(head: bytes, pages: Mapping[str, Page]) -> Answer:
    """The answer to the head of a request."""
    match head.split(b"\r\n", 1)[0].split(b" "):
        case [method, target, version] if version.startswith(b"HTTP/1."):
            page = pages.get(target.partition(b"?")[0].decode("latin-1"))
        case _:
            return _refusal(HTTPStatus.BAD_REQUEST)
    if page is None:
        return _refusal(HTTPStatus.NOT_FOUND)
    if method != b"GET":
        return _refusal(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET"})
    return page()


def pages_of(metrics: Metrics, health: Callable[[], Health], stuck_seconds: float = STUCK_SECONDS) -> dict[str, Page]:
    """The three pages, of a process with these metrics and this health."""

    def probe(judge: Callable[[Health, float], tuple[int, bytes]]) -> Page:
        def page() -> Answer:
            status, body = judge(health(), stuck_seconds)
            return Answer(HTTPStatus(status), JSON, body)

        return page

    return {
        "/metrics": lambda: Answer(HTTPStatus.OK, CONTENT_TYPE, metrics.render()),
        "/live": probe(live),
        "/ready": probe(ready),
    }


async def start_metrics_server(
    host: str, port: int, metrics: Metrics, health: Callable[[], Health], stuck_seconds: float = STUCK_SECONDS
) -> MetricsServer:
    """Listening when it returns; close it at the end."""
    server = MetricsServer(pages_of(metrics, health, stuck_seconds))
    await server.start(host, port)
    return server


def _refusal(status: HTTPStatus, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, TEXT, f"{status.phrase.lower()}\n".encode(), headers or {})
