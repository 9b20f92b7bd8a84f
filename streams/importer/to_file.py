"""An import to a file: the entries that intake and controller would write, one a line, ticks between them."""

from collections.abc import Iterable, Iterator
from datetime import UTC
from hashlib import blake2b
from pathlib import Path

from schemas.codec import encode
from schemas.entries import ClockStarted, ClockTicked, SnapshotEnded
from streams.core.instants import utc_text
from streams.importer.csv_log import NoFact, Row, placed
from streams.importer.order import Fact
from streams.importer.snapshots import ENDED
from streams.pipeline.entries import InstantOutOfRange, fact_entry
from streams.pipeline.tokens import SubjectRefused, fact_id_of, labels_of, normalise, token_of


def key_of_file(path: Path) -> bytes:
    """A key for the tokens of one file where no other is given: whoever has not the file cannot make its tokens."""
    with path.open("rb") as file:
        digest = blake2b(digest_size=32)
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.digest()


def as_entry(row: Row, key: bytes, *, plain_ids: bool) -> Fact:
    """The fact of a row as its entry in the log; raises NoFact. With `plain_ids` the code stands for the token."""
    event, subject, at = placed(row)
    if event.type == ENDED:
        said = event.data
        end = SnapshotEnded(
            system=said.system, snapshot=said.snapshot, ended=utc_text(int(at.timestamp())), complete=said.complete
        )
        return Fact(int(at.timestamp()), row.line, encode(end.model_dump()), event.type)
    token = subject.partition(":")[2] if plain_ids else token_of(key, subject)
    try:
        # With plain ids a lot keeps its own name too, which the log never has otherwise.
        labels = (
            {} if plain_ids else {name: token_of(key, normalise(one)) for name, one in labels_of(event.data).items()}
        )
    except SubjectRefused as error:
        raise NoFact(f"{event.type}: a lot or parcel cannot be: {error}") from error
    recorded = None if event.recordedtime is None else event.recordedtime.astimezone(UTC)
    try:
        entry = fact_entry(event, token, fact_id_of(key, event.source, event.id), at, recorded, more=labels)
    except InstantOutOfRange as error:
        raise NoFact(str(error)) from error
    return Fact(int(at.timestamp()), row.line, entry, event.type)


def lines(told: Iterable[Fact | int], until: int) -> Iterator[bytes]:
    """The lines of the file: the clock's kind, then facts and ticks as they come."""
    yield encode(ClockStarted(kind="simulated", until=utc_text(until)).model_dump())
    for item in told:
        yield _tick(item) if isinstance(item, int) else item.payload


def _tick(at: int) -> bytes:
    """All of a file stands in one place, so linked cases need not wait for other partitions."""
    return encode(ClockTicked(at=utc_text(at), linked_to=utc_text(at)).model_dump())
