"""The clock of the benchmarks: what counts, what does not, and what becomes of a contender that stops."""

import time
from pathlib import Path

import pytest

from benchmarks import measure as clock
from benchmarks.children import Child, ChildEnded
from benchmarks.measure import Seen, Stalled, measure


class Process:
    """A process that uses a second of CPU between two looks."""

    name = "contender"

    def __init__(self) -> None:
        self.used = 0.0

    def cpu_seconds(self) -> float:
        self.used += 1.0
        return self.used

    def memory_mb(self) -> float:
        return 64.0


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "POLL_SECONDS", 0.001)


async def test_what_a_process_uses_before_its_first_output_does_not_count() -> None:
    seen = iter([Seen(0, False), Seen(0, False), Seen(0, False), Seen(10, False), Seen(20, False), Seen(20, True)])
    told: list[int] = []

    async def look() -> Seen:
        return next(seen)

    run = await measure(Process(), 20, [Process()], look, told.append)

    # One second from each look to the next; the last look without outputs is the third.
    assert run.cpu == {"contender": 3.0}
    assert run.broker_cpu == 3.0
    assert run.memory_mb == {"contender": 64.0}
    assert run.events == 20
    assert told == [0, 0, 0, 10, 20]


async def test_a_contender_without_further_outputs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "STALLED_SECONDS_MAX", 0.05)

    async def look() -> Seen:
        return Seen(7, is_done=False)

    with pytest.raises(Stalled, match="contender: nothing since 7 outputs"):
        await measure(Process(), 20, [Process()], look, lambda _: None)


def test_a_child_that_ended_by_itself_is_told_with_its_last_words(tmp_path: Path) -> None:
    with Child("quitter", ["calendar", "--no-such-option"], tmp_path) as child, pytest.raises(ChildEnded) as told:
        _ask_until_it_fails(child)

    assert str(told.value).startswith("quitter ended with code 2")
    assert "no-such-option" in str(told.value)


def test_a_child_tells_json_lines_and_other_lines_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "talker.py").write_text(
        'print("hello")\nprint("\\n{\\"writes\\": 1}\\n{\\"writes\\": 2, \\"flags\\": 3}")\n'
    )
    environment = {"PYTHONPATH": str(tmp_path)}

    with Child("talker", ["talker"], tmp_path, environment) as child:
        with pytest.raises(ChildEnded):
            _ask_until_it_fails(child)

        assert child.told() == {"writes": 2, "flags": 3}


def _ask_until_it_fails(child: Child) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        child.cpu_seconds()
        time.sleep(0.01)
