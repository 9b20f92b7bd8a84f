"""Topics on a real Kafka: missing ones are created as the table says, existing ones only compared."""

import pytest

from schemas.topics import LOG, SOURCES, TOPICS
from streams.adapters.topics_admin import Difference, TopicRefused, TopicState, create_topics, show_topics
from streams.settings import Settings

pytestmark = pytest.mark.services


def deployment(kafka: str, prefix: str, **fields: int) -> Settings:
    numbers = {"replication": 1, "min_insync": 1, "log_partitions": 3, "source_partitions": 2} | fields
    return Settings.model_validate({"kafka": kafka, "prefix": prefix, "demo": True} | numbers)


async def test_missing_topics_are_created_as_declared(kafka: str, prefix: str) -> None:
    settings = deployment(kafka, prefix)

    before = await show_topics(settings)
    created = await create_topics(settings)
    after = await show_topics(settings)

    assert {row.state for row in before} == {TopicState.MISSING}
    assert {row.state for row in created} == {TopicState.CREATED}
    assert {row.state for row in after} == {TopicState.AS_DECLARED}
    assert [row.name for row in after] == [prefix + topic.name for topic in TOPICS]


async def test_creating_again_changes_nothing(kafka: str, prefix: str) -> None:
    settings = deployment(kafka, prefix)
    await create_topics(settings)

    again = await create_topics(settings)

    assert {row.state for row in again} == {TopicState.AS_DECLARED}


async def test_differences_are_told_and_left(kafka: str, prefix: str) -> None:
    await create_topics(deployment(kafka, prefix))
    other = deployment(kafka, prefix, log_partitions=4)

    for rows in (await create_topics(other), await show_topics(other)):
        states = {row.name: row for row in rows}
        assert states[prefix + LOG.name].state is TopicState.DIFFERS
        assert states[prefix + LOG.name].differences == (Difference("partitions", "4", "3"),)
        assert states[prefix + SOURCES[0].name].state is TopicState.AS_DECLARED


async def test_what_the_broker_refuses_is_told_by_topic(kafka: str, prefix: str) -> None:
    with pytest.raises(TopicRefused, match="InvalidReplicationFactor") as refused:
        await create_topics(deployment(kafka, prefix, replication=3, min_insync=2))

    assert refused.value.name.startswith(prefix)
