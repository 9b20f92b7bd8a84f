"""Which partition a record goes to when its writer names none: by the key, as every Kafka client chooses."""

from itertools import count

from aiokafka.partitioner import murmur2


def partition_of_key(key: bytes, partitions: int) -> int:
    """The partition that Kafka's own clients choose for `key` among partitions 0 to `partitions` - 1."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


class Partitioner:
    """Chooses for records with and without a key; those without go round, one partition for each call of `turn`."""

    def __init__(self) -> None:
        self._turns = count()
        self._turn = 0

    def turn(self) -> None:
        """Begin another batch of records: its keyless ones share a partition, as with Kafka's sticky partitioner."""
        self._turn = next(self._turns)

    def choose(self, key: bytes | None, partitions: int) -> int:
        return self._turn % partitions if key is None else partition_of_key(key, partitions)
