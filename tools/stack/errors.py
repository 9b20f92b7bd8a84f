"""The one error of the stack: what failed, where, and what to do about it."""

from collections.abc import Iterable
from pathlib import Path

LINES_SHOWN = 40


class StackError(Exception):
    """A service could not be found, fetched, started or stopped; the message ends with the service's own last words."""


def last_words(text: str) -> str:
    """The last lines of an output, indented under the message that quotes them."""
    return "".join(f"\n    {line}" for line in text.rstrip().splitlines()[-LINES_SHOWN:])


def last_words_of(logs: Iterable[Path]) -> str:
    """The end of each log that has something in it, under its path."""
    texts = [(log, log.read_text(errors="replace")) for log in logs if log.exists()]
    return "".join(f"\n  last lines of {log}:{last_words(text)}" for log, text in texts if text.strip())
