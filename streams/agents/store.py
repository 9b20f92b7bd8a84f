"""The Faust table over PartitionedRows, and the store that it asks for.

Faust's table would write its changelog by itself, one message a key; ours is written by the durable step of a chunk,
together with whatever follows from it. So rows are changed through `PartitionedRows.take`, and no other way.
"""

from collections.abc import Iterable, MutableMapping
from typing import Any, NoReturn, cast

from faust.stores.base import Store
from faust.tables import Table
from faust.types import TP, EventT

from streams.agents.rows import PartitionedRows


class RowsStore(Store[bytes, bytes]):
    """What Faust may ask of a store, answered from the rows; it changes nothing."""

    def __init__(self, rows: PartitionedRows, *arguments: Any, **options: Any) -> None:
        self.rows = rows
        self.data = cast(MutableMapping[bytes, bytes], rows)  # where the base class reads
        super().__init__(*arguments, **options)

    def persisted_offset(self, tp: TP) -> int | None:
        """The last changelog offset applied by recovery; what was written since is in the rows anyway."""
        return self.rows.applied(tp.partition)

    def reset_state(self) -> None:
        self.rows.clear()

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]], *_: Any, **__: Any) -> None:
        """Faust's own recovery, if it ever ran with our transport: an event a chunk."""
        for event in batch:
            chunk: Any = event.value
            self.rows.apply(event.message.partition, chunk)

    async def backup_partition(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError("the changelog is the only copy")

    def restore_backup(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError("the changelog is the only copy")

    def __setitem__(self, *_: Any) -> NoReturn:
        raise _read_only()

    def __delitem__(self, *_: Any) -> NoReturn:
        raise _read_only()


class ChunkTable(Table[bytes, bytes]):
    """A Faust table to look rows up in."""

    def __init__(self, app: Any, rows: PartitionedRows, **options: Any) -> None:
        self.rows = rows
        super().__init__(app, **options)

    def _new_store(self) -> RowsStore:
        return RowsStore(self.rows, "memory://", self.app, self, loop=self.loop)

    async def on_start(self) -> None:
        """Topics are made by `hoso topics`, never by a worker."""
        await self.add_runtime_dependency(self.data)

    async def on_rebalance(self, *_: Any, **__: Any) -> None:
        """Holding takes and drops partitions."""

    def on_key_set(self, *_: Any) -> NoReturn:
        raise _read_only()

    def on_key_del(self, *_: Any) -> NoReturn:
        raise _read_only()


def _read_only() -> TypeError:
    return TypeError("rows are changed by the durable step of a chunk, which writes the changelog")
