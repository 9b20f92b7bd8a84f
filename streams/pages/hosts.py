"""By which names the site may be called.

A page elsewhere that has its own name lead to 127.0.0.1 would else read, in the browser of somebody here, what stands
on ours: to the browser both are one site. What it cannot do is call us by our name.
"""

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class OnlyFor:
    """Lets through what calls the site by one of `hosts`, at any port; anything else gets what `other` answers."""

    def __init__(self, hosts: Collection[str], app: ASGIApp, other: Callable[[Request], Response]) -> None:
        self._hosts = {host.lower() for host in hosts}
        self._app, self._other = app, other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http" and _host(Headers(scope=scope).get("host", "")) not in self._hosts:
            app = self._other(Request(scope))
        await app(scope, receive, send)


def _host(header: str) -> str | None:
    """The name or address without its port, in lower case; none where it cannot be read."""
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None
