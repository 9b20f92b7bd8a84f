"""The floor: what the broker's own client costs, with no rules. A bare aiokafka loop, a dict, a batched changelog.

A process of its own: `python -m benchmarks.floor_app BOOTSTRAP CHANGELOG EVENTS TOPIC…`. Of each event it keeps what a
case keeps: when what happened, told by whom. It ends reading when it has seen so many events.
"""

import asyncio
import sys

import orjson
from aiokafka import AIOKafkaConsumer

from streams.adapters.kafka import KafkaWriter
from streams.ports import Outgoing

CHUNK = 4000
FETCH_BYTES = 4 * 1024 * 1024

Row = list[list[str]]


class Cases:
    """The cases of all partitions, one row each."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def add(self, values: list[bytes]) -> list[tuple[bytes, bytes]]:
        """Fold a chunk; returns the rows that it changed."""
        changed: dict[str, Row] = {}
        for value in values:
            event = orjson.loads(value)
            subject = event["subject"]
            row = self.rows.get(subject)
            if row is None:
                row = self.rows[subject] = []
            row.append([event["time"], event["type"], event["id"], event["source"]])
            changed[subject] = row
        return [(subject.encode(), orjson.dumps(row)) for subject, row in changed.items()]


async def run(bootstrap: str, changelog: str, events: int, topics: list[str]) -> None:
    cases, read, written = Cases(), 0, 0
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap,
        group_id=f"{changelog}-floor",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    sending: asyncio.Task[None] | None = None
    async with KafkaWriter(bootstrap) as writer:
        await consumer.start()
        while read < events:
            fetched = await consumer.getmany(timeout_ms=100, max_records=CHUNK)
            out: list[Outgoing] = []
            for place, records in fetched.items():
                read += len(records)
                changed = cases.add([record.value for record in records])
                out += [Outgoing(changelog, key, row, place.partition) for key, row in changed]
            if sending is not None:
                await sending
                await consumer.commit()
            written += len(out)
            sending = asyncio.create_task(writer.append(out))
        if sending is not None:
            await sending
            await consumer.commit()
        print(orjson.dumps({"writes": written, "cases": len(cases.rows)}).decode(), flush=True)
        # Whoever measures ends this process; it has nothing left to do.
        await asyncio.Event().wait()


def main() -> None:
    bootstrap, changelog, events, *topics = sys.argv[1:]
    asyncio.run(run(bootstrap, changelog, int(events), topics))


if __name__ == "__main__":
    main()
