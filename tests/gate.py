"""A door before PostgreSQL that a test shuts and opens: to the sink the server is then down, to others it is not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Gate:
    """Passes everything on while it is open; shut, it breaks off what stands and refuses what comes."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> Callable[[], Awaitable[None]]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        credentials, _, _ = self._address.netloc.rpartition("@")
        self.url = urlunsplit(self._address._replace(netloc=f"{credentials}@127.0.0.1:{port}"))

        async def end() -> None:
            server.close()
            await self.shut()
            await server.wait_closed()

        return end

    async def shut(self) -> None:
        self._open = False
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    def opens(self) -> None:
        self._open = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        self._writers |= {writer, far_writer}
        with suppress(ConnectionError):
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        self._writers -= {writer, far_writer}
        writer.close()
        far_writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def gate_before(url: str) -> AsyncIterator[Gate]:
    gate = Gate(url)
    end = await gate.start()
    try:
        yield gate
    finally:
        await end()
