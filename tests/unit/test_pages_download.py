"""A download lets go of what it is made from, however it ends."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.types import Message, Scope

from streams.pages.download import Download

SCOPE: Scope = {"type": "http", "asgi": {"spec_version": "2.3"}}


class Source:
    """Parts without end, and whether they were let go of. It is held here, so that nothing else closes it."""

    def __init__(self) -> None:
        self.is_open = True
        self.parts = self._made()

    async def _made(self) -> AsyncGenerator[str]:
        try:
            while True:
                yield "part"
        finally:
            self.is_open = False


async def never_taken(_: Message) -> None:
    await asyncio.Event().wait()


async def test_it_lets_go_when_its_reader_goes_away() -> None:
    source = Source()

    async def gone() -> Message:
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    await Download(source.parts, "text/csv", {})(SCOPE, gone, never_taken)

    assert not source.is_open


async def test_it_lets_go_when_nothing_of_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.pages.download.SEND_SECONDS_MAX", 0)
    source = Source()

    async def stays() -> Message:
        return await asyncio.Future()

    await asyncio.wait_for(Download(source.parts, "text/csv", {})(SCOPE, stays, never_taken), 10)

    assert not source.is_open
