"""Records of suspended sources: set aside whole, and taken back as intake would have read them."""

from streams.ports import Outgoing, Record

_TOPIC, _APPENDED = "topic", "appended"


def parked(topic: str, source: str, record: Record) -> Outgoing:
    """The record as it came, with where it came from and when the broker had it."""
    headers = ((_TOPIC, record.topic.encode()), (_APPENDED, str(record.timestamp).encode()))
    return Outgoing(topic, source.encode(), record.value, None, headers)


def unparked(record: Record) -> Record:
    """The record as its topic held it."""
    headers = {name: value.decode() for name, value in record.headers}
    return record._replace(topic=headers[_TOPIC], timestamp=int(headers[_APPENDED]), headers=())
