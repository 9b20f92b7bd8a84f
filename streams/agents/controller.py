"""The controller job: takes the id over, folds hoso.control, and writes each broadcast in one transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence

from streams.agents.jobs import Start
from streams.agents.vitals import Place
from streams.pipeline.controller import Broadcast, Controller, Plan, outgoing
from streams.pipeline.standing import read_standing
from streams.ports import Position, Reader, Record, Transactions


class ControllerJob:
    """See Job. It holds the one partition of hoso.control, or nothing."""

    def __init__(
        self,
        plan: Plan,
        log: str,
        log_partitions: int,
        reader: Reader,
        transactions: Callable[[], Transactions],
        group: str,
        observe: Callable[[Broadcast], None] = lambda _broadcast: None,
        holds: Callable[[Controller | None], None] = lambda _controller: None,
    ) -> None:
        self._plan, self._log, self._log_partitions, self._holds = plan, log, log_partitions, holds
        self._reader, self._transactions, self._group, self._observe = reader, transactions, group, observe
        self._controller: Controller | None = None
        self._held: Transactions | None = None

    async def take(self, place: Place) -> Start:
        """First the id, then the log: from here on no earlier controller can write; what it left open is aborted."""
        transactions = self._transactions()
        try:
            await transactions.open()
            controller = Controller(self._plan, await read_standing(self._reader, self._log))
            end = (await self._reader.end_offsets(place[0]))[place[1]]
            async for records in self._reader.read(*place, 0, end):
                controller.fold(records)
            # At once, not with the first record: intake waits for the first entry of the log.
            await self._broadcast(place, controller, transactions)
        except BaseException:
            await transactions.close()
            raise
        self._controller, self._held = controller, transactions
        self._holds(controller)
        return end

    async def handle(self, place: Place, records: Sequence[Record]) -> None:
        assert self._controller is not None and self._held is not None, "a chunk of a place that was not taken"  # noqa: PT018
        self._controller.fold(records)
        await self._broadcast(place, self._controller, self._held)

    def busy(self) -> Collection[Place]:
        return ()

    async def settle(self) -> Mapping[Place, Start]:
        """A broadcast is durable when `handle` returns."""
        return {}

    async def drop(self, _place: Place) -> None:
        self._controller = None
        self._holds(None)
        if self._held is not None:
            await self._held.close()
            self._held = None

    async def _broadcast(self, place: Place, controller: Controller, transactions: Transactions) -> None:
        while (broadcast := controller.broadcast()) is not None:
            records = outgoing(broadcast, self._plan.prefix, self._log_partitions)
            await transactions.commit(records, self._group, [Position(*place, controller.position)])
            self._observe(broadcast)
