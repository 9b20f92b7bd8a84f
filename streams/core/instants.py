"""Instants as whole seconds since the epoch, and their two written forms."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_utc(text: str) -> int:
    """Seconds since the epoch of an ISO 8601 instant with an offset or Z."""
    return int(datetime.fromisoformat(text).timestamp())


def utc_text(at: int) -> str:
    """An instant as entries of the log write it: 2026-01-05T03:00:00Z."""
    return (_EPOCH + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_text(at: int, offset: int) -> str:
    """An instant as people of a place read it: 2026-01-05T10:00:00+07:00."""
    day, second = divmod(at + offset, DAY)
    return f"{_day_text(day)}{_second_text(second)}{_offset_text(offset)}"


# Instants of deadlines fall on few days and few times of day: the three parts are remembered, nothing else is kept.
@lru_cache(maxsize=8192)
def _day_text(day: int) -> str:
    return f"{(_EPOCH + timedelta(days=day)).date().isoformat()}T"


@lru_cache(maxsize=8192)
def _second_text(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@lru_cache(maxsize=256)
def _offset_text(offset: int) -> str:
    minutes = abs(offset) // 60
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
