"""Records of suspended sources: set aside whole, and taken back as intake would have read them."""

from streams.ports import Outgoing, Record

# The first headers of a parked record are ours; the record's own follow, whatever their names.
_CAME, _KEY, _NO_KEY = "came", "key", "no-key"


def parked(topic: str, source: str, record: Record) -> Outgoing:
    """The record as it came, with its place and its key, and when the broker had it."""
    came = f"{record.topic}/{record.partition}/{record.offset}/{record.timestamp}".encode()
    key = (_NO_KEY, b"") if record.key is None else (_KEY, record.key)
    return Outgoing(topic, source.encode(), record.value, None, ((_CAME, came), key, *record.headers))


def unparked(value: bytes | None, headers: tuple[tuple[str, bytes], ...]) -> Record:
    """The record as its topic held it."""
    (_, came), (kind, key), *own = headers
    topic, partition, offset, timestamp = came.decode().rsplit("/", 3)
    return Record(topic, int(partition), int(offset), int(timestamp), key if kind == _KEY else None, value, tuple(own))
