"""How a worker ends by itself: at once, before anything more is committed, with a code that says why.

Nothing is tidied up: another process may already hold what this one would tidy, and a restart recovers from any point.
"""

import logging
import os
from typing import NoReturn

from aiokafka.errors import ProducerFenced

from streams.ports import Fenced

FAULT_CODE = 70  # our own fault, or something we need is gone: a restart begins where the last commit stands
FENCED_CODE = 75  # another process has taken over

logger = logging.getLogger(__name__)


class MembershipLost(Fenced):
    """The group no longer knows this worker: its session expired, or another process came with the same instance."""

    def __init__(self, instance: str | None) -> None:
        super().__init__(f"the group no longer knows this worker as {instance}: session expired or instance taken over")


def leave(error: BaseException) -> NoReturn:
    """End the process because of `error`."""
    code = FENCED_CODE if is_fenced(error) else FAULT_CODE
    logger.critical("worker ends with code %d: %s", code, error, exc_info=error)
    logging.shutdown()
    os._exit(code)


def is_fenced(error: BaseException | None) -> bool:
    """Whether anything in `error`, its group or its causes says that another process has taken over."""
    if error is None:
        return False
    if isinstance(error, Fenced | ProducerFenced):
        return True
    if isinstance(error, BaseExceptionGroup) and any(is_fenced(part) for part in error.exceptions):
        return True
    return is_fenced(error.__cause__)
