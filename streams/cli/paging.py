"""`hoso pages`: the lists of cases behind the figures of dashboards."""

from typing import Annotated

import typer

from streams.cli.ending import told_errors
from streams.cli.options import read_settings
from streams.wiring.paging import serve_pages


def pages(
    host: Annotated[str | None, typer.Option(help="Where to listen; without it HOSO_PAGES_HOST, 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="HOSO_PAGES_PORT, 9120; 0 for any free port.")] = None,
) -> None:
    """Serve the lists of cases that bars and columns of the dashboards lead to, until SIGTERM or Ctrl-C: pages, CSV and
    JSON, in Vietnamese with an English twin.

    Reads the archive (HOSO_DATABASE, role hoso_reader). It has no log-in of its own: keep it on 127.0.0.1, behind the
    office's reverse proxy with its sign-on.

    Examples:

        HOSO_DATABASE=postgresql://hoso_reader@db/hoso hoso pages

        hoso pages --port 8080
    """
    given = {"pages_host": host, "pages_port": port}
    settings = read_settings(**{name: value for name, value in given.items() if value is not None})
    with told_errors():
        serve_pages(settings)
