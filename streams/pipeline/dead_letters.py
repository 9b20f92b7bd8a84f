"""Dead letters: what could not become an entry, sealed whole, with where and why in headers that quote nothing."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import ormsgpack

from streams.adapters.sealing import Opener, Sealer
from streams.pipeline.refusals import Refused
from streams.ports import Headers, Outgoing, Reader, Record


class Original(NamedTuple):
    """The record as its producer wrote it."""

    key: bytes | None
    value: bytes | None
    headers: Headers


class DeadLetter(NamedTuple):
    """One dead letter: where it stands (`at_…`), where it came from, and why it was refused."""

    at_partition: int
    at_offset: int
    topic: str
    partition: int
    offset: int
    timestamp: int
    path: str
    reason: str
    schema_version: int | None
    sealed: bytes

    def told(self) -> dict[str, str | int | None]:
        """All of it but the sealed original."""
        return {name: value for name, value in self._asdict().items() if name != "sealed"}


class NotADeadLetter(ValueError):
    """A record on the topic of dead letters that intake did not write."""

    def __init__(self, record: Record, missing: str) -> None:
        self.topic, self.partition, self.offset, self.missing = record.topic, record.partition, record.offset, missing
        super().__init__(f"{record.topic}/{record.partition} offset {record.offset}: {missing} missing or unreadable")


class LetterNotFound(LookupError):
    def __init__(self, topic: str, partition: int, offset: int) -> None:
        self.topic, self.partition, self.offset = topic, partition, offset
        super().__init__(f"{topic}/{partition}: no dead letter at offset {offset}")


def frame(original: Original) -> bytes:
    """One run of bytes that holds key, value and headers apart, an absent one and an empty one as well."""
    return ormsgpack.packb(tuple(original))


def unframe(framed: bytes) -> Original:
    key, value, headers = ormsgpack.unpackb(framed)
    return Original(key, value, tuple((name, content) for name, content in headers))


def dead_letter(
    topic: str, record: Record, refused: Refused, version: int | None, key_hash: bytes | None, sealer: Sealer
) -> Outgoing:
    """The record to be written to `topic`; `key_hash` stands for the source's own key, which must not pass."""
    headers = [
        ("topic", record.topic.encode()),
        ("partition", b"%d" % record.partition),
        ("offset", b"%d" % record.offset),
        ("timestamp", b"%d" % record.timestamp),
        ("path", refused.path.encode()),
        ("reason", refused.reason.encode()),
    ]
    if version is not None:
        headers.append(("schema_version", b"%d" % version))
    sealed = sealer.seal(frame(Original(record.key, record.value, record.headers)))
    return Outgoing(topic, key_hash, sealed, headers=tuple(headers))


def parse(record: Record) -> DeadLetter:
    """The typed value of a record of the dead-letter topic; raises NotADeadLetter."""
    headers = dict(record.headers)
    if record.value is None:
        raise NotADeadLetter(record, "value")
    version = headers.get("schema_version")
    return DeadLetter(
        at_partition=record.partition,
        at_offset=record.offset,
        topic=_text(record, headers, "topic"),
        partition=_number(record, headers, "partition"),
        offset=_number(record, headers, "offset"),
        timestamp=_number(record, headers, "timestamp"),
        path=_text(record, headers, "path"),
        reason=_text(record, headers, "reason"),
        schema_version=None if version is None else _number(record, headers, "schema_version"),
        sealed=record.value,
    )


def restore(letter: DeadLetter, opener: Opener) -> Original:
    """The original record, byte for byte; raises SealBroken with any key but the right one."""
    return unframe(opener.open(letter.sealed))


async def list_letters(reader: Reader, topic: str) -> AsyncIterator[DeadLetter]:
    """All dead letters that stand now, partition by partition, oldest first; foreign records raise NotADeadLetter."""
    for partition, end in sorted((await reader.end_offsets(topic)).items()):
        async for records in reader.read(topic, partition, 0, end):
            for record in records:
                yield parse(record)


async def find_letter(reader: Reader, topic: str, partition: int, offset: int) -> DeadLetter:
    """The dead letter at a place of its topic; raises LetterNotFound."""
    found: DeadLetter | None = None
    if 0 <= offset < (await reader.end_offsets(topic)).get(partition, 0):
        # Read to the end of what was asked for: a reader that is left early keeps its connection.
        async for records in reader.read(topic, partition, offset, offset + 1):
            for record in records:
                if record.offset == offset:
                    found = parse(record)
    if found is None:
        raise LetterNotFound(topic, partition, offset)
    return found


def _text(record: Record, headers: Mapping[str, bytes], name: str) -> str:
    try:
        return headers[name].decode()
    except (KeyError, UnicodeDecodeError):
        raise NotADeadLetter(record, f"header {name}") from None


def _number(record: Record, headers: Mapping[str, bytes], name: str) -> int:
    text = _text(record, headers, name)
    if not (text.isascii() and text.isdigit()):
        raise NotADeadLetter(record, f"header {name}")
    return int(text)
