"""An answer that is sent while it is made, and lets go of what it is made from however it ends."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

# For a part of it, a hundred kilobytes or so: whoever takes none of it for so long has gone away.
SEND_SECONDS_MAX = 20

logger = logging.getLogger(__name__)


class Download(StreamingResponse):
    """Begins with its first part: what is wrong before that is told as for any other answer. One that nobody takes is
    broken off, as one whose source fails in its midst; whoever reads it notices."""

    def __init__(self, parts: AsyncGenerator[str], media_type: str, headers: dict[str, str]) -> None:
        super().__init__(parts, media_type=media_type, headers=headers)
        self._parts = parts

    async def stream_response(self, send: Send) -> None:
        waiting: list[Message] = [
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        ]
        async with aclosing(self._parts) as parts:
            async for part in parts:
                waiting.append({"type": "http.response.body", "body": part.encode(), "more_body": True})
                if not await _sent(send, waiting):
                    logger.warning("a download was broken off: nothing of it was taken for %d s", SEND_SECONDS_MAX)
                    return
                waiting = []
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _sent(send: Send, messages: list[Message]) -> bool:
    try:
        async with asyncio.timeout(SEND_SECONDS_MAX):
            for message in messages:
                await send(message)
    except TimeoutError:
        return False
    return True
