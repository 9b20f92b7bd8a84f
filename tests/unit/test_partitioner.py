"""Partitions as Kafka's own clients choose them: the vectors are those of Kafka's tests of murmur2."""

import pytest

from streams.adapters.partitioner import Partitioner, partition_of_key

# Key, and murmur2 of it as Java's int.
VECTORS = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "murmur2"), VECTORS.items())
@pytest.mark.parametrize("partitions", [1, 4, 12, 256])
def test_the_key_decides(key: bytes, murmur2: int, partitions: int) -> None:
    assert partition_of_key(key, partitions) == (murmur2 & 0x7FFFFFFF) % partitions


def test_records_without_a_key_go_round_a_batch_at_a_time() -> None:
    partitioner, chosen = Partitioner(), []

    for _ in range(4):
        partitioner.turn()
        chosen.append({partitioner.choose(None, 3) for _ in range(10)})

    assert chosen == [{0}, {1}, {2}, {0}]
