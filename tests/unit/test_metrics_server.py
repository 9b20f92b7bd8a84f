"""The three pages, and that nothing else answers."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest

from streams.adapters.health import Health
from streams.adapters.metrics_server import REQUEST_BYTES_MAX, MetricsServer, answer, pages_of, start_metrics_server
from streams.exposition import Metrics
from streams.metrics import JUDGEMENTS

IDLE = Health(False, False, 0, 0)
STUCK = Health(True, False, 0, 1000, "nothing moves")


@pytest.fixture
async def server() -> AsyncIterator[MetricsServer]:
    metrics = Metrics()
    metrics.count(JUDGEMENTS, by=5)
    started = await start_metrics_server("127.0.0.1", 0, metrics, lambda: IDLE)
    yield started
    await started.close()


@pytest.mark.parametrize(
    "head, status",
    [
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET /metrics?name[]=hoso HTTP/1.0\r\n\r\n", 200),
        (b"GET /live HTTP/1.1\r\n\r\n", 200),
        (b"GET /ready HTTP/1.1\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\n\r\n", 404),
        (b"GET /metrics/ HTTP/1.1\r\n\r\n", 404),
        (b"GET /table/cases HTTP/1.1\r\n\r\n", 404),
        (b"GET /../metrics HTTP/1.1\r\n\r\n", 404),
        (b"POST /nothing HTTP/1.1\r\n\r\n", 404),
        (b"POST /metrics HTTP/1.1\r\n\r\n", 405),
        (b"HEAD /live HTTP/1.1\r\n\r\n", 405),
        (b"get /live HTTP/1.1\r\n\r\n", 405),
        (b"GET /live\r\n\r\n", 400),
        (b"GET /live HTTP/2\r\n\r\n", 400),
        (b"\xff\xfe\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 404),
    ],
)
def test_each_request_has_its_answer(head: bytes, status: int) -> None:
    assert answer(head, pages_of(Metrics(), lambda: IDLE)).status == status


def test_a_stuck_process_says_so() -> None:
    pages = pages_of(Metrics(), lambda: STUCK)

    found = answer(b"GET /live HTTP/1.1\r\n\r\n", pages)

    assert found.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert b'"state":"stuck"' in found.body
    assert b"nothing moves" in found.body


def test_a_refused_method_is_told_what_is_allowed() -> None:
    raw = answer(b"PUT /ready HTTP/1.1\r\n\r\n", pages_of(Metrics(), lambda: IDLE)).to_bytes()

    assert raw.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert b"\r\nAllow: GET\r\n" in raw


async def get(server: MetricsServer, path: str) -> tuple[int, str, str]:
    def fetch() -> tuple[int, str, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5) as response:
                return response.status, response.headers["Content-Type"], response.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.headers["Content-Type"], refusal.read().decode()

    return await asyncio.to_thread(fetch)


async def test_an_ordinary_client_reads_the_pages(server: MetricsServer) -> None:
    status, content_type, text = await get(server, "/metrics")
    assert (status, content_type.split(";")[0]) == (200, "text/plain")
    assert "\nhoso_judgements_total 5.0\n" in text

    assert await get(server, "/live") == (
        200,
        "application/json",
        '{"progress_age_seconds":0,"reason":null,"state":"idle"}',
    )
    assert (await get(server, "/secrets"))[0] == 404


async def test_a_client_that_talks_something_else_harms_nobody(server: MetricsServer) -> None:
    for nonsense in (b"\x16\x03\x01" * 100, b"GET /" + b"x" * (2 * REQUEST_BYTES_MAX), b"GET /live HTTP/1.1\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(nonsense)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()

    assert (await get(server, "/live"))[0] == 200


async def test_closing_does_not_wait_for_a_client_that_says_nothing(server: MetricsServer) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    assert (await get(server, "/live"))[0] == 200

    await asyncio.wait_for(server.close(), 1)
    writer.close()
