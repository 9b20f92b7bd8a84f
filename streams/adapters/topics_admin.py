"""Creates and checks the topics of a deployment; what exists is never altered, only told."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schemas.topics import TOPICS, Topic
from streams.settings import Settings

# How often, and how long, to ask whether a new topic is known to the broker that answers.
_ASK_SECONDS, _ASKS_MAX = 0.05, 400


class TopicState(StrEnum):
    AS_DECLARED = "as declared"
    CREATED = "created"
    MISSING = "missing"
    DIFFERS = "differs"


class Difference(NamedTuple):
    """One setting that is not as the table of topics has it."""

    setting: str
    declared: str
    found: str


class TopicRow(NamedTuple):
    """One topic of a deployment, by its full name, as declared; and how it is found."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]
    writers: str
    holds: str
    state: TopicState
    differences: tuple[Difference, ...] = ()


class TopicRefused(RuntimeError):
    """The broker does not create a topic."""

    def __init__(self, name: str, error: str, message: str | None) -> None:
        self.name, self.error, self.message = name, error, message
        super().__init__(f"topic {name}: {error}" + (f": {message}" if message else ""))


class TopicUnseen(TimeoutError):
    """A topic was created, and the broker does not show it."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"created, and not seen within {_ASK_SECONDS * _ASKS_MAX:.0f} s: {', '.join(names)}")


class _Found(NamedTuple):
    partitions: int
    replication: int
    config: Mapping[str, str]


async def show_topics(settings: Settings) -> list[TopicRow]:
    """Every topic of the deployment, in the order of the table: as declared, missing, or with what differs."""
    async with _admin(settings) as admin:
        return await _rows(admin, settings)


async def create_topics(settings: Settings) -> list[TopicRow]:
    """Create what is missing, wait until it can be used, and tell how all stand; raises TopicRefused, TopicUnseen."""
    async with _admin(settings) as admin:
        missing = {row.name for row in await _rows(admin, settings) if row.state is TopicState.MISSING}
        if missing:
            declared = [_declared(topic, settings) for topic in TOPICS]
            await _create(admin, [row for row in declared if row.name in missing])
            await _seen(admin, missing)
        rows = await _rows(admin, settings)
    is_new = TopicState.CREATED
    return [row._replace(state=is_new) if row.name in missing and not row.differences else row for row in rows]


@asynccontextmanager
async def _admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


def _declared(topic: Topic, settings: Settings) -> TopicRow:
    config = topic.config | {"min.insync.replicas": str(settings.min_insync)}
    return TopicRow(
        settings.topic(topic),
        settings.partitions_of(topic),
        settings.replication,
        config,
        topic.writers,
        topic.holds,
        TopicState.AS_DECLARED,
    )


async def _rows(admin: AIOKafkaAdminClient, settings: Settings) -> list[TopicRow]:
    declared = [_declared(topic, settings) for topic in TOPICS]
    found = await _found(admin, [row.name for row in declared])
    return [_compared(row, found.get(row.name)) for row in declared]


def _compared(row: TopicRow, found: _Found | None) -> TopicRow:
    if found is None:
        return row._replace(state=TopicState.MISSING)
    pairs = [
        ("partitions", str(row.partitions), str(found.partitions)),
        ("replication", str(row.replication), str(found.replication)),
        *((name, value, found.config.get(name, "")) for name, value in sorted(row.config.items())),
    ]
    differences = tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])
    return row._replace(state=TopicState.DIFFERS, differences=differences) if differences else row


async def _found(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, _Found]:
    """What the broker shows of these topics; those it does not have are left out."""
    existing = set(await admin.list_topics()) & set(names)
    if not existing:
        return {}
    shapes = await admin.describe_topics(sorted(existing))
    configs = await _configs(admin, sorted(existing))
    return {
        shape["topic"]: _Found(
            len(shape["partitions"]), len(shape["partitions"][0]["replicas"]), configs[shape["topic"]]
        )
        for shape in shapes
        if shape["partitions"] and shape["topic"] in configs
    }


async def _configs(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    configs: dict[str, dict[str, str]] = {}
    for answer in await admin.describe_configs(asked):
        for error, _, _, name, entries in answer.resources:
            if error == 0:
                configs[name] = {entry[0]: entry[1] for entry in entries}
    return configs


async def _create(admin: AIOKafkaAdminClient, rows: Sequence[TopicRow]) -> None:
    new = [NewTopic(row.name, row.partitions, row.replication, topic_configs=dict(row.config)) for row in rows]
    answer = await admin.create_topics(new)
    for name, code, message in answer.topic_errors:
        # Two commands at once: the other one was first, and what it made is compared like all else.
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise TopicRefused(name, for_code(code).__name__, message)


async def _seen(admin: AIOKafkaAdminClient, names: set[str]) -> None:
    """Creation returns before the broker's metadata show the topics with their leaders: ask until they do."""
    for _ in range(_ASKS_MAX):
        existing = set(await admin.list_topics()) & names
        shapes = await admin.describe_topics(sorted(existing)) if existing else []
        ready = {
            shape["topic"]
            for shape in shapes
            if shape["partitions"] and all(part["leader"] >= 0 for part in shape["partitions"])
        }
        if ready == names:
            return
        await asyncio.sleep(_ASK_SECONDS)
    raise TopicUnseen(sorted(names - ready))
