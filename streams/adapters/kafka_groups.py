"""What consumer groups have committed."""

from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient


async def committed_offsets(bootstrap: str, group: str) -> Mapping[str, int]:
    """The next offset of each partition that the group has made durable, as "topic/partition"."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return {f"{place.topic}/{place.partition}": kept.offset for place, kept in found.items() if kept.offset >= 0}
