"""What stands in the log: read from its first entry and its end, however much stands between."""

import pytest

from schemas.codec import encode
from streams.adapters.memory import MemoryLog, MemoryReader
from streams.pipeline import standing as module
from streams.pipeline.standing import Standing, read_standing
from streams.ports import Outgoing

LOG = "t.log"
STARTED: dict[str, object] = {"type": "clock.started", "kind": "simulated"}
ENGINE: dict[str, object] = {"type": "engine.activated", "version": "1"}
RULES: dict[str, object] = {"type": "rules.activated", "hash": "1" * 32, "content": {}}
NEW_RULES: dict[str, object] = {"type": "rules.activated", "hash": "2" * 32, "content": {}}
AT = "2026-01-06T00:00:00Z"
TICK: dict[str, object] = {"type": "clock.ticked", "at": AT, "rules": "1" * 32, "engine": "1"}
FACT: dict[str, object] = {"type": "case.completed", "case": "c"}


def log_of(*entries: dict[str, object]) -> MemoryReader:
    log = MemoryLog({LOG: 1})
    log.append([Outgoing(LOG, b"c" if "case" in entry else None, encode(entry), 0) for entry in entries])
    return MemoryReader(log, chunk_records=3)


async def test_nothing_stands_in_an_empty_log() -> None:
    assert await read_standing(log_of(), LOG) == Standing()


async def test_the_last_tick_names_the_law() -> None:
    assert await read_standing(log_of(STARTED, TICK), LOG) == Standing("simulated", AT, "1" * 32, "1")


async def test_law_put_in_force_since_the_last_tick_stands() -> None:
    seen = await read_standing(log_of(STARTED, ENGINE, RULES, TICK, FACT, NEW_RULES, FACT), LOG)

    assert seen == Standing("simulated", AT, "2" * 32, "1")


async def test_a_log_that_never_ticked_is_read_whole() -> None:
    seen = await read_standing(log_of(STARTED, ENGINE, RULES, FACT, FACT), LOG)

    assert seen == Standing("simulated", None, "1" * 32, "1")


@pytest.mark.parametrize("facts", [0, 1, 2, 9, 50])
async def test_a_tick_far_from_the_end_is_found(facts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_FIRST", 3)
    monkeypatch.setattr(module, "_LOOK_FACTOR", 2)

    seen = await read_standing(log_of(STARTED, ENGINE, RULES, *[FACT] * facts, TICK, *[FACT] * facts), LOG)

    assert seen == Standing("simulated", AT, "1" * 32, "1")
