"""What Faust's table manager does at a rebalance, done by Holding: recover, then read on from where the rows stand.

Faust would subscribe to the changelog with the group's consumer, and read the worker's own writes back into the table
where there was nothing to recover. Here a job reads it with a reader of its own, once, before its first record.
"""

from collections.abc import Mapping
from typing import Any, cast

from faust.tables.manager import TableManager
from faust.types import TP

from streams.agents.holding import Holding
from streams.agents.jobs import Start
from streams.agents.transport import ChunkConsumer
from streams.agents.vitals import Place


class HoldingTables(TableManager):
    """Starts tables without their changelogs, and passes assignments on."""

    @property
    def _holding(self) -> Holding:
        return cast(Holding, self.app.holding)  # type: ignore[attr-defined]

    async def on_start(self) -> None:
        await self._update_channels()

    async def _update_channels(self) -> None:
        self._tables_finalized.set()
        for table in self.values():
            await table.maybe_start()
        self._tables_registered.set()

    def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """The consumer has paused Holding by now."""

    async def on_rebalance(
        self, assigned: set[TP], _revoked: set[TP], _newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        consumer = cast(ChunkConsumer, self.app.consumer)
        assignments = consumer.assignments

        async def resume(starts: Mapping[Place, Start]) -> None:
            if await consumer.begin(assignments, starts):
                await self._resume()

        self._holding.assign(assigned, generation_id, resume)

    async def _resume(self) -> None:
        app: Any = self.app
        app.flow_control.resume()
        app.consumer.resume_flow()
        self.on_actives_ready()
        self.on_standbys_ready()
        await app.on_rebalance_complete.send()
        app.on_rebalance_end()
        await app._fetcher.maybe_start()

    async def wait_until_recovery_completed(self) -> bool:
        """Not waited for: an app that stops does not stop recovering first."""
        return False

    async def on_stop(self) -> None:
        app: Any = self.app
        await app._fetcher.stop()
        for table in self.values():
            await table.stop()
