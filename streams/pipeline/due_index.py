"""Which cases want to be judged at which instant: buckets by instant, for deadlines fall together by construction."""

from heapq import heappop, heappush

from streams.core.case import NEVER, TOUCHED


class DueIndex:
    """Tokens by the instant of their wake, those touched since the last tick apart. Order is that of insertion."""

    def __init__(self) -> None:
        self._touched: dict[bytes, None] = {}
        self._buckets: dict[int, dict[bytes, None]] = {}
        self._instants: list[int] = []

    def touch(self, token: bytes) -> None:
        """Judge this case at the next tick."""
        self._touched[token] = None

    def put(self, token: bytes, wake: int) -> None:
        """Judge this case at the first tick at or after `wake`."""
        if wake == TOUCHED:
            self.touch(token)
        elif wake != NEVER:
            bucket = self._buckets.get(wake)
            if bucket is None:
                bucket = self._buckets[wake] = {}
                heappush(self._instants, wake)
            bucket[token] = None

    def pop(self, at: int) -> list[bytes]:
        """The tokens to judge at a tick, each once. A case that was judged since may stand under an old wake too."""
        due = self._touched
        self._touched = {}
        while self._instants and self._instants[0] <= at:
            due |= self._buckets.pop(heappop(self._instants))
        return list(due)
