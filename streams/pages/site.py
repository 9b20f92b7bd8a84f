"""The site: lists of cases as pages, CSV and JSON. It only reads, and has no log-in of its own."""

import logging
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.adapters.database import DatabaseAway, SchemaBehind
from streams.core.causes import Words
from streams.pages import drawn
from streams.pages.archive import Archive, Busy, Page
from streams.pages.asked import Asked, Refused, language_of, read
from streams.pages.download import Download
from streams.pages.hosts import OnlyFor
from streams.pages.told import COLUMNS, csv_lines, told
from streams.pages.words import WORDS

JSON = "application/json"
FORMS = (".csv", ".json")
CSV_ROWS = 500
# Nothing from elsewhere, nothing kept, and no address of ours told to others.
HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
WRONG: Mapping[int, Words] = {404: WORDS["no_page"], 405: WORDS["no_method"]}

logger = logging.getLogger(__name__)


def build(archive: Archive, hosts: Collection[str]) -> ASGIApp:
    """The site over an archive, for those who call it by one of `hosts`."""

    async def a_list(request: Request) -> Response:
        name, form = _named(request)
        asked = read(name, request.query_params.multi_items())
        if form == ".csv":
            return _csv(archive, asked)
        page = await archive.page(asked)
        return _json(asked, page) if form == ".json" else HTMLResponse(drawn.list_page(asked, page))

    async def index(request: Request) -> Response:
        return HTMLResponse(drawn.index(language_of(request.query_params.multi_items())))

    async def css(_: Request) -> Response:
        return Response(drawn.CSS, media_type="text/css")

    async def live(_: Request) -> Response:
        return PlainTextResponse("live\n")

    site = Starlette(
        routes=[
            Route("/", index), Route("/lists/{name}", a_list), Route("/pages.css", css), Route("/live", live),
        ],
        exception_handlers={
            Refused: _refused, HTTPException: _wrong, Busy: _busy, DatabaseAway: _away, SchemaBehind: _behind,
            Exception: _fault,
        },
    )  # fmt: skip
    # Around everything, so that an answer to a fault of ours has them too.
    return WithHeaders(OnlyFor(hosts, site, _of_another_name))


class WithHeaders:
    """Every answer bears HEADERS."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _named(request: Request) -> tuple[str, str]:
    """The list's name and the form that is asked for, by the end of the path or by what the client takes."""
    name = request.path_params["name"]
    for form in FORMS:
        if name.endswith(form):
            return name.removesuffix(form), form
    return name, ".json" if _takes_json(request) else ""


def _takes_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return JSON in accepted and "text/html" not in accepted


def _json(asked: Asked, page: Page) -> Response:
    at = page.judged.at
    body = {
        "list": asked.name,
        "judged_up_to": None if at is None else at.astimezone(page.judged.zone).isoformat(),
        "total": page.total,
        "cases": page.cases,
        "rows": [told(row, asked.list, page.judged, asked.language).fields() for row in page.rows],
        "next": None if page.next is None else page.next.text(),
    }
    return Response(orjson.dumps(body), media_type=JSON)


def _csv(archive: Archive, asked: Asked) -> Response:
    """All rows, sent as they are read."""
    named = {"content-disposition": f'attachment; filename="{asked.name}.csv"'}
    return Download(_csv_parts(archive, asked), "text/csv; charset=utf-8", named)


async def _csv_parts(archive: Archive, asked: Asked) -> AsyncGenerator[str]:
    """With a byte-order mark, without which spreadsheets take Vietnamese for another encoding."""
    part = "\ufeff" + csv_lines([COLUMNS])
    async with aclosing(archive.everything(asked)) as rows:
        waiting: list[Sequence[Any]] = []
        async for judged, row in rows:
            waiting.append(told(row, asked.list, judged, asked.language))
            if len(waiting) == CSV_ROWS:
                yield part + csv_lines(waiting)
                part, waiting = "", []
    yield part + csv_lines(waiting)


def _of_another_name(request: Request) -> Response:
    return _trouble(request, 400, WORDS["other_host"], WORDS["other_host_step"])


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _trouble(request, error.status, error.what, None, error.valid)


def _wrong(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = WRONG.get(error.status_code, Words(error.detail, error.detail))
    return _trouble(request, error.status_code, what, None, (), error.headers)


def _away(request: Request, error: Exception) -> Response:
    # The driver's own words name hosts and roles: they are for the log.
    logger.warning("%s", error)
    return _trouble(request, 503, WORDS["away"], WORDS["away_step"], (), {"retry-after": "30"})


def _busy(request: Request, _: Exception) -> Response:
    return _trouble(request, 503, WORDS["busy"], WORDS["busy_step"], (), {"retry-after": "30"})


def _behind(request: Request, error: Exception) -> Response:
    logger.error("%s", error)
    return _trouble(request, 503, WORDS["behind"], WORDS["behind_step"])


def _fault(request: Request, _: Exception) -> Response:
    return _trouble(request, 500, WORDS["fault"], WORDS["fault_step"])


def _trouble(
    request: Request,
    status: int,
    what: Words,
    step: Words | None,
    valid: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    language = language_of(request.query_params.multi_items())
    if _takes_json(request) or request.url.path.endswith(".json"):
        body = {"error": what.of(language), "step": step and step.of(language), "valid": list(valid)}
        return Response(orjson.dumps(body), status, media_type=JSON, headers=headers)
    root = "../" * (request.url.path.count("/") - 1)
    return HTMLResponse(drawn.trouble(language, root, what, step, valid), status, headers)
