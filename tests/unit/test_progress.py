"""Progress: what intake may announce, and never more."""

import pytest

from schemas.control import Progress
from streams.pipeline.progress import Forwarded, announcements

PLACE = ("t.print", 1)


def as_of(announced_at: int | None, done: Forwarded, end: int | None) -> int | None:
    (said,) = announcements(announced_at, {PLACE: done}, {} if end is None else {PLACE: end})
    assert (said.topic, said.partition, said.offset) == (*PLACE, done.offset)
    return said.as_of


def test_the_first_announcement_only_asks_what_time_it_is() -> None:
    assert as_of(None, Forwarded(5, 900), 5) is None


def test_where_the_end_is_reached_the_last_announcement_is_the_instant() -> None:
    assert as_of(1_000, Forwarded(5, 900), 5) == 1_000


def test_an_idle_partition_that_never_had_a_record_goes_on_with_time() -> None:
    assert as_of(1_000, Forwarded(0), 0) == 1_000


def test_behind_the_end_the_last_forwarded_record_is_the_instant() -> None:
    assert as_of(1_000, Forwarded(5, 900), 6) == 900


def test_behind_the_end_with_nothing_forwarded_yet_no_instant_is_known() -> None:
    assert as_of(1_000, Forwarded(5), 6) is None


def test_a_record_newer_than_the_last_announcement_counts() -> None:
    assert as_of(1_000, Forwarded(5, 1_100), 5) == 1_100


def test_without_an_end_offset_the_end_is_not_taken_for_reached() -> None:
    assert as_of(1_000, Forwarded(5, 900), None) == 900


def test_announcements_stand_in_the_order_of_their_places() -> None:
    forwarded = {("b", 1): Forwarded(1), ("b", 0): Forwarded(2), ("a", 9): Forwarded(3)}

    said = announcements(None, forwarded, {})

    assert said == [
        Progress(topic="a", partition=9, offset=3),
        Progress(topic="b", partition=0, offset=2),
        Progress(topic="b", partition=1, offset=1),
    ]


@pytest.mark.parametrize("end", [3, 4])
def test_a_position_beyond_the_end_counts_as_reached(end: int) -> None:
    # A committed reader steps over the marker of a transaction, so its position may pass the end it was told.
    assert as_of(1_000, Forwarded(4, 900), end) == 1_000
