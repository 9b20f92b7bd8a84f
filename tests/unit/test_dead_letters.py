"""Dead letters: listed, found, opened with the right key only, and never taken for what they are not."""

import pytest

from streams.adapters.memory import MemoryLog, MemoryReader
from streams.adapters.sealing import LetterOpener, LetterSealer, SealBroken, new_letter_keys
from streams.pipeline.dead_letters import (
    LetterNotFound,
    NotADeadLetter,
    Original,
    dead_letter,
    find_letter,
    list_letters,
    parse,
    restore,
)
from streams.pipeline.refusals import Reason, Refused
from streams.ports import Outgoing
from tests.intake_builders import LETTERS, PUBLIC_KEY, as_read, record

TOPIC = "t.dead-letters"


def letter(offset: int = 7, version: int | None = 2) -> Outgoing:
    source = record(b"\xff\x00", offset=offset, key=None, headers=(("a", b"1"), ("a", b"2")))
    return dead_letter(
        TOPIC, source, Refused("data.unit", Reason.WRONG_TYPE), version, b"hash", LetterSealer(PUBLIC_KEY)
    )


def test_the_original_comes_back_with_repeated_headers_and_without_a_key() -> None:
    assert restore(parse(as_read(letter())), LETTERS) == Original(None, b"\xff\x00", (("a", b"1"), ("a", b"2")))


def test_another_private_key_opens_nothing() -> None:
    stranger = LetterOpener(new_letter_keys()[0])

    with pytest.raises(SealBroken):
        restore(parse(as_read(letter())), stranger)


def test_a_changed_letter_does_not_open() -> None:
    read = parse(as_read(letter()))

    with pytest.raises(SealBroken):
        restore(read._replace(sealed=read.sealed[:-1] + bytes([read.sealed[-1] ^ 1])), LETTERS)


def test_equal_originals_give_unequal_letters() -> None:
    assert letter().value != letter().value


@pytest.mark.parametrize("missing", ["topic", "partition", "offset", "timestamp", "path", "reason"])
def test_a_record_without_its_headers_is_not_a_dead_letter(missing: str) -> None:
    whole = letter()
    broken = whole._replace(headers=tuple(pair for pair in whole.headers if pair[0] != missing))

    with pytest.raises(NotADeadLetter, match=missing):
        parse(as_read(broken))


@pytest.mark.parametrize("number", [b"-1", b"", b"x", b"\xff", "１".encode()])
def test_a_number_that_is_none_is_refused(number: bytes) -> None:
    whole = letter()
    broken = whole._replace(headers=(*whole.headers, ("offset", number)))

    with pytest.raises(NotADeadLetter, match="offset"):
        parse(as_read(broken))


def test_a_record_without_value_is_not_a_dead_letter() -> None:
    with pytest.raises(NotADeadLetter):
        parse(as_read(letter()._replace(value=None)))


async def test_letters_are_listed_over_all_partitions_and_found_by_place() -> None:
    log = MemoryLog({TOPIC: 2})
    log.append([letter(1)._replace(partition=1), letter(2)._replace(partition=0), letter(3)._replace(partition=1)])
    reader = MemoryReader(log)

    listed = [one async for one in list_letters(reader, TOPIC)]

    assert [(one.at_partition, one.at_offset, one.offset) for one in listed] == [(0, 0, 2), (1, 0, 1), (1, 1, 3)]
    assert await find_letter(reader, TOPIC, 1, 1) == listed[2]


@pytest.mark.parametrize(("partition", "offset"), [(0, 1), (0, -1), (5, 0)])
async def test_a_place_without_a_letter_is_not_found(partition: int, offset: int) -> None:
    log = MemoryLog({TOPIC: 2})
    log.append([letter()._replace(partition=0)])

    with pytest.raises(LetterNotFound, match=f"{TOPIC}/{partition}"):
        await find_letter(MemoryReader(log), TOPIC, partition, offset)
