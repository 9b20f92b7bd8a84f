"""The pages of cases over the archive of a deployment."""

import logging

from streams.pages.server import serve
from streams.settings import Settings


def serve_pages(settings: Settings) -> None:
    """Serve until told to stop; raises SchemaBehind, and OSError where nothing can listen at the address."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # Which address it answers at is told by us; of requests nothing is logged.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    hosts = {*settings.pages_hosts.split(","), settings.pages_host}
    serve(settings.database, settings.pages_host, settings.pages_port, hosts)
