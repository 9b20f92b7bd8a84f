"""Boston through Kafka: topics, intake, log, case agent, flags and PostgreSQL give the City's own figures."""

from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.topics import FLAGS, LOG
from tests.acceptance.boston import RULES, play, settle, standing
from tests.acceptance.deployments import Deploy, archived, read_topic

pytestmark = pytest.mark.services

# as of: (opened, open, overdue)
AS_OF = {
    "2015-04-01": (316, 97, 69),
    "2015-07-01": (1828, 377, 240),
    "2016-01-01": (4961, 479, 466),
}


def test_boston_through_kafka_gives_the_citys_figures(deployed: Deploy, tmp_path: Path) -> None:
    deployment = deployed(RULES)
    deployment.start_all()

    told = play(deployment.settings)
    settle(deployment.settings, told)

    said = archived(deployment.settings)
    cases = [orjson.loads(case) for case in said.cases]
    assert len(cases) == 4961
    assert sum(_is_within_a_minute(case) for case in cases) == 4961
    assert _count(cases, "verdict") == {"late": 3199, "on_time": 1334, "overdue": 428}
    open_flags = _count([flag for flag in standing(said.flag_changes).values() if flag["state"] == "raised"], "class")
    assert open_flags == {"overdue": 428}
    for day, expected in AS_OF.items():
        counted = _replayed(deployment, "--as-of", day)
        assert (counted["cases"], counted["open"], counted["overdue"]) == expected

    # The flags topic, PostgreSQL and a fresh replay of this run's log say the same, byte for byte.
    flags = tmp_path / "flags.jsonl"
    counted = _replayed(deployment, "--flags", str(flags))
    assert counted["flags"] == {"overdue": 428}
    assert sorted(set(read_topic(deployment.settings, FLAGS.name))) == said.flag_changes
    assert sorted(set(flags.read_bytes().splitlines())) == said.flag_changes


def _replayed(deployment: Any, *options: str) -> Any:
    return orjson.loads(deployment.run("replay", f"kafka:{deployment.settings.topic(LOG)}", "--json", *options))


def _is_within_a_minute(case: dict[str, Any]) -> bool:
    computed, declared = (datetime.fromisoformat(case[name]) for name in ("due_computed", "due_declared"))
    return abs((computed - declared).total_seconds()) <= 60


def _count(rows: list[dict[str, Any]], field: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row[field]] = found.get(row[field], 0) + 1
    return dict(sorted(found.items()))
