"""Stories of cases on real Kafka: told through the source topics, claimed line by line, read in hoso.flags."""

import asyncio
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from schemas.topics import CASES_CURRENT, FLAGS
from streams.adapters.kafka import KafkaReader
from streams.core.instants import utc_text
from streams.ports import Record
from streams.rules_file import VIETNAM
from streams.settings import Settings
from streams.wiring.deployment import dead_letters, wait_settled
from tests.acceptance.clock_steps import ClockSteps
from tests.acceptance.deployments import check_replay
from tests.acceptance.told_stories import ToldStory, batch
from tests.core_builders import vietnam
from tests.story_runner import Telling, entry_of, marked
from tools.deployment import Deployment, create_database, deploy
from tools.stack import Endpoints

pytestmark = pytest.mark.services

FOLDER = Path(__file__).parents[1] / "stories"
# Beside those in a folder of their own.
ALSO = (
    "closed_in_time_by_its_declared_end",
    "closed_late_and_then_corrected",
    "late_synchronisation_is_excused",
    "classes/out_of_sync_raises",
    "classes/not_collected_clears",
)
STORIES = [*sorted((FOLDER / "kafka").glob("*.txt")), *(FOLDER / f"{name}.txt" for name in ALSO)]
SETTLED_SECONDS = 30.0


class Played(NamedTuple):
    """The stories by name, what a deployment published of them, and the instant of its last tick."""

    stories: dict[str, ToldStory]
    flags: list[Record]
    views: list[Record]
    last: int
    deployment: Deployment


@pytest.fixture(scope="module")
def played(stack: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """All stories told at once through one deployment, each batch judged before the next is sent."""
    prefix = f"t{secrets.token_hex(4)}."
    database = create_database(stack.postgres, prefix.replace(".", "_"))
    folder = tmp_path_factory.mktemp("stories")
    with deploy(stack, prefix, database, folder, VIETNAM, commit_interval_seconds="0.02") as deployment:
        settings = deployment.settings
        assert settings.token_key is not None
        stories = [ToldStory(path, settings.token_key.get_secret_value().encode()) for path in STORIES]
        deployment.start_all()
        last = asyncio.run(tell(stories, settings))
        asyncio.run(wait_settled(settings, utc_text(last), SETTLED_SECONDS))
        flags, views = (asyncio.run(read(settings, topic.name)) for topic in (FLAGS, CASES_CURRENT))
        yield Played({story.name: story for story in stories}, flags, views, last, deployment)


async def tell(stories: list[ToldStory], settings: Settings) -> int:
    """All lines in the order in which they became known, and a second later a tick; returns the last tick's instant."""
    async with ClockSteps(settings) as clock:
        now = 0
        for when in sorted({instant for story in stories for instant in story.instants}):
            now = when + 1
            linked = any(story.links(when) for story in stories)
            await clock.step(batch(stories, when, settings.prefix), now, linked=linked)
        return now


async def read(settings: Settings, topic: str) -> list[Record]:
    reader, name = KafkaReader(settings.kafka), settings.topic(topic)
    ends = sorted((await reader.end_offsets(name)).items())
    return [one for partition, end in ends async for chunk in reader.read(name, partition, 0, end) for one in chunk]


def test_no_line_of_a_story_is_refused(played: Played) -> None:
    assert dead_letters(played.deployment.settings) == []


@pytest.mark.parametrize("path", [marked(path) for path in STORIES])
def test_flags_change_as_the_story_claims(played: Played, path: Path) -> None:
    story = played.stories[path.stem]

    assert story.published(played.flags) == story.claims()


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_what_stands_in_the_end_is_what_the_core_says_without_kafka(played: Played, path: Path) -> None:
    story, telling = played.stories[path.stem], Telling()
    for line in story.lines:
        told = entry_of(line)
        if told is not None:
            telling.take(told)

    flags = telling.judge(played.last, vietnam())

    assert newest_views(story, played.views) == {code: plain(view, {}) for code, view in telling.views.items()}
    assert standing(story, [orjson.loads(one.value or b"") for one in played.flags]) == standing(story, flags)


def test_flags_topic_archive_and_replay_of_the_stories_are_equal(played: Played, tmp_path: Path) -> None:
    check_replay(played.deployment, tmp_path)


def newest_views(story: ToldStory, views: list[Record]) -> dict[str, Any]:
    """The newest view of each of its cases, by code."""
    newest = {(one.key or b"").decode(): orjson.loads(one.value or b"") for one in views}
    return {code: plain(newest[token], story.code_of) for token, code in story.code_of.items() if token in newest}


def standing(story: ToldStory, flags: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, str | None, int], Any]:
    """The newest of each flag of the story that was not taken back."""
    code_of = {code: code for code in story.code_of.values()} | story.code_of
    newest = {
        (code_of[flag["case"]], flag["class"], flag["leg"], flag["cycle"]): flag
        for flag in flags
        if flag["case"] in code_of
    }
    return {key: plain(flag, code_of) for key, flag in newest.items() if flag["state"] not in ("withdrawn", "merged")}


def plain(told: Mapping[str, Any], code_of: Mapping[str, str]) -> dict[str, Any]:
    """A view or a flag without what hangs on tokens and ids of facts, and without its version."""
    kept = {name: value for name, value in told.items() if name not in ("version", "flag_id")}
    kept["case"] = code_of.get(told["case"], told["case"])
    if "linked" in told:
        kept["linked"] = sorted(code_of.get(token, token) for token in told["linked"])
        kept["merged_into"] = code_of.get(told["merged_into"], told["merged_into"])
    if "evidence" in told:
        kept["evidence"] = sorted((fact["time"], fact["type"]) for fact in told["evidence"])
    return kept
