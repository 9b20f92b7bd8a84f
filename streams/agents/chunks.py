"""An agent that hands chunks of records to a job."""

import asyncio
from collections.abc import Sequence
from typing import Any

import faust
from faust.types import AppT, Message

from streams.agents.app import WorkerApp
from streams.agents.ending import leave
from streams.agents.jobs import Job


class ChunkSchema(faust.Schema[Any, Any]):
    """A chunk comes as it is; there is nothing for Faust to decode."""

    def loads_key(self, app: AppT, message: Message, **_: Any) -> Any:  # noqa: ARG002
        return message.key

    def loads_value(self, app: AppT, message: Message, **_: Any) -> Any:  # noqa: ARG002
        return message.value


def add_chunk_agent(app: WorkerApp, name: str, topics: Sequence[str], job: Job, *, commits: bool) -> None:
    """Let `job` handle what comes from `topics` (full names). Several agents in one app each read topics of their own.

    `commits`: after each chunk the group is told that it is handled. What leaves the job ends the process.
    """
    app.holding.add(topics, job, commits=commits)
    topic = app.topic(*topics, schema=ChunkSchema(key_type=bytes, value_type=bytes), acks=False, internal=False)

    async def run(stream: Any) -> None:
        try:
            async for records in stream:
                place = stream.current_event.message.tp
                await app.holding.handle((place.topic, place.partition), records)
                if commits:
                    await app.consumer.commit()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  (Faust would log it and start the agent anew)
            leave(error)

    app.agent(topic, name=name)(run)
