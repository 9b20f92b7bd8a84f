"""The table of bad inputs through a real Kafka: what producers may send, what becomes of it, what comes back."""

import pytest

from streams.adapters.kafka import KafkaReader, KafkaWriter
from streams.adapters.sealing import LetterSealer
from streams.adapters.topics_admin import create_topics
from streams.pipeline.dead_letters import Original, find_letter, list_letters, restore
from streams.pipeline.intake import Intake, IntakeLimits
from streams.pipeline.refusals import Reason
from streams.ports import Outgoing, Record
from streams.settings import Settings
from tests.intake_builders import CODES, LETTERS, PUBLIC_KEY, TOKEN_KEY, message

pytestmark = pytest.mark.services


async def test_bad_records_come_back_whole_and_the_good_around_them_pass(kafka: str, prefix: str) -> None:
    numbers = {"replication": 1, "min_insync": 1, "log_partitions": 3, "source_partitions": 1}
    settings = Settings.model_validate({"kafka": kafka, "prefix": prefix, "demo": True} | numbers)
    await create_topics(settings)
    source, log, dead = prefix + "submission", prefix + "log", prefix + "dead-letters"
    sent = [
        Outgoing(source, None, message(id="1"), 0),
        Outgoing(source, b"k", b"\x80\x04not JSON", 0, (("content-type", b"\xff"),)),
        Outgoing(source, b"", message(id="2"), 0),
        Outgoing(source, b"k", message(id="x" * 5_000_000), 0),
        Outgoing(source, b"k", message(id="y" * 8_000_000), 0),
        Outgoing(source, b"k", None, 0),
        Outgoing(source, b"k", message(id="3"), 0),
    ]
    reader = KafkaReader(kafka)
    step = Intake(
        prefix, IntakeLimits(300, settings.message_bytes_max), TOKEN_KEY, CODES, LetterSealer(PUBLIC_KEY)
    ).step

    async with KafkaWriter(kafka) as writer:
        await writer.append(sent)
        await writer.append(step(await _all(reader, source)))

    assert sum((await reader.end_offsets(log)).values()) == 3
    letters = sorted([one async for one in list_letters(reader, dead)], key=lambda one: one.offset)
    assert [(one.offset, one.reason) for one in letters] == [
        (1, Reason.NOT_UTF_8),
        (3, Reason.TOO_LARGE),
        (4, Reason.TOO_LARGE),
        (5, Reason.NO_VALUE),
    ]
    for letter in letters:
        found = await find_letter(reader, dead, letter.at_partition, letter.at_offset)
        original = sent[letter.offset]
        assert restore(found, LETTERS) == Original(original.key, original.value, original.headers)


async def _all(reader: KafkaReader, topic: str) -> list[Record]:
    ends = await reader.end_offsets(topic)
    return [
        one for partition, end in ends.items() async for chunk in reader.read(topic, partition, 0, end) for one in chunk
    ]
