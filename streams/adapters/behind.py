"""How old what waits is: right where a topic was idle for hours, and where an old log is read again."""

from collections.abc import Callable, Hashable

from streams.clock import now_seconds


class Behind:
    """Asked again and again how a place stands; it remembers when nothing waited there last.

    What waits came after that, and after what was handled last: so it is no older than the later of the two.
    """

    def __init__(self, clock: Callable[[], float] = now_seconds) -> None:
        self._clock = clock
        self._caught_up_at: dict[Hashable, float] = {}

    def seconds(self, place: Hashable, left: int, appended_at: float | None) -> float:
        """The age of what waits at a place of which `left` records are not handled; `appended_at` is when the last one
        that is was appended. 0 where nothing waits, and where nobody can know since nothing was handled yet."""
        now = self._clock()
        if not left:
            self._caught_up_at[place] = now
            return 0.0
        known = [at for at in (appended_at, self._caught_up_at.get(place)) if at is not None]
        return max(0.0, now - max(known)) if known else 0.0
