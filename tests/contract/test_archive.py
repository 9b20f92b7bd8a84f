"""What every Archive promises: exactly once, newest version first, byte for byte, and one owner."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import pytest

from streams.ports import Fenced, Position, Record
from streams.sinks.archive import AnotherDeployment, Archive
from streams.sinks.memory import Kept, MemoryArchive
from streams.sinks.migrate import migrate
from streams.sinks.postgres import PostgresArchive
from streams.sinks.rows import Unreadable
from tests.archive_builders import JUDGED, PREFIX, TOKEN, case, code, entry_record, fact, flag, renumbered, tick

PLACES = [(PREFIX + topic, partition) for topic in ("log", "flags", "cases.current", "codes") for partition in (0, 1)]
STARTS = [Position(topic, partition, 0) for topic, partition in PLACES]

Owner = Callable[[str], Archive]


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.services)])
async def owner(request: pytest.FixtureRequest) -> AsyncIterator[Owner]:
    """Makes owners of one and the same archive, for a prefix each."""
    made: list[Archive] = []
    if request.param == "memory":
        kept = Kept()

        def make(prefix: str) -> Archive:
            return MemoryArchive(prefix, kept)
    else:
        url = request.getfixturevalue("database")
        migrate(url)

        def make(prefix: str) -> Archive:
            made.append(PostgresArchive(url, prefix))
            return made[-1]

    yield make
    for archive in made:
        await archive.close()


@pytest.fixture
async def archive(owner: Owner) -> Archive:
    opened = owner(PREFIX)
    await opened.open(STARTS)
    return opened


@dataclass(frozen=True)
class Content:
    entries: list[Record]
    cases: list[bytes]
    flags: list[bytes]
    flag_changes: list[bytes]
    codes: list[tuple[str, bytes]]


async def content(archive: Archive) -> Content:
    return Content(
        [record for partition in (0, 1) for record in await entries(archive, partition)],
        [body async for body in archive.read_cases()],
        [body async for body in archive.read_flags()],
        [body async for body in archive.read_flag_changes()],
        [pair async for pair in archive.read_codes()],
    )


async def entries(archive: Archive, partition: int = 0, start: int = 0, end: int | None = None) -> list[Record]:
    return [record async for page in archive.read_entries(partition, start, end) for record in page]


async def test_a_new_partition_stands_where_its_topic_begins(owner: Owner) -> None:
    offsets = await owner(PREFIX).open([Position(PREFIX + "log", 0, 7), Position(PREFIX + "codes", 1, 0)])

    assert offsets == {(PREFIX + "log", 0): 7, (PREFIX + "codes", 1): 0}


async def test_a_known_partition_stands_after_what_is_kept(owner: Owner, archive: Archive) -> None:
    await archive.write([fact(0), fact(5), code(2)])

    offsets = await owner(PREFIX).open(STARTS)

    assert offsets == dict.fromkeys(PLACES, 0) | {(PREFIX + "log", 0): 6, (PREFIX + "codes", 0): 3}


async def test_entries_come_back_as_they_were(archive: Archive) -> None:
    spaced = b'{ "type":"case.received", "case": "' + TOKEN.encode() + b'", "time":"2026-01-05T03:00:00Z" }'
    written = [
        fact(0, headers=(("trace", b"\x00\xff"), ("empty", b""), ("trace", b"again"))),
        tick(1),
        entry_record(2, {"type": "rules.activated", "hash": "0" * 32, "content": {"units": ["Bình Thạnh", "☃"]}}),
        fact(3)._replace(value=spaced),
        fact(9, time="0001-01-01T00:00:00Z"),
        fact(10, time="9999-12-31T23:59:59Z"),
    ]

    await archive.write(written)

    assert await entries(archive) == written


async def test_an_empty_key_comes_back_as_none(archive: Archive) -> None:
    await archive.write([tick(0)._replace(key=b"")])

    assert await entries(archive) == [tick(0)]


async def test_a_range_of_entries_is_read_from_its_start_up_to_its_end(archive: Archive) -> None:
    await archive.write([fact(offset) for offset in range(10)])

    assert [record.offset for record in await entries(archive, 0, 3, 6)] == [3, 4, 5]
    assert await entries(archive, 0, 6, 6) == []
    assert await entries(archive, 1) == []


async def test_a_case_only_moves_to_a_higher_version(archive: Archive) -> None:
    await archive.write([case(0, version=2), case(1, version=4, verdict="late"), case(2, version=3)])
    await archive.write([case(3, version=1), case(4, version=4, verdict="said twice")])

    assert (await content(archive)).cases == [case(1, version=4, verdict="late").value]


async def test_each_cycle_of_a_flag_only_moves_to_a_higher_version(archive: Archive) -> None:
    raised, cleared = flag(0), flag(1, version=2, state="cleared", until="2026-01-15T09:30:00+07:00")
    again = flag(2, cycle=2)

    await archive.write([again, cleared._replace(offset=3), raised._replace(offset=4)])
    await archive.write([raised._replace(offset=5)])

    assert (await content(archive)).flags == [cleared.value, again.value]
    assert (await content(archive)).flag_changes == [raised.value, cleared.value, again.value]


async def test_of_several_versions_in_one_chunk_the_highest_stands(archive: Archive) -> None:
    upward = [flag(0, version=1), flag(1, version=2), flag(2, version=3)]
    downward = [flag(3, cycle=2, version=3), flag(4, cycle=2, version=2), flag(5, cycle=2, version=1)]

    await archive.write([*upward, *downward])

    assert (await content(archive)).flags == [upward[-1].value, downward[0].value]


async def test_the_first_record_of_a_version_stays(archive: Archive) -> None:
    await archive.write([flag(0)])
    await archive.write([flag(1, wording="said otherwise")])

    assert (await content(archive)).flag_changes == [flag(0).value]
    assert (await content(archive)).flags == [flag(0).value]


async def test_the_newest_code_of_a_token_is_kept_and_an_empty_one_erases_it(archive: Archive) -> None:
    await archive.write([code(0, b"old"), code(1, b"new"), code(2, token="other")])
    assert (await content(archive)).codes == [(TOKEN, b"new"), ("other", b"sealed")]

    await archive.write([code(3, b"newest"), code(4, None, token="other"), code(5, None, token="never seen")])
    assert (await content(archive)).codes == [(TOKEN, b"newest")]


async def test_a_second_owner_takes_over_and_the_first_is_refused(owner: Owner, archive: Archive) -> None:
    second = owner(PREFIX)
    await second.open(STARTS)
    await second.write([fact(0), flag(0)])

    with pytest.raises(Fenced):
        await archive.write([fact(0), fact(1), case(0)])

    assert await content(archive) == Content([fact(0)], [], [flag(0).value or b""], [flag(0).value or b""], [])
    await second.write([fact(1)])


async def test_an_owner_that_was_refused_may_open_again(owner: Owner, archive: Archive) -> None:
    second = owner(PREFIX)
    await second.open(STARTS)
    await second.write([fact(0)])

    offsets = await archive.open(STARTS)
    await archive.write([fact(1)])

    assert offsets[PREFIX + "log", 0] == 1
    assert await entries(archive) == [fact(0), fact(1)]


async def test_nothing_of_a_chunk_with_an_unreadable_record_is_kept(owner: Owner, archive: Archive) -> None:
    secret = b'{"case": "001099123456"'
    for unreadable in (
        fact(1)._replace(value=secret),
        fact(1)._replace(value=b"[]"),
        fact(1)._replace(value=None),
        fact(1)._replace(key=b"another case"),
        fact(1, time="2026-02-29T00:00:00Z"),
        case(0)._replace(value=b"{}"),
        flag(0)._replace(headers=JUDGED[:3]),
        flag(0)._replace(headers=(*JUDGED[:3], ("log", b"3"))),
        code(0)._replace(key=None),
    ):
        with pytest.raises(Unreadable) as refusal:
            await archive.write([fact(0), unreadable])
        place = f"{unreadable.topic}/{unreadable.partition}/{unreadable.offset}"
        assert place in str(refusal.value)
        assert "001099123456" not in str(refusal.value)

    assert await content(archive) == Content([], [], [], [], [])
    assert set((await owner(PREFIX).open(STARTS)).values()) == {0}


async def test_going_back_is_our_own_fault(archive: Archive) -> None:
    await archive.write([fact(0), fact(1)])

    with pytest.raises(AssertionError, match="must not go back to 1"):
        await archive.write([fact(1)])
    with pytest.raises(AssertionError, match="must not go back to 2"):
        await archive.write([fact(3), fact(2)])


async def test_another_deployment_is_refused(owner: Owner, archive: Archive) -> None:
    with pytest.raises(AnotherDeployment, match=r"topics t\.\*, not to other\.\*"):
        await owner("other.").open([Position("other.log", 0, 0)])


@pytest.mark.parametrize("seed", range(3))
async def test_random_cuts_with_a_new_owner_after_each_are_as_one_chunk(owner: Owner, seed: int) -> None:
    chance = random.Random(seed)
    records = shuffled_story(chance)

    for chunk in cut(records, chance):
        fresh = owner(PREFIX)
        await fresh.open(STARTS)
        await fresh.write(chunk)
    undisturbed = MemoryArchive(PREFIX)
    await undisturbed.open(STARTS)
    await undisturbed.write(records)

    assert await content(fresh) == await content(undisturbed)


def shuffled_story(chance: random.Random) -> list[Record]:
    """Two partitions of everything, with versions out of order and said twice."""
    tokens = [f"{letter}{TOKEN[1:]}" for letter in "Aa-_zZ9"]
    records = [fact(0, token=token, partition=n % 2) for n, token in enumerate(tokens * 4)]
    records += [tick(0, partition=partition) for partition in (0, 1) for _ in range(3)]
    records += [case(0, token=token, version=version) for token in tokens for version in (3, 1, 2, 3)]
    records += [
        flag(0, flag_id=f"{n:032x}", cycle=cycle, version=version, partition=n % 2)
        for n in range(5)
        for cycle in (1, 2)
        for version in (1, 2, 2)
    ]
    records += [code(0, sealed, token=token) for token in tokens for sealed in (b"1", None, b"2")]
    chance.shuffle(records)
    return renumbered(records)


def cut(records: Sequence[Record], chance: random.Random) -> list[Sequence[Record]]:
    cuts = sorted(chance.sample(range(1, len(records)), 9))
    return [records[start:end] for start, end in zip([0, *cuts], [*cuts, len(records)], strict=True)]
