"""What is said of a district after a run over Kafka: flags folded to those that stand, differences counted."""

from datetime import UTC, datetime
from typing import Any

from schemas.codec import encode
from streams.simulator.district import load_district
from streams.simulator.plan import plan
from streams.wiring.confusion import Comparison, Difference, Flag
from streams.wiring.evaluation import Evaluation
from streams.wiring.held import HeldFlags
from streams.wiring.live import LiveRun
from tools.live_evaluation import figures, lines_of, page, sized

SINCE, LATER = "2026-01-14T00:00:00+07:00", "2026-01-16T09:00:00+07:00"
AT = datetime(2026, 1, 14, tzinfo=UTC)
OVERDUE, HUNG = Flag("A", "overdue", AT, None), Flag("B", "hung", AT, None)


def told(**changed: Any) -> bytes:
    usual = {"flag_id": "f1", "cycle": 1, "case": "token", "class": "overdue", "leg": None}
    return encode(usual | {"state": "raised", "since": SINCE, "until": None} | changed)


def judged(at: str) -> tuple[tuple[str, bytes], ...]:
    return (("judged_at", at.encode()),)


def held(*versions: tuple[bytes, str]) -> list[Flag]:
    flags = HeldFlags()
    for value, at in versions:
        flags.take(value, judged(at))
    return flags.standing({"token": "A"})


def test_a_flag_stands_in_its_newest_version_and_was_told_when_it_was_first_raised() -> None:
    cleared = told(state="cleared", until=LATER)

    found = held((told(), "2026-01-14T01:00:00Z"), (told(), "2026-01-14T02:00:00Z"), (cleared, "2026-01-16T03:00:00Z"))

    first = datetime(2026, 1, 14, 1, tzinfo=UTC)
    assert found == [Flag("A", "overdue", datetime.fromisoformat(SINCE), datetime.fromisoformat(LATER), first)]


def test_what_was_withdrawn_or_merged_is_of_a_leg_or_of_a_class_without_oracle_does_not_stand() -> None:
    at = "2026-01-14T01:00:00Z"

    for changed in ({"state": "withdrawn"}, {"state": "merged"}, {"leg": "register"}, {"class": "vanished"}):
        assert held((told(), at), (told(**changed), at)) == []


def evaluation(*differences: Difference) -> Evaluation:
    side = Comparison([(OVERDUE, OVERDUE)], list(differences))
    return Evaluation("noisy", 1, 90, 2, 30, side, side, {})


def run(*, apart: tuple[Flag, ...] = (), unlike: int = 0, letters: int = 0) -> LiveRun:
    known, new = Difference("missed", HUNG), Difference("wrong", OVERDUE)
    return LiveRun(
        *(24, 10.0, 2.0, letters, 1, unlike),
        only_live=list(apart),
        only_in_memory=[],
        live=evaluation(known, new),
        in_memory=evaluation(known),
        faults={"A": ("own_word", "slow"), "B": ("forgotten",)},
    )


def test_a_difference_from_the_oracle_says_whether_memory_has_it_too() -> None:
    assert [(line["class"], line["kind"], line["in_memory"]) for line in run().differences()] == [
        ("hung", "missed", True),
        ("overdue", "wrong", False),
    ]


def test_it_is_the_same_only_where_topic_archive_and_memory_agree_and_nothing_was_refused() -> None:
    assert run().is_same
    assert not run(apart=(OVERDUE,)).is_same
    assert not run(unlike=1).is_same
    assert not run(letters=1).is_same


def test_lines_and_page_have_the_figures_and_each_kind_of_difference_once() -> None:
    lines = list(lines_of(run()))

    assert "| cases | 2 |" in lines
    assert "| `hung` | missed | 1 | 1 | `forgotten` | B |" in lines
    assert "| `overdue` | wrong | 1 | 0 | `own_word`, `slow` | A |" in lines
    assert "\n".join(lines) in page(run(), "2026-11-22")
    assert figures(run())["unlike_oracle"] == 2


def test_flags_that_only_kafka_has_are_shown_by_case() -> None:
    assert f"| only live | A overdue since {AT} |" in list(lines_of(run(apart=(OVERDUE,))))


def test_a_district_is_made_so_busy_that_about_so_many_cases_come_of_it() -> None:
    noisy = load_district("noisy")

    cases = sum(1 for _ in plan(sized(noisy, 3, 10, 400), 3, 10))

    assert abs(cases - 400) < 20
