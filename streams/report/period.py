"""The period that a report is asked for: a month, a quarter, a year, or from one day to another, both counted."""

import re
from datetime import date, timedelta
from typing import NamedTuple

_MONTH = re.compile(r"(\d{4})-(\d\d)")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_YEAR = re.compile(r"(\d{4})")


class PeriodRefused(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(f"period {text}: expected 2026-01, 2026-Q1, 2026, or two days like 2026-01-05..2026-02-03")


class Days(NamedTuple):
    """The first and the last day, and the period as it is written."""

    first: date
    last: date
    text: str


def read_period(text: str) -> Days:
    """Raises PeriodRefused."""
    try:
        if found := _QUARTER.fullmatch(text):
            return _months(text, int(found[1]), 3 * int(found[2]) - 2, 3)
        if found := _MONTH.fullmatch(text):
            return _months(text, int(found[1]), int(found[2]), 1)
        if found := _YEAR.fullmatch(text):
            return _months(text, int(found[1]), 1, 12)
        begins, dots, ends = text.partition("..")
        days = Days(date.fromisoformat(begins), date.fromisoformat(ends), text)
    except ValueError:
        raise PeriodRefused(text) from None
    if not dots or not 1970 <= days.first.year <= days.last.year < 2200 or days.last < days.first:
        raise PeriodRefused(text)
    return days


def _months(text: str, year: int, month: int, count: int) -> Days:
    if not 1970 <= year < 2200:
        raise PeriodRefused(text)
    after = year * 12 + month - 1 + count
    return Days(date(year, month, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1), text)
