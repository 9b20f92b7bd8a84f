"""A calendar of the simulator's own: public holidays from a package, and over them the rows of the rule files."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = timedelta(days=1)

Span = tuple[time, time]


@dataclass(frozen=True, eq=False)
class Days:
    """Which days are worked, and between which hours. `off` and `worked` are the rows, which go before the package."""

    week: frozenset[int]
    hours: tuple[Span, ...]
    country: str | None = None
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    _known: dict[date, bool] = field(default_factory=dict, repr=False)

    def is_worked(self, day: date) -> bool:
        if day not in self._known:
            self._known[day] = self._look_up(day)
        return self._known[day]

    def _look_up(self, day: date) -> bool:
        if day in self.worked:
            return True
        if day in self.off:
            return False
        if self.country is None:
            return day.weekday() in self.week
        return bool(_package(self.country).is_working_day(day))

    def after(self, day: date, count: int) -> date:
        """The so-manieth working day after a day, which itself is not counted; the day itself for none."""
        while count:
            day += DAY
            count -= self.is_worked(day)
        return day

    def worked_from(self, day: date) -> date:
        """The day itself if it is worked, else the next one that is."""
        while not self.is_worked(day):
            day += DAY
        return day

    def office(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of office hours that end after an instant, without end."""
        day = start.date()
        while True:
            if self.is_worked(day):
                for opens, closes in self.hours:
                    stretch = at(day, opens), _closing(day, closes)
                    if stretch[1] > start:
                        yield stretch
            day += DAY


def at(day: date, of_day: time = time()) -> datetime:
    """An instant of a day; its first one where no time is given."""
    return datetime.combine(day, of_day, ZONE)


def end_of(day: date) -> datetime:
    """24:00 of a day."""
    return at(day + DAY)


def span(text: str) -> Span:
    """`08:00-12:00`; 24:00 is the time 0:00 at the end."""
    opens, _, closes = text.partition("-")
    return clock_time(opens), clock_time(closes)


def clock_time(text: str) -> time:
    """`15:00`; 24:00 is told as 0:00."""
    hour, _, minute = text.partition(":")
    return time(int(hour) % 24, int(minute))


def _closing(day: date, closes: time) -> datetime:
    return end_of(day) if closes == time() else at(day, closes)


_PACKAGES: dict[str, Any] = {}


def _package(country: str) -> Any:
    if country not in _PACKAGES:
        _PACKAGES[country] = holidays.country_holidays(country)
    return _PACKAGES[country]
