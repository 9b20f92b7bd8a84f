"""What somebody should look at: a list of the case, and no flag."""

from typing import Any

import pytest

from tests.core_builders import answered, asked, completed, law, official, ready, received, view_at

CASE = [received("2026-03-02 08:00"), completed("2026-03-02 09:00")]  # due on Wednesday 11 March


def review(*facts: dict[str, Any]) -> list[str]:
    found: list[str] = view_at("2026-03-30 08:00", *CASE, *facts, rules=law())["review"]
    return found


@pytest.mark.parametrize(
    "when, expected",
    [("2026-03-10 17:00", []), ("2026-03-11 00:00", ["pause_late"]), ("2026-03-11 17:00", ["pause_late"]),
     ("2026-03-13 09:00", ["pause_late"])],
)  # fmt: skip
def test_a_pause_on_the_last_day_or_after_it_is_looked_at(when: str, expected: list[str]) -> None:
    assert review(asked(when)) == expected


def test_so_is_a_second_request_for_papers() -> None:
    one, two = asked("2026-03-03 09:00"), asked("2026-03-05 09:00", document="13/YC")

    assert review(one) == []
    assert review(one, answered("2026-03-04 09:00"), two) == ["second_supplement"]


def test_so_is_a_case_closed_without_evidence() -> None:
    assert review(official("9", "2026-03-10 09:00")) == ["closed_without_evidence"]
    assert review(official("9", "2026-03-10 09:00"), ready("2026-03-09 09:00")) == []
