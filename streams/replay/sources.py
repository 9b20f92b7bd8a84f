"""Where a replay reads from: a JSON Lines file of entries, or the partitions of a topic."""

from collections.abc import Iterator
from pathlib import Path

from streams.ports import Record

CHUNK = 20_000


class BadLine(ValueError):
    def __init__(self, path: Path, line: int, why: str) -> None:
        super().__init__(f"{path}, line {line}: {why}")


def read_file(path: Path) -> Iterator[list[Record]]:
    """Chunks of the entries of a file, one a line, as records of one partition; the offset is the line's number."""
    chunk: list[Record] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            text = line.strip()
            if not text:
                continue
            if not text.startswith(b"{"):
                raise BadLine(path, number, "not a JSON object: is this a file of log entries?")
            chunk.append(Record(str(path), 0, number, 0, None, text))
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
    if chunk:
        yield chunk
