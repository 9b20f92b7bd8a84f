"""Counting of flags found beside flags expected."""

from datetime import datetime, timedelta

import pytest

from streams.simulator.days import ZONE
from streams.wiring.confusion import COLUMNS, Counts, Difference, Flag, cells, compare, count, holds, joined, total

START = datetime(2026, 1, 14, tzinfo=ZONE)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def flag(
    flag_class: str = "overdue",
    since: datetime = START,
    until: datetime | None = None,
    case: str = "C1",
    told: datetime | None = None,
) -> Flag:
    return Flag(case, flag_class, since, until, told)


def test_a_flag_that_agrees_is_right_and_how_soon_it_was_told_is_kept() -> None:
    found = flag(told=START + 2 * HOUR)

    compared = compare([found], [flag()])

    assert (compared.pairs, compared.differences) == ([(found, flag())], [])
    assert count(compared) == {"overdue": Counts(right=1, delays=[2.0])}


@pytest.mark.parametrize("other", [flag(case="C2"), flag("at_risk"), flag(since=START + 2 * SECOND)])
def test_another_case_class_or_beginning_is_one_wrong_and_one_missed(other: Flag) -> None:
    compared = compare([other], [flag()])

    assert compared.pairs == []
    assert compared.differences == [Difference("wrong", other), Difference("missed", flag())]


def test_the_last_second_of_a_day_and_the_first_of_the_next_are_the_same_end() -> None:
    end = START + 24 * HOUR

    assert compare([flag(until=end)], [flag(until=end - SECOND)]).differences == []
    assert compare([flag(since=START - SECOND)], [flag()]).differences == []


@pytest.mark.parametrize("until", [None, START + 2 * HOUR])
def test_another_end_leaves_a_flag_right_and_is_counted_apart(until: datetime | None) -> None:
    found, expected = flag(until=START + HOUR), flag(until=until)

    compared = compare([found], [expected])

    assert compared.differences == [Difference("until", found, until)]
    assert count(compared) == {"overdue": Counts(right=1, until=1)}


def test_a_flag_is_in_one_pair_at_most() -> None:
    twice = [flag(), flag()]

    assert count(compare(twice, [flag()])) == {"overdue": Counts(right=1, wrong=1)}
    assert count(compare([flag()], twice)) == {"overdue": Counts(right=1, missed=1)}


def test_precision_and_recall_are_shares_and_one_where_there_is_nothing() -> None:
    counts = Counts(right=3, wrong=1, missed=2)

    assert (counts.precision, counts.recall) == (0.75, 0.6)
    assert (Counts().precision, Counts().recall) == (1.0, 1.0)
    assert (Counts(wrong=1).precision, Counts(missed=1).recall) == (0.0, 0.0)


@pytest.mark.parametrize("share, hours", [(0.5, 5.0), (0.9, 9.0), (1.0, 10.0)])
def test_a_share_of_the_delays_lies_within_so_many_hours(share: float, hours: float) -> None:
    assert Counts(delays=[float(hour) for hour in range(10, 0, -1)]).delay(share) == hours
    assert Counts().delay(share) is None


def test_runs_add_up() -> None:
    one, other = {"overdue": Counts(1, 2, 3, 1, [1.0])}, {"hung": Counts(1), "overdue": Counts(4, 0, 1, 0, [2.0])}

    assert total([one, other]) == {"hung": Counts(1), "overdue": Counts(5, 2, 4, 1, [1.0, 2.0])}


def test_every_class_must_reach_what_is_asked() -> None:
    good, wrong, missed = Counts(right=99, wrong=1), Counts(right=98, wrong=2), Counts(right=98, missed=2)

    assert holds({"overdue": good}, 0.99)
    assert not holds({"overdue": good, "hung": wrong}, 0.99)
    assert not holds({"overdue": good, "hung": missed}, 0.99)
    assert holds({}, 1.0)


def test_levels_that_follow_each_other_are_one_stretch_told_with_the_first() -> None:
    steps = [
        flag("at_risk", START + HOUR, START + 2 * HOUR, told=START + 2 * HOUR),
        flag("at_risk", START, START + HOUR, told=START + HOUR),
        flag("at_risk", START + 3 * HOUR),
    ]

    assert joined(steps) == [
        flag("at_risk", START, START + 2 * HOUR, told=START + HOUR),
        flag("at_risk", START + 3 * HOUR),
    ]
    assert joined([flag(), flag(since=START + HOUR, until=START + 2 * HOUR)]) == [flag()]


def test_a_row_has_a_cell_for_each_column() -> None:
    row = cells(Counts(3, 1, 0, 2, [0.5, 1.0]), Counts(3, 1, 1))

    assert dict(zip(COLUMNS, row, strict=True)) == {
        "right": "3", "wrong": "1", "missed": "0", "precision": "0.750", "recall": "1.000", "until": "2",
        "median h": "0.5", "p90 h": "1.0", "true precision": "0.750", "true recall": "0.750",
    }  # fmt: skip


def test_a_difference_tells_what_was_found_and_the_end_expected() -> None:
    assert Difference("missed", flag(until=START + HOUR)).as_json() == {
        "kind": "missed",
        "case": "C1",
        "class": "overdue",
        "since": "2026-01-14T00:00:00+07:00",
        "until": "2026-01-14T01:00:00+07:00",
    }
    assert Difference("until", flag(), START).as_json()["expected_until"] == "2026-01-14T00:00:00+07:00"
