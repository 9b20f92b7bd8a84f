"""Completeness measured over the partitions of a real topic, as of two instants."""

import asyncio
import json

import pytest

from streams.adapters.topics_admin import create_topics
from streams.rules_file import VIETNAM, load_rules
from streams.settings import Settings
from tests.acceptance.told_log import activation, write, write_everywhere
from tests.core_builders import UNIT, at, ready
from tests.core_builders import tick as tick_at
from tests.unit.test_cli import run
from tests.unit.test_cli_coverage import cases

pytestmark = pytest.mark.services


def test_what_is_spread_over_partitions_is_counted_together_and_as_of_an_instant(kafka: str, prefix: str) -> None:
    numbers = {"replication": 1, "min_insync": 1, "log_partitions": 3, "source_partitions": 1}
    settings = Settings.model_validate({"kafka": kafka, "prefix": prefix, "demo": True} | numbers)
    late = [ready("2026-02-09 09:00", case=f"{UNIT} {number}", origin="post") for number in range(18, 24)]

    async def told() -> None:
        await create_topics(settings)
        await write_everywhere(settings, [activation(load_rules(VIETNAM))])
        await write(settings, cases(UNIT, 24, 18))
        await write_everywhere(settings, [tick_at(at("2026-03-02 12:00"))])
        await write(settings, late)
        await write_everywhere(settings, [tick_at(at("2026-03-03 12:00"))])

    asyncio.run(told())

    then, now = (
        run("coverage", "measure", f"kafka:{prefix}log", "--json", *options, kafka=kafka, prefix=prefix)
        for options in (["--at", "2026-03-03"], [])
    )

    assert (then[0], now[0]) == (1, 0)
    for said, count in ((then[1], 18), (now[1], 24)):
        (line,) = [one for one in json.loads(said)["feeds"] if one["feed"] == "card-dispatch"]
        assert (line["unit"], line["expected"], line["told"]) == (UNIT, 24, count)
