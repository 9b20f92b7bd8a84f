"""How fast simulated time goes by."""

from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[object]]


class Pace:
    """So many simulated seconds a second, counted from the first instant asked for; without a speed nothing waits.

    What could not be done in time makes nothing slower: it is made up for.
    """

    def __init__(self, speed: float | None, clock: Callable[[], float], sleep: Sleep) -> None:
        self._speed, self._clock, self._sleep = speed, clock, sleep
        self._began: tuple[float, float] | None = None

    def ahead(self, at: float) -> float:
        """How many seconds there are until a simulated instant comes; zero or less where it has."""
        if self._speed is None:
            return 0.0
        if self._began is None:
            self._began = self._clock(), at
        began_at, first = self._began
        return began_at + (at - first) / self._speed - self._clock()

    async def until(self, at: float) -> None:
        """Returns when a simulated instant has come."""
        if (seconds := self.ahead(at)) > 0:
            await self._sleep(seconds)
