"""Seeded choices of one case: whether, which, how many days later, at what second of a day."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from streams.simulator.days import Days, Span, at

OFFICE = (8 * 3600, 17 * 3600)


class Draw:
    """The same seed and case give the same choices, whatever other cases there are."""

    def __init__(self, seed: int, number: int) -> None:
        self._draw = random.Random(f"{seed}:{number}")  # noqa: S311  (a seeded plan, no secret)

    def happens(self, share: float) -> bool:
        return self._draw.random() < share

    def between(self, least: int, most: int) -> int:
        return self._draw.randint(least, max(least, most))

    def one_of(self, weights: Mapping[str, float]) -> str | None:
        """One of some names by their weights; None where there are none."""
        return self._draw.choices(list(weights), list(weights.values()))[0] if weights else None

    def minutes(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=self._draw.randint(60 * least, 60 * most))

    def on(self, day: date, hours: Span | None = None) -> datetime:
        """Some second of a day, in office hours or in those of a campaign."""
        first, last = OFFICE
        if hours is not None:
            first, last = (each.hour * 3600 + each.minute * 60 for each in hours)
        return at(day) + timedelta(seconds=self._draw.randrange(first, last))

    def later(self, days: Days, since: datetime, least: int, most: int) -> datetime:
        """Some working days after an instant; some minutes after it where these are none."""
        count = self.between(least, most)
        soon = since + self.minutes(5, 30)
        return soon if count == 0 else max(soon, self.on(days.after(since.date(), count)))
