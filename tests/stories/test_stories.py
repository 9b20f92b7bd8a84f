"""The stories beside this file and in `classes/`, three for each class of flag, under the law of Việt Nam."""

from pathlib import Path

import pytest

from tests.core_builders import vietnam
from tests.story_runner import Line, marked, play, read_story

STORIES = sorted(Path(__file__).parent.rglob("*.txt"))


@pytest.mark.parametrize("path", [marked(path) for path in STORIES])
def test_a_story_holds_line_by_line(path: Path) -> None:
    story = read_story(path)

    told = [(line.number, claims) for line, claims in play(story, vietnam())]

    assert told == [(line.number, line.claims) for line in story]


def test_there_are_stories() -> None:
    assert len(STORIES) >= 7


@pytest.mark.parametrize("claim", ["raises overdue", "due 2026-01-14", "verdict late", "observed ready", "due none"])
def test_a_story_that_claims_what_is_not_so_fails(claim: str) -> None:
    story = [
        Line(1, "2026-01-05 08:00", "case.received", ()),
        Line(2, "2026-01-05 10:00", "case.completed", (claim,)),
    ]

    _, (line, claims) = play(story, vietnam())

    assert claims != line.claims


@pytest.mark.parametrize(
    "claim, holds",
    [
        ("accountable at_risk unit", True),
        ("accountable at_risk operator", False),
        ("level at_risk 2 working_day", True),
        ("level at_risk 100%", False),
        ("since at_risk 2026-01-11", True),
        ("since at_risk 2026-01-12", False),
        ("accountable overdue unit", False),
    ],
)
def test_a_field_of_a_flag_is_as_last_published(claim: str, holds: bool) -> None:
    story = [
        Line(1, "2026-01-05 10:00", "case.received", ()),
        Line(2, "2026-01-05 10:00", "case.completed", ()),
        Line(3, "2026-01-12 08:00", "clock.ticked", (claim, "raises at_risk", "raises no_movement")),
    ]

    *_, (line, claims) = play(story, vietnam())

    assert (claims == line.claims) is holds


def test_a_flag_that_a_story_does_not_name_fails_it() -> None:
    story = [
        Line(1, "2026-01-05 10:00", "case.received", ()),
        Line(2, "2026-01-05 10:00", "case.completed", ()),
        Line(3, "2026-01-12 08:00", "clock.ticked", ()),
    ]

    assert [claims for _, claims in play(story, vietnam())] == [(), (), ("raises at_risk", "raises no_movement")]
