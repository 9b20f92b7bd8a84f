"""One event as it reaches those who watch: what it says, and when."""

from datetime import datetime
from typing import Any, NamedTuple


class Told(NamedTuple):
    """A CloudEvent and the instant at which it becomes known, which may be long after it happened."""

    delivered: datetime
    event: dict[str, Any]
